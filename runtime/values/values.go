// Package values gives the values that a policy file writes for a run (tags, params,
// config) as JSON knows them, once it is known what their fields stand for.
package values

import (
	"fmt"
	"maps"
	"time"

	"auto/compiler/files"
	"auto/lang/template"
	"auto/vm/graph"
	"auto/vm/match"
)

// Fields gives what a field stands for: a string, int64, time.Time, or match.Value for a
// capture; and false where that is not known.
type Fields func(name string) (any, bool)

// Text gives a field as templates show it.
func (f Fields) Text(name string) (template.Value, bool) {
	value, ok := f(name)
	switch v := value.(type) {
	case string:
		return template.Text(v), ok
	case int64:
		return template.Int(v), ok
	case time.Time:
		return template.Instant(v), ok
	case match.Value:
		return template.Value{Text: v.Text, Time: v.Time}, ok
	}
	return template.Value{}, false
}

// Of gives a value: a string, int64, bool, []any or map[string]any. A field that is not
// known stays as it is written, and a secret is {"secret": NAME}.
func (f Fields) Of(v files.Value) any {
	switch {
	case v.Field != "":
		return f.plain(v.Field)
	case v.Template != nil:
		return v.Template.Expand(f.Text)
	case v.Secret != "":
		return map[string]any{"secret": v.Secret}
	case v.Items != nil:
		items := make([]any, len(v.Items))
		for i, item := range v.Items {
			items[i] = f.Of(item)
		}
		return items
	case v.Entries != nil:
		entries := map[string]any{}
		f.Put(entries, v.Entries)
		return entries
	}
	return v.Const
}

// plain gives a field with the type that JSON has for it.
func (f Fields) plain(name string) any {
	value, ok := f(name)
	if n, isInt := value.(int64); ok && isInt {
		return n
	}
	if text, known := f.Text(name); known {
		return text.Text
	}
	return "{" + name + "}"
}

// Put writes entries into a map, over those of the same keys.
func (f Fields) Put(into map[string]any, entries []files.Entry) {
	for _, e := range entries {
		into[e.Key] = f.Of(e.Value)
	}
}

// PutTags writes entries into tags, whose values are texts.
func (f Fields) PutTags(into map[string]string, entries []files.Entry) {
	for _, e := range entries {
		into[e.Key] = fmt.Sprint(f.Of(e.Value))
	}
}

// RunConfig gives the run config of selected assets, {"ops": {OP: {"config": {FIELD:
// value}}}}: of each the config that it has itself, and over that the config by its key.
// Config of other assets is left out. lookup gives the asset of a key, and false for one
// that is not known, whose op is called as Dagster calls it.
func RunConfig(selection []string, lookup func(key string) (*graph.Asset, bool), config map[string]map[string]any) map[string]any {
	ops := map[string]any{}
	for _, key := range selection {
		fields, op := map[string]any{}, graph.OpName(key)
		if asset, ok := lookup(key); ok {
			op = asset.Op
			maps.Copy(fields, asset.Config)
		}
		maps.Copy(fields, config[key])
		if len(fields) > 0 {
			ops[op] = map[string]any{"config": fields}
		}
	}
	return map[string]any{"ops": ops}
}
