package live

import (
	"math"
	"time"

	"auto/runtime/backlog"
	"auto/vm/bits"
	"auto/vm/space"
)

// pairs answers what the backlog asks about pairs, from what is known at the last tick.
type pairs struct {
	*Sensor
	space *space.Space
}

var _ backlog.Facts = pairs{}

func (s *Sensor) pairs() pairs {
	_, sp := s.engine.Machine()
	return pairs{s, sp}
}

// Succeeded implements backlog.Facts.
func (p pairs) Succeeded(pair backlog.Pair) (time.Time, bool) {
	return p.world.Succeeded(pair.Key, pair.Partition)
}

// Order implements backlog.Facts: a partition that the definition does not have is last.
func (p pairs) Order(pair backlog.Pair) int {
	if _, number, ok := p.find(pair); ok {
		return number
	}
	return math.MaxInt
}

// DependencyUpdated implements backlog.Facts.
func (p pairs) DependencyUpdated(pair backlog.Pair) (newest time.Time, ok bool) {
	entity, number, found := p.find(pair)
	if !found {
		return time.Time{}, false
	}
	from := bits.New(number + 1)
	from.Add(number)
	for _, dep := range p.space.Deps(entity) {
		relation, err := p.space.Relation(entity, dep)
		if err != nil {
			continue // a mapping that does not fit relates nothing
		}
		d := &p.space.Entities[dep]
		to := bits.New(d.Keys.Total())
		relation.Up(to, from)
		for i := to.Next(0); i >= 0 && i < d.Keys.Total(); i = to.Next(i + 1) {
			if at, updated := p.world.LastUpdated(d.Key, d.Keys.Key(i)); updated && at.After(newest) {
				newest, ok = at, true
			}
		}
	}
	return newest, ok
}

// find gives the place of a pair in the space.
func (p pairs) find(pair backlog.Pair) (entity, number int, ok bool) {
	if p.space == nil {
		return 0, 0, false
	}
	if entity, ok = p.space.Find(pair.Key); !ok {
		return 0, 0, false
	}
	keys := p.space.Entities[entity].Keys
	if keys == nil {
		return entity, 0, pair.Partition == ""
	}
	number, ok = keys.Index(pair.Partition)
	return entity, number, ok
}
