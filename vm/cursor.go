package vm

import (
	"maps"
	"slices"
	"time"

	"auto/vm/bits"
	"auto/vm/code"
	"auto/vm/graph"
	"auto/vm/space"
)

// CursorVersion is the version of the form of cursors.
const CursorVersion = 1

// Cursor is what evaluations leave for the next one, by names and keys, so that it can be
// kept and fits other conditions, graphs and layouts as far as Dagster's does.
type Cursor struct {
	Version  int                      `json:"version"`
	Entities map[string]*EntityCursor `json:"entities"`
}

// EntityCursor is what the last evaluation of an asset or check left.
type EntityCursor struct {
	// At is its instant, Event the id of the last event that it knew.
	At    time.Time `json:"at"`
	Event int64     `json:"event"`
	// Requested is what the entity's own condition was true for.
	Requested Subset `json:"requested"`
	// States are the states of nodes by their identity, Versions the code versions seen.
	States   map[string]Subset `json:"states,omitempty"`
	Versions map[string]string `json:"versions,omitempty"`
}

// Subset is a stored subset of an entity's partitions.
type Subset struct {
	// Entity is the key of what it is a subset of.
	Entity string `json:"entity"`
	Form   Form   `json:"form,omitempty"`
	// Definition is the identity of the partitions that ranges are of.
	Definition string `json:"definition,omitempty"`
	// All is a subset without partitions that is not empty.
	All bool `json:"all,omitempty"`
	// Ranges have their first and last key, in the order of the definition.
	Ranges [][2]string `json:"ranges,omitempty"`
	Keys   []string    `json:"keys,omitempty"`
}

// Form is how a subset is stored. It decides what is left of it when a definition is
// edited.
type Form string

// The forms: of no partitions, of time windows, of ranges of dynamic keys, of keys one by
// one (Dagster's bool, TimeWindowPartitionsSubset, KeyRangesPartitionsSubset and
// DefaultPartitionsSubset).
const (
	Unpartitioned Form = ""
	Windows       Form = "windows"
	KeyRanges     Form = "ranges"
	EachKey       Form = "keys"
)

// formOf gives the form that a subset of some partitions is stored in. A NEWLY_TRUE stores
// its dynamic keys one by one.
func formOf(p *graph.Partitions, newly bool) Form {
	switch {
	case p == nil:
		return Unpartitioned
	case p.IsTime():
		return Windows
	case p.Type == graph.Dynamic && !newly:
		return KeyRanges
	}
	return EachKey
}

// fits reports whether a stored request fits the partitions that an entity has now: if
// not, the evaluation is the first (Dagster's InitialEvaluationCondition).
func (s *Subset) fits(keys *space.Keys) bool {
	if !s.readable(keys) {
		return false
	}
	if s.Form == EachKey {
		return !keys.Definition().IsTime()
	}
	return true
}

// readable reports whether anything of a stored subset is left for the partitions that an
// entity has now (Dagster's is_compatible_with_partitions_def).
func (s *Subset) readable(keys *space.Keys) bool {
	if s.Form == Unpartitioned || keys == nil {
		return s.Form == Unpartitioned && keys == nil
	}
	has := func(key string) bool {
		i, ok := keys.Index(key)
		return ok && i < keys.Len()
	}
	switch {
	case s.Form == Windows:
		return s.Definition == keys.Definition().Identity()
	case s.Form == KeyRanges:
		return s.Definition == keys.Definition().Identity() && !slices.ContainsFunc(s.Ranges, func(r [2]string) bool { return !has(r[0]) || !has(r[1]) })
	case keys.Definition().IsTime():
		return !slices.ContainsFunc(s.Keys, func(key string) bool { return !has(key) })
	}
	return true
}

// keyed reports whether what is left of a stored subset is of time windows, but held key by
// key.
func (s *Subset) keyed(keys *space.Keys) bool {
	return s.Form == EachKey && s.readable(keys) && keys.Definition().IsTime()
}

// read adds a stored subset to a set from bit 0 on.
func (s *Subset) read(keys *space.Keys, to bits.Set) {
	if !s.readable(keys) {
		return
	}
	if s.All {
		to.Add(0)
	}
	for _, key := range s.Keys {
		if i, ok := keys.Index(key); ok {
			to.Add(i)
		}
	}
	for _, r := range s.Ranges {
		first, ok := keys.Index(r[0])
		last, ok2 := keys.Index(r[1])
		if ok && ok2 && first <= last {
			to.AddRange(first, last+1)
		}
	}
}

// store makes the stored form of a set from bit 0 on.
func store(entity string, keys *space.Keys, form Form, set bits.Set) Subset {
	s := Subset{Entity: entity, Form: form}
	if keys == nil {
		s.All = set.Has(0)
		return s
	}
	if s.Form == EachKey {
		for i := set.Next(0); i >= 0 && i < keys.Total(); i = set.Next(i + 1) {
			s.Keys = append(s.Keys, keys.Key(i))
		}
		return s
	}
	s.Definition = keys.Definition().Identity()
	for first := set.Next(0); first >= 0 && first < keys.Len(); {
		last := first
		for last+1 < keys.Len() && set.Has(last+1) {
			last++
		}
		s.Ranges = append(s.Ranges, [2]string{keys.Key(first), keys.Key(last)})
		first = set.Next(last + 1)
	}
	return s
}

// Undefined gives, by entity key, the partition keys that stored subsets name: a space
// has room for them (space.Input.Undefined), because they can be requested still after
// the definition has lost them.
func (c *Cursor) Undefined() map[string][]string {
	out := map[string][]string{}
	if c == nil {
		return out
	}
	for _, e := range c.Entities {
		for _, s := range append(slices.Collect(maps.Values(e.States)), e.Requested) {
			if len(s.Keys) > 0 {
				out[s.Entity] = append(out[s.Entity], s.Keys...)
			}
		}
	}
	return out
}

// Asked gives the event of the oldest evaluation that the cursor tells of, and false where
// there is none.
func (c *Cursor) Asked() (event int64, ok bool) {
	if c == nil {
		return 0, false
	}
	for _, e := range c.Entities {
		if !ok || e.Event < event {
			event, ok = e.Event, true
		}
	}
	return event, ok
}

// Cursor gives what the evaluations so far leave for the next one.
func (m *Machine) Cursor() *Cursor {
	c := &Cursor{Version: CursorVersion, Entities: maps.Clone(m.carried)}
	for _, b := range m.batches {
		m.store(b, c)
	}
	return c
}

// store adds the cursors of a batch.
func (m *Machine) store(b *batch, c *Cursor) {
	if b.since.At.IsZero() {
		return // never evaluated
	}
	cursors := make([]*EntityCursor, len(b.frame.segments))
	for i, seg := range b.frame.segments {
		e := &m.space.Entities[seg.entity]
		cursors[i] = &EntityCursor{At: b.since.At, Event: b.since.Event, Requested: store(e.Key, e.Keys, b.form(e), m.requestedOf(int(seg.entity)))}
		c.Entities[e.Key] = cursors[i]
	}
	program := m.programs[b.program]
	b.places(m, func(root int, p place, keys []string) {
		cursors[root].keep(m, program, p, program.StateID(p.state, keys))
	})
}

// form gives the form that the request of one of its entities is stored in.
func (b *batch) form(e *space.Entity) Form {
	if b.keyed {
		return EachKey
	}
	return formOf(e.Keys.Definition(), false)
}

// requestedOf gives what the condition of an entity was last true for, from bit 0 on.
func (m *Machine) requestedOf(entity int) bits.Set {
	set := bits.New(sizeOf(m.space.Entities[entity].Keys))
	m.read(set, m.own, entity)
	return set
}

// keep takes over the state of a node.
func (c *EntityCursor) keep(m *Machine, program *code.Program, p place, id string) {
	if versions := p.slot().versions; versions != nil {
		if c.Versions == nil {
			c.Versions = map[string]string{}
		}
		c.Versions[id] = versions[p.segment]
		return
	}
	if c.States == nil {
		c.States = map[string]Subset{}
	}
	e := &m.space.Entities[p.frame.segments[p.segment].entity]
	form := formOf(e.Keys.Definition(), program.States[p.state].Kind == code.NewlyTrueState)
	if p.slot().keyed {
		form = EachKey
	}
	c.States[id] = store(e.Key, e.Keys, form, p.subset())
}

// restore puts what evaluations left into the states of a batch.
func (l *linker) restore(b *batch, roots []root) {
	program := l.programs[b.program]
	b.places(l.Machine, func(root int, p place, keys []string) {
		if c := roots[root].cursor; c != nil {
			c.give(l.Machine, p, program.StateID(p.state, keys))
		}
	})
	for i, seg := range b.frame.segments {
		c := roots[i].cursor
		if c == nil {
			continue
		}
		e := &l.space.Entities[seg.entity]
		set := bits.New(sizeOf(e.Keys))
		c.Requested.read(e.Keys, set)
		l.add(l.own, int(seg.entity), set)
		b.asks = b.asks || !set.IsEmpty()
		b.keyed = c.Requested.keyed(e.Keys)
		b.frame.keyed = b.frame.keyed || b.keyed
	}
	b.changed = b.asks
}

// give puts the state of a node where it belongs; a node that was not there last has none.
func (c *EntityCursor) give(m *Machine, p place, id string) {
	if versions := p.slot().versions; versions != nil {
		versions[p.segment] = c.Versions[id]
		return
	}
	s, ok := c.States[id]
	if !ok {
		return
	}
	e := &m.space.Entities[p.frame.segments[p.segment].entity]
	set := bits.New(sizeOf(e.Keys))
	s.read(e.Keys, set)
	p.set(set)
	if s.keyed(e.Keys) {
		p.slot().keyed, p.frame.keyed = true, true
	}
}

// carry keeps the cursors of what has no condition now: checks and external and observable
// assets keep theirs, other assets lose their own. What was requested of any of them is seen
// on the next tick.
func (l *linker) carry() {
	if l.cursor == nil {
		return
	}
	for e := range l.space.Entities {
		entity := &l.space.Entities[e]
		c := l.cursor.Entities[entity.Key]
		if c == nil || l.of[e] >= 0 {
			continue
		}
		set := bits.New(sizeOf(entity.Keys))
		c.Requested.read(entity.Keys, set)
		l.add(l.asked, e, set)
		if entity.Check != nil || entity.Asset.External || entity.Asset.Observable {
			l.carried[entity.Key] = c
		} else if !set.IsEmpty() {
			l.lost = append(l.lost, e)
		}
	}
}

// forget ends what was requested of assets that have lost their condition.
func (m *Machine) forget() {
	for _, e := range m.lost {
		entity := &m.space.Entities[e]
		for i := range sizeOf(entity.Keys) {
			m.asked.Remove(entity.Bit + i)
		}
		m.touch(e)
	}
	m.lost = nil
}
