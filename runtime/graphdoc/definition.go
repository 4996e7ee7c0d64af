package graphdoc

import (
	"errors"
	"maps"
	"slices"

	"auto/internal/spell"
	"auto/lang/diag"
	"auto/runtime/yamldoc"
	"auto/vm/graph"

	"gopkg.in/yaml.v3"
)

func (r *Reader) nearest(name string) string {
	if near, ok := spell.Nearest(name, slices.Sorted(maps.Keys(r.named))); ok {
		return "Did you mean `" + near + "`?"
	}
	return "Define them under `partitions`."
}

// definition reads a definition that is written out, or the name that a name stands for.
func (r *Reader) definition(doc *yamldoc.Doc, n *yaml.Node) *Definition {
	if n.Kind == yaml.ScalarNode {
		return r.Definition(doc, n)
	}
	m := doc.Map(n, "a partitions definition")
	defer m.Close()
	typed := m.Require("type", "daily")
	d := &Definition{At: m.Place(), Spec: spec(m)}
	readable := r.dimensions(m, d)
	if !typed || d.Spec.Type == "" || !readable {
		return nil
	}
	for _, dimension := range d.Dimensions {
		if dimension.Partitions == nil {
			d.Refused = append(d.Refused, dimension.Refused...)
			return d
		}
	}
	d.Partitions, d.Refused = build(m, d.Spec)
	return d
}

func spec(m *yamldoc.Map) graph.Spec {
	s := graph.Spec{
		Type:  graph.Type(m.OneOf("type", "hourly", "daily", "weekly", "monthly", "cron", "static", "dynamic", "multi")),
		Start: m.Text("start"), End: m.Text("end"), Timezone: m.Text("timezone"), Format: m.Text("format"), Cron: m.Text("cron"), Name: m.Text("name"), Keys: m.Texts("keys"),
	}
	s.Minute, _ = m.Int("minute_offset")
	s.Hour, _ = m.Int("hour_offset")
	s.Day, _ = m.Int("day_offset")
	s.EndOffset, _ = m.Int("end_offset")
	return s
}

// dimensions reads the dimensions of a definition, and reports whether all can be read.
func (r *Reader) dimensions(m *yamldoc.Map, d *Definition) bool {
	n := m.Node("dimensions")
	if n == nil {
		return true
	}
	inner := m.Map(n, "`dimensions`")
	d.Dimensions, d.Spec.Dimensions = map[string]*Definition{}, map[string]*graph.Partitions{}
	for _, name := range inner.Names() {
		var dimension *Definition
		if n := inner.Node(name); n != nil {
			dimension = r.Definition(m.Doc, n)
		}
		if dimension == nil {
			return false
		}
		d.Dimensions[name] = dimension
		if dimension.Partitions != nil {
			d.Spec.Dimensions[name] = dimension.Partitions
		}
	}
	return true
}

// build checks a definition; a failure is a refusal at the field that is wrong.
func build(m *yamldoc.Map, s graph.Spec) (*graph.Partitions, diag.List) {
	p, err := graph.NewPartitions(s)
	if err == nil {
		return p, nil
	}
	return nil, refusal(m, diag.PartitionsForm, err)
}

func refusal(m *yamldoc.Map, code diag.Code, err error) diag.List {
	wrong := &graph.FieldError{Message: err.Error()}
	errors.As(err, &wrong)
	var list diag.List
	list.Addf(code, m.At(wrong.Field), wrong.Help, "%s", wrong.Message)
	return list
}
