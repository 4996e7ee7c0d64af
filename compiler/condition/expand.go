package condition

import (
	"maps"
	"slices"
	"strings"

	"auto/vm/graph"
)

// Expand replaces `any_downstream_conditions()` in the condition of an asset or check, by
// the conditions of everything downstream of what it is evaluated on, as Dagster gathers
// and strips them. Conditions that are the same are one; one that stands above the
// operator already is left out. conditionOf gives the condition of an asset, nil for none.
//
// Where the operator stands below a dependency or check operator, it reads differently on
// each key, and Node.On gives the child for one.
func Expand(n *Node, key string, g *graph.Graph, conditionOf func(asset string) *Node) *Node {
	x := &expansion{g, conditionOf, map[string][]downstream{}}
	return x.expand(n, key, nil)
}

// expansion is the work of Expand.
type expansion struct {
	g           *graph.Graph
	conditionOf func(asset string) *Node
	gathered    map[string][]downstream
}

// downstream is a condition with the assets that have it, sorted as Dagster sorts keys.
type downstream struct {
	node *Node
	keys []string
}

// expand expands below a node that is evaluated on a key. The path is the conditions
// above it.
func (x *expansion) expand(n *Node, key string, path []*Node) *Node {
	if !contains(n, AnyDownstream) {
		return n
	}
	path = append(slices.Clip(path), n)
	switch n.Op {
	case AnyDownstream:
		return x.expandDownstream(n, key, path)
	case AnyDeps, AllDeps:
		return x.expandEach(n, x.dependencies(key), path)
	case AnyChecks, AllChecks:
		return x.expandEach(n, x.checks(key), path)
	case Matches:
		key = n.Key
	}
	c := n.clone()
	c.Children = make([]*Node, len(n.Children))
	for i, child := range n.Children {
		c.Children[i] = x.expand(child, key, path)
	}
	return c
}

// contains reports whether an operation is in a tree.
func contains(n *Node, op Op) bool {
	return n.Op == op || slices.ContainsFunc(n.Children, func(child *Node) bool { return contains(child, op) })
}

// expandEach expands the child of a dependency or check operator for each key.
func (x *expansion) expandEach(n *Node, keys []string, path []*Node) *Node {
	c := n.clone()
	c.ByKey = map[string]*Node{}
	for _, key := range keys {
		asked := &Node{Op: Matches, Key: key, Children: n.Children}
		c.ByKey[key] = x.expand(n.Children[0], key, append(slices.Clip(path), asked))
	}
	return c
}

func (x *expansion) expandDownstream(n *Node, key string, path []*Node) *Node {
	c := n.clone()
	for i, d := range x.gather(key) {
		if slices.ContainsFunc(path, d.node.Same) {
			continue
		}
		child := x.expand(d.node, key, path)
		c.Children = append(c.Children, &Node{Op: Downstream, DownstreamKeys: d.keys, Index: i, Children: []*Node{child}, Span: n.Span})
	}
	return c
}

// gather gives the conditions of everything downstream of an asset, stripped, in the
// order of their first keys.
func (x *expansion) gather(key string) []downstream {
	if found, ok := x.gathered[key]; ok {
		return found
	}
	var found []downstream
	for _, asset := range x.descendants(key) {
		n := x.conditionOf(asset)
		if n == nil {
			continue
		}
		if n = strip(n); n == nil {
			continue
		}
		if i := slices.IndexFunc(found, func(d downstream) bool { return d.node.Same(n) }); i >= 0 {
			found[i].keys = append(found[i].keys, asset)
		} else {
			found = append(found, downstream{n, []string{asset}})
		}
	}
	x.gathered[key] = found
	return found
}

// descendants gives the keys of all assets downstream of one, in the order of keys.
func (x *expansion) descendants(key string) []string {
	reached := map[string]bool{}
	frontier := []string{key}
	for len(frontier) > 0 {
		next := x.dependents(frontier[0])
		frontier = frontier[1:]
		for _, k := range next {
			if k != key && !reached[k] {
				reached[k] = true
				frontier = append(frontier, k)
			}
		}
	}
	return slices.SortedFunc(maps.Keys(reached), compareKeys)
}

// compareKeys orders keys of assets component by component.
func compareKeys(a, b string) int {
	return slices.Compare(strings.Split(a, "/"), strings.Split(b, "/"))
}

// dependents gives the assets that depend on a key, which may be defined nowhere.
func (x *expansion) dependents(key string) []string {
	if _, defined := x.g.Asset(key); defined {
		return x.g.Downstream(key)
	}
	return slices.DeleteFunc(x.g.Keys(), func(k string) bool {
		a, _ := x.g.Asset(k)
		return !slices.ContainsFunc(a.Deps, func(d graph.Dep) bool { return d.Key == key })
	})
}

// dependencies gives what an asset or a check, as asset:check, depends on.
func (x *expansion) dependencies(key string) []string {
	if a, ok := x.g.Asset(key); ok {
		keys := make([]string, len(a.Deps))
		for i, d := range a.Deps {
			keys[i] = d.Key
		}
		return keys
	}
	i := max(strings.LastIndexByte(key, ':'), 0)
	check, ok := x.g.Check(key[:i], strings.TrimPrefix(key[i:], ":"))
	if !ok {
		return nil
	}
	return append([]string{key[:i]}, check.Deps...)
}

func (x *expansion) checks(key string) []string {
	a, ok := x.g.Asset(key)
	if !ok {
		return nil
	}
	keys := make([]string, len(a.Checks))
	for i, c := range a.Checks {
		keys[i] = key + ":" + c.Name
	}
	return keys
}

// strip takes `any_downstream_conditions()` out of a condition that is itself gathered by
// one: it counts as false, and unlabeled AND and OR around it fold. It gives nil where
// nothing is left.
func strip(n *Node) *Node {
	switch {
	case n.Label != "":
		return n
	case n.Op == AnyDownstream:
		return nil
	case n.Op != And && n.Op != Or:
		return n
	}
	var kept []*Node
	changed := false
	for _, child := range n.Children {
		stripped := strip(child)
		if stripped == nil && n.Op == And {
			return nil
		}
		changed = changed || stripped != child
		if stripped != nil {
			kept = append(kept, stripped)
		}
	}
	return folded(n, kept, changed)
}

// folded gives an AND or OR with the operands that were kept.
func folded(n *Node, kept []*Node, changed bool) *Node {
	switch {
	case !changed:
		return n
	case len(kept) == 0:
		return nil
	case len(kept) == 1:
		return kept[0]
	}
	c := n.clone()
	c.Children = kept
	return c
}
