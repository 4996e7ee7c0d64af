package vm

import "auto/vm/bits"

// Changing is implemented by Facts that know of which entities a fact may have changed
// since they were asked last. Batches that look at none of them, and whose state has
// settled, are not evaluated again: they would answer as before.
type Changing interface {
	// Changed gives the numbers of the entities since a version of the facts, and the
	// version of now; false where that is not known. No version is 0.
	Changed(since uint64) (entities []int, version uint64, known bool)
}

// mark finds out which batches have something to look at.
func (m *Machine) mark() {
	for i := range m.crons {
		m.crons[i].turn(m.at)
	}
	changing, ok := m.facts.(Changing)
	var entities []int
	if ok {
		entities, m.version, ok = changing.Changed(m.version)
	} else {
		m.version = 0
	}
	for _, b := range m.batches {
		b.dirty, b.again = b.again || !ok, false
	}
	for _, e := range entities {
		m.touch(e)
	}
}

// touch has everything that looks at an entity evaluated on this tick and, as what is new
// is not new any more then, on the next one.
func (m *Machine) touch(entity int) {
	for _, b := range m.readers[entity] {
		b.dirty, b.again = true, true
	}
}

// begin moves what was requested on to what was requested on the last tick.
func (b *batch) begin(m *Machine) {
	if b.changed {
		f := b.frame
		f.scatter(m.asked, f.take(f.buffer(0), m.own))
		b.asked, b.changed = b.asks, false
	}
}

// due reports whether a batch has to be evaluated.
func (b *batch) due(m *Machine) bool {
	if b.dirty {
		return true
	}
	for _, c := range b.crons {
		if s := &m.crons[c]; s.last.After(b.since.At) || s.last.Equal(b.since.At) {
			return true
		}
	}
	return false
}

// keep takes over what a batch is true for.
func (b *batch) keep(m *Machine, f *frame, r register) {
	had := b.asks
	b.asks = r.kind != empty
	switch {
	case !had && !b.asks:
		return
	case b.asks:
		b.changed = b.changed || !had || !f.take(f.buffer(0), m.own).Equal(r.words)
		f.scatter(m.own, r.words)
	default:
		clear(f.buffer(0))
		f.scatter(m.own, f.buffer(0))
		b.changed = true
	}
	b.again = b.again || b.changed
	if b.changed {
		m.readersOf(b)
	}
}

// readersOf has everything evaluated again that sees what a batch requests: on this tick
// on later levels, on the next one everywhere.
func (m *Machine) readersOf(b *batch) {
	for _, seg := range b.frame.segments {
		for _, reader := range m.readers[seg.entity] {
			reader.dirty, reader.again = true, true
		}
	}
}

// request makes what a batch is true for seen by others on this tick.
func (b *batch) request(m *Machine) {
	if !b.asks {
		return
	}
	m.requests = true
	f := b.frame
	f.unite(m.now, f.take(f.buffer(0), m.own))
	if b.pulls {
		for _, seg := range f.segments {
			b.pull(m, f, seg)
		}
	}
}

// pull requests with an entity those that always execute with it.
func (b *batch) pull(m *Machine, f *frame, seg segment) {
	if m.space.Entities[seg.entity].Check != nil {
		return // a check alone does not pull its asset
	}
	set := m.space.ExecutionSet(int(seg.entity))
	own := m.subset(m.own, int(seg.entity))
	if set == nil || own.IsEmpty() {
		return
	}
	for _, e := range set {
		if e == int(seg.entity) {
			continue
		}
		r, err := m.space.Relation(int(seg.entity), e)
		if err != nil {
			continue // link refuses such a set
		}
		to := bits.New(sizeOf(m.space.Entities[e].Keys))
		r.Up(to, own)
		m.add(m.now, e, to)
		m.touch(e)
	}
}

// subset gives the subset of an entity, from bit 0 on.
func (m *Machine) subset(set bits.Set, entity int) bits.Set {
	e := &m.space.Entities[entity]
	if e.Keys != nil {
		return set[e.Bit>>6 : e.Bit>>6+bits.Words(sizeOf(e.Keys))]
	}
	one := bits.New(1)
	if set.Has(e.Bit) {
		one.Add(0)
	}
	return one
}

// add puts the subset of an entity, from bit 0 on, into a set of the space.
func (m *Machine) add(set bits.Set, entity int, subset bits.Set) {
	e := &m.space.Entities[entity]
	if e.Keys == nil {
		if subset.Has(0) {
			set.Add(e.Bit)
		}
		return
	}
	to := set[e.Bit>>6 : e.Bit>>6+bits.Words(sizeOf(e.Keys))]
	to.Or(to, subset)
}
