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

// touch has everything that looks at an entity evaluated on this tick, as far as its level
// comes later, and on the next one: what is new is not new any more then, and what was
// requested is seen by all.
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
		b.changed = false
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
	whole := r.kind == every && !f.packed
	b.changed = b.changed || whole != b.whole || r.keyed != b.keyed
	b.asks, b.whole, b.keyed = r.kind != empty, whole, r.keyed
	switch {
	case !had && !b.asks:
		b.again = b.again || b.changed
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
	if !b.changed {
		return
	}
	for _, seg := range f.segments {
		m.touch(int(seg.entity))
	}
}

// request makes what a batch is true for seen by others on this tick.
func (b *batch) request(m *Machine) {
	if b.asks {
		m.requests = true
		b.frame.unite(m.now, b.frame.take(b.frame.buffer(0), m.own))
		if b.whole {
			m.whole.Add(int(b.frame.segments[0].entity))
		}
	}
	for i := range b.pulls {
		b.pulls[i].request(m, b.whole)
	}
}

// read copies the subset of an entity out of a set of the space, from bit 0 on.
func (m *Machine) read(to, set bits.Set, entity int) {
	e := &m.space.Entities[entity]
	if e.Keys != nil {
		copy(to, set[e.Bit>>6:])
		return
	}
	to[0] = 0
	if set.Has(e.Bit) {
		to.Add(0)
	}
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
