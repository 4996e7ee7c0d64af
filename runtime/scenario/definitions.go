package scenario

import (
	"iter"
	"maps"
	"slices"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/vm/graph"
)

// definitions are the assets of a scenario as they are now, after the edits so far.
type definitions struct {
	assets []*Asset
	index  map[string]*Asset
	jobs   []graph.Job
}

// newDefinitions copies the assets of a scenario, of two with one key both.
func newDefinitions(s *Scenario) *definitions {
	d := &definitions{index: map[string]*Asset{}, jobs: s.jobs}
	d.add(s.Assets)
	return d
}

func (d *definitions) add(assets []*Asset) {
	for _, a := range assets {
		doc := *a.Asset
		own := &Asset{Asset: &doc, Condition: a.Condition, CheckConditions: slices.Clone(a.CheckConditions)}
		d.assets = append(d.assets, own)
		d.index[own.Key] = own
	}
}

// with gives the definitions with further assets; they stay as they are.
func (d *definitions) with(assets []*Asset) *definitions {
	out := &definitions{assets: slices.Clone(d.assets), index: maps.Clone(d.index), jobs: d.jobs}
	out.add(assets)
	return out
}

// edit makes an edit; it reports whether the event is one.
func (d *definitions) edit(w What) bool {
	switch e := w.(type) {
	case CodeVersion:
		d.index[e.Asset].CodeVersion = e.To
	case EditDeps:
		a := d.index[e.Asset]
		a.Deps, a.DepsAt = e.To.Deps, e.To.At
		a.Refused = e.To.Refused
	case EditPartitions:
		a := d.index[e.Asset]
		a.Definition, a.Partitions = e.To, nil
		if e.To != nil {
			a.Partitions = e.To.Partitions
		}
	case EditCondition:
		d.editCondition(e)
	default:
		return false
	}
	return true
}

func (d *definitions) editCondition(e EditCondition) {
	if !IsCheck(e.Key) {
		d.index[e.Key].Condition = e.To
		return
	}
	key, name := splitCheck(e.Key)
	a := d.index[key]
	for i, c := range a.Checks {
		if c.Name == name {
			a.CheckConditions[i] = e.To
		}
	}
}

// build makes the graph of the assets. What is refused is in the findings; the graph is
// nil where they have errors.
func (d *definitions) build() (*graph.Graph, diag.List) {
	var refused diag.List
	assets := make([]graph.Asset, 0, len(d.assets))
	for _, a := range d.assets {
		refused = append(refused, a.refusals()...)
		assets = append(assets, a.graph())
	}
	g, problems := graph.New(append(assets, d.undeclared()...), d.jobs)
	for _, p := range problems {
		if p.Mapping {
			continue // the evaluator refuses it, if a condition looks through it
		}
		refused.Addf(diag.GraphProblem, d.place(p), p.Help, "%s", p.Message)
	}
	if refused.HasErrors() {
		return nil, refused
	}
	return g, nil
}

func (a *Asset) refusals() diag.List {
	list := slices.Clone(a.Refused)
	if a.Definition != nil {
		list = append(list, a.Definition.Refused...)
	}
	for _, c := range append(slices.Clone(a.CheckConditions), a.Condition) {
		if c != nil {
			list = append(list, c.Findings...)
		}
	}
	return list
}

// graph gives the asset as the graph holds it, with its conditions as they are now.
func (a *Asset) graph() graph.Asset {
	out := a.Asset.Asset
	out.Condition = a.Condition.text()
	out.Checks = slices.Clone(out.Checks)
	for i := range out.Checks {
		out.Checks[i].Condition = a.CheckConditions[i].text()
	}
	return out
}

func (c *Condition) text() string {
	if c == nil {
		return ""
	}
	return c.Text
}

// undeclared gives an external asset for each dependency that is not declared, as Dagster
// does.
func (d *definitions) undeclared() []graph.Asset {
	var out []graph.Asset
	seen := map[string]bool{"": true} // an empty key is for the graph to refuse
	for _, a := range d.assets {
		for key := range a.named() {
			if d.index[key] == nil && !seen[key] {
				seen[key] = true
				out = append(out, graph.Asset{Key: key, External: true})
			}
		}
	}
	return out
}

// named gives the keys that the asset and its checks depend on, with their places.
func (a *Asset) named() iter.Seq2[string, source.Span] {
	return func(yield func(string, source.Span) bool) {
		for i, dep := range a.Deps {
			if !yield(dep.Key, a.Place("deps", i)) {
				return
			}
		}
		for i, c := range a.Checks {
			for _, key := range c.Deps {
				if !yield(key, a.Place("checks", i)) {
					return
				}
			}
		}
	}
}

// place is where a problem is written: at the asset, or where an undeclared one is named.
func (d *definitions) place(p graph.Problem) source.Span {
	for _, a := range d.assets {
		if a.Key == p.Asset {
			return a.Place(p.Field, p.Index)
		}
	}
	for _, a := range d.assets {
		for key, at := range a.named() {
			if key == p.Asset {
				return at
			}
		}
	}
	return source.Span{}
}

// conditions gives the conditions by the keys of their assets and checks.
func (d *definitions) conditions() map[string]*Condition {
	out := map[string]*Condition{}
	for _, a := range d.assets {
		if a.Condition != nil {
			out[a.Key] = a.Condition
		}
		for i, c := range a.CheckConditions {
			if c != nil {
				out[checkKey(a.Key, a.Checks[i].Name)] = c
			}
		}
	}
	return out
}

// definition gives the partitions definition of an asset, nil for none.
func (d *definitions) definition(key string) *graph.Partitions {
	if a := d.index[key]; a != nil {
		return a.Partitions
	}
	return nil
}
