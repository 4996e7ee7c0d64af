package deployment

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"auto/runtime/dagster/serdes"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

// serialized reads a file of what Dagster serializes and how it describes the same.
func serialized[T any](t testing.TB, name string) []T {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "serdes", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var list []T
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

type describedDefinition struct {
	Name        string
	Serdes      json.RawMessage
	Type        PartitionDefinitionType
	Description string
	Fmt         *string
	Dimensions  []struct {
		Name, Description string
		Type              PartitionDefinitionType
		Dynamic           *string
		Keys              []string
	}
}

// told gives the definition as GraphQL tells it.
func (d describedDefinition) told() (*partitionsText, []dimensionKeys) {
	p := &partitionsText{Type: d.Type, Description: d.Description, Fmt: d.Fmt}
	var keys []dimensionKeys
	for _, dimension := range d.Dimensions {
		p.DimensionTypes = append(p.DimensionTypes, DefinitionsAssetNodesAssetNodePartitionDefinitionDimensionTypesDimensionDefinitionType{
			Name: dimension.Name, Type: dimension.Type, Description: dimension.Description, DynamicPartitionsDefinitionName: dimension.Dynamic})
		keys = append(keys, dimensionKeys{Name: dimension.Name, Type: dimension.Type, PartitionKeys: dimension.Keys})
		if d.Type == PartitionDefinitionTypeDynamic {
			p.Name = dimension.Dynamic
		}
	}
	return p, keys
}

// TestTexts: what GraphQL tells is what Dagster has, but for the fields that the doubt
// names.
func TestTexts(t *testing.T) {
	for _, d := range serialized[describedDefinition](t, "definitions.json") {
		exact, _ := serdes.Partitions(d.Serdes)
		got, doubt := fromText(d.told())
		if got == nil {
			// Nothing can be said of a dimension that has another format.
			if d.Name != "multi format" || !strings.Contains(doubt, "In the dimension `m`: GraphQL does not tell `end`, exclusions, `format`") {
				t.Errorf("%s: %s", d.Name, doubt)
			}
			continue
		}
		if exact.Type == graph.Multi {
			checkDimensions(t, d.Name, exact, got, doubt)
			continue
		}
		checkTold(t, d.Name, *exact, *got, doubt)
	}
}

func checkDimensions(t *testing.T, name string, exact, got *graph.Spec, doubt string) {
	t.Helper()
	for dimension, p := range exact.Dimensions {
		_, about, _ := strings.Cut(doubt, "In the dimension `"+dimension+"`: ")
		about, _, _ = strings.Cut(about, "In the dimension")
		if q := got.Dimensions[dimension]; q != nil {
			checkTold(t, name+" "+dimension, p.Spec, q.Spec, about)
		} else {
			t.Errorf("%s: no dimension %s", name, dimension)
		}
	}
}

// checkTold fills in what is in doubt and compares the partitions that there are.
func checkTold(t *testing.T, name string, exact, got graph.Spec, doubt string) {
	t.Helper()
	for _, f := range []struct {
		name string
		fill func()
	}{
		{"`end`", func() { got.End = exact.End }}, {"`format`", func() { got.Format = exact.Format }}, {"`minute_offset`", func() { got.Minute = exact.Minute }},
		{"`hour_offset`", func() { got.Hour = exact.Hour }}, {"`day_offset`", func() { got.Day = exact.Day }},
	} {
		if strings.Contains(doubt, f.name) {
			f.fill()
		}
	}
	want, err := graph.NewPartitions(exact)
	if err != nil {
		t.Fatal(err)
	}
	p, err := graph.NewPartitions(got)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if want.IsTime() != (doubt != "") {
		t.Errorf("%s: doubt %q", name, doubt)
	}
	if !want.IsTime() && !p.Same(want) || want.IsTime() && (!cmp.Equal(p.Starts(0, 50), want.Starts(0, 50)) || p.EndOffset != want.EndOffset || p.Timezone != want.Timezone || formatOf(p) != formatOf(want)) {
		t.Errorf("%s: %+v, want %+v; in doubt: %s", name, got, exact, doubt)
	}
}

func formatOf(p *graph.Partitions) string {
	if p.Format == "" {
		return serdes.Format(p.Type)
	}
	return p.Format
}

// TestMappingTexts: what GraphQL tells is what Dagster has, or is in doubt.
func TestMappingTexts(t *testing.T) {
	multi := &graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{}}
	for name, keys := range map[string][]string{"date": {"a"}, "who": {"b"}} {
		p, err := graph.NewPartitions(graph.Spec{Type: graph.Static, Keys: keys})
		if err != nil {
			t.Fatal(err)
		}
		multi.Dimensions[name] = p
	}
	up, down := &Asset{Partitions: multi}, &Asset{Partitions: &graph.Spec{Type: graph.Static, Keys: []string{"a"}}}
	doubts := map[string]string{
		"time window":         "GraphQL does not tell `allow_nonexistent_upstream_partitions`.",
		"time window offsets": "GraphQL does not tell `allow_nonexistent_upstream_partitions`.",
		"time window allows":  "GraphQL does not tell `allow_nonexistent_upstream_partitions`.",
		"multi":               "GraphQL does not tell the offsets of the time_window mapping of the dimension `date`.",
		"multi of static":     "GraphQL does not tell the `StaticPartitionMapping` of the dimension `a`.",
		"multi of specific":   "GraphQL does not tell the `SpecificPartitionsPartitionMapping` of the dimension `a`.",
	}
	for _, m := range serialized[struct {
		Name, Class, Description string
		Serdes                   json.RawMessage
	}](t, "mappings.json") {
		switch m.Name {
		case "all", "last", "identity": // GraphQL has none of them
			continue
		}
		exact, _ := serdes.Mapping(m.Serdes)
		got, doubt := mappingText(m.Class, m.Description, up, down)
		if doubt != doubts[m.Name] {
			t.Errorf("%s: %s", m.Name, doubt)
		}
		// The mapping that a dimension's name picks is the default one here.
		if doubt == "" && m.Name != "multi to single named" {
			if diff := cmp.Diff(plainStatic(exact), plainStatic(got)); diff != "" {
				t.Errorf("%s: %s", m.Name, diff)
			}
		}
	}
	if m, doubt := mappingText("MultiToSingleDimensionPartitionMapping", "", &Asset{PartitionsDoubt: "all"}, down); m != nil || doubt != "GraphQL does not tell the dimension of its `multi_to_single` mapping." {
		t.Error(m, doubt)
	}
	if m, doubt := mappingText("Mine", "", up, down); m != nil || doubt != "auto does not know the mapping `Mine`." {
		t.Error(m, doubt)
	}
}

// plainStatic sorts keys, of which Dagster's sets have no order.
func plainStatic(m *graph.Mapping) *graph.Mapping {
	if m == nil || m.Static == nil {
		return m
	}
	out := *m
	out.Static = map[string][]string{}
	for up, to := range m.Static {
		out.Static[up] = append([]string(nil), to...)
		if len(to) == 2 && to[0] > to[1] {
			out.Static[up] = []string{to[1], to[0]}
		}
	}
	return &out
}

// TestUnreadTexts: texts that are not as Dagster 1.13 writes them are in doubt.
func TestUnreadTexts(t *testing.T) {
	if s, doubt := (told{kind: PartitionDefinitionTypeTimeWindow, description: "Every now and then."}).spec(); s != nil || !strings.Contains(doubt, "Every now and then.") {
		t.Error(s, doubt)
	}
	if s, doubt := (told{kind: "SPIRAL"}).spec(); s != nil || doubt != "auto does not know partitions of the type SPIRAL." {
		t.Error(s, doubt)
	}
	for class, text := range map[string]string{
		"StaticPartitionMapping":             "Maps upstream partitions to their downstream dependencies according to the following mapping: \nmy_dict()",
		"SpecificPartitionsPartitionMapping": "Each downstream partition depends on the following upstream partitions: ['a', 5]",
		"MultiPartitionMapping":              "",
	} {
		if m, doubt := mappingText(class, text, nil, nil); m != nil || !strings.HasPrefix(doubt, "auto cannot read what Dagster tells about the mapping") {
			t.Error(m, doubt)
		}
	}
}

// TestUntold names the mappings that GraphQL does not tell apart.
func TestUntold(t *testing.T) {
	daily, static := &Asset{Partitions: &graph.Spec{Type: graph.Daily, Start: "2026-01-01"}}, &Asset{Partitions: &graph.Spec{Type: graph.Static, Keys: []string{"a"}}}
	for _, c := range []struct {
		up, down *Asset
		want     string
	}{
		{daily, &Asset{}, "`all`, which is the default here, and `last` look the same."},
		{daily, daily, "`time_window`, which is the default here, and `all`, `last` and `identity` look the same."},
		{static, static, "`identity`, which is the default here, and `all` and `last` look the same."},
		{nil, static, "the default, `all`, `last` and `identity` look the same."},
		{&Asset{PartitionsDoubt: "unknown"}, static, "the default, `all`, `last` and `identity` look the same."},
	} {
		if got := untoldMapping(c.up, c.down); got != "GraphQL does not tell the mapping: "+c.want {
			t.Error(got)
		}
	}
}

func TestLiteral(t *testing.T) {
	for text, want := range map[string]any{
		`'a'`: "a", `"it's"`: "it's", `'\'"'`: `'"`, `'\x41\u00e4\U0001f600\n\\'`: "Aä😀\n\\",
		`['a', 'b']`: []any{"a", "b"}, `('a',)`: []any{"a"}, `{'a'}`: []any{"a"}, `frozenset({'a'})`: []any{"a"}, `[]`: []any{},
		`{}`: map[string]any{}, `{'a': 'b', 'c': ['d']}`: map[string]any{"a": "b", "c": []any{"d"}},
	} {
		if got, ok := readLiteral(text); !ok || !cmp.Equal(got, want) {
			t.Errorf("%s: %v", text, got)
		}
	}
	for _, text := range []string{``, `a`, `'a`, `['a'`, `['a' 'b']`, `{'a': }`, `{'a': 'b', 'c'}`, `'a' 'b'`, `5`, `frozenset('a'`, `'\q'`, strings.Repeat("[", 1<<20)} {
		if got, ok := readLiteral(text); ok {
			t.Errorf("%.20s: %v", text, got)
		}
	}
}

func FuzzLiteral(f *testing.F) {
	for _, seed := range []string{`{'eu': ['de', 'fr'], 'us': 'us', 'apac': {'au', 'jp'}}`, `("it's", '"', "\u200b\\")`, `frozenset({'a'})`} {
		f.Add(seed)
	}
	f.Fuzz(func(_ *testing.T, text string) { readLiteral(text) })
}
