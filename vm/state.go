package vm

import (
	"auto/vm/bits"
	"auto/vm/code"
)

// slot is the state of a node in a frame.
type slot struct {
	// set has the partitions that it holds for; blank is set where these are none.
	set   bits.Set
	blank bool
	// keyed: it is of time windows, but held key by key.
	keyed bool
	// versions has instead, for each segment, the code version that was seen last.
	versions []string
}

// slot gives the slot of a state of the program, which the frame's block keeps.
func (f *frame) slot(state int) *slot { return &f.slots[f.numbers[state]] }

// sinceOp moves the state of a SINCE on: what was triggered and not reset since.
func (b *batch) sinceOp(m *Machine, f *frame, in *code.Instr) register {
	trigger, reset, state := f.registers[in.Args[1]], f.registers[in.Args[2]], f.slot(int(in.Args[3]))
	if trigger.kind == empty && (state.blank || reset.kind == empty) {
		return b.held(f, in.Args[0], state)
	}
	var wins bits.Set
	if trigger.kind != empty && reset.kind != empty {
		wins = b.later(m, f, in, trigger, reset)
	}
	if state.move(trigger, reset, wins) {
		b.again = true
	}
	return b.held(f, in.Args[0], state)
}

// move adds what was triggered, takes out what was reset and adds what wins nevertheless,
// nil for nothing. It reports whether the state is another one now.
func (s *slot) move(trigger, reset register, wins bits.Set) bool {
	var changed uint64
	for i, was := range s.set {
		w := was
		if trigger.kind == every {
			w = trigger.words[i] // also in place of keys that no definition has
		} else if trigger.kind != empty {
			w |= trigger.words[i]
		}
		if reset.kind == every {
			w = 0
		} else if reset.kind != empty {
			w &^= reset.words[i]
		}
		if wins != nil {
			w |= wins[i]
		}
		s.set[i] = w
		changed |= w ^ was
	}
	s.blank = false
	return changed != 0
}

// held gives a state as a register, and notes where there is nothing in it. A state that
// settle may change is copied, because the register holds for the whole tick.
func (b *batch) held(f *frame, d uint16, s *slot) register {
	if s.blank {
		return register{}
	}
	r := f.judge(s.set)
	s.blank = r.kind == empty
	if b.aliases != nil && r.kind == mixed {
		r.words = f.own(d, r)
	}
	return r
}

// newly gives the candidates that are true now and were not before.
func (b *batch) newly(f *frame, in *code.Instr) register {
	now, candidates, state := f.registers[in.Args[1]], f.registers[in.Args[2]], f.slot(int(in.Args[3]))
	if now.kind == empty && state.blank {
		return register{}
	}
	state.blank = now.kind == empty
	to := f.buffer(in.Args[0])
	var changed uint64
	for i, was := range state.set {
		var w uint64
		if now.kind != empty {
			w = now.words[i]
		}
		to[i] = w &^ was
		changed |= w ^ was
		state.set[i] = w
	}
	b.again = b.again || changed != 0
	return f.and(in.Args[0], candidates, f.judge(to))
}

// alias are states of one root with one identity: what is written to them last, in the
// order of the tree, is what all hold.
type alias struct {
	last   place
	others []place
}

// place is the state of one entity in a frame.
type place struct {
	frame   *frame
	state   int
	segment int
}

// settle gives states of one identity one value.
func (b *batch) settle() {
	for _, a := range b.aliases {
		for _, o := range a.others {
			o.take(a.last)
		}
	}
}

// slot gives where the state is.
func (p place) slot() *slot { return p.frame.slot(p.state) }

// take makes a state equal to another one of the same entity.
func (p place) take(from place) {
	if versions := p.slot().versions; versions != nil {
		versions[p.segment] = from.slot().versions[from.segment]
		return
	}
	p.set(from.subset())
}

// subset gives the subset of an entity, from bit 0 on; good until the next read.
func (p place) subset() bits.Set { return p.frame.read(p.slot().set, p.segment) }

// set writes the subset of an entity, from bit 0 on, into a state.
func (p place) set(subset bits.Set) {
	s := p.slot()
	p.frame.put(s.set, p.segment, subset)
	s.blank = false
}
