package params_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"auto/runtime/params"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var (
	drawnAssets = []string{"a", "b", "dbo.Sales", "team/sales", "a__b"}
	drawnParams = []string{"p", "q", "r", "rows"}
)

// leaf draws a value that is no template.
func leaf() *rapid.Generator[any] {
	return rapid.OneOf(
		rapid.Just(any("")), rapid.Just(any(false)), rapid.Just(any(int64(0))),
		rapid.Map(rapid.StringMatching(`[a-z .}]{0,6}`), func(s string) any { return s }),
		rapid.Map(rapid.Int64Range(-9, 9), func(n int64) any { return n }),
		rapid.Map(rapid.Float64Range(-9, 9), func(f float64) any { return f }),
		rapid.Map(rapid.SliceOfN(rapid.StringMatching(`[a-c]`), 0, 2), func(s []string) any {
			items := []any{}
			for _, text := range s {
				items = append(items, text)
			}
			return items
		}),
		rapid.Just(any(map[string]any{"k": int64(1)})),
	)
}

func name(t *rapid.T) params.Name {
	n := params.Name{Param: rapid.SampledFrom(drawnParams).Draw(t, "param")}
	if rapid.Bool().Draw(t, "own") {
		n.Asset = rapid.SampledFrom(drawnAssets).Draw(t, "asset")
	}
	return n
}

func someValues(t *rapid.T) (v params.Values) {
	for range rapid.IntRange(0, 8).Draw(t, "values") {
		v.Set(name(t), leaf().Draw(t, "value"))
	}
	return v
}

// untyped is a job that takes every value.
func untyped() *params.Job { return &params.Job{Name: "j", Assets: drawnAssets} }

// throughJSON gives a value as it comes back from JSON.
func throughJSON(t *rapid.T, value map[string]any) (out map[string]any) {
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestSplitFlatten: split(flatten(x)) = x, and so for the nested and the stored form.
func TestSplitFlatten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := someValues(t)
		for form, values := range map[string]map[string]any{"flat": x.Flatten(), "nested": x.Stored(), "json": throughJSON(t, x.Flatten())} {
			edit, err := untyped().Split(values)
			if err != nil || !edit.Set.Equal(x) || edit.Unset != nil {
				t.Fatalf("%s: %v, %v, want %v", form, edit, err, x)
			}
		}
		stored, err := params.FromStored(throughJSON(t, x.Stored()))
		if err != nil || !stored.Equal(x) {
			t.Fatalf("%v, %v, want %v", stored, err, x)
		}
	})
}

// TestPatchInverse: an edit and what takes it back leave the values as they were, whatever
// they are, and so does going back to an earlier version.
func TestPatchInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, _, err := untyped().Patch(params.Stored{Version: 2}, 2, params.Edit{Set: someValues(t)})
		if err != nil {
			t.Fatal(err)
		}
		edit := params.Edit{Set: someValues(t)}
		for range rapid.IntRange(0, 4).Draw(t, "unset") {
			if n := name(t); !slices.Contains(edit.Set.Names(), n) {
				edit.Unset = append(edit.Unset, n)
			}
		}
		kept := before.Values.Clone()
		after, changes, err := untyped().Patch(before, before.Version, edit)
		if err != nil || !before.Values.Equal(kept) {
			t.Fatalf("%v; before is %v, was %v", err, before.Values, kept)
		}
		if want := model(kept, edit); !after.Values.Equal(want) {
			t.Fatalf("%v, want %v", after.Values, want)
		}
		if after.Version > before.Version != (len(changes) > 0) {
			t.Fatalf("version %d after %v", after.Version, changes)
		}
		back, _, err := untyped().Patch(after, after.Version, params.Inverse(changes))
		if err != nil || !back.Values.Equal(kept) || !back.Added.Equal(before.Added) {
			t.Fatalf("taken back: %v, %v, want %v", back.Values, err, kept)
		}
		restored, _, err := (&params.Job{Name: "other"}).Restore(after, params.AnyVersion, kept)
		if err != nil || !restored.Values.Equal(kept) {
			t.Fatalf("restored: %v, %v, want %v", restored.Values, err, kept)
		}
		if cmp.Diff(back.Values.Stored(), kept.Stored()) != "" {
			t.Fatalf("containers are left: %v, want %v", back.Values.Stored(), kept.Stored())
		}
	})
}

// model is an edit on flat names.
func model(values params.Values, e params.Edit) (out params.Values) {
	flat := map[params.Name]any{}
	for _, n := range values.Names() {
		flat[n], _ = values.Get(n)
	}
	for _, n := range e.Set.Names() {
		flat[n], _ = e.Set.Get(n)
	}
	for _, n := range e.Unset {
		delete(flat, n)
	}
	for n, value := range flat {
		out.Set(n, value)
	}
	return out
}

func someJob(t *rapid.T) *params.Job {
	j := untyped()
	for range rapid.IntRange(0, 6).Draw(t, "entries") {
		d := params.Decl{Type: params.String, Required: rapid.Bool().Draw(t, "required")}
		if rapid.Bool().Draw(t, "default") {
			text := rapid.StringMatching(`[a-z|!]{0,3}`).Draw(t, "text")
			d.Default = &text
		}
		j.Schema = j.Schema.With(name(t), d)
	}
	j.Values = someTexts(t)
	if rapid.Bool().Draw(t, "uses") {
		j.Uses = map[string][]string{}
		for _, a := range drawnAssets {
			j.Uses[a] = rapid.SliceOfNDistinct(rapid.SampledFrom(drawnParams), 0, 3, func(s string) string { return s }).Draw(t, "uses of "+a)
		}
	}
	return j
}

func someTexts(t *rapid.T) (v params.Values) {
	for range rapid.IntRange(0, 5).Draw(t, "texts") {
		v.Set(name(t), rapid.StringMatching(`[a-z]{0,3}`).Draw(t, "text"))
	}
	return v
}

func someLayers(t *rapid.T) params.Layers {
	return params.Layers{Operations: someTexts(t), Launch: someTexts(t), Trigger: someTexts(t)}
}

// TestConvertIdempotent: converting twice is converting once.
func TestConvertIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j, stored := someJob(t), someTexts(t)
		once := j.Convert(stored)
		j.Schema = once
		if twice := j.Convert(stored); !twice.Equal(once) {
			t.Fatalf("%v, then %v", once.Shorthand(), twice.Shorthand())
		}
	})
}

// TestConvertKeepsValues: what an asset sees of what it uses is the same before and after,
// whatever a launch gives.
func TestConvertKeepsValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j, l := someJob(t), someLayers(t)
		converted := *j
		converted.Schema = j.Convert(l.Operations)
		before, _ := j.Resolve(l, nil)
		after, _ := converted.Resolve(l, nil)
		for _, asset := range j.Assets {
			for _, param := range drawnParams {
				if j.Uses != nil && !slices.Contains(j.Uses[asset], param) {
					continue
				}
				if a, b := before.Assets[asset][param], after.Assets[asset][param]; !params.Same(a.Value, b.Value) {
					t.Fatalf("%s.%s: %v before, %v after", asset, param, a, b)
				}
			}
		}
	})
}

// TestResolveModel: what wins is what a model says that looks at every layer in turn.
func TestResolveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j, l := someJob(t), someLayers(t)
		r, err := j.Resolve(l, nil)
		if err != nil {
			t.Fatal(err)
		}
		for asset, of := range r.Assets {
			for param, got := range of {
				if want := slowest(j, l, asset, param); got.From.String() != want.String() || !params.Same(got.Value, want.Value) {
					t.Fatalf("%s.%s: %v from %s, want %v from %s", asset, param, got.Value, got.From, want.Value, want)
				}
				checkOrder(t, got)
			}
		}
	})
}

// slowest is the value of an asset by the rule as people say it.
func slowest(j *params.Job, l params.Layers, asset, param string) (won params.Candidate) {
	layers := map[params.Layer]params.Values{params.YAML: j.Values, params.Operations: l.Operations, params.Launch: l.Launch, params.Trigger: l.Trigger}
	for _, scope := range []params.Name{{Param: param}, {Asset: asset, Param: param}} {
		if d, ok := j.Schema.Find(scope); ok && d.Default != nil {
			won = params.Candidate{Layer: params.Default, Name: scope, Value: *d.Default}
		}
	}
	for _, scope := range []params.Name{{Param: param}, {Asset: asset, Param: param}} {
		for _, layer := range slices.Sorted(maps.Keys(layers)) {
			if value, ok := layers[layer].Get(scope); ok {
				won = params.Candidate{Layer: layer, Name: scope, Value: value}
			}
		}
	}
	return won
}

// checkOrder: of what one scope gives, the layer that won is the highest.
func checkOrder(t *rapid.T, v params.Value) {
	for _, lost := range v.Overrides {
		if lost.Name == v.From.Name && lost.Layer >= v.From.Layer {
			t.Fatalf("%s wins over %s", v.From, lost)
		}
	}
}

// TestTold: every asset of a run finds in run config what it sees.
func TestTold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j, l := someJob(t), someLayers(t)
		for i := range j.Schema {
			j.Schema[i].Decl.Required = false
		}
		selection := rapid.SliceOfNDistinct(rapid.SampledFrom(drawnAssets), 1, 5, func(s string) string { return s }).Draw(t, "selection")
		config, err := j.Launch(l, params.Run{Selection: selection})
		if err != nil {
			t.Fatal(err)
		}
		r, err := j.Resolve(l, selection)
		if err != nil {
			t.Fatal(err)
		}
		resources, _ := config["resources"].(map[string]any)
		of, _ := resources["params"].(map[string]any)
		told, _ := of["config"].(map[string]any)
		for _, asset := range selection {
			for param, v := range r.Assets[asset] {
				if got, ok := params.Lookup(told, asset, param); ok != v.Set() || !params.Same(got, v.Value) {
					t.Fatalf("%s.%s is told %v, %v, and sees %v", asset, param, got, ok, v)
				}
			}
		}
	})
}

// TestMissingRefused: what is missing is what a run is refused for, whatever its assets use.
func TestMissingRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j, l := someJob(t), someLayers(t)
		j.Uses, j.Needs = map[string][]string{}, map[string][]params.Name{}
		configs := map[string]map[string]any{}
		for _, a := range drawnAssets {
			field := rapid.SampledFrom([]string{"", "{{ params.p }}", "{{ params.q | default(1) }}", "{{ ops.b.config.r }}", "{{ params.q | upper }}"})
			configs[a] = map[string]any{"one": field.Draw(t, "one of "+a), "two": field.Draw(t, "two of "+a)}
			j.Uses[a], j.Needs[a] = params.Uses(configs[a]), params.Needs(a, configs[a])
		}
		_, err := j.Launch(l, params.Run{Asset: func(key string) (*graph.Asset, bool) {
			return &graph.Asset{Key: key, Op: key, Config: configs[key]}, true
		}})
		var refused []params.Name
		all, _ := err.(params.Problems)
		for _, p := range all {
			refused = append(refused, p.Name)
		}
		r, _ := j.Resolve(l, nil)
		missing := r.Missing()
		if len(missing) != len(refused) || slices.ContainsFunc(refused, func(n params.Name) bool { return !slices.Contains(missing, n) }) {
			t.Fatalf("%v are missing, %v", missing, err)
		}
	})
}

// TestDeclText: a declaration is read back from each form.
func TestDeclText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := params.Decl{
			Type:     rapid.SampledFrom([]params.Type{params.String, params.Int, params.Float, params.Bool, params.List, params.Map, params.Enum, params.Duration, params.Date, params.Secret}).Draw(t, "type"),
			Required: rapid.Bool().Draw(t, "required"), Description: rapid.SampledFrom([]string{"", "How many: at most."}).Draw(t, "description"),
		}
		if d.Type == params.Enum {
			d.Members = []string{"a", rapid.SampledFrom([]string{"b", "b, c", "d)", "|"}).Draw(t, "member")}
		}
		if rapid.Bool().Draw(t, "default") {
			text := map[params.Type]string{params.String: "a|b!", params.Int: "5", params.Float: "2.5", params.Bool: "true", params.List: `["a",1]`, params.Map: `{"a":1}`, params.Enum: "a", params.Duration: "1h30m", params.Date: "2026-01-31", params.Secret: "env:TOKEN"}[d.Type]
			d.Default = &text
		}
		if long, err := params.ReadDecl(d.Long()); err != nil || !long.Equal(d) {
			t.Fatalf("%v, %v, want %v", long, err, d)
		}
		if short, err := params.ParseDecl(d.String()); d.Short() != (err == nil && short.Equal(d)) {
			t.Fatalf("%s is short: %v; %v, %v", d, d.Short(), short, err)
		}
	})
}

func ExampleJob_Split() {
	j := &params.Job{Name: "sales", Assets: []string{"dbo.Sales"}}
	edit, err := j.Split(map[string]any{"dbo.Sales.rows": 5, "bucket": "raw", "dbo.Sales.path": nil})
	fmt.Println(edit.Set.Stored(), edit.Unset, err)
	_, err = j.Split(map[string]any{"dbo.sales.rows": 5})
	fmt.Println(err)
	// Output:
	// map[_ops_config:map[dbo.Sales:map[rows:5]] bucket:raw] [dbo.Sales.path] <nil>
	// No asset is called `dbo.sales`. Did you mean `dbo.Sales`?
}
