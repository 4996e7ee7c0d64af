package vm

import (
	"cmp"
	"slices"

	"auto/vm/code"
)

// spot is an entity in a frame.
type spot struct {
	frame   *frame
	segment int
}

// family finds what an operator looked at for each entity of its caller.
type family map[*frame]map[int][][]spot

// of gives the entities that a call looks at for one of the caller's, in Dagster's order.
func (m family) of(caller *frame, call, segment int) []spot {
	calls := m[caller]
	if calls == nil {
		calls = map[int][][]spot{}
		m[caller] = calls
	}
	if calls[call] == nil {
		calls[call] = spots(caller, call)
	}
	return calls[call][segment]
}

func spots(caller *frame, call int) [][]spot {
	out := make([][]spot, len(caller.segments))
	for _, f := range caller.calls[call] {
		for i, seg := range f.segments {
			out[seg.parent] = append(out[seg.parent], spot{f, i})
		}
	}
	order := func(s spot) int32 { return s.frame.segments[s.segment].order }
	for _, list := range out {
		slices.SortFunc(list, func(a, b spot) int { return cmp.Compare(order(a), order(b)) })
	}
	return out
}

// places calls a function with the states of each root in the order of the tree, with the
// keys of the entities from the root to the state's.
func (b *batch) places(m *Machine, each func(root int, p place, keys []string)) {
	w := placeWalk{Machine: m, program: m.programs[b.program], family: family{}, each: each}
	for i := range b.frame.segments {
		w.root = i
		w.node(0, b.frame, i, []string{m.space.Entities[b.frame.segments[i].entity].Key})
	}
}

type placeWalk struct {
	*Machine
	program *code.Program
	family  family
	root    int
	each    func(root int, p place, keys []string)
}

func (w *placeWalk) node(n int, f *frame, segment int, keys []string) {
	node := &w.program.Nodes[n]
	if node.State > 0 {
		w.each(w.root, place{f, int(node.State - 1), segment}, keys)
	}
	for _, child := range node.Children {
		w.node(int(child), f, segment, keys)
	}
	if node.Call == 0 {
		return
	}
	for _, s := range w.family.of(f, int(node.Call-1), segment) {
		key := w.space.Entities[s.frame.segments[s.segment].entity].Key
		w.node(s.frame.block.Node, s.frame, s.segment, append(keys[:len(keys):len(keys)], key))
	}
}
