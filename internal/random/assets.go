package random

import (
	"slices"

	"auto/runtime/graphdoc"
	"auto/runtime/scenario"
	"auto/vm/graph"
)

// graph draws the assets, and then their conditions, which may name all of them.
func (d *drawer) graph() {
	names := []string{"raw/a0", "a1", "a2", "mart/a3", "a4", "a5", "raw/a6", "a7", "mart/x/a8"}
	for i, name := range names[:2+d.IntN(len(names)-1)] {
		d.asset(i, name)
	}
	if d.chance(3) {
		d.executionSet()
	}
	for _, a := range d.Assets {
		for i := range a.Checks {
			if a.CheckConditions = append(a.CheckConditions, nil); d.chance(2) {
				a.CheckConditions[i] = text(d.checkCondition())
			}
		}
		if !a.External && !a.Observable && !(len(a.Deps) == 0 && d.chance(3)) || d.chance(8) {
			a.Condition = text(d.topCondition())
		}
	}
}

func text(condition string) *scenario.Condition { return &scenario.Condition{Text: condition} }

func (d *drawer) asset(i int, name string) {
	a := &scenario.Asset{Asset: &graphdoc.Asset{Asset: graph.Asset{
		Key: name, Group: pick(d, "", "", "g1", "g2"), CodeVersion: pick(d, "", "", "1"),
		External: d.chance(10), Freshness: d.chance(8),
	}}}
	if d.chance(4) {
		a.Tags = map[string]string{"tier": pick(d, "gold", "silver")}
	}
	if d.chance(4) {
		a.Kinds, a.Owners = []string{"s3"}, []string{"team:sales"}
	}
	if !a.External && d.chance(12) {
		a.Observable = true
	}
	if d.chance(8) {
		a.Repository = "other/repo"
	}
	a.Definition = pick(d, d.kinds...)
	if i > 0 && d.chance(2) {
		a.Definition = d.Assets[i-1].Definition
	}
	a.Partitions = partitions(a.Definition)
	d.deps(a)
	if !a.External && !a.Observable {
		d.checks(a)
	}
	d.Assets = append(d.Assets, a)
}

func partitions(p *graphdoc.Definition) *graph.Partitions {
	if p == nil {
		return nil
	}
	return p.Partitions
}

// deps draws dependencies on assets that come before.
func (d *drawer) deps(a *scenario.Asset) {
	a.Deps = nil
	earlier := d.Assets
	if i := slices.Index(d.Assets, a); i >= 0 {
		earlier = d.Assets[:i]
	}
	for _, up := range some(d, earlier, pick(d, 1, 2, 2, 3)) {
		if m := d.mapping(up.Definition, a.Definition); fits(m, up, a) || d.chance(30) {
			a.Deps = append(a.Deps, graph.Dep{Key: up.Key, Mapping: m})
		}
	}
	if a.Partitions != nil && a.Partitions.IsTime() && !a.External && !a.Observable && d.chance(8) {
		a.Deps = append(a.Deps, graph.Dep{Key: a.Key, Mapping: &graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: -1, EndOffset: -1}})
	}
}

// fits reports whether a mapping suits the definitions on its sides; nil is the default one.
func fits(m *graph.Mapping, up, down *scenario.Asset) bool {
	mapping := graph.DefaultMapping(up.Partitions, down.Partitions)
	if m != nil {
		mapping = *m
	}
	return mapping.Fits(up.Partitions, down.Partitions) == nil
}

func (d *drawer) checks(a *scenario.Asset) {
	if !d.chance(3) {
		return
	}
	for _, name := range []string{"c0", "c1"}[:1+d.IntN(2)] {
		c := graph.Check{Name: name, Blocking: d.chance(2), Partitioned: a.Partitions != nil && d.chance(3), Embedded: d.chance(6)}
		if len(d.Assets) > 0 && d.chance(4) {
			c.Deps = []string{pick(d, d.Assets...).Key}
		}
		a.Checks = append(a.Checks, c)
	}
}

// executionSet has two assets execute as one.
func (d *drawer) executionSet() {
	var members []*scenario.Asset
	for _, a := range d.Assets {
		self := slices.ContainsFunc(a.Deps, func(dep graph.Dep) bool { return dep.Key == a.Key })
		if !a.External && !a.Observable && !self && a.Repository == "" {
			members = append(members, a)
		}
	}
	if len(members) < 2 {
		return
	}
	at := d.IntN(len(members) - 1)
	first, second := members[at], members[at+1]
	if !d.repartitioned(second, first.Definition) {
		return
	}
	first.ExecutionSet, second.ExecutionSet = "load", "load"
}

// mapping draws how a dependent's partitions relate to a dependency's, nil for the default.
func (d *drawer) mapping(up, down *graphdoc.Definition) *graph.Mapping {
	if up == nil || d.chance(2) {
		return nil
	}
	last, all := &graph.Mapping{Kind: graph.MapLast}, &graph.Mapping{Kind: graph.MapAll}
	options := []*graph.Mapping{nil, nil, all}
	switch {
	case down == nil:
		options = []*graph.Mapping{all, last, d.specific(up)}
	case up.Partitions.IsTime() && down.Partitions.IsTime():
		low := pick(d, -2, -1, 0)
		options = []*graph.Mapping{{Kind: graph.MapTimeWindow, StartOffset: low, EndOffset: pick(d, low, 0), AllowNonexistent: d.chance(2)}, last, all}
	case up.Name == "static" && down.Name == "static2":
		options = []*graph.Mapping{{Kind: graph.MapStatic, Static: map[string][]string{"a": {"x", "y"}, "b": {"c"}}}, all, d.specific(up)}
	case up.Name == "static2" && down.Name == "static":
		options = []*graph.Mapping{{Kind: graph.MapStatic, Static: map[string][]string{"x": {"a"}, "y": {"a"}, "c": {"b", "c"}}}, last}
	case up.Name == "multi" && down.Name == "multi":
		options = []*graph.Mapping{{Kind: graph.MapMulti, Dimensions: map[string]graph.DimensionMapping{
			"kind": {Dimension: "kind", Mapping: &graph.Mapping{Kind: graph.MapIdentity}},
			"date": {Dimension: "date", Mapping: &graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: -1, AllowNonexistent: true}},
		}}}
	case up.Name == "multi2" && down.Name == "multi" || up.Name == "multi" && down.Name == "multi2":
		options = []*graph.Mapping{{Kind: graph.MapMulti, Dimensions: map[string]graph.DimensionMapping{"kind": {Dimension: "kind"}}}}
	case up.Name == down.Name:
		options = []*graph.Mapping{{Kind: graph.MapIdentity}, all, last, d.specific(up)}
	}
	return pick(d, options...)
}

// specific draws a mapping to certain keys, of static definitions, and else the default.
func (d *drawer) specific(up *graphdoc.Definition) *graph.Mapping {
	if up.Spec.Type != graph.Static {
		return nil
	}
	return &graph.Mapping{Kind: graph.MapSpecific, Keys: []string{pick(d, up.Spec.Keys...)}}
}
