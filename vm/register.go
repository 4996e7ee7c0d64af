package vm

import "auto/vm/bits"

// buffer gives the room of a register.
func (f *frame) buffer(register uint16) bits.Set {
	at := int(register) * f.words
	return f.buffers[at : at+f.words]
}

// everything stands for whatever partitions there are.
func (f *frame) everything() register { return register{kind: every, words: f.defined} }

// all reports whether a register holds everything, so that it cuts off nothing.
func (f *frame) all(r register) bool { return r.kind == every || r.kind == full && !f.ghosts }

// eachOf gives the partitions that there are one by one where a register stands for all.
func (f *frame) eachOf(r register) register {
	if r.kind == every {
		return f.each
	}
	return r
}

func (f *frame) and(d uint16, a, b register) register {
	switch {
	case a.kind == empty || b.kind == empty:
		return register{}
	case a.kind == every:
		return b
	case b.kind == every || f.all(b):
		return a
	case f.all(a):
		return b
	}
	to := f.buffer(d)
	if !to.And(a.words, b.words) {
		return register{}
	}
	return register{kind: mixed, words: to}
}

// or unites. Of time windows Dagster begins with a subset of none of them, and what is added
// to it is held as windows (compute_union).
func (f *frame) or(d uint16, a, b register) register {
	switch {
	case f.windowed && (a.kind == every || b.kind == every):
		return f.each
	case a.kind == empty || b.kind == every:
		return b
	case b.kind == empty || a.kind == every:
		return a
	case f.all(a):
		return a
	case f.all(b):
		return b
	}
	to := f.buffer(d)
	to.Or(a.words, b.words)
	return register{kind: mixed, words: to}
}

func (f *frame) sub(d uint16, a, b register) register {
	switch {
	case a.kind == empty || f.all(b):
		return register{}
	case b.kind == empty && a.kind == every:
		return f.each
	case b.kind == empty:
		return a
	}
	to := f.buffer(d)
	if !to.AndNot(a.words, b.words) {
		return register{}
	}
	return register{kind: mixed, words: to}
}

// judge makes a register of words.
func (f *frame) judge(words bits.Set) register {
	var any, other uint64
	defined := f.defined[:len(words)]
	for i, w := range words {
		any |= w
		if other |= w ^ defined[i]; any != 0 && other != 0 {
			return register{kind: mixed, words: words}
		}
	}
	switch {
	case any == 0:
		return register{}
	case other == 0:
		return register{kind: full, words: f.defined}
	}
	return register{kind: mixed, words: words}
}
