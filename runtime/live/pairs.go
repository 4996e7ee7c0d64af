package live

import (
	"math"
	"time"

	"auto/runtime/backlog"
	"auto/vm/bits"
	"auto/vm/space"
)

// pairs answers what the backlog asks about pairs, from what is known now. It serves one
// question: nothing happens while it is used.
type pairs struct {
	*Sensor
	space *space.Space
	// from has the pair that is asked about, deps the ways to the dependencies by entity.
	from bits.Set
	deps map[int][]dependency
}

// dependency is one of an entity.
type dependency struct {
	relation *space.Relation
	entity   *space.Entity
	// to is what the pair asked about last is related to, newest the last update of that;
	// many pairs are related to the same.
	to, last bits.Set
	newest   time.Time
}

var _ backlog.Facts = (*pairs)(nil)

func (s *Sensor) pairs() *pairs {
	_, sp := s.engine.Machine()
	return &pairs{Sensor: s, space: sp, deps: map[int][]dependency{}}
}

// Succeeded implements backlog.Facts.
func (p *pairs) Succeeded(pair backlog.Pair) (time.Time, bool) {
	return p.world.Succeeded(pair.Key, pair.Partition)
}

// Order implements backlog.Facts: a partition that the definition does not have is last.
func (p *pairs) Order(pair backlog.Pair) int {
	if _, number, ok := p.find(pair); ok {
		return number
	}
	return math.MaxInt
}

// DependencyUpdated implements backlog.Facts.
func (p *pairs) DependencyUpdated(pair backlog.Pair) (newest time.Time, ok bool) {
	entity, number, found := p.find(pair)
	if !found {
		return time.Time{}, false
	}
	deps, known := p.deps[entity]
	if !known {
		deps = p.dependencies(entity)
		p.deps[entity] = deps
	}
	if n := bits.Words(number + 1); n > len(p.from) {
		p.from = make(bits.Set, n)
	}
	p.from.Add(number)
	for i := range deps {
		if at := p.updated(&deps[i], p.from[:bits.Words(number+1)]); at.After(newest) {
			newest = at
		}
	}
	p.from.Remove(number)
	return newest, !newest.IsZero()
}

// dependencies gives those of an entity; a mapping that does not fit relates nothing.
func (p *pairs) dependencies(entity int) (out []dependency) {
	for _, dep := range p.space.Deps(entity) {
		relation, err := p.space.Relation(entity, dep)
		if err != nil {
			continue
		}
		e := &p.space.Entities[dep]
		out = append(out, dependency{relation: relation, entity: e, to: bits.New(e.Keys.Total()), last: bits.New(e.Keys.Total())})
	}
	return out
}

// updated gives the newest update of what a pair is related to, zero for none.
func (p *pairs) updated(d *dependency, from bits.Set) time.Time {
	d.to.Clear()
	d.relation.Up(d.to, from)
	if d.to.Equal(d.last) {
		return d.newest
	}
	d.to, d.last, d.newest = d.last, d.to, time.Time{}
	for i := d.last.Next(0); i >= 0 && i < d.entity.Keys.Total(); i = d.last.Next(i + 1) {
		if at, ok := p.world.LastUpdated(d.entity.Key, d.entity.Keys.Key(i)); ok && at.After(d.newest) {
			d.newest = at
		}
	}
	return d.newest
}

// find gives the place of a pair in the space. Before the first tick there is none yet, and
// one is made for the question; a graph that is refused has none.
func (p *pairs) find(pair backlog.Pair) (entity, number int, ok bool) {
	if p.space == nil {
		made, err := space.New(space.Input{Graph: p.setup.Graph, At: p.last, Dynamic: p.world.Dynamic})
		if err != nil {
			return 0, 0, false
		}
		p.space = made
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
