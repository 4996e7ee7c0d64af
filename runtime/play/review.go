package play

import (
	"maps"
	"slices"

	"auto/compiler/condition"
	"auto/lang/diag"
	"auto/runtime/scenario"
	"auto/vm/graph"
)

// Review gives what can be said about a scenario without evaluating it, sorted: what
// scenario.Review finds, the errors of all conditions, those that events put in place too,
// and what conditions surely do not mean.
func Review(s *scenario.Scenario) diag.List {
	found := scenario.Review(s)
	g, conditions, err := scenario.NewSession(s, nil).Graph()
	if err != nil {
		return found // Read has its findings, or a tick expects them
	}
	for _, key := range slices.Sorted(maps.Keys(conditions)) {
		found = append(found, reviewed(g, key, conditions[key])...)
	}
	for _, t := range s.Ticks {
		for _, e := range t.Events {
			if edit, ok := e.What.(scenario.EditCondition); ok && edit.To != nil {
				found = append(found, reviewed(g, edit.Key, edit.To)...)
			}
		}
	}
	found.Sort()
	return found
}

// reviewed gives the findings about the condition of one asset or check.
func reviewed(g *graph.Graph, key string, c *scenario.Condition) diag.List {
	n, found := build(g, key, c)
	if n == nil {
		return found
	}
	return append(found, condition.Review(n, condition.Target{Graph: g, Keys: []string{key}})...)
}
