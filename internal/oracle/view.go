package oracle

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"auto/vm/graph"
)

// view is the graph at a tick.
type view struct {
	world
	graph       *graph.Graph
	definitions map[string]*definition // by entity
	conditions  map[string]*Condition  // by entity
}

func newView(in Input) (*view, error) {
	w := world{in.At, in.Dynamic, map[*graph.Partitions]*definition{}}
	v := &view{w, in.Graph, map[string]*definition{}, map[string]*Condition{}}
	for _, key := range v.entities() {
		d, err := v.define(v.partitions(key))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		v.definitions[key] = d
		if e := in.Conditions[key]; e != nil {
			if v.conditions[key], err = Build(e); err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
		}
	}
	return v, nil
}

// entities gives all assets and checks.
func (v *view) entities() []string {
	return append(v.graph.Keys(), graph.AllChecks().Resolve(v.graph)...)
}

func (v *view) definition(entity string) *definition { return v.definitions[entity] }

// asset gives the asset of an entity; check is nil for the asset itself.
func (v *view) asset(entity string) (*graph.Asset, *graph.Check) {
	if a, ok := v.graph.Asset(entity); ok {
		return a, nil
	}
	i := strings.LastIndex(entity, ":")
	if i < 0 {
		return nil, nil
	}
	a, ok := v.graph.Asset(entity[:i])
	check, found := v.graph.Check(entity[:i], entity[i+1:])
	if !ok || !found {
		return nil, nil
	}
	return a, &check
}

func (v *view) isCheck(entity string) bool {
	_, check := v.asset(entity)
	return check != nil
}

func (v *view) has(entity string) bool {
	a, _ := v.asset(entity)
	return a != nil
}

// materializable assets are executed here; observing is no execution.
func (v *view) materializable(entity string) bool {
	a, check := v.asset(entity)
	return a != nil && check == nil && !a.External && !a.Observable
}

func (v *view) partitions(entity string) *graph.Partitions {
	a, check := v.asset(entity)
	if a == nil || check != nil && !check.Partitioned {
		return nil
	}
	return a.Partitions
}

// parents gives the assets that an entity depends on, in Dagster's order: of a check its
// asset and its additional ones (parent_entity_keys).
func (v *view) parents(entity string) []string {
	parents := v.graph.Upstream(entity)
	if a, check := v.asset(entity); check != nil {
		parents = append([]string{a.Key}, check.Deps...)
	}
	slices.SortFunc(parents, compareKeys)
	return slices.Compact(parents)
}

// checks gives the checks of an asset, by name.
func (v *view) checks(asset string) []string { return graph.ChecksFor(asset).Resolve(v.graph) }

// isChild reports whether an entity is a child of an asset (child_entity_keys): an asset
// that depends on it, or one of its checks.
func (v *view) isChild(entity, of string) bool {
	return slices.Contains(v.graph.Downstream(of), entity) || slices.Contains(v.checks(of), entity)
}

// relation gives how a dependent and a dependency are related, by the mapping that the
// dependent declares, or the default one, whether it depends on it or not.
func (v *view) relation(down, up string) relation {
	var declared *graph.Mapping
	if a, check := v.asset(down); check == nil {
		for _, dep := range a.Deps {
			if dep.Key == up {
				declared = dep.Mapping
			}
		}
	}
	d, u := v.definition(down), v.definition(up)
	return relation{inferred(declared, d, u), d, u}
}

// sameRun reports whether a run can execute an entity and one that depends on it
// partition by partition (executable_in_same_run).
func (v *view) sameRun(down, up string) bool {
	a, _ := v.asset(down)
	b, _ := v.asset(up)
	d, u := v.definition(down), v.definition(up)
	if a.Repository != b.Repository || (d == nil) != (u == nil) {
		return false
	}
	if d == nil {
		return true
	}
	kind := v.relation(down, up).Kind
	return d.Same(u.Partitions) && (kind == graph.MapTimeWindow || kind == graph.MapIdentity)
}

// executionSet gives what always executes with an asset, the asset included: assets of
// one set, and checks that are part of their steps.
func (v *view) executionSet(asset string) []string {
	a, _ := v.asset(asset)
	members := []string{asset}
	if a.ExecutionSet != "" {
		members = nil
		for _, key := range v.graph.Keys() {
			if other, _ := v.graph.Asset(key); other.ExecutionSet == a.ExecutionSet {
				members = append(members, key)
			}
		}
	}
	for _, member := range slices.Clone(members) {
		owner, _ := v.asset(member)
		for _, check := range owner.Checks {
			if check.Embedded {
				members = append(members, member+":"+check.Name)
			}
		}
	}
	return members
}

// levels gives the entities by the longest path from a root; within a level they are
// sorted by the JSON text of their keys (toposorted_entity_keys_by_level).
func (v *view) levels() ([][]string, error) {
	level := map[string]int{}
	left := v.entities()
	var levels [][]string
	for n := 0; len(left) > 0; n++ {
		var now, later []string
		for _, key := range left {
			if slices.ContainsFunc(v.parents(key), func(p string) bool { at, done := level[p]; return p != key && (!done || at == n) }) {
				later = append(later, key)
			} else {
				level[key] = n
				now = append(now, key)
			}
		}
		if len(now) == 0 {
			return nil, errors.New("a cycle of dependencies")
		}
		slices.SortFunc(now, func(a, b string) int { return strings.Compare(v.jsonKey(a), v.jsonKey(b)) })
		levels, left = append(levels, now), later
	}
	return levels, nil
}
