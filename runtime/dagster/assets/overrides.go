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
}

// override is what is written of an asset.
type override struct {
	// at is the place of its key.
	at         source.Span
	partitions *graph.Partitions
	deps       []graph.Dep
	depsAt     []source.Span
}

// ReadOverrides reads a file of overrides: `partitions` with names, and `assets` with
// `key`, `partitions` and `deps`, all as in an asset file.
func ReadOverrides(src *source.File) (Overrides, diag.List) {
	var list diag.List
	o := Overrides{assets: map[string]override{}}
	doc, root := yamldoc.Parse(src, &list)
	if root == nil {
		return o, list
	}
	m := doc.Map(root, "the overrides file")
	var reader graphdoc.Reader
	for _, name := range reader.Define(m) {
		if d, ok := reader.Named(name); ok {
			list = append(list, d.Refused...)
		}
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

// override settles what is in doubt about an asset.
func (i *importer) override(a *Asset) {
	o, ok := i.o.Overrides.assets[a.Key]
	if !ok {
		return
	}
	if i.used == nil {
		i.used = map[string]bool{}
	}
	i.used[a.Key] = true
	if o.partitions != nil {
		i.overridePartitions(a, o)
	}
	for n, dep := range o.deps {
		i.overrideDep(a, dep, o.depsAt[n])
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

// idle finds overrides of assets that there are not.
func (i *importer) idle() {
	for _, key := range slices.Sorted(maps.Keys(i.o.Overrides.assets)) {
		if !i.used[key] {
			i.settlesNothing(i.o.Overrides.assets[key].at, "Dagster has no asset `%s`.", key)
		}
	}
}

func (i *importer) settlesNothing(at source.Span, format string, args ...any) {
	i.out.Findings.Addf(diag.OverrideIdle, at, "Remove the override, or correct it.", format, args...)
}
