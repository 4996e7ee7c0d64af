package condition

import (
	"slices"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/vm/graph"
)

// grains finds dependencies that a condition asks about, and whose partitions cannot
// correspond to those of the asset: the mapping compares keys, and the definitions have
// no keys in common, or by chance only. Each pair is found once.
func (r *review) grains(n *Node, outer source.Span, found map[string]bool) {
	at, _ := written(n, outer)
	if n.Op == AnyDeps || n.Op == AllDeps {
		for _, a := range r.assets() {
			r.grainsOf(n, a, at, found)
		}
		return
	}
	if leaves(n.Op) {
		return
	}
	for _, child := range n.Children {
		r.grains(child, at, found)
	}
}

func (r *review) grainsOf(n *Node, a *graph.Asset, at source.Span, found map[string]bool) {
	asked := r.selected(n, dependencyKeys(a))
	for _, dep := range a.Deps {
		up, defined := r.Graph.Asset(dep.Key)
		pair := a.Key + " " + dep.Key
		if !defined || found[pair] || !slices.Contains(asked, dep.Key) || !mismatch(up, a, dep.Mapping) {
			continue
		}
		found[pair] = true
		r.find(diag.GrainMismatch, at, "Give the dependency a mapping in the asset file, such as `time_window` or `all`.",
			"`%s` has %s partitions and its dependency `%s` %s ones, which are compared by their keys.", a.Key, a.Partitions.Type, up.Key, up.Partitions.Type)
	}
}

// mismatch reports whether a dependency is mapped by keys that the two definitions do not
// share.
func mismatch(up, down *graph.Asset, mapping *graph.Mapping) bool {
	if up.Partitions == nil || down.Partitions == nil || up.Partitions.Same(down.Partitions) {
		return false
	}
	if mapping == nil {
		m := graph.DefaultMapping(up.Partitions, down.Partitions)
		mapping = &m
	}
	return mapping.Kind == graph.MapIdentity && !share(up.Partitions, down.Partitions)
}

// share reports whether two definitions are made to have keys in common. Dynamic keys can
// be any.
func share(p, q *graph.Partitions) bool {
	switch {
	case p.Type == graph.Dynamic || q.Type == graph.Dynamic:
		return true
	case p.IsTime() && q.IsTime():
		return p.Type == q.Type && p.Cron == q.Cron && p.Format == q.Format
	case p.Type == graph.Static && q.Type == graph.Static:
		return slices.ContainsFunc(p.Keys, func(key string) bool { return slices.Contains(q.Keys, key) })
	case p.Type == graph.Multi && q.Type == graph.Multi:
		return true
	}
	return false
}
