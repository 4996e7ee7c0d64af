package params_test

import (
	"fmt"
	"strings"
	"testing"

	"auto/runtime/params"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

// schema reads declarations in pairs: a name and its shorthand.
func schema(t *testing.T, pairs ...string) (s params.Schema) {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		n, err := params.ParseName(pairs[i])
		if err != nil {
			t.Fatal(err)
		}
		d, err := params.ParseDecl(pairs[i+1])
		if err != nil {
			t.Fatal(err)
		}
		s = s.With(n, d)
	}
	return s
}

// flat reads values by the names that people write.
func flat(t *testing.T, values object) (v params.Values) {
	t.Helper()
	for key, value := range values {
		n, err := params.ParseName(key)
		if err != nil {
			t.Fatal(err)
		}
		v.Set(n, value)
	}
	return v
}

// landing is a job of two assets, whose configs use parameters.
func landing(t *testing.T) (*params.Job, params.Run) {
	assets := map[string]*graph.Asset{
		"move":     {Key: "move", Op: "move", Config: object{"key": "{{ params.file_key }}", "to": "s3://{{ params.bucket }}/{{ params.n }}", "n": "{{ params.n }}", "opt": "{{ params.opt }}", "conn": "{{ vars.conn }}"}},
		"dw/sales": {Key: "dw/sales", Op: "dw__sales", Config: object{"list": []any{"{{ params.bucket }}", "{{ params.opt | default('none') }}"}, "token": "{{ params.token }}"}},
	}
	j := &params.Job{
		Name: "ingest", Assets: []string{"move", "dw/sales"}, Uses: map[string][]string{},
		Schema:   schema(t, "bucket", "string!|raw", "n", "int|5", "opt", "string", "token", "secret"),
		Values:   flat(t, object{"move.file_key": "", "token": object{"$secret": "env:TOKEN"}}),
		Fillable: []params.Name{{Asset: "move", Param: "file_key"}},
	}
	for key, a := range assets {
		j.Uses[key] = params.Uses(a.Config)
	}
	return j, params.Run{Asset: func(key string) (*graph.Asset, bool) { a, ok := assets[key]; return a, ok }}
}

func TestLaunch(t *testing.T) {
	j, run := landing(t)
	run.Config = map[string]map[string]any{"move": {"file_key": "in/a.csv", "mode": "copy"}}
	l := params.Layers{Operations: flat(t, object{"dw/sales.bucket": "dw", "move.n": int64(7)}), Launch: flat(t, object{"bucket": "now"})}
	got, err := j.Launch(l, run)
	if err != nil {
		t.Fatal(err)
	}
	token := object{"$secret": "env:TOKEN"}
	want := object{
		"resources": object{"params": object{"config": object{
			"bucket": "now", "n": int64(5), "token": token,
			"__nexus_ops__dw/sales__bucket": "dw", "__nexus_ops__move__n": int64(7), "__nexus_ops__move__file_key": "in/a.csv",
		}}},
		"ops": object{
			"move":      object{"config": object{"key": "in/a.csv", "to": "s3://now/7", "n": int64(7), "conn": "{{ vars.conn }}", "file_key": "in/a.csv", "mode": "copy"}},
			"dw__sales": object{"config": object{"list": []any{"dw", "none"}, "token": token}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(object{"key": "{{ params.file_key }}", "to": "s3://{{ params.bucket }}/{{ params.n }}", "n": "{{ params.n }}", "opt": "{{ params.opt }}", "conn": "{{ vars.conn }}"}, mustAsset(t, run, "move").Config); diff != "" {
		t.Error("the asset was changed", diff)
	}
}

func mustAsset(t *testing.T, run params.Run, key string) *graph.Asset {
	t.Helper()
	a, ok := run.Asset(key)
	if !ok {
		t.Fatal(key)
	}
	return a
}

// TestLaunchSelection: a run of some assets is told nothing of the others, and is not
// refused for what only they lack.
func TestLaunchSelection(t *testing.T) {
	j, run := landing(t)
	j.Schema = append(j.Schema, schema(t, "move.must", "string!", "only", "string!")...)
	j.Uses["move"] = append(j.Uses["move"], "only")
	run.Selection = []string{"dw/sales"}
	got, err := j.Launch(params.Layers{Operations: flat(t, object{"move.n": int64(7)})}, run)
	if err != nil {
		t.Fatal(err)
	}
	token := object{"$secret": "env:TOKEN"}
	want := object{
		"resources": object{"params": object{"config": object{"bucket": "raw", "n": int64(5), "token": token}}},
		"ops":       object{"dw__sales": object{"config": object{"list": []any{"raw", "none"}, "token": token}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestLaunchRefused: every reason is named at once.
func TestLaunchRefused(t *testing.T) {
	for name, c := range map[string]struct {
		schema []string
		values object
		config object
		want   []string
	}{
		"missing": {
			schema: []string{"one", "string!", "a.two", "int!", "three", "int!|3", "opt", "string"},
			want:   []string{"required:a.two", "required:one"},
		},
		"of another asset's own": {schema: []string{"p", "string!"}, values: object{"a.p": "x"}, want: []string{"required:p"}},
		"each asset's own":       {schema: []string{"p", "string!"}, values: object{"a.p": "x", "b.p": "", "a__b.p": "{{ params.q }}", "q": "y"}},
		"the shared one":         {schema: []string{"a.p", "string!"}, values: object{"p": "x"}},
		"used, not declared":     {config: object{"f": "{{ params.p }}", "g": "in/{{ params.q }}"}, want: []string{"required:a.p", "required:a.q"}},
		"optional inside a text": {schema: []string{"p", "string"}, config: object{"f": "in/{{ params.p }}"}, want: []string{"no_value:a.p"}},
		"optional alone":         {schema: []string{"p", "string"}, config: object{"f": "{{ params.p }}"}},
		"over nothing":           {values: object{"p": "in/{{ params.q }}"}, want: []string{"no_value:p"}},
		"over nothing, required": {schema: []string{"p", "string!"}, values: object{"p": "{{ params.q }}"}, want: []string{"required:p"}},
		"over a default":         {values: object{"p": "in/{{ params.q | default(5) }}"}},
		"a cycle":                {values: object{"p": "{{ params.q }}", "q": "{{ params.p }}"}, want: []string{"cycle:p->q->p"}},
		"over itself":            {values: object{"a.p": "{{ ops.a.config.p }}"}, want: []string{"cycle:a.p->a.p"}},
		"a longer cycle":         {values: object{"p": "{{ params.q }}", "q": "{{ ops.a.config.r }}", "a.r": "{{ params.q }}"}, want: []string{"cycle:q->a.r->q"}},
		"a type when filled in":  {schema: []string{"n", "int"}, values: object{"n": "{{ params.p }}", "p": "many"}, want: []string{"type:n"}},
		"a type of the asset's":  {schema: []string{"a.n", "int"}, values: object{"n": "many"}, want: []string{"type:a.n"}},
		"a secret in a text":     {schema: []string{"t", "secret"}, values: object{"t": object{"$secret": "file:/run/t"}}, config: object{"url": "https://{{ params.t }}@host.example"}, want: []string{"secret:a.t"}},
		"a secret that is none":  {schema: []string{"t", "secret"}, values: object{"t": "hunter2"}, want: []string{"secret:t"}},
		"filled in too often":    {values: doubling(30), want: []string{"too_large:p15"}},
		"filled into config":     {values: object{"p": strings.Repeat("x", 1<<19)}, config: object{"f": []any{"{{ params.p }}", "{{ params.p }}-{{ params.p }}"}}, want: []string{"too_large:a.p"}},
		"one key":                {values: object{"a.b__c": 1, "a__b.c": 2}, want: []string{"collision:__nexus_ops__a__b__c"}},
		"several": {
			schema: []string{"one", "string!", "n", "int"}, values: object{"n": "x", "p": "{{ params.p }}"}, config: object{"f": "{{ params.z }}"},
			want: []string{"cycle:p->p", "required:a.z", "required:one", "type:n"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			j := &params.Job{Name: "j", Assets: []string{"a", "b", "a__b"}, Schema: schema(t, c.schema...)}
			run := params.Run{Asset: func(key string) (*graph.Asset, bool) {
				return &graph.Asset{Key: key, Op: key, Config: map[string]object{"a": c.config}[key]}, true
			}}
			_, err := j.Launch(params.Layers{Operations: flat(t, c.values)}, run)
			var got []string
			if err != nil {
				got = problems(t, err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// doubling gives values of which each is the next one twice.
func doubling(n int) object {
	values := object{fmt.Sprintf("p%d", n): strings.Repeat("x", 32)}
	for i := range n {
		values[fmt.Sprintf("p%d", i)] = []any{fmt.Sprintf("{{ params.p%d }}", i+1), fmt.Sprintf("{{ params.p%d }}", i+1)}
	}
	return values
}

// TestTemplates: what a value that is a template stands for.
func TestTemplates(t *testing.T) {
	values := object{
		"bucket": "raw", "n": int64(5), "on": true, "list": []any{"a", int64(1)}, "a.own": "mine", "a.bucket": "a's",
		"dbo.Sales.x": "dotted",
	}
	for template, want := range map[string]any{
		"{{ params.bucket }}":                        "raw", // shared, though the asset has its own
		"{{params['bucket']}}":                       "raw",
		"{{ ops.a.config.bucket }}":                  "a's",
		"{{ ops.b.config.bucket }}":                  "raw",
		`{{ ops["dbo.Sales"].config.x }}`:            "dotted",
		"{{ params.n }}":                             int64(5),
		"{{ params.list }}":                          []any{"a", int64(1)},
		"<{{ params.n }}|{{ params.on }}>":           "<5|true>",
		"{{ params.list }}!":                         `["a",1]!`,
		"{{ params.none | default('x') }}":           "x",
		"{{ params.none | default([1, \"}}\"]) }}":   []any{int64(1), "}}"},
		"{{ params.n | upper }}":                     "{{ params.n | upper }}",
		"{{ params.none | default(5]) }}":            "{{ params.none | default(5]) }}",
		"{{ vars.params.n }}-{{ params.n }}":         "{{ vars.params.n }}-5",
		"{{ params.n":                                "{{ params.n",
		"{ params.n }":                               "{ params.n }",
		"{{ params.n }} {{ 'unclosed }}":             "5 {{ 'unclosed }}",
		"{{ params.bucket }}{{ ops.a.config.own }}.": "rawmine.",
	} {
		j := &params.Job{Name: "j", Assets: []string{"a", "b", "dbo.Sales"}, Values: flat(t, values)}
		j.Values.Set(params.Name{Asset: "a", Param: "t"}, template)
		r, err := j.Resolve(params.Layers{}, nil)
		if err != nil {
			t.Errorf("%s: %v", template, err)
			continue
		}
		if diff := cmp.Diff(want, r.Assets["a"]["t"].Value); diff != "" {
			t.Errorf("%s: %s", template, diff)
		}
	}
}

// TestCandidates: what a value wins over, the next one first.
func TestCandidates(t *testing.T) {
	j := &params.Job{Name: "j", Assets: []string{"a"}, Schema: schema(t, "p", "string|d", "a.p", "string|ad"), Values: flat(t, object{"p": "y", "a.p": "ay"})}
	l := params.Layers{Operations: flat(t, object{"p": "o"}), Launch: flat(t, object{"a.p": "al"}), Trigger: flat(t, object{"p": "t"})}
	r, err := j.Resolve(l, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	v := r.Assets["a"]["p"]
	for _, c := range append([]params.Candidate{v.From}, v.Overrides...) {
		got = append(got, c.String()+" "+c.Name.String()+"="+c.Value.(string))
	}
	want := []string{"launch/asset a.p=al", "yaml/asset a.p=ay", "trigger/shared p=t", "operations/shared p=o", "yaml/shared p=y", "default a.p=ad", "default p=d"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestFileKeyIsNoTemplate: what a file's key looks like reads no parameter.
func TestFileKeyIsNoTemplate(t *testing.T) {
	j, run := landing(t)
	for _, key := range []string{"in/{{ params.bucket }}.csv", "{{ params.token }}", "{{ params.file_key }}", "{{ ops.move.config.file_key }}"} {
		config, err := j.Launch(params.Layers{
			Operations: flat(t, object{"bucket": "landing"}), Trigger: flat(t, object{"move.file_key": key}),
		}, run)
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		ops := config["ops"].(map[string]any)
		if got := ops["move"].(map[string]any)["config"].(map[string]any)["key"]; got != key {
			t.Errorf("the config of `move` has %q for the file %q", got, key)
		}
	}
}
