package values_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"auto/compiler/files"
	"auto/lang/template"
	"auto/runtime/values"
	"auto/vm/graph"
	"auto/vm/match"
)

// fields knows a field of each type.
func fields(name string) (any, bool) {
	switch name {
	case "text":
		return "a", true
	case "size":
		return int64(7), true
	case "tick":
		return time.Date(2026, 1, 10, 1, 5, 0, 0, time.FixedZone("", 3600)), true
	case "day":
		return match.Value{Name: "day", Text: "20260109", Time: time.Date(2026, 1, 9, 0, 0, 0, 0, time.UTC)}, true
	}
	return nil, false
}

func parsed(t *testing.T, text string) files.Value {
	t.Helper()
	p, err := template.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return files.Value{Template: p}
}

func TestOf(t *testing.T) {
	for name, c := range map[string]struct {
		value files.Value
		want  any
	}{
		"constant":         {files.Value{Const: int64(3)}, int64(3)},
		"text":             {files.Value{Field: "text"}, "a"},
		"number":           {files.Value{Field: "size"}, int64(7)},
		"time":             {files.Value{Field: "tick"}, "2026-01-10T00:05:00Z"},
		"capture":          {files.Value{Field: "day"}, "20260109"},
		"unknown":          {files.Value{Field: "etag"}, "{etag}"},
		"template":         {parsed(t, "{text}-{size}-{tick:%H}-{day:%d}-{etag}-{{"), "a-7-00-09-{etag}-{"},
		"format of a text": {parsed(t, "{text:%d}"), "{text:%d}"},
		"secret":           {files.Value{Secret: "KEY"}, map[string]any{"secret": "KEY"}},
		"list":             {files.Value{Items: []files.Value{{Field: "size"}, {Const: true}}}, []any{int64(7), true}},
		"map":              {files.Value{Entries: []files.Entry{{Key: "k", Value: files.Value{Field: "text"}}}}, map[string]any{"k": "a"}},
	} {
		if diff := cmp.Diff(c.want, values.Fields(fields).Of(c.value)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestPut: what is written later stands over what was there; tags are texts.
func TestPut(t *testing.T) {
	entries := []files.Entry{{Key: "a", Value: files.Value{Field: "size"}}, {Key: "b", Value: files.Value{Const: true}}}
	params, tags := map[string]any{"a": "before", "c": "before"}, map[string]string{"a": "before", "c": "before"}
	values.Fields(fields).Put(params, entries)
	values.Fields(fields).PutTags(tags, entries)
	if diff := cmp.Diff(map[string]any{"a": int64(7), "b": true, "c": "before"}, params); diff != "" {
		t.Errorf("params (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"a": "7", "b": "true", "c": "before"}, tags); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
}

func TestRunConfig(t *testing.T) {
	assets := map[string]*graph.Asset{"a": {Key: "a", Op: "make_a", Config: map[string]any{"x": 1, "y": 1}}, "b": {Key: "b", Op: "b"}}
	lookup := func(key string) (*graph.Asset, bool) { a, ok := assets[key]; return a, ok }
	got := values.RunConfig([]string{"a", "b", "s/c"}, lookup, map[string]map[string]any{"a": {"y": 2}, "s/c": {"z": 3}, "gone": {"z": 4}})
	op := func(fields map[string]any) any { return map[string]any{"config": fields} }
	want := map[string]any{"ops": map[string]any{"make_a": op(map[string]any{"x": 1, "y": 2}), "s__c": op(map[string]any{"z": 3})}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if assets["a"].Config["y"] != 1 {
		t.Error("the asset's own config was written to")
	}
}
