package stale

import (
	"slices"

	"auto/compiler/condition"
	"auto/vm/code"
	"auto/vm/graph"
)

// Asked gives of which assets conditions ask the facts of a tracker: for Follow. Conditions
// are by the key of their asset or check; those on dependencies of a key are about these.
func Asked(g *graph.Graph, conditions map[string]*condition.Node) func(asset string) bool {
	asks := asking{g, map[string]bool{}, func(string, *condition.Node) {}}
	for key, n := range conditions {
		asks.walk(n, []string{key})
	}
	return func(asset string) bool { return asks.asked[asset] }
}

// Counted gives which dependencies' updates outdate an asset, for Narrow: those that
// `allow` and `ignore` of the conditions leave, all together where several nodes ask about
// one asset.
func Counted(g *graph.Graph, conditions map[string]*condition.Node) func(asset, dependency string) bool {
	counts := map[[2]string]bool{}
	w := asking{g, map[string]bool{}, func(asset string, n *condition.Node) {
		deps := g.Upstream(asset)
		if n.Allow != nil {
			deps = both(deps, n.Allow.Resolve(g), true)
		}
		if n.Ignore != nil {
			deps = both(deps, n.Ignore.Resolve(g), false)
		}
		for _, dep := range deps {
			counts[[2]string{asset, dep}] = true
		}
	}}
	for key, n := range conditions {
		w.walk(n, []string{key})
	}
	return func(asset, dependency string) bool { return counts[[2]string{asset, dependency}] }
}

// both gives the keys of a list that are, or are not, in another.
func both(keys, others []string, in bool) (out []string) {
	for _, key := range keys {
		if slices.Contains(others, key) == in {
			out = append(out, key)
		}
	}
	return out
}

type asking struct {
	graph *graph.Graph
	asked map[string]bool
	// each is told of every node that asks about updates, and of what asset.
	each func(asset string, n *condition.Node)
}

// walk notes what a condition asks when it is evaluated on some keys.
func (w asking) walk(n *condition.Node, on []string) {
	switch n.Op {
	case condition.Fact:
		if slices.Contains(kinds, n.Fact.Kind) {
			for _, key := range on {
				w.asked[key] = true
				if n.Fact.Kind != code.AlreadyRequested {
					w.each(key, n)
				}
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
