package vm

import (
	math "math/bits"

	"auto/vm/bits"
)

// call runs a block on other entities, asked about what is related to the candidates.
func (b *batch) call(m *Machine, f, called *frame, candidates register) register {
	return b.run(m, called, called.asked(f, candidates))
}

// asked gives what is related to the candidates of the caller.
func (f *frame) asked(caller *frame, candidates register) register {
	switch {
	case candidates.kind == empty || f.words == 0:
		return register{}
	case candidates.kind == full && f.wholeUp:
		return register{full, f.defined}
	}
	to := f.buffer(0)
	if f.pairs {
		collect(to, candidates.words, f.parents)
		return f.judge(to)
	}
	clear(to)
	for i, seg := range f.segments {
		from := caller.read(candidates.words, caller.segments[seg.parent])
		if from.IsEmpty() {
			continue
		}
		part := f.write(to, seg)
		f.links[i].ask(part, from)
		f.commit(to, seg, part)
	}
	return f.judge(to)
}

// alone reports whether a segment has words of its own.
func (f *frame) alone(seg segment) bool { return int(seg.bit>>6) >= bits.Words(f.ones) }

// read gives the subset of a segment, from bit 0 on; good until the next read.
func (f *frame) read(set bits.Set, seg segment) bits.Set {
	at := int(seg.bit >> 6)
	if f.alone(seg) {
		return set[at : at+bits.Words(int(seg.size))]
	}
	f.in[0] = set[at] >> (seg.bit & 63) & 1
	return f.in[:]
}

// write gives room to add the subset of a segment to, from bit 0 on, which commit puts
// into the set.
func (f *frame) write(set bits.Set, seg segment) bits.Set {
	if f.alone(seg) {
		at := int(seg.bit >> 6)
		return set[at : at+bits.Words(int(seg.size))]
	}
	f.out[0] = 0
	return f.out[:]
}

func (f *frame) commit(set bits.Set, seg segment, part bits.Set) {
	if !f.alone(seg) && part[0]&1 != 0 {
		set.Add(int(seg.bit))
	}
}

// any gives the candidates that are related to something that the block returns.
func (b *batch) any(m *Machine, f, called *frame, d uint16, candidates register) register {
	r := b.call(m, f, called, candidates)
	if r.kind == empty || candidates.kind == empty {
		return register{}
	}
	answered := called.answered(f, d, r)
	if answered.kind == empty {
		return answered
	}
	return f.and(d, answered, candidates)
}

// match gives what is related to something that the block returns.
func (b *batch) match(m *Machine, f, called *frame, d uint16, candidates register) register {
	r := b.call(m, f, called, candidates)
	if r.kind == empty {
		return register{}
	}
	return called.answered(f, d, r)
}

// answered maps what the block returned back to the caller, united over all entities.
func (f *frame) answered(caller *frame, d uint16, r register) register {
	to := caller.buffer(d)
	clear(to)
	if f.pairs {
		for at := r.words.Next(0); at >= 0; at = r.words.Next(at + 1) {
			to.Add(int(f.parents[at]))
		}
		return caller.judge(to)
	}
	for i, seg := range f.segments {
		if !has(r.words, seg) {
			continue
		}
		parent := caller.segments[seg.parent]
		part := caller.write(to, parent)
		f.links[i].answer(part, f.read(r.words, seg))
		caller.commit(to, parent, part)
	}
	return caller.judge(to)
}

// all gives the candidates that are related to something that the block returns for every
// entity it looks at.
func (b *batch) all(m *Machine, f, called *frame, d uint16, candidates register) register {
	r := b.call(m, f, called, candidates)
	switch {
	case candidates.kind == empty || len(called.segments) == 0:
		return candidates
	case r.kind == full && called.wholeDown:
		return candidates
	}
	to := f.buffer(d)
	copy(to, candidates.words)
	if called.pairs {
		called.without(to, r)
		return f.judge(to)
	}
	for i, seg := range called.segments {
		called.narrow(f, to, i, seg, r)
	}
	return f.judge(to)
}

// without takes out of a caller's set the bits that an entity answered no to.
func (f *frame) without(to bits.Set, r register) {
	for w, no := range f.defined {
		if r.kind != empty {
			no &^= r.words[w]
		}
		for ; no != 0; no &= no - 1 {
			to.Remove(int(f.parents[w<<6+math.TrailingZeros64(no)]))
		}
	}
}

// narrow keeps of a caller's set what is related to what one entity answered.
func (f *frame) narrow(caller *frame, to bits.Set, i int, seg segment, r register) {
	parent := caller.segments[seg.parent]
	part := caller.mapped[:bits.Words(int(parent.size))]
	clear(part)
	if r.kind != empty && has(r.words, seg) {
		f.links[i].answer(part, f.read(r.words, seg))
	}
	switch at := int(parent.bit >> 6); {
	case caller.alone(parent):
		keep := to[at : at+len(part)]
		keep.And(keep, part)
	case part[0]&1 == 0:
		to.Remove(int(parent.bit))
	}
}
