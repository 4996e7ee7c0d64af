package live

import (
	"bytes"
	"slices"

	"auto/compiler"
	"auto/runtime/backlog"
	"auto/runtime/facts"
	"auto/runtime/stale"
	"auto/vm"
)

// branch gives a sensor that knows the same of the world, and has no keys yet.
func (s *Sensor) branch() (*Sensor, error) {
	var saved bytes.Buffer
	if err := s.world.Save(&saved); err != nil {
		return nil, err
	}
	out := newSensor()
	var err error
	if out.world, err = facts.Load(&saved); err != nil {
		return nil, err
	}
	out.happened, out.taken, out.ticked, out.last, out.down, out.newest, out.marks = s.happened, s.taken, s.ticked, s.last, s.down, s.newest, slices.Clone(s.marks)
	out.params = s.params
	return out, nil
}

// move gives what sensors keep about keys to the sensors that have them from now on. What
// is kept about a key that no sensor has stays where it is, and goes to the first sensor
// when that one ends.
func move(old, fresh []*Sensor, declared []compiler.Sensor) {
	home := map[string]int{}
	for i, d := range declared {
		for _, key := range d.Keys {
			home[key] = i
		}
	}
	cursors := make([]*vm.Cursor, len(fresh))
	ledgers, trackers := make([]*backlog.Ledger, len(fresh)), make([]*stale.Tracker, len(fresh))
	for i := range fresh {
		cursors[i], ledgers[i], trackers[i] = &vm.Cursor{Version: vm.CursorVersion, Entities: map[string]*vm.EntityCursor{}}, backlog.New(), stale.New()
	}
	for _, s := range old {
		stays := max(slices.Index(fresh, s), 0)
		to := func(key string) int {
			if i, ok := home[key]; ok {
				return i
			}
			return stays
		}
		if c := s.engine.Cursor(); c != nil {
			for key, e := range c.Entities {
				cursors[to(key)].Entities[key] = e
			}
		}
		for i := range fresh {
			mine := func(key string) bool { return to(key) == i }
			ledgers[i].Give(s.ledger.Take(mine))
			trackers[i].Give(s.stale.Take(mine))
		}
	}
	for i, s := range fresh {
		s.engine.Resume(cursors[i])
		s.ledger, s.stale = ledgers[i], trackers[i]
	}
}
