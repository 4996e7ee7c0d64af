package graphdoc

import (
	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/yamldoc"
	"auto/vm/graph"

	"gopkg.in/yaml.v3"
)

// Asset reads an asset, and false where it has no key. Fields of the caller's own are
// asked for before; the mapping is closed.
func (r *Reader) Asset(m *yamldoc.Map) (*Asset, bool) {
	if !m.Require("key", "sales/orders") {
		return nil, false
	}
	defer m.Close()
	out := &Asset{At: m.At("key"), ConditionNode: m.Node("condition"), Asset: graph.Asset{
		Key: m.Text("key"), Group: m.Text("group"), Kinds: m.Texts("kinds"), Owners: m.Texts("owners"), Tags: m.TextMap("tags"),
		CodeVersion: m.Text("code_version"), External: m.Bool("external"), Observable: m.Bool("observable"), ExecutionSet: m.Text("execution_set"),
		Freshness: m.Bool("freshness"), Repository: m.Text("repository"), Condition: m.Text("condition"),
	}}
	if n := m.Node("partitions"); n != nil {
		if out.Definition = r.Definition(m.Doc, n); out.Definition != nil {
			out.Partitions = out.Definition.Partitions
		}
	}
	deps := ReadDeps(m, "deps")
	out.Deps, out.DepsAt, out.Refused = deps.Deps, deps.At, deps.Refused
	for _, n := range m.Items("checks") {
		check := m.Map(n, "a check")
		out.Checks = append(out.Checks, readCheck(check))
		out.CheckConditionNodes = append(out.CheckConditionNodes, check.Node("condition"))
		out.ChecksAt = append(out.ChecksAt, m.Span(n))
	}
	return out, true
}

func readCheck(m *yamldoc.Map) graph.Check {
	defer m.Close()
	m.Require("name", "not_null")
	return graph.Check{
		Name: m.Text("name"), Blocking: m.Bool("blocking"), Condition: m.Text("condition"), Deps: m.Texts("deps"),
		Partitioned: m.Bool("partitioned"), Embedded: m.Bool("embedded"),
	}
}

// Deps is a list of dependencies, with the place of each and what is refused about their
// mappings.
type Deps struct {
	Deps    []graph.Dep
	At      []source.Span
	Refused diag.List
}

// ReadDeps reads a field that lists dependencies: keys, or `{key: KEY, mapping: {…}}`.
func ReadDeps(m *yamldoc.Map, field string) Deps {
	var d Deps
	for _, n := range m.Items(field) {
		d.Deps = append(d.Deps, dep(m.Doc, n, &d.Refused))
		d.At = append(d.At, m.Span(n))
	}
	return d
}

func dep(doc *yamldoc.Doc, n *yaml.Node, refused *diag.List) graph.Dep {
	if n.Kind == yaml.ScalarNode {
		return graph.Dep{Key: n.Value}
	}
	m := doc.Map(n, "a dependency")
	defer m.Close()
	m.Require("key", "sales/raw")
	d := graph.Dep{Key: m.Text("key")}
	if n := m.Node("mapping"); n != nil {
		d.Mapping = mapping(m.Map(n, "a mapping"), refused)
	}
	return d
}

func mapping(m *yamldoc.Map, refused *diag.List) *graph.Mapping {
	defer m.Close()
	typed := m.Require("type", "identity")
	out := &graph.Mapping{
		Kind: graph.MappingKind(m.OneOf("type", "identity", "time_window", "all", "last", "static", "specific", "multi_to_single", "multi")),
		Keys: m.Texts("keys"), Dimension: m.Text("dimension"), AllowNonexistent: m.Bool("allow_nonexistent_upstream_partitions"),
	}
	out.StartOffset, _ = m.Int("start_offset")
	out.EndOffset, _ = m.Int("end_offset")
	if n := m.Node("map"); n != nil {
		inner := m.Map(n, "`map`")
		out.Static = map[string][]string{}
		for _, key := range inner.Names() {
			out.Static[key] = inner.Texts(key)
		}
	}
	if n := m.Node("dimensions"); n != nil {
		out.Dimensions = dimensionMappings(m.Map(n, "`dimensions`"), refused)
	}
	if !typed || out.Kind == "" {
		return nil
	}
	if err := out.Check(); err != nil {
		*refused = append(*refused, refusal(m, diag.GraphProblem, err)...)
	}
	return out
}

func dimensionMappings(m *yamldoc.Map, refused *diag.List) map[string]graph.DimensionMapping {
	out := map[string]graph.DimensionMapping{}
	for _, name := range m.Names() {
		n := m.Node(name)
		if n == nil {
			continue
		}
		inner := m.Map(n, "a dimension's mapping")
		d := graph.DimensionMapping{Dimension: inner.Text("dimension")}
		if n := inner.Node("mapping"); n != nil {
			d.Mapping = mapping(inner.Map(n, "a mapping"), refused)
		}
		inner.Close()
		out[name] = d
	}
	return out
}
