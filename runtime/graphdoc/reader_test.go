package graphdoc_test

import (
	"slices"
	"strings"
	"testing"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/graphdoc"
	"auto/runtime/yamldoc"
	"auto/vm/graph"
)

// open parses a text and gives its root.
func open(t *testing.T, text string, list *diag.List) *yamldoc.Map {
	t.Helper()
	doc, root := yamldoc.Parse(source.New("in.yaml", text), list)
	if root == nil {
		t.Fatal(*list)
	}
	return doc.Map(root, "the file")
}

func TestNamedInAnyOrder(t *testing.T) {
	var list diag.List
	var r graphdoc.Reader
	names := r.Define(open(t, "partitions:\n  m: {type: multi, dimensions: {x: d, y: {type: static, keys: [a]}}}\n  e: d\n  d: {type: daily, start: 2026-01-01}\n", &list))
	if len(list) > 0 || !slices.Equal(names, []string{"m", "e", "d"}) {
		t.Fatal(names, list)
	}
	m, _ := r.Named("m")
	e, _ := r.Named("e")
	d, _ := r.Named("d")
	if m.Dimensions["x"].Name != "d" || m.Dimensions["y"].Name != "" || !m.Partitions.Dimensions["x"].Same(d.Partitions) {
		t.Errorf("%+v", m)
	}
	if e.Name != "e" || !e.Partitions.Same(d.Partitions) {
		t.Errorf("%+v", e)
	}
	again := graphdoc.NewReader([]*graphdoc.Definition{m, d})
	if found, ok := again.Named("m"); !ok || found != m {
		t.Errorf("%+v", found)
	}
	if _, ok := again.Named("e"); ok {
		t.Error("e is known")
	}
}

// TestRefused keeps what is not accepted with its definition or asset, apart from what
// cannot be read.
func TestRefused(t *testing.T) {
	var list diag.List
	var r graphdoc.Reader
	root := open(t, "partitions: {bad: {type: daily, start: never}, m: {type: multi, dimensions: {x: bad, y: bad}}}\nasset: {key: A, partitions: m, deps: [{key: B, mapping: {type: static}}]}\n", &list)
	r.Define(root)
	a, ok := r.Asset(root.Map(root.Node("asset"), "an asset"))
	if !ok || len(list) > 0 {
		t.Fatal(list)
	}
	if a.Partitions != nil || a.Definition.Partitions != nil || !strings.Contains(a.Definition.Refused[0].Message, "never") {
		t.Errorf("%+v", a.Definition)
	}
	if len(a.Refused) != 1 || a.Refused[0].Span.Text() == "" || a.Deps[0].Mapping.Kind != graph.MapStatic {
		t.Errorf("%+v", a)
	}
}
