package compiler

import (
	"auto/compiler/condition"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/types"
	"auto/vm/graph"
)

// Selected gives the keys of a graph that an expression typed by a person selects:
// assets, or checks as asset:check, sorted. What it is wrong about are findings that call
// the expression by the name what.
func Selected(e ast.Expr, g *graph.Graph, what string) ([]string, diag.List) {
	values := &condition.Checker{Graph: g}
	v := values.Expr(&scope{}, e)
	values.Fit(v, []types.Type{types.Selection, types.Checks}, what)
	values.Findings.Sort()
	if values.Findings.HasErrors() || v.Selection == nil {
		return nil, values.Findings
	}
	return v.Selection.Resolve(g), values.Findings
}
