package vm

import (
	"auto/vm/bits"
	"auto/vm/code"
)

// sinceOp moves the state of a SINCE on: what was triggered and not reset since.
func (b *batch) sinceOp(m *Machine, f *frame, in *code.Instr) register {
	trigger, reset, state := f.registers[in.Args[1]], f.registers[in.Args[2]], f.states[in.Args[3]]
	blank := &f.blank[in.Args[3]]
	if trigger.kind == empty && (*blank || reset.kind == empty) {
		return f.held(state, blank)
	}
	var wins bits.Set
	if trigger.kind != empty && reset.kind != empty {
		wins = b.later(m, f, in, trigger, reset)
	}
	var changed uint64
	for i, was := range state {
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
		state[i] = w
		changed |= w ^ was
	}
	b.again = b.again || changed != 0
	*blank = false
	return f.held(state, blank)
}

// held gives a state as a register, and notes where there is nothing in it.
func (f *frame) held(state bits.Set, blank *bool) register {
	if *blank {
		return register{}
	}
	r := f.judge(state)
	*blank = r.kind == empty
	return r
}

// newly gives the candidates that are true now and were not before.
func (b *batch) newly(f *frame, in *code.Instr) register {
	now, candidates, state := f.registers[in.Args[1]], f.registers[in.Args[2]], f.states[in.Args[3]]
	blank := &f.blank[in.Args[3]]
	if now.kind == empty && *blank {
		return register{}
	}
	*blank = now.kind == empty
	to := f.buffer(in.Args[0])
	var changed uint64
	for i, was := range state {
		var w uint64
		if now.kind != empty {
			w = now.words[i]
		}
		to[i] = w &^ was
		changed |= w ^ was
		state[i] = w
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

// take makes a state equal to another one of the same entity.
func (p place) take(from place) {
	if p.frame.versions[p.state] != nil {
		p.frame.versions[p.state][p.segment] = from.frame.versions[from.state][from.segment]
		return
	}
	p.set(from.subset())
}

// subset gives the subset of an entity, from bit 0 on; good until the next read.
func (p place) subset() bits.Set { return p.frame.read(p.frame.states[p.state], p.segment) }

// set writes the subset of an entity, from bit 0 on, into a state.
func (p place) set(subset bits.Set) {
	p.frame.put(p.frame.states[p.state], p.segment, subset)
	p.frame.blank[p.state] = false
}
