package vm

import (
	"cmp"
	"slices"

	"auto/vm/bits"
	"auto/vm/code"
)

// sinceOp moves the state of a SINCE on: what was triggered and not reset since.
func (b *batch) sinceOp(m *Machine, f *frame, in *code.Instr) register {
	trigger, reset, state := f.registers[in.Args[1]], f.registers[in.Args[2]], f.states[in.Args[3]]
	if trigger.kind == empty && reset.kind == empty {
		return f.judge(state)
	}
	var wins bits.Set
	if trigger.kind != empty && reset.kind != empty {
		wins = b.later(m, f, in, trigger, reset)
	}
	var changed, any uint64
	for i, was := range state {
		var w uint64
		if trigger.kind != empty {
			w = trigger.words[i]
		}
		w |= was
		if reset.kind != empty {
			w &^= reset.words[i]
		}
		if wins != nil {
			w |= wins[i]
		}
		state[i] = w
		changed, any = changed|w^was, any|w
	}
	b.again = b.again || changed != 0
	if any == 0 {
		return register{}
	}
	return f.judge(state)
}

// newly gives the candidates that are true now and were not before.
func (b *batch) newly(f *frame, in *code.Instr) register {
	now, candidates, state := f.registers[in.Args[1]], f.registers[in.Args[2]], f.states[in.Args[3]]
	to := f.buffer(in.Args[0])
	var changed, any uint64
	for i, was := range state {
		var w, c uint64
		if now.kind != empty {
			w = now.words[i]
		}
		if candidates.kind != empty {
			c = candidates.words[i]
		}
		to[i] = w &^ was & c
		any |= to[i]
		changed |= w ^ was
		state[i] = w
	}
	b.again = b.again || changed != 0
	if any == 0 {
		return register{}
	}
	return register{mixed, to}
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
func (p place) subset() bits.Set {
	return p.frame.read(p.frame.states[p.state], p.frame.segments[p.segment])
}

// set writes the subset of an entity, from bit 0 on, into a state.
func (p place) set(subset bits.Set) {
	seg, state := p.frame.segments[p.segment], p.frame.states[p.state]
	p.frame.put(state, seg, subset)
}

// put writes the subset of a segment, from bit 0 on, into a set of the frame.
func (f *frame) put(set bits.Set, seg segment, subset bits.Set) {
	at := int(seg.bit)
	if f.alone(seg) {
		copy(set[at>>6:at>>6+bits.Words(int(seg.size))], subset)
		return
	}
	if subset.Has(0) {
		set.Add(at)
	} else {
		set.Remove(at)
	}
}

// places calls a function with the states of each root in the order of the tree, with the
// keys of the entities from the root to the state's.
func (b *batch) places(m *Machine, each func(root int, p place, keys []string)) {
	program := m.programs[b.program]
	children := b.children()
	for i := range b.frame.segments {
		w := placeWalk{m, program, children, i, each}
		w.node(0, b.frame, i, []string{m.space.Entities[b.frame.segments[i].entity].Key})
	}
}

type placeWalk struct {
	*Machine
	program  *code.Program
	children map[*frame][][]int
	root     int
	each     func(root int, p place, keys []string)
}

func (w *placeWalk) node(n int, f *frame, segment int, keys []string) {
	node := &w.program.Nodes[n]
	if node.State > 0 {
		w.each(w.root, place{f, int(node.State - 1), segment}, keys)
	}
	for _, child := range node.Children {
		w.node(int(child), f, segment, keys)
	}
	if node.Call > 0 {
		called := f.calls[node.Call-1]
		for _, s := range w.children[called][segment] {
			key := w.space.Entities[called.segments[s].entity].Key
			w.node(called.block.Node, called, s, append(keys[:len(keys):len(keys)], key))
		}
	}
}

// children gives for each called frame the segments of each segment of the caller, in
// the order in which the operator looks at them.
func (b *batch) children() map[*frame][][]int {
	out := map[*frame][][]int{}
	for _, f := range b.frames {
		if f.parent == nil {
			continue
		}
		lists := make([][]int, len(f.parent.segments))
		for i, seg := range f.segments {
			lists[seg.parent] = append(lists[seg.parent], i)
		}
		for _, list := range lists {
			slices.SortFunc(list, func(i, j int) int { return cmp.Compare(f.segments[i].order, f.segments[j].order) })
		}
		out[f] = lists
	}
	return out
}
