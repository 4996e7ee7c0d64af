package scenario

import (
	"slices"

	"auto/compiler"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/vm/graph"
)

// Deployment is what is in force: policies over a graph.
type Deployment struct {
	Graph    *graph.Graph
	Policies *compiler.Policies
	// Env are the values of the environment names that the project allows.
	Env map[string]string
}

// deploy checks policies over the assets as they are now. Blocks of files are left out: a
// scenario has none.
func (d *definitions) deploy(p *Policies, env map[string]string) (Deployment, diag.List) {
	if p.Findings.HasErrors() {
		return Deployment{}, p.Findings
	}
	g, refused := d.build()
	if refused.HasErrors() {
		return Deployment{}, refused
	}
	trees := make([]*ast.File, len(p.Trees))
	for i, tree := range p.Trees {
		trees[i] = withoutFiles(tree)
	}
	policies, found := compiler.Compile(compiler.Input{Files: trees, Graph: g, Env: env})
	return Deployment{Graph: g, Policies: policies, Env: env}, slices.Concat(p.Findings, found)
}

func withoutFiles(tree *ast.File) *ast.File {
	out := *tree
	out.Decls = slices.DeleteFunc(slices.Clone(tree.Decls), func(d ast.Decl) bool {
		_, ok := d.(*ast.Files)
		return ok
	})
	return &out
}

// initial gives the policies that are in force at the beginning.
func (s *Scenario) initial() *Policies {
	if s.Policies != nil {
		return s.Policies
	}
	return s.own
}
