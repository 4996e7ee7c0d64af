package vm

import (
	"cmp"
	"slices"
)

// oneByOne has the entities of a level evaluated one by one, in turns, where a program on it
// can read a request that is made on it.
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
			if err := l.batch([]root{r}, true); err != nil {
				return err
			}
		}
	}
	return nil
}

// readsLevel reports whether a batch can ask for a request of something else that is on its
// own level, or that is requested with something else on it. Of itself alone no entity sees
// a request: it is made when the evaluation has ended.
func (l *linker) readsLevel(b *batch) bool {
	level := l.levelOf(b)
	for _, f := range b.frames {
		if f.shared == nil {
			continue
		}
		for _, seg := range f.segments {
			root := int(b.frame.segments[seg.root].entity)
			together := append([]int{int(seg.entity)}, l.space.ExecutionSet(int(seg.entity))...)
			if slices.ContainsFunc(together, func(e int) bool { return e != root && l.space.Entities[e].Level == level && l.of[e] >= 0 }) {
				return true
			}
		}
	}
	return false
}
