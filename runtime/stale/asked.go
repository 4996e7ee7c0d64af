package stale

import (
	"slices"

	"auto/compiler/condition"
	"auto/vm/graph"
)

// Asked gives of which assets conditions ask the facts of a tracker: for Follow. Conditions
// are by the key of their asset or check; those on dependencies of a key are about these.
func Asked(g *graph.Graph, conditions map[string]*condition.Node) func(asset string) bool {
	asks := asking{g, map[string]bool{}}
	for key, n := range conditions {
		asks.walk(n, []string{key})
	}
	return func(asset string) bool { return asks.asked[asset] }
}

type asking struct {
	graph *graph.Graph
	asked map[string]bool
}

// walk notes what a condition asks when it is evaluated on some keys.
func (w asking) walk(n *condition.Node, on []string) {
	switch n.Op {
	case condition.Fact:
		if slices.Contains(kinds, n.Fact.Kind) {
			for _, key := range on {
				w.asked[key] = true
			}
		}
		return
	case condition.Matches:
		on = []string{n.Key}
	case condition.AnyDeps, condition.AllDeps:
		on = w.dependencies(on)
	}
	for _, child := range n.Children {
		w.walk(child, on)
	}
}

func (w asking) dependencies(on []string) (all []string) {
	for _, key := range on {
		all = append(all, w.graph.Upstream(key)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
