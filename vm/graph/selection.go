package graph

import (
	"maps"
	"slices"
	"strings"
)

// Selection is a set of assets or checks, as an expression over a graph. It resolves as
// Dagster's asset selections do. The zero Selection selects nothing.
type Selection struct{ node selectionNode }

// keySet is a set of asset keys, and of checks as "asset:check".
type keySet map[string]bool

// selectionNode gives the set that a part of a selection stands for. The set is the
// caller's.
type selectionNode interface {
	resolve(g *Graph) keySet
}

// Resolve gives the keys that a graph has of the selection, sorted. Checks are written
// "asset:check".
func (s Selection) Resolve(g *Graph) []string {
	return slices.Sorted(maps.Keys(s.resolve(g)))
}

func (s Selection) resolve(g *Graph) keySet {
	if s.node == nil {
		return keySet{}
	}
	return s.node.resolve(g)
}

// predicate selects assets one by one.
type predicate func(a *Asset) bool

func (p predicate) resolve(g *Graph) keySet {
	set := keySet{}
	for key, a := range g.assets {
		if p(a) {
			set[key] = true
		}
	}
	return set
}

// materializable reports whether an asset is executed here; observing is no execution.
func materializable(a *Asset) bool { return !a.External && !a.Observable }

// limited limits a predicate to assets that are executed here, unless the others are
// asked for.
func limited(includeExternal bool, p predicate) Selection {
	return Selection{predicate(func(a *Asset) bool { return (includeExternal || materializable(a)) && p(a) })}
}

// All selects every asset. Like Groups, Tag, Kind and KeyPrefixes it leaves out external
// and observable assets unless includeExternal is set.
func All(includeExternal bool) Selection {
	return limited(includeExternal, func(*Asset) bool { return true })
}

// byKey selects assets by their keys.
type byKey []string

func (b byKey) resolve(g *Graph) keySet {
	set := keySet{}
	for _, key := range b {
		if g.assets[key] != nil {
			set[key] = true
		}
	}
	return set
}

// Assets selects assets by their keys, external ones too; a key that does not exist
// selects nothing.
func Assets(keys ...string) Selection { return Selection{byKey(keys)} }

// Groups selects the assets of groups.
func Groups(includeExternal bool, groups ...string) Selection {
	return limited(includeExternal, func(a *Asset) bool { return slices.Contains(groups, a.Group) })
}

// Tag selects the assets that have a tag with a value.
func Tag(includeExternal bool, name, value string) Selection {
	return limited(includeExternal, func(a *Asset) bool { v, ok := a.Tags[name]; return ok && v == value })
}

// Kind selects the assets of a kind.
func Kind(includeExternal bool, kind string) Selection {
	return limited(includeExternal, func(a *Asset) bool { return slices.Contains(a.Kinds, kind) })
}

// Owner selects the assets of an owner, external ones too.
func Owner(owner string) Selection {
	return Selection{predicate(func(a *Asset) bool { return slices.Contains(a.Owners, owner) })}
}

// KeyPrefixes selects the assets whose keys begin with one of the prefixes, component by
// component: "raw" fits "raw" and "raw/orders", not "rawer/orders".
func KeyPrefixes(includeExternal bool, prefixes ...string) Selection {
	return limited(includeExternal, func(a *Asset) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return a.Key == p || strings.HasPrefix(a.Key, p+"/") })
	})
}

// combined joins two selections by an operator on their sets, which may change the
// first.
type combined struct {
	a, b Selection
	join func(a, b keySet) keySet
}

func (c combined) resolve(g *Graph) keySet { return c.join(c.a.resolve(g), c.b.resolve(g)) }

func union(a, b keySet) keySet {
	maps.Copy(a, b)
	return a
}

func intersection(a, b keySet) keySet {
	maps.DeleteFunc(a, func(key string, _ bool) bool { return !b[key] })
	return a
}

func difference(a, b keySet) keySet {
	maps.DeleteFunc(a, func(key string, _ bool) bool { return b[key] })
	return a
}

// Or selects what either selects.
func (s Selection) Or(other Selection) Selection { return Selection{combined{s, other, union}} }

// And selects what both select.
func (s Selection) And(other Selection) Selection { return Selection{combined{s, other, intersection}} }

// Minus selects what the other does not.
func (s Selection) Minus(other Selection) Selection { return Selection{combined{s, other, difference}} }

// neighbours gives the keys next to an asset's in one direction.
type neighbours func(g *Graph, key string) []string

// spread gives what is reached from a set of keys in up to depth steps, without end for
// a depth below 0. A key of the set itself is reached where a step leads to it.
func spread(g *Graph, from keySet, depth int, step neighbours) keySet {
	reached := keySet{}
	frontier := slices.Collect(maps.Keys(from))
	for ; len(frontier) > 0 && depth != 0; depth-- {
		var next []string
		for _, key := range frontier {
			for _, near := range step(g, key) {
				if near != key && !reached[near] {
					reached[near] = true
					next = append(next, near)
				}
			}
		}
		frontier = next
	}
	return reached
}

// changed is a selection made from the set of another, which it may change.
type changed struct {
	of     Selection
	change func(g *Graph, set keySet) keySet
}

func (c changed) resolve(g *Graph) keySet { return c.change(g, c.of.resolve(g)) }

// Upstream adds the assets that the selected ones depend on, up to a depth, all of them
// for a depth below 0. It passes through external and observable assets but leaves them
// out, also those that were selected.
func (s Selection) Upstream(depth int) Selection {
	return Selection{changed{s, func(g *Graph, set keySet) keySet {
		return onlyMaterializable(g, union(set, spread(g, set, depth, (*Graph).upstreamKeys)))
	}}}
}

// Downstream adds the assets that depend on the selected ones, up to a depth, all of
// them for a depth below 0.
func (s Selection) Downstream(depth int) Selection {
	return Selection{changed{s, func(g *Graph, set keySet) keySet {
		return union(set, spread(g, set, depth, (*Graph).downstreamKeys))
	}}}
}

// Roots keeps the assets that depend on no other of the selection, also not through
// assets outside it.
func (s Selection) Roots() Selection {
	return Selection{changed{s, func(g *Graph, set keySet) keySet {
		return difference(set, spread(g, set, -1, (*Graph).downstreamKeys))
	}}}
}

// Sinks keeps the assets that no other of the selection depends on, also not through
// assets outside it.
func (s Selection) Sinks() Selection {
	return Selection{changed{s, func(g *Graph, set keySet) keySet {
		return difference(set, spread(g, set, -1, (*Graph).upstreamKeys))
	}}}
}

// Materializable keeps the assets that are executed here.
func (s Selection) Materializable() Selection { return Selection{changed{s, onlyMaterializable}} }

func onlyMaterializable(g *Graph, set keySet) keySet {
	maps.DeleteFunc(set, func(key string, _ bool) bool { a := g.assets[key]; return a == nil || !materializable(a) })
	return set
}

// checkSet selects checks one by one.
type checkSet func(a *Asset, check string) bool

func (c checkSet) resolve(g *Graph) keySet {
	set := keySet{}
	for _, a := range g.assets {
		for _, check := range a.Checks {
			if c(a, check.Name) {
				set[checkKey(a.Key, check.Name)] = true
			}
		}
	}
	return set
}

func checkKey(asset, check string) string { return asset + ":" + check }

// Checks selects checks by "asset:check"; one that does not exist selects nothing.
func Checks(names ...string) Selection {
	return Selection{checkSet(func(a *Asset, check string) bool { return slices.Contains(names, checkKey(a.Key, check)) })}
}

// ChecksFor selects all checks of some assets.
func ChecksFor(keys ...string) Selection {
	return Selection{checkSet(func(a *Asset, _ string) bool { return slices.Contains(keys, a.Key) })}
}

// AllChecks selects every check.
func AllChecks() Selection {
	return Selection{checkSet(func(*Asset, string) bool { return true })}
}
