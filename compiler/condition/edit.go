package condition

import (
	"slices"

	"auto/vm/code"
)

// clone copies a node, to change the copy.
func (n *Node) clone() *Node {
	c := *n
	return &c
}

// join makes an AND or OR. Operands that are one themselves and have no label are taken
// apart, on every side, as Dagster's `&` and `|` do.
func join(op Op, parts ...*Node) *Node {
	n := &Node{Op: op}
	for _, p := range parts {
		if p.Op == op && p.Label == "" {
			n.Children = append(n.Children, p.Children...)
		} else {
			n.Children = append(n.Children, p)
		}
	}
	return n
}

// WithLabel gives the condition with another label.
func (n *Node) WithLabel(label string) *Node {
	c := n.clone()
	c.Label = label
	return c
}

// pattern is what `replace` looks for: a condition, or the text of a label or name.
type pattern struct {
	node *Node
	text string
}

func (p pattern) fits(n *Node) bool {
	if p.node != nil {
		return n.Equal(p.node)
	}
	return n.Label != "" && n.Label == p.text || n.Name() == p.text
}

// replaceable are the operators whose operands `replace` looks into. It does not look
// into those of NEWLY_TRUE and of check operators.
var replaceable = []Op{And, Or, Not, Since, AnyDeps, AllDeps, Matches}

// replace puts a condition in the place of every part that fits, and gives how many did.
// What it puts there is not looked into, and not taken apart.
func (n *Node) replace(old pattern, with *Node) (*Node, int) {
	if old.fits(n) {
		return with, 1
	}
	if !slices.Contains(replaceable, n.Op) {
		return n, 0
	}
	return n.mapChildren(func(child *Node) (*Node, int) { return child.replace(old, with) })
}

// eachReplaced visits every part that `replace` would replace.
func (n *Node) eachReplaced(old pattern, visit func(*Node)) {
	if old.fits(n) {
		visit(n)
		return
	}
	if slices.Contains(replaceable, n.Op) {
		for _, child := range n.Children {
			child.eachReplaced(old, visit)
		}
	}
}

// mapChildren gives the node with other children, itself where nothing changed, and the
// sum of the counts.
func (n *Node) mapChildren(change func(*Node) (*Node, int)) (*Node, int) {
	children := make([]*Node, len(n.Children))
	total := 0
	for i, child := range n.Children {
		count := 0
		children[i], count = change(child)
		total += count
	}
	if total == 0 {
		return n, 0
	}
	c := n.clone()
	c.Children = children
	return c, total
}

// without takes out every operand of an AND that equals a condition.
func (n *Node) without(operand *Node) *Node {
	c := n.clone()
	c.Children = slices.DeleteFunc(slices.Clone(n.Children), operand.Equal)
	return c
}

// has reports whether a condition is one of the node's operands.
func (n *Node) has(operand *Node) bool { return slices.ContainsFunc(n.Children, operand.Equal) }

// selectable are the operators that have `allow` and `ignore`: those about dependencies
// and checks, which keep the selection, and those that hand it on.
var selectable = []Op{And, Or, Not, Since, AnyDeps, AllDeps, AnyChecks, AllChecks, DepsNonexistent, DepsToCome}

func (n *Node) selectable() bool { return slices.Contains(selectable, n.Op) || n.isOutdated() }

// isOutdated reports whether a condition is about updates of dependencies, of which some
// may be selected.
func (n *Node) isOutdated() bool {
	return n.Op == Fact && (n.Fact.Kind == code.Outdated || n.Fact.Kind == code.OutdatedInLatestTimeWindow)
}

// filter applies `allow` or, where ignore is set, `ignore` with a selection to all that is
// about dependencies or checks that it reaches, and gives how many these are.
func (n *Node) filter(s *Selection, ignore bool) (*Node, int) {
	switch n.Op {
	case AnyDeps, AllDeps, AnyChecks, AllChecks, DepsNonexistent, DepsToCome, Fact:
		return n.filtered(s, ignore), 1
	}
	return n.mapChildren(func(child *Node) (*Node, int) {
		if !child.selectable() {
			return child, 0
		}
		return child.filter(s, ignore)
	})
}

// filtered gives what is about dependencies or checks with one more selection.
func (n *Node) filtered(s *Selection, ignore bool) *Node {
	if n.Op == AnyChecks || n.Op == AllChecks {
		s = s.forChecks()
	}
	c := n.clone()
	if ignore {
		c.Ignore = s.union(n.Ignore)
	} else {
		c.Allow = s.union(n.Allow)
	}
	return c
}
