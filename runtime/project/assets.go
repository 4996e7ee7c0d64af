package project

import (
	"errors"
	"fmt"
	"strings"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/yamldoc"
	"auto/vm/graph"

	"gopkg.in/yaml.v3"
)

// assets collects what the asset and job files of a project define, with the places
// for findings.
type assets struct {
	list        *diag.List
	definitions map[string]*graph.Partitions
	assets      []graph.Asset
	jobs        []graph.Job
	// placeOf has where an asset or job and its fields are written.
	placeOf map[string]source.Span
}

func newAssets(list *diag.List) *assets {
	return &assets{list: list, definitions: map[string]*graph.Partitions{}, placeOf: map[string]source.Span{}}
}

// file is a document that has been opened, and its root mapping.
type file struct {
	root *yamldoc.Map
	src  *source.File
}

// readDefinitions reads the named partitions of a file; they are known in all files.
func (a *assets) readDefinitions(f file) {
	n := f.root.Node("partitions")
	if n == nil {
		return
	}
	all := f.root.Map(n, "`partitions`")
	for _, name := range all.Names() {
		if _, twice := a.definitions[name]; twice {
			f.root.Addf(diag.YAMLTwice, all.KeyAt(name), "Give it a name of its own.", "Partitions called `%s` are defined twice.", name)
			continue
		}
		if n := all.Node(name); n != nil {
			a.definitions[name] = a.definition(f.root.Doc, n)
		}
	}
}

// definition reads a partitions definition: a name, or the definition itself. It gives
// nil where it cannot be read.
func (a *assets) definition(doc *yamldoc.Doc, n *yaml.Node) *graph.Partitions {
	if n.Kind == yaml.ScalarNode {
		p, ok := a.definitions[n.Value]
		if !ok {
			doc.Addf(diag.PartitionsForm, doc.Span(n), "Define them under `partitions`.", "No partitions are called `%s`.", n.Value)
		}
		return p
	}
	m := doc.Map(n, "a partitions definition")
	if !m.Require("type", "daily") {
		return nil
	}
	spec := graph.Spec{
		Type:  graph.Type(m.OneOf("type", "hourly", "daily", "weekly", "monthly", "cron", "static", "dynamic", "multi")),
		Start: m.Text("start"), End: m.Text("end"), Timezone: m.Text("timezone"), Format: m.Text("format"), Cron: m.Text("cron"), Name: m.Text("name"), Keys: m.Texts("keys"),
	}
	spec.Minute, _ = m.Int("minute_offset")
	spec.Hour, _ = m.Int("hour_offset")
	spec.Day, _ = m.Int("day_offset")
	spec.EndOffset, _ = m.Int("end_offset")
	if spec.Type == "" {
		return nil
	}
	if d := m.Node("dimensions"); d != nil && !a.dimensions(m, d, &spec) {
		return nil
	}
	m.Close()
	p, err := graph.NewPartitions(spec)
	var wrong *graph.FieldError
	if errors.As(err, &wrong) {
		doc.Addf(diag.PartitionsForm, m.At(wrong.Field), wrong.Help, "%s", wrong.Message)
		return nil
	}
	return p
}

func (a *assets) dimensions(m *yamldoc.Map, n *yaml.Node, spec *graph.Spec) bool {
	inner := m.Map(n, "`dimensions`")
	spec.Dimensions = map[string]*graph.Partitions{}
	for _, name := range inner.Names() {
		if d := inner.Node(name); d != nil {
			if spec.Dimensions[name] = a.definition(m.Doc, d); spec.Dimensions[name] == nil {
				return false
			}
		}
	}
	return true
}

// readAssets reads the assets of a file.
func (a *assets) readAssets(f file) {
	for _, n := range f.root.Items("assets") {
		a.asset(f.root.Map(n, "an asset"))
	}
}

func (a *assets) asset(m *yamldoc.Map) {
	if !m.Require("key", "sales/orders") {
		return
	}
	defer m.Close()
	out := graph.Asset{
		Key: m.Text("key"), Description: m.Text("description"), Group: m.Text("group"), Kinds: m.Texts("kinds"), Owners: m.Texts("owners"), Tags: m.TextMap("tags"),
		CodeVersion: m.Text("code_version"), External: m.Bool("external"), Observable: m.Bool("observable"), ExecutionSet: m.Text("execution_set"),
		Freshness: m.Bool("freshness"), Repository: m.Text("repository"), Op: m.Text("op"), Condition: m.Text("condition"),
	}
	if n := m.Node("partitions"); n != nil {
		out.Partitions = a.definition(m.Doc, n)
	}
	for i, n := range m.Items("deps") {
		out.Deps = append(out.Deps, a.dep(m.Doc, n))
		a.placeOf[placeKey(out.Key, "deps", i)] = m.Span(n)
	}
	for i, n := range m.Items("checks") {
		out.Checks = append(out.Checks, a.check(m.Map(n, "a check")))
		a.placeOf[placeKey(out.Key, "checks", i)] = m.Span(n)
	}
	if n := m.Node("config"); n != nil {
		config, _ := m.Value(n).(map[string]any)
		if config == nil {
			m.Addf(diag.YAMLKind, m.Span(n), "Write `config: {field: value}`.", "`config` is a mapping.")
		}
		out.Config = config
	}
	a.placeOf[placeKey(out.Key, "key", 0)] = m.At("key")
	a.assets = append(a.assets, out)
}

func placeKey(name, field string, index int) string {
	return fmt.Sprintf("%s\x00%s\x00%d", name, field, index)
}

func (a *assets) dep(doc *yamldoc.Doc, n *yaml.Node) graph.Dep {
	if n.Kind == yaml.ScalarNode {
		return graph.Dep{Key: n.Value}
	}
	m := doc.Map(n, "a dependency")
	defer m.Close()
	m.Require("key", "sales/raw")
	d := graph.Dep{Key: m.Text("key")}
	if n := m.Node("mapping"); n != nil {
		d.Mapping = a.mapping(m.Map(n, "a mapping"))
	}
	return d
}

func (a *assets) mapping(m *yamldoc.Map) *graph.Mapping {
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
		out.Dimensions = a.dimensionMappings(m.Map(n, "`dimensions`"))
	}
	if !typed || out.Kind == "" {
		return nil
	}
	m.Close()
	var wrong *graph.FieldError
	if err := out.Check(); errors.As(err, &wrong) {
		m.Addf(diag.GraphProblem, m.At(wrong.Field), wrong.Help, "%s", wrong.Message)
	}
	return out
}

func (a *assets) dimensionMappings(m *yamldoc.Map) map[string]graph.DimensionMapping {
	out := map[string]graph.DimensionMapping{}
	for _, name := range m.Names() {
		n := m.Node(name)
		if n == nil {
			continue
		}
		inner := m.Map(n, "a dimension's mapping")
		d := graph.DimensionMapping{Dimension: inner.Text("dimension")}
		if n := inner.Node("mapping"); n != nil {
			d.Mapping = a.mapping(inner.Map(n, "a mapping"))
		}
		inner.Close()
		out[name] = d
	}
	return out
}

func (a *assets) check(m *yamldoc.Map) graph.Check {
	defer m.Close()
	m.Require("name", "not_null")
	return graph.Check{
		Name: m.Text("name"), Blocking: m.Bool("blocking"), Condition: m.Text("condition"), Deps: m.Texts("deps"),
		Partitioned: m.Bool("partitioned"), Embedded: m.Bool("embedded"),
	}
}

// problems turns what does not fit together into findings at their places.
func (a *assets) problems(problems []graph.Problem) {
	for _, p := range problems {
		at := a.placeOf[placeKey(strings.TrimSpace(p.Asset+p.Job), p.Field, p.Index)]
		if p.Job != "" {
			at = a.placeOf[placeKey("job "+p.Job, p.Field, 0)]
		}
		a.list.Addf(diag.GraphProblem, at, p.Help, "%s", p.Message)
	}
}
