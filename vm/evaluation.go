package vm

import (
	"slices"

	"auto/vm/bits"
	"auto/vm/code"
)

// Evaluation is what a node of a condition was true for on a tick.
type Evaluation struct {
	// Name is Dagster's name of the node, the key where it stands for the evaluation on
	// another entity; Label is "" for none.
	Name, Label string
	// Entity is what the subsets are of, from bit 0 on.
	Entity             int
	Subset, Candidates bits.Set
	Children           []*Evaluation
	// State is what the node keeps for the next tick, nil where it keeps nothing.
	State bits.Set
}

// trace is who wants to see evaluations.
type trace struct {
	want func(entity int) bool
	emit func(entity int, e *Evaluation)
}

// emit gives the evaluations of a batch that was just evaluated: they are read from the
// registers, which hold the subset of every node.
func (m *Machine) emit(b *batch, t *trace) {
	var r *reader
	for i, seg := range b.frame.segments {
		if !t.want(int(seg.entity)) {
			continue
		}
		if r == nil {
			r = &reader{m, m.programs[b.program], family{}, b.runs}
		}
		t.emit(int(seg.entity), r.node(0, b.frame, i))
	}
}

// reader reads evaluations from registers.
type reader struct {
	*Machine
	program *code.Program
	family  family
	runs    uint64
}

func (r *reader) node(n int, f *frame, segment int) *Evaluation {
	node := &r.program.Nodes[n]
	e := &Evaluation{Name: node.Name, Label: node.Label, Entity: int(f.segments[segment].entity),
		Subset: r.subset(f, node.Result, segment), Candidates: r.subset(f, node.Candidates, segment)}
	if node.State > 0 {
		if s := f.slot(int(node.State - 1)); s.versions == nil {
			e.State = slices.Clone(f.read(s.set, segment))
		}
	}
	for _, child := range node.Children {
		c := r.node(int(child), f, segment)
		if c.Name == "" { // a part of the operator
			e.Children = append(e.Children, c.Children...)
			continue
		}
		e.Children = append(e.Children, c)
	}
	if node.Call == 0 {
		return e
	}
	for _, s := range r.family.of(f, int(node.Call-1), segment) {
		inner := r.node(s.frame.block.Node, s.frame, s.segment)
		if node.Matches {
			e.Children = append(e.Children, inner)
			continue
		}
		e.Children = append(e.Children, r.on(e, s, inner))
	}
	return e
}

// on gives the evaluation of an operator on one of the entities that it looks at.
func (r *reader) on(operator *Evaluation, s spot, inner *Evaluation) *Evaluation {
	f := s.frame
	result := f.registers[r.program.Nodes[f.block.Node].Result]
	all := f.runs == r.runs && result.kind == every && !f.packed
	return &Evaluation{Name: r.space.Entities[f.segments[s.segment].entity].Key, Entity: operator.Entity, Candidates: operator.Candidates,
		Subset: f.mapped(s.segment, inner.Subset, all), Children: []*Evaluation{inner}}
}

// subset copies what a register holds of a segment: nothing where the block was skipped.
func (r *reader) subset(f *frame, register uint16, segment int) bits.Set {
	seg := f.segments[segment]
	held := f.registers[register]
	if held.kind == empty || f.runs != r.runs {
		return bits.New(int(seg.size))
	}
	return slices.Clone(f.read(held.words, segment))
}
