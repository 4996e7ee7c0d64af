package vm

import (
	"cmp"
	"slices"

	"auto/vm/code"
)

// oneByOne has the entities of a level evaluated one after the other, in their order,
// where a program on it can read a request that is made on it.
func (l *linker) oneByOne(roots []root) error {
	ordered := map[int]bool{}
	for _, b := range l.batches {
		if l.readsLevel(b) {
			ordered[l.levelOf(b)] = true
		}
	}
	if len(ordered) == 0 {
		return nil
	}
	l.batches = slices.DeleteFunc(l.batches, func(b *batch) bool {
		again := ordered[l.levelOf(b)]
		if again {
			l.budget.refund(b)
		}
		return again
	})
	roots = slices.Clone(roots)
	slices.SortFunc(roots, func(a, b root) int { return cmp.Compare(a.entity, b.entity) })
	for _, r := range roots {
		if ordered[l.space.Entities[r.entity].Level] {
			if err := l.batch([]root{r}); err != nil {
				return err
			}
			l.batches[len(l.batches)-1].alone = true
		}
	}
	return nil
}

// readsLevel reports whether a batch can ask for a request of something that is on its
// own level, or that is requested with something on it.
func (l *linker) readsLevel(b *batch) bool {
	level := l.levelOf(b)
	for _, f := range b.frames {
		if f.shared == nil || f.parent == nil {
			continue
		}
		for _, seg := range f.segments {
			together := append([]int{int(seg.entity)}, l.space.ExecutionSet(int(seg.entity))...)
			if slices.ContainsFunc(together, func(e int) bool { return l.space.Entities[e].Level == level && l.of[e] >= 0 }) {
				return true
			}
		}
	}
	return false
}

// waited reports whether the evaluation of a batch would have waited for storage in
// Dagster: if not, what it requests is seen by what comes after it on the same level.
// SINCE, OR and any_checks_match wait for their operands together, whatever these are.
func (b *batch) waited(m *Machine) bool {
	p := m.programs[b.program]
	for _, f := range b.frames {
		for at, in := range f.block.Code {
			switch in.Op {
			case code.Since:
				return true
			case code.AnyChecks:
				if len(f.calls[at]) > 0 {
					return true
				}
			case code.Root:
				if b.wrote(f, in.Args[1]) {
					return true
				}
			case code.Whole, code.Within:
				if f.loads(p.Facts[in.Args[1]].Kind) && b.wrote(f, in.Args[2]) {
					return true
				}
			}
		}
	}
	return slices.ContainsFunc(p.Nodes, func(n code.Node) bool { return n.Name == "OR" })
}

// wrote reports whether a register has anything of this evaluation; without a candidate an
// operand is not computed.
func (b *batch) wrote(f *frame, register uint16) bool {
	return f.runs == b.runs && f.registers[register].kind != empty
}

// loads reports whether Dagster loads something to know a fact; the records of assets
// without partitions are loaded before all evaluations.
func (f *frame) loads(kind code.FactKind) bool {
	return kind != code.InLatestTimeWindow && !(kind == code.Missing && f.packed)
}
