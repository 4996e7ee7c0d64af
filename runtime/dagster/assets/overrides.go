package assets

import (
	"maps"
	"slices"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/graphdoc"
	"auto/runtime/yamldoc"
	"auto/vm/graph"
)

// Overrides settle by hand what a deployment leaves in doubt (docs/dagster.md).
type Overrides struct {
	assets map[string]override
	// named are definitions by the names that the import gives those in doubt.
	named map[string]namedOverride
	// told are the places of `partitions` and `mappings` under `as_told`.
	told map[string]source.Span
}

// namedOverride is a definition with a name.
type namedOverride struct {
	at         source.Span
	partitions *graph.Partitions
}

// override is what is written of an asset.
type override struct {
	// at is the place of its key.
	at         source.Span
	partitions *graph.Partitions
	deps       []graph.Dep
	depsAt     []source.Span
}

// ReadOverrides reads a file of overrides: `partitions` with names, `assets` with `key`,
// `partitions` and `deps`, all as in an asset file, and `as_told`.
func ReadOverrides(src *source.File) (Overrides, diag.List) {
	var list diag.List
	o := Overrides{map[string]override{}, map[string]namedOverride{}, map[string]source.Span{}}
	doc, root := yamldoc.Parse(src, &list)
	if root == nil {
		return o, list
	}
	m := doc.Map(root, "the overrides file")
	var reader graphdoc.Reader
	for _, name := range reader.Define(m) {
		if d, ok := reader.Named(name); ok {
			list = append(list, d.Refused...)
			o.named[name] = namedOverride{d.At, d.Partitions}
		}
	}
	for _, n := range m.Items("as_told") {
		if n.Value != "partitions" && n.Value != "mappings" {
			m.Addf(diag.YAMLValue, m.Span(n), "Write `as_told: [partitions, mappings]`, or one of them.", "`as_told` cannot be `%s`.", n.Value)
		}
		o.told[n.Value] = m.Span(n)
	}
	for _, n := range m.Items("assets") {
		o.read(&reader, m.Map(n, "an override"), &list)
	}
	m.Close()
	list.Sort()
	return o, list
}

// read takes in one asset.
func (o Overrides) read(reader *graphdoc.Reader, m *yamldoc.Map, list *diag.List) {
	defer m.Close()
	if !m.Require("key", "sales/orders") {
		return
	}
	key, out := m.Text("key"), override{at: m.At("key")}
	if n := m.Node("partitions"); n != nil {
		if d := reader.Definition(m.Doc, n); d != nil {
			out.partitions = d.Partitions
			if d.Name == "" {
				*list = append(*list, d.Refused...)
			}
		}
	}
	deps := graphdoc.ReadDeps(m, "deps")
	out.deps, out.depsAt = deps.Deps, deps.At
	*list = append(*list, deps.Refused...)
	if _, twice := o.assets[key]; twice {
		m.Addf(diag.YAMLTwice, m.At("key"), "Write both in one.", "`%s` has two overrides.", key)
		return
	}
	o.assets[key] = out
}

// override settles what is in doubt: assets one by one, then definitions by name, then all
// that is as it is told.
func (i *importer) override() {
	named := nameDefinitions(i.out.Assets)
	for n := range i.out.Assets {
		a := &i.out.Assets[n]
		o := i.o.Overrides.assets[a.Key]
		if o.partitions != nil {
			i.overridePartitions(a, o)
		}
		for n, dep := range o.deps {
			i.overrideDep(a, dep, o.depsAt[n])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(i.o.Overrides.assets)) {
		if i.d.Assets[key] == nil {
			i.settlesNothing(i.o.Overrides.assets[key].at, "Dagster has no asset `%s`.", key)
		}
	}
	for _, p := range named.list {
		if o, ok := i.o.Overrides.named[named.of(p)]; ok && o.partitions != nil {
			i.overrideNamed(named.of(p), p, o)
		}
	}
	i.asTold()
}

// overrideNamed puts a definition in the place of one in doubt that has its name.
func (i *importer) overrideNamed(name string, told *graph.Partitions, o namedOverride) {
	settled := 0
	for n := range i.out.Assets {
		a := &i.out.Assets[n]
		if !i.d.Assets[a.Key].PartitionsTold || a.Doubt == "" || a.Partitions == nil {
			continue
		}
		if whole, ok := replaced(a.Partitions, told, o.partitions); ok {
			a.Partitions, a.Doubt = whole, ""
			settled++
		}
	}
	if settled == 0 {
		i.settlesNothing(o.at, "The partitions `%s` are not in doubt, or of another type.", name)
	}
}

// replaced gives a definition with another in the place of one that is told: of it or of
// its dimensions, of which no other may be in doubt.
func replaced(p, told, by *graph.Partitions) (*graph.Partitions, bool) {
	if p.Type != graph.Multi || told.Type == graph.Multi {
		return by, p.Same(told) && alike(p, by)
	}
	spec := graph.Spec{Type: graph.Multi, Dimensions: maps.Clone(p.Dimensions)}
	found := false
	for _, name := range p.DimensionNames() {
		switch d := p.Dimensions[name]; {
		case d.Same(told) && alike(d, by):
			spec.Dimensions[name], found = by, true
		case d.IsTime():
			return nil, false
		}
	}
	whole, err := graph.NewPartitions(spec)
	return whole, found && err == nil
}

// asTold takes what GraphQL tells for all there is, where that is written.
func (i *importer) asTold() {
	settled := map[string]bool{}
	for n := range i.out.Assets {
		a := &i.out.Assets[n]
		there := i.d.Assets[a.Key]
		if _, ok := i.o.Overrides.told["partitions"]; ok && a.Doubt != "" && there.PartitionsTold && a.Partitions != nil {
			a.Doubt, settled["partitions"] = "", true
		}
		for d := range a.Deps {
			if _, ok := i.o.Overrides.told["mappings"]; ok && a.DepDoubts[d] != "" && there.Deps[d].Told {
				a.DepDoubts[d], settled["mappings"] = "", true
			}
		}
	}
	for _, what := range slices.Sorted(maps.Keys(i.o.Overrides.told)) {
		if !settled[what] {
			i.settlesNothing(i.o.Overrides.told[what], "No %s are in doubt that GraphQL tells.", what)
		}
	}
}

func (i *importer) overridePartitions(a *Asset, o override) {
	switch {
	case a.Doubt != "" && (a.Partitions == nil || alike(a.Partitions, o.partitions)):
		a.Partitions, a.Doubt = o.partitions, ""
	case a.Doubt != "":
		i.settlesNothing(o.at, "Dagster's partitions of `%s` are of the type %s, and the override's of the type %s.", a.Key, a.Partitions.Type, o.partitions.Type)
	case a.Partitions.Same(o.partitions):
		i.settlesNothing(o.at, "The partitions of `%s` are known without the override.", a.Key)
	default:
		i.settlesNothing(o.at, "The override contradicts what Dagster tells exactly about the partitions of `%s`.", a.Key)
	}
}

// alike reports whether two definitions can be the same but for what GraphQL does not
// tell: that is only about time windows.
func alike(p, q *graph.Partitions) bool {
	switch {
	case p.IsTime() && q.IsTime():
		return true
	case p.Type != q.Type:
		return false
	case p.Type == graph.Multi:
		return slices.Equal(p.DimensionNames(), q.DimensionNames()) &&
			!slices.ContainsFunc(p.DimensionNames(), func(name string) bool { return !alike(p.Dimensions[name], q.Dimensions[name]) })
	}
	return p.Same(q)
}

func (i *importer) overrideDep(a *Asset, dep graph.Dep, at source.Span) {
	n := slices.IndexFunc(a.Deps, func(d graph.Dep) bool { return d.Key == dep.Key })
	switch {
	case n < 0:
		i.settlesNothing(at, "In Dagster `%s` does not depend on `%s`.", a.Key, dep.Key)
	case a.DepDoubts[n] != "":
		a.Deps[n].Mapping, a.DepDoubts[n] = dep.Mapping, ""
	case sameMapping(a.Deps[n].Mapping, dep.Mapping):
		i.settlesNothing(at, "The mapping of `%s` to `%s` is known without the override.", dep.Key, a.Key)
	default:
		i.settlesNothing(at, "The override contradicts what Dagster tells exactly about the mapping of `%s` to `%s`.", dep.Key, a.Key)
	}
}

func (i *importer) settlesNothing(at source.Span, format string, args ...any) {
	i.out.Findings.Addf(diag.OverrideIdle, at, "Remove the override, or correct it.", format, args...)
}
