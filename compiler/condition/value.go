package condition

import (
	"auto/lang/source"
	"auto/lang/types"
)

// Value is what an expression stands for.
type Value struct {
	Type types.Type
	// Scope is where a condition can be evaluated.
	Scope types.Scope
	// Constant is a string, int64, bool, time.Duration, []any or map[string]any; nil for
	// conditions and selections, and for what is not known before a def is used.
	Constant any
	// Selection is that of a selection of assets or checks, nil where it is not known.
	Selection *Selection
	// Node is the tree of a condition, nil where it is not known.
	Node *Node
	// At is where the value is written, for findings about it.
	At source.Span
}

// unknownValue stands for an expression that a finding has been made about.
func unknownValue(at source.Span) Value {
	return Value{Type: types.Any, Scope: types.OnBoth, At: at}
}

// conditionOf gives the value of a condition; the node is nil where it is not known.
func conditionOf(scope types.Scope, node *Node, at source.Span) Value {
	return Value{Type: types.Condition, Scope: scope, Node: node, At: at}
}
