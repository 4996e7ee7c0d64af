package condition

import (
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/types"
	"auto/vm/graph"
)

// Env is what expressions can refer to beside the vocabulary.
type Env struct {
	// Lookup gives the declaration of a name (*ast.Let or *ast.Def) that is visible, and
	// false where there is none; nil for no declarations.
	Lookup func(name string) (ast.Decl, bool)
	// Getenv gives env.NAME, and false where it is not allowed; nil allows none.
	Getenv func(name string) (string, bool)
	// Graph is nil where none is known.
	Graph *graph.Graph
	// On is what the condition is for, an asset or a check; zero is an asset.
	On types.Scope
}

// Build makes the tree of a condition. What is wrong with the expression is in the
// findings, sorted; where there are errors the node is nil. Keys that do not exist are
// warnings in selections, as in Dagster, which selects nothing by them.
func Build(e ast.Expr, env Env) (*Node, diag.List) {
	var scope Scope = names{}
	if env.Lookup != nil {
		scope = declared{env.Lookup, names{}}
	}
	c := &Checker{Graph: env.Graph, Getenv: env.Getenv, Lenient: true}
	on := env.On
	if on == 0 {
		on = types.OnAsset
	}
	v := c.Expr(scope, e)
	n := c.Condition(v, on, "the text", "The text")
	c.Findings.Sort()
	if c.Findings.HasErrors() {
		return nil, c.Findings
	}
	return n, c.Findings
}

// Condition gives the tree of a value that has to be a condition, on assets or checks; nil
// where there is none, and with a finding where the value is no such condition. For
// sentences, place names where it stands ("`when`"), and subject what it is for ("The
// policy").
func (c *Checker) Condition(v Value, on types.Scope, place, subject string) *Node {
	if !c.Fit(v, []types.Type{types.Condition}, place) || v.Type != types.Condition {
		return nil
	}
	if v.Scope&on == 0 {
		c.find(diag.WrongScope, v.At, scopeHelp(on), "%s is for %s, and this condition is about %s.", subject, scopeName(on), scopeName(v.Scope))
		return nil
	}
	return v.Node
}
