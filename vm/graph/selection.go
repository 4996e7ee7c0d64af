package graph

import (
	"maps"
	"slices"
	"strings"
)

// Selection is a set of assets or checks, as an expression over a graph. The zero
// Selection selects nothing.
type Selection struct{ node selectionNode }

// selectionNode gives the set of keys that a part of a selection stands for.
type selectionNode interface {
	resolve(g *Graph) map[string]bool
}

// Resolve gives the keys that a graph has of the selection, sorted. Checks are written
// "asset:check".
func (s Selection) Resolve(g *Graph) []string {
	if s.node == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(s.node.resolve(g)))
}

// predicate selects assets one by one.
type predicate func(a *Asset) bool

func (p predicate) resolve(g *Graph) map[string]bool {
	set := map[string]bool{}
	for key, a := range g.assets {
		if p(a) {
			set[key] = true
		}
	}
	return set
}

// executed limits a predicate to assets that are executed here, unless external ones
// are asked for.
func executed(includeExternal bool, p predicate) Selection {
	return Selection{predicate(func(a *Asset) bool { return (includeExternal || !a.External) && p(a) })}
}

// All selects every asset.
func All(includeExternal bool) Selection {
	return executed(includeExternal, func(*Asset) bool { return true })
}

// Assets selects assets by their keys; a key that does not exist selects nothing.
func Assets(keys ...string) Selection {
	return Selection{predicate(func(a *Asset) bool { return slices.Contains(keys, a.Key) })}
}

// Groups selects the assets of groups.
func Groups(includeExternal bool, groups ...string) Selection {
	return executed(includeExternal, func(a *Asset) bool { return slices.Contains(groups, a.Group) })
}

// Tag selects the assets that have a tag with a value.
func Tag(includeExternal bool, name, value string) Selection {
	return executed(includeExternal, func(a *Asset) bool { v, ok := a.Tags[name]; return ok && v == value })
}

// Kind selects the assets of a kind.
func Kind(includeExternal bool, kind string) Selection {
	return executed(includeExternal, func(a *Asset) bool { return slices.Contains(a.Kinds, kind) })
}

// Owner selects the assets of an owner, external ones too.
func Owner(owner string) Selection {
	return Selection{predicate(func(a *Asset) bool { return slices.Contains(a.Owners, owner) })}
}

// KeyPrefixes selects the assets whose keys begin with one of the prefixes, component by
// component.
func KeyPrefixes(includeExternal bool, prefixes ...string) Selection {
	return executed(includeExternal, func(a *Asset) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return a.Key == p || strings.HasPrefix(a.Key, p+"/") })
	})
}

// combined joins two selections by an operator.
type combined struct {
	a, b Selection
	keep func(inA, inB bool) bool
}

func (c combined) resolve(g *Graph) map[string]bool {
	a, b := set(c.a, g), set(c.b, g)
	all := maps.Clone(a)
	maps.Copy(all, b)
	maps.DeleteFunc(all, func(key string, _ bool) bool { return !c.keep(a[key], b[key]) })
	return all
}

func set(s Selection, g *Graph) map[string]bool {
	if s.node == nil {
		return map[string]bool{}
	}
	return s.node.resolve(g)
}

// Or selects what either selects.
func (s Selection) Or(other Selection) Selection {
	return Selection{combined{s, other, func(a, b bool) bool { return a || b }}}
}

// And selects what both select.
func (s Selection) And(other Selection) Selection {
	return Selection{combined{s, other, func(a, b bool) bool { return a && b }}}
}

// Minus selects what the other does not.
func (s Selection) Minus(other Selection) Selection {
	return Selection{combined{s, other, func(a, b bool) bool { return a && !b }}}
}

// spread adds the neighbours of a selection's assets, up to a depth.
type spread struct {
	of    Selection
	depth int // below 0: without end
	step  func(g *Graph, key string) []string
	keep  predicate
}

func (s spread) resolve(g *Graph) map[string]bool {
	found := set(s.of, g)
	frontier := slices.Sorted(maps.Keys(found))
	for depth := 0; len(frontier) > 0 && depth != s.depth; depth++ {
		var next []string
		for _, key := range frontier {
			for _, near := range s.step(g, key) {
				if !found[near] && s.keep(g.assets[near]) {
					found[near] = true
					next = append(next, near)
				}
			}
		}
		frontier = next
	}
	return found
}

// Upstream adds the assets that the selected ones depend on, up to a depth, all of them
// for a depth below 0. It leaves external assets out.
func (s Selection) Upstream(depth int) Selection {
	return Selection{spread{s, depth, (*Graph).Upstream, func(a *Asset) bool { return !a.External }}}
}

// Downstream adds the assets that depend on the selected ones, up to a depth, all of
// them for a depth below 0.
func (s Selection) Downstream(depth int) Selection {
	return Selection{spread{s, depth, (*Graph).Downstream, func(*Asset) bool { return true }}}
}

// filtered keeps the assets of a selection for which a test holds.
type filtered struct {
	of   Selection
	keep func(g *Graph, within map[string]bool, key string) bool
}

func (f filtered) resolve(g *Graph) map[string]bool {
	within := set(f.of, g)
	kept := map[string]bool{}
	for key := range within {
		if f.keep(g, within, key) {
			kept[key] = true
		}
	}
	return kept
}

// Roots keeps the assets that depend on no other of the selection.
func (s Selection) Roots() Selection { return s.without((*Graph).Upstream) }

// Sinks keeps the assets that no other of the selection depends on.
func (s Selection) Sinks() Selection { return s.without((*Graph).Downstream) }

func (s Selection) without(step func(*Graph, string) []string) Selection {
	return Selection{filtered{s, func(g *Graph, within map[string]bool, key string) bool {
		return !slices.ContainsFunc(step(g, key), func(near string) bool { return near != key && within[near] })
	}}}
}

// Materializable keeps the assets that are executed here.
func (s Selection) Materializable() Selection {
	return Selection{filtered{s, func(g *Graph, _ map[string]bool, key string) bool {
		a := g.assets[key]
		return a != nil && !a.External && !a.Observable
	}}}
}

// checkSet selects checks.
type checkSet func(a *Asset, check string) bool

func (c checkSet) resolve(g *Graph) map[string]bool {
	set := map[string]bool{}
	for key, a := range g.assets {
		for _, check := range a.Checks {
			if c(a, check.Name) {
				set[key+":"+check.Name] = true
			}
		}
	}
	return set
}

// Checks selects checks by "asset:check".
func Checks(names ...string) Selection {
	return Selection{checkSet(func(a *Asset, check string) bool { return slices.Contains(names, a.Key+":"+check) })}
}

// ChecksFor selects all checks of some assets.
func ChecksFor(keys ...string) Selection {
	return Selection{checkSet(func(a *Asset, _ string) bool { return slices.Contains(keys, a.Key) })}
}

// AllChecks selects every check.
func AllChecks() Selection {
	return Selection{checkSet(func(*Asset, string) bool { return true })}
}
