package condition

import (
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/vm/graph"
)

// Env is what expressions can refer to beside the vocabulary.
type Env struct {
	// Lookup gives the declaration of a name (*ast.Let or *ast.Def) that is visible, and
	// false where there is none; nil for no declarations.
	Lookup func(name string) (ast.Decl, bool)
	// Getenv gives env.NAME, and false where it is not allowed.
	Getenv func(name string) (string, bool)
	// Graph is nil where none is known.
	Graph *graph.Graph
}

// Build makes the tree of a condition. What is wrong with the expression is in the
// findings; where there are errors the node is nil.
func Build(e ast.Expr, env Env) (*Node, diag.List) { panic("skeleton") }

// Expand replaces `any_downstream_conditions()` in the condition of an asset: by the
// conditions of everything downstream of it, as Dagster gathers and strips them.
// conditionOf gives the condition of an asset, nil for none.
func Expand(n *Node, asset string, g *graph.Graph, conditionOf func(asset string) *Node) *Node {
	panic("skeleton")
}

// Name is Dagster's name of the node.
func (n *Node) Name() string { panic("skeleton") }

// Equal reports whether two conditions are equal in everything, labels too.
func (n *Node) Equal(o *Node) bool { panic("skeleton") }
