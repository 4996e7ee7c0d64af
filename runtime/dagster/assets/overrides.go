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
	settled, wrong := 0, ""
	for n := range i.out.Assets {
		a := &i.out.Assets[n]
		if !i.d.Assets[a.Key].PartitionsTold || a.Doubt == "" || a.Partitions == nil {
			continue
		}
		whole, why := replaced(a.Partitions, told, o.partitions, a.Doubt)
		if whole != nil {
			a.Partitions, a.Doubt = whole, ""
			settled++
		}
		if why != "" {
			wrong = why
		}
	}
	switch {
	case wrong != "":
		i.settlesNothing(o.at, "The override contradicts what Dagster tells about the partitions `%s`: %s.", name, wrong)
	case settled == 0:
		i.settlesNothing(o.at, "The partitions `%s` are not in doubt.", name)
	}
}

// replaced gives a definition with another in the place of one that is told: of it or of
// its dimensions, of which no other may be in doubt. Where the other contradicts what is
// told, it says how.
func replaced(p, told, by *graph.Partitions, doubt string) (whole *graph.Partitions, wrong string) {
	if p.Type != graph.Multi || told.Type == graph.Multi {
		if !p.Same(told) {
			return nil, ""
		}
		if wrong = contradiction(p, by, doubt); wrong != "" {
			return nil, wrong
		}
		return by, ""
	}
	spec := graph.Spec{Type: graph.Multi, Dimensions: maps.Clone(p.Dimensions)}
	found, open := false, false
	for _, name := range p.DimensionNames() {
		switch d := p.Dimensions[name]; {
		case d.Same(told):
			if wrong = contradiction(d, by, doubtOf(name, doubt)); wrong != "" {
				return nil, wrong
			}
			spec.Dimensions[name], found = by, true
		case d.IsTime():
			open = true
		}
	}
	whole, err := graph.NewPartitions(spec)
	if !found || open || err != nil {
		return nil, ""
	}
	return whole, ""
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
	wrong := contradiction(a.Partitions, o.partitions, a.Doubt)
	switch {
	case a.Doubt != "" && wrong == "":
		a.Partitions, a.Doubt = o.partitions, ""
	case a.Doubt != "":
		i.settlesNothing(o.at, "The override contradicts what Dagster tells about the partitions of `%s`: %s.", a.Key, wrong)
	case a.Partitions.Same(o.partitions):
		i.settlesNothing(o.at, "The partitions of `%s` are known without the override.", a.Key)
	default:
		i.settlesNothing(o.at, "The override contradicts what Dagster tells exactly about the partitions of `%s`.", a.Key)
	}
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
