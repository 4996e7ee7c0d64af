package explain

import (
	"auto/compiler/condition"
	"auto/vm/code"
)

// Brute tries every set of facts of a size, with no regard to the tree, and gives the
// first that has the partition requested; nil where there is none, or there are too many
// to try.
func (s Search) Brute(size int) ([]Change, error) {
	r := &search{Search: s, answer: &Answer{}, expanded: map[string]*condition.Node{}}
	base, err := r.evaluate(s.Input.At, nil)
	if err != nil {
		return nil, err
	}
	if r.number, err = base.Find(s.Partition); err != nil {
		return nil, err
	}
	all := r.all(base)
	if size > 1 && len(all) > 40 {
		return nil, nil // it would take too long
	}
	return r.brute(all, nil, size)
}

func (r *search) brute(rest, set []Change, size int) ([]Change, error) {
	if size == 0 {
		tree, err := r.evaluate(r.Input.At, set)
		if err != nil || !tree.Requested.Has(r.number) {
			return nil, err
		}
		return set, nil
	}
	for i, c := range rest {
		found, err := r.brute(rest[i+1:], append(set[:len(set):len(set)], c), size-1)
		if found != nil || err != nil {
			return found, err
		}
	}
	return nil, nil
}

// all gives every change of a fact that some condition reads.
func (r *search) all(base *Tree) []Change {
	var out []Change
	seen := map[string]bool{}
	for key := range r.Input.Conditions {
		eachLeaf(r.condition(key), func(leaf *condition.Node) {
			if leaf.Op == condition.ExecutedWithRootTarget && key != r.Key || seen[leaf.Name()] {
				return
			}
			seen[leaf.Name()] = true
			for entity := range base.Space.Entities {
				e := &base.Space.Entities[entity]
				for number := range e.Keys.Len() {
					for _, to := range []bool{true, false} {
						out = append(out, Change{Name: leaf.Name(), Entity: e.Key, To: to, operand: leaf, root: base.Root.Entity, entity: entity, bit: e.Bit + number, number: number})
					}
				}
			}
		})
	}
	return out
}

func eachLeaf(n *condition.Node, f func(*condition.Node)) {
	if n.Op == condition.ExecutedWithRootTarget || n.Op == condition.Fact && n.Fact.Kind != code.InLatestTimeWindow {
		f(n)
	}
	for _, c := range n.Children {
		eachLeaf(c, f)
	}
}
