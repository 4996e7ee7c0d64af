package condition

import (
	"slices"
	"strings"

	"auto/vm/graph"
)

// Asks gives for a condition a func that says, of an asset, or a check as asset:check,
// that has it, which of its dependencies the condition asks whether they are requested on
// the same tick. Dependencies of which that is never so, because no run can have both
// (will_be_requested), are left out. The func is nil where the condition asks nothing of
// the kind.
func Asks(n *Node, g *graph.Graph) func(key string) []string {
	a := asker{review: review{Target: Target{Graph: g}, resolved: map[*Selection]map[string]bool{}}}
	a.collect(n)
	if len(a.operators) == 0 {
		return nil
	}
	return a.dependencies
}

// asker finds dependencies by the operators of one condition.
type asker struct {
	review
	// operators are those whose operand asks for requests of what it is evaluated on.
	operators []*Node
}

func (a *asker) collect(n *Node) {
	switch {
	case n.Op == AnyDeps || n.Op == AllDeps || n.Op == Matches:
		if slices.ContainsFunc(n.Children, askedHere) {
			a.operators = append(a.operators, n)
		}
	case !leaves(n.Op):
		for _, child := range n.Children {
			a.collect(child)
		}
	}
}

// askedHere reports whether a condition asks for requests of what it is evaluated on.
func askedHere(n *Node) bool {
	return n.Op == WillBeRequested || !leaves(n.Op) && slices.ContainsFunc(n.Children, askedHere)
}

// dependencies gives the keys in the order of the asset's dependencies, each once.
func (a *asker) dependencies(key string) (keys []string) {
	name, check, isCheck := key, "", false
	if i := strings.LastIndexByte(key, ':'); i >= 0 {
		name, check, isCheck = key[:i], key[i+1:], true
	}
	asset, ok := a.Graph.Asset(name)
	if !ok {
		return nil
	}
	deps, partitions := asset.Deps, asset.Partitions
	if isCheck {
		deps, partitions = a.checkDeps(asset, check)
	}
	for _, d := range deps {
		up, ok := a.Graph.Asset(d.Key)
		if ok && !up.External && !up.Observable && up.Repository == asset.Repository && graph.SameRun(partitions, up.Partitions, d.Mapping) && a.asked(d.Key) {
			keys = append(keys, d.Key)
		}
	}
	return keys
}

// checkDeps gives what a check depends on, and its partitions.
func (a *asker) checkDeps(asset *graph.Asset, name string) (deps []graph.Dep, p *graph.Partitions) {
	c, _ := a.Graph.Check(asset.Key, name)
	deps = []graph.Dep{{Key: asset.Key}}
	for _, key := range c.Deps {
		deps = append(deps, graph.Dep{Key: key})
	}
	if c.Partitioned {
		p = asset.Partitions
	}
	return deps, p
}

// asked reports whether some operator is evaluated on a dependency.
func (a *asker) asked(key string) bool {
	return slices.ContainsFunc(a.operators, func(n *Node) bool {
		if n.Op == Matches {
			return n.Key == key
		}
		return len(a.selected(n, []string{key})) > 0
	})
}
