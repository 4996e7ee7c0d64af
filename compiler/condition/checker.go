package condition

import (
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/source"
	"auto/lang/types"
	"auto/vm/graph"
)

// Checker gives the values of expressions, and makes findings about those that have
// none. The language is total: every expression ends, with a value or a finding.
type Checker struct {
	// Graph holds the assets that keys are looked up in, nil for none.
	Graph *graph.Graph
	// Getenv gives env.NAME, and false where it is not allowed; nil allows none.
	Getenv func(name string) (string, bool)
	// Lenient: keys of assets and checks in selections that do not exist are warnings, as
	// they select nothing, and else errors.
	Lenient bool
	// Findings are what has been found so far, unsorted.
	Findings diag.List

	// evaluating and expanding are the lets and defs under way, to find circles.
	evaluating map[*Binding]bool
	expanding  map[*ast.Def]bool
	depth      int
	// spent is the work for one expression that has been done, against maxWork.
	spent int
}

// maxWork bounds the work for one expression, in nodes: what is larger has been doubled
// over and over, and no one can have meant it.
const maxWork = 200_000

// Expr gives the value of an expression that uses the declarations of a scope.
func (c *Checker) Expr(s Scope, e ast.Expr) Value {
	c.spent = 0
	return c.expr(s, nil, e)
}

// init makes the maps of a Checker that has none yet.
func (c *Checker) init() {
	if c.evaluating == nil {
		c.evaluating, c.expanding = map[*Binding]bool{}, map[*ast.Def]bool{}
	}
}

func (c *Checker) find(code diag.Code, at source.Span, help, format string, args ...any) {
	c.Findings.Addf(code, at, help, format, args...)
}

// spend counts work, and reports whether there was enough left for it.
func (c *Checker) spend(work int, at source.Span) bool {
	if c.spent > maxWork {
		return false
	}
	if c.spent += work; c.spent <= maxWork {
		return true
	}
	c.find(diag.TooLarge, at, "Use each `let` and `def` less often in one condition.", "The expression has more than %d parts when it is written out.", maxWork)
	return false
}

// condition gives the value of a condition whose tree is known: its scope is what the
// tree can be evaluated on. A node that is in use already is copied.
func (c *Checker) condition(n *Node, at source.Span) Value {
	if n.size > 0 {
		n = n.clone()
	}
	n.Span = at
	if n.measure(); !c.spend(n.size, at) {
		return unknownValue(at)
	}
	return conditionOf(scopeOf(n), n, at)
}

// scopeOf gives what a tree can be evaluated on.
func scopeOf(n *Node) types.Scope {
	switch n.Op {
	case And, Or, Not, Since, NewlyTrue:
		scope := types.OnBoth
		for _, child := range n.Children {
			scope &= scopeOf(child)
		}
		return scope
	case AnyChecks, AllChecks, AnyDownstream, CodeVersionChanged:
		return types.OnAsset
	case Fact:
		switch factShapes[n.Fact.Kind] {
		case passed:
			return types.OnCheck
		case freshness, ours:
			return types.OnAsset
		}
	}
	return types.OnBoth
}
