package live

import (
	"bytes"
	"cmp"
	"slices"

	"auto/runtime/backlog"
	"auto/runtime/facts"
	"auto/runtime/stale"
	"auto/vm"
	"auto/vm/graph"
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
	out.happened, out.taken, out.ticked, out.last, out.down, out.marks = s.happened, s.taken, s.ticked, s.last, s.down, slices.Clone(s.marks)
	out.params = s.params
	return out, nil
}

// remember gives the sensors that get keys of others the world that remembers most: theirs
// may have forgotten what the conditions of these keys still ask about. All worlds are
// folded from the same events.
func remember(old, fresh []*Sensor, setup *Setup) error {
	most := slices.MinFunc(old, func(a, b *Sensor) int { return cmp.Compare(a.engine.Asked(), b.engine.Asked()) })
	for i, d := range setup.Sensors {
		s := fresh[i]
		if s == most || !slices.ContainsFunc(d.Keys, func(key string) bool { return !s.Has(key) }) {
			continue
		}
		copied, err := most.branch()
		if err != nil {
			return err
		}
		s.world = copied.world
	}
	return nil
}

// homes gives the numbers of the sensors that keys belong to from now on. What is pulled
// along by what always executes with it goes where that goes.
func homes(setup *Setup) map[string]int {
	home := map[string]int{}
	for i, d := range setup.Sensors {
		for _, key := range d.Keys {
			home[key] = i
		}
	}
	for _, set := range executionSets(setup.Graph) {
		at := slices.IndexFunc(set, func(key string) bool { _, ok := home[key]; return ok })
		if at < 0 {
			continue
		}
		for _, key := range set {
			if _, own := home[key]; !own {
				home[key] = home[set[at]]
			}
		}
	}
	return home
}

// executionSets gives the assets that always execute together, with the checks that are
// embedded in them.
func executionSets(g *graph.Graph) map[string][]string {
	sets := map[string][]string{}
	for _, key := range g.Keys() {
		a, _ := g.Asset(key)
		name := key
		if a.ExecutionSet != "" {
			name = a.ExecutionSet + "\x00" + a.Repository
		}
		sets[name] = append(sets[name], key)
		for _, c := range a.Checks {
			if c.Embedded {
				sets[name] = append(sets[name], key+":"+c.Name)
			}
		}
	}
	return sets
}

// move gives what sensors keep about keys to the sensors that have them from now on. What
// is kept about a key that no sensor has stays where it is, and goes to the first sensor
// when that one ends.
func move(old, fresh []*Sensor, setup *Setup) {
	home := homes(setup)
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
