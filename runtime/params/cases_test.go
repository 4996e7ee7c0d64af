package params_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"auto/runtime/params"

	"github.com/google/go-cmp/cmp"
)

// a case of testdata/cases.jsonl: what a function gives for an input.
type recorded struct {
	ID, Fn  string
	In, Out json.RawMessage
}

// functions answer the cases, in the words of the file.
var functions = map[string]func(t *testing.T, in input) any{
	"split": caseSplit, "form_split": caseForm, "inspect": caseInspect, "extract": caseExtract, "build_schema": caseBuild,
	"convert": caseConvert, "convert_keep_shared": caseConvert, "ops_config_of": caseOpsConfig, "is_prefixed": casePrefixed,
	"view": caseView, "patch": casePatch, "resync": caseResync, "run_config": caseRunConfig, "lookup": caseLookup, "effective": caseEffective,
}

func TestCases(t *testing.T) {
	text, err := os.ReadFile("testdata/cases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	lines, count := bufio.NewScanner(bytes.NewReader(text)), 0
	for lines.Scan() {
		var c recorded
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		count++
		t.Run(c.ID, func(t *testing.T) {
			got := plainOf(t, functions[c.Fn](t, inputOf(t, c)))
			if diff := cmp.Diff(decoded(t, c.Out), got); diff != "" {
				t.Errorf("%s(%s): %s", c.Fn, c.In, diff)
			}
		})
	}
	if count != 78 {
		t.Errorf("%d cases, want 78", count)
	}
}

// input is the input of a case.
type input struct {
	raw    map[string]any
	schema []string // the names in schema, in their order
	want   any      // the output
}

func inputOf(t *testing.T, c recorded) input {
	in := input{raw: decoded(t, c.In).(object), want: decoded(t, c.Out)}
	var fields struct{ Schema json.RawMessage }
	if err := json.Unmarshal(c.In, &fields); err != nil {
		t.Fatal(err)
	}
	if fields.Schema != nil {
		in.schema = keysInOrder(t, fields.Schema)
	}
	return in
}

// keysInOrder gives the keys of an object as they stand.
func keysInOrder(t *testing.T, object json.RawMessage) (keys []string) {
	d := json.NewDecoder(bytes.NewReader(object))
	depth := 0
	for {
		token, err := d.Token()
		if err != nil {
			return keys
		}
		switch v := token.(type) {
		case json.Delim:
			depth += map[bool]int{true: 1, false: -1}[v == '{' || v == '[']
		case string:
			if depth == 1 {
				keys = append(keys, v)
				var skipped any
				if err := d.Decode(&skipped); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func decoded(t *testing.T, text []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return params.Plain(v)
}

func plainOf(t *testing.T, v any) any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return decoded(t, text)
}

type object = map[string]any

func (in input) object(name string) object { o, _ := in.raw[name].(object); return o }

func (in input) text(name string) string { s, _ := in.raw[name].(string); return s }

func (in input) flag(name string) bool { b, _ := in.raw[name].(bool); return b }

func (in input) texts(name string) []string { return textsOf(in.raw[name]) }

func textsOf(v any) (texts []string) {
	items, _ := v.([]any)
	for _, item := range items {
		texts = append(texts, item.(string))
	}
	return texts
}

// job gives the job that an input describes.
func (in input) job(t *testing.T) *params.Job {
	j := &params.Job{Name: "j", Assets: in.texts("assets"), Known: in.texts("known_assets"), Strict: in.flag("strict")}
	if uses, ok := in.raw["uses"]; ok {
		j.Uses = map[string][]string{}
		for _, asset := range slices.Sorted(maps.Keys(uses.(object))) {
			j.Uses[asset] = textsOf(uses.(object)[asset])
			j.Assets = append(j.Assets, asset)
		}
	}
	for _, field := range []string{"ops_config", "yaml_ops_config", "operations_asset"} {
		j.Assets = append(j.Assets, slices.Sorted(maps.Keys(in.object(field)))...)
	}
	if asset := in.text("asset"); asset != "" {
		j.Assets = append(j.Assets, asset)
	}
	j.Assets = unique(j.Assets)
	j.Schema = in.schemaOf(t, j)
	for _, name := range in.texts("fillable") {
		for _, asset := range j.Assets {
			j.Fillable = append(j.Fillable, params.Name{Asset: asset, Param: name})
		}
	}
	return j
}

func unique(texts []string) (out []string) {
	for _, text := range texts {
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

func (in input) schemaOf(t *testing.T, j *params.Job) params.Schema {
	declared := in.object("schema")
	for _, name := range in.schema {
		if n, err := params.ParseName(name); err == nil && !n.Shared() && in.raw["assets"] == nil {
			j.Assets = unique(append(j.Assets, n.Asset))
		}
	}
	s, wrong := readSchema(declared, in.schema, j.ParseName)
	for _, err := range wrong {
		t.Log(err)
	}
	return s
}

// readSchema reads `params_schema` in either form, its names in order, nil for sorted. What
// cannot be read is left out.
func readSchema(fields object, order []string, name func(string) (params.Name, error)) (s params.Schema, wrong []error) {
	read, named := func(key string) (params.Decl, error) { return params.ReadDecl(fields[key]) }, fields
	if params.IsJSONSchema(fields) {
		read = func(key string) (params.Decl, error) { return params.Property(fields, key) }
		named, order = fields["properties"].(object), nil
	}
	if order == nil {
		order = slices.Sorted(maps.Keys(named))
	}
	for _, key := range order {
		n, err := name(key)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		if d, err := read(key); err != nil {
			wrong = append(wrong, err)
		} else {
			s = s.With(n, d)
		}
	}
	return s, wrong
}

func values(t *testing.T, shared, ops object) params.Values {
	t.Helper()
	stored := object{params.StoredKey: ops}
	if ops == nil {
		delete(stored, params.StoredKey)
	}
	for k, v := range shared {
		stored[k] = v
	}
	v, err := params.FromStored(stored)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// problems gives the problems of an error, by kind and subject.
func problems(t *testing.T, err error) (texts []string) {
	t.Helper()
	var list params.Problems
	var one params.Problem
	switch {
	case errors.As(err, &list):
	case errors.As(err, &one):
		list = params.Problems{one}
	default:
		t.Fatalf("%v has no problems", err)
	}
	for _, p := range list {
		if p.Message == "" || p.Help == "" || p.Code() == "" {
			t.Errorf("%+v lacks a sentence or a code", p)
		}
		texts = append(texts, p.String())
	}
	return texts
}

func caseSplit(t *testing.T, in input) any {
	edit, err := in.job(t).Split(in.object("values"))
	return splitAnswer(t, in, edit, err)
}

// splitAnswer gives an edit in the form of the cases.
func splitAnswer(t *testing.T, in input, edit params.Edit, err error) any {
	out := object{"shared": orEmpty(edit.Set.Shared), "ops_config": orEmpty(edit.Set.Assets)}
	if err != nil {
		out["errors"] = problems(t, err)
		if !edit.Empty() {
			t.Error("an edit with errors is not empty")
		}
	}
	if len(edit.Unset) > 0 {
		out["unset"] = names(edit.Unset)
	}
	return told(out, in.want, "errors", "unset")
}

// told leaves the fields out of an answer that its case does not tell of, but for some.
func told(answer object, want any, always ...string) object {
	for key := range answer {
		if _, ok := want.(object)[key]; !ok && !slices.Contains(always, key) {
			delete(answer, key)
		}
	}
	return answer
}

func orEmpty[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return m
}

func caseForm(t *testing.T, in input) any {
	given := map[string]string{}
	for k, v := range in.object("values") {
		given[k] = v.(string)
	}
	edit, err := in.job(t).Form(params.Values{}, nil, given)
	return splitAnswer(t, in, edit, err)
}

func names(ns []params.Name) (texts []string) {
	for _, n := range ns {
		texts = append(texts, n.String())
	}
	return texts
}

func caseInspect(t *testing.T, in input) any {
	j := &params.Job{Uses: map[string][]string{}}
	for _, a := range in.raw["assets"].([]any) {
		key := a.([]any)[0].(string)
		j.Assets = append(j.Assets, key)
		j.Uses[key] = textsOf(a.([]any)[2])
	}
	return names(j.Discover())
}

func caseExtract(t *testing.T, in input) any { return params.Uses(in.object("configs")) }

func caseBuild(t *testing.T, in input) any {
	j := &params.Job{Uses: map[string][]string{}}
	for _, text := range in.texts("discovered") {
		n, err := params.ParseName(text)
		if err != nil {
			t.Fatal(err)
		}
		j.Assets = unique(append(j.Assets, n.Asset))
		j.Uses[n.Asset] = append(j.Uses[n.Asset], n.Param)
	}
	edit, err := j.Split(in.object("values"))
	if err != nil {
		t.Fatal(err)
	}
	return object{"params_schema": j.Build(edit.Set, in.texts("shared")...).Shorthand(), "ops_config": edit.Set.Assets}
}

func caseConvert(t *testing.T, in input) any {
	j := in.job(t)
	j.Values = values(t, in.object("shared"), in.object("ops_config"))
	once := j.Convert(params.Values{})
	j.Schema = once
	if twice := j.Convert(params.Values{}); !twice.Equal(once) {
		t.Errorf("converted twice: %v, once: %v", twice, once)
	}
	return once.Shorthand()
}

func caseOpsConfig(t *testing.T, in input) any {
	var jobs []*params.Job
	for _, item := range in.raw["yaml_jobs"].([]any) {
		ops, _ := item.(object)["ops_config"].(object)
		jobs = append(jobs, &params.Job{Name: item.(object)["name"].(string), Values: values(t, nil, ops)})
	}
	if _, ok := params.Find(nil, "j2"); ok {
		t.Error("a job is found among none")
	}
	j, ok := params.Find(jobs, in.text("job"))
	if !ok {
		t.Fatal("no job")
	}
	return orEmpty(j.Values.Assets)
}

func casePrefixed(t *testing.T, in input) any {
	j, out := in.job(t), object{}
	for name := range in.object("schema") {
		n, err := j.ParseName(name)
		switch {
		case err != nil:
			out[name] = "error:" + string(err.(params.Problem).Kind)
		case n.Shared():
			out[name] = "shared"
		default:
			out[name] = "asset"
		}
	}
	return out
}

func caseView(t *testing.T, in input) any {
	j := in.job(t)
	j.Values = values(t, nil, in.object("yaml_ops_config"))
	stored, err := params.FromStored(in.object("config_json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range j.Schema.Names() {
		if !n.Shared() {
			j.Assets = unique(append(j.Assets, n.Asset))
		}
	}
	rows, err := j.View(params.Stored{Values: stored})
	if err != nil {
		t.Fatal(err)
	}
	return viewAnswer(in, rows)
}

// viewAnswer gives rows in the form of the cases.
func viewAnswer(in input, rows []params.Row) any {
	wanted := in.want.([]any)
	out := []any{}
	for i, r := range rows {
		row := object{"name": r.Name.String(), "asset": nil, "value": r.Value.Value, "from": r.Origin(), "has_value": r.Set()}
		if !r.Name.Shared() {
			row["asset"] = r.Name.Asset
		}
		if r.Masked {
			row["masked"] = true
		}
		if r.Status != "" {
			row["status"] = r.Status
		}
		if i < len(wanted) {
			row = told(row, wanted[i], "masked", "status")
		}
		out = append(out, row)
	}
	return out
}

func casePatch(t *testing.T, in input) any {
	j := in.job(t)
	stored, err := params.FromStored(in.object("config_json"))
	if err != nil {
		t.Fatal(err)
	}
	state, version := params.Stored{Values: stored}, int64(0)
	if in.text("if_match") != "" {
		state.Version, version = number(t, in.text("stored")), number(t, in.text("if_match"))
	}
	edit, err := j.Split(in.object("body"))
	if err != nil {
		t.Fatal(err)
	}
	after, changes, err := j.Patch(state, version, edit)
	if err != nil {
		if !after.Values.Equal(state.Values) || changes != nil {
			t.Error("a refused edit changed something")
		}
		return object{"error": problems(t, err)[0]}
	}
	back, _, err := j.Patch(after, after.Version, params.Inverse(changes))
	if err != nil || !back.Values.Equal(state.Values) {
		t.Errorf("taken back: %v, %v", back.Values, err)
	}
	out := after.Values.Stored()
	if in.flag("allow_new") {
		out["schema_added"] = names(after.Added.Names())
	}
	return out
}

func number(t *testing.T, version string) int64 {
	n, err := strconv.ParseInt(strings.TrimPrefix(version, "v"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func caseResync(t *testing.T, in input) any {
	with := func(text string) *params.Job {
		return &params.Job{Name: "j", Schema: params.Schema{{Name: params.Name{Param: "p"}, Decl: params.Decl{Type: params.String, Default: &text}}}}
	}
	before, after := with(in.text("yaml_default_old")), with(in.text("yaml_default_new"))
	rows, err := before.View(params.Stored{})
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]string{"p": rows[0].Value.Value.(string)}
	edit, err := before.Form(params.Values{}, shown, shown)
	if err != nil {
		t.Fatal(err)
	}
	stored, _, err := before.Patch(params.Stored{}, 0, edit)
	if err != nil {
		t.Fatal(err)
	}
	r, err := after.Resolve(params.Layers{Operations: stored.Values}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return object{"effective": r.Shared["p"].Value}
}

func caseRunConfig(t *testing.T, in input) any {
	config, err := params.RunConfig(values(t, in.object("shared"), in.object("ops_config")))
	if err != nil {
		return object{"error": problems(t, err)[0]}
	}
	return config
}

func caseLookup(t *testing.T, in input) any {
	value, ok := params.Lookup(in.object("config"), in.text("asset"), in.text("param"))
	if !ok {
		t.Error("not found")
	}
	return value
}

func caseEffective(t *testing.T, in input) any {
	asset := in.text("asset")
	j, via := in.job(t), ""
	if in.text("run") != "" {
		var jobs []*params.Job
		for _, name := range in.texts("jobs_selecting_a") {
			jobs = append(jobs, &params.Job{Name: name, Assets: []string{asset}, Values: values(t, in.object(name), nil)})
		}
		found, err := params.ForRun(jobs, []string{asset})
		if err != nil {
			return object{"error": problems(t, err)[0]}
		}
		j, via = found, found.Name
	} else {
		j.Values = values(t, firstOf(in.object("job_overrides"), in.object("shared")), firstOf(in.object("ops_config"), in.object("yaml_ops_config")))
	}
	for param, value := range in.object("default") {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		literal := strings.Trim(string(text), `"`)
		j.Schema = j.Schema.With(params.Name{Param: param}, params.Decl{Type: params.Infer(value).Type, Default: &literal})
	}
	l := params.Layers{
		Operations: values(t, in.object("operations_shared"), in.object("operations_asset")),
		Launch:     values(t, in.object("launch_shared"), nil),
		Trigger:    values(t, nil, in.object("trigger")),
	}
	r, _ := j.Resolve(l, []string{asset})
	if err := r.Ready(); err != nil {
		return object{"error": problems(t, err)[0]}
	}
	effective := object{}
	for param, v := range r.Assets[asset] {
		if v.Set() {
			effective[param] = v.Value
		}
	}
	if via != "" {
		effective["via"] = via
	}
	return effective
}

func firstOf(objects ...object) object {
	for _, o := range objects {
		if o != nil {
			return o
		}
	}
	return nil
}
