package compiler

import (
	"auto/lang/source"
	"auto/lang/types"
	"auto/vm/graph"
)

// value is what an expression stands for.
type value struct {
	typ types.Type
	// scope is where a condition can be evaluated.
	scope types.Scope
	// constant is a string, int64, bool, time.Duration, []any or map[string]any, nil
	// for a condition or selection.
	constant any
	// selection is that of a selection of assets or checks.
	selection graph.Selection
	// at is where the value is written, for findings about it.
	at source.Span
}

// unknownValue stands for an expression that a finding has been made about.
func unknownValue(at source.Span) value {
	return value{typ: types.Any, scope: types.OnBoth, at: at}
}

func conditionOf(scope types.Scope, at source.Span) value {
	return value{typ: types.Condition, scope: scope, at: at}
}
