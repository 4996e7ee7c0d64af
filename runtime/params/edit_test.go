package params_test

import (
	"encoding/json"
	"strings"
	"testing"

	"auto/runtime/params"

	"github.com/google/go-cmp/cmp"
)

// TestForm: a form says only what was touched.
func TestForm(t *testing.T) {
	j := &params.Job{Name: "j", Assets: []string{"a"}, Schema: schema(t, "n", "int|5", "on", "bool", "list", "list", "text", "string", "token", "secret")}
	stored := flat(t, object{"a.n": int64(7), "text": "x"})
	shown := map[string]string{"n": "5", "a.n": "7", "on": "", "text": "x", "list": ""}
	for name, c := range map[string]struct {
		given map[string]string
		want  object
		wrong []string
	}{
		"untouched":    {given: shown, want: object{}},
		"typed":        {given: map[string]string{"n": "0", "a.on": "false", "list": "[a, 1]", "text": "yes"}, want: object{"n": int64(0), "a.on": false, "list": []any{"a", int64(1)}, "text": "yes"}},
		"inherit":      {given: map[string]string{"a.n": "", "text": "", "on": ""}, want: object{"a.n": nil, "text": nil}},
		"undeclared":   {given: map[string]string{"a.new": "5"}, want: object{"a.new": "5"}},
		"a template":   {given: map[string]string{"a.n": "{{ params.n }}"}, want: object{"a.n": "{{ params.n }}"}},
		"a reference":  {given: map[string]string{"token": "env:TOKEN"}, want: object{"token": object{"$secret": "env:TOKEN"}}},
		"many wrong":   {given: map[string]string{"n": "x", "on": "maybe", "b.n": "1", "token": "hunter2"}, wrong: []string{"secret:token", "type:n", "type:on", "unknown_asset:b"}},
		"one is wrong": {given: map[string]string{"n": "1", "on": "maybe"}, wrong: []string{"type:on"}},
	} {
		edit, err := j.Form(stored, shown, c.given)
		got := object{}
		for key, value := range edit.Set.Flatten() {
			got[key] = value
		}
		for _, n := range edit.Unset {
			got[n.String()] = nil
		}
		if err != nil {
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s: %v", name, err)
			}
			if diff := cmp.Diff(c.wrong, problems(t, err)); diff != "" || !edit.Empty() {
				t.Errorf("%s: %s", name, diff)
			}
			continue
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestTwoEditors: of two edits of one version the second is refused and can be made again
// of the new one, where both are in force.
func TestTwoEditors(t *testing.T) {
	j := &params.Job{Name: "j", Assets: []string{"a"}}
	edit := func(values object) params.Edit {
		e, err := j.Split(values)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	one, _, err := j.Patch(params.Stored{}, 0, edit(object{"p": 1}))
	if err != nil {
		t.Fatal(err)
	}
	same, _, err := j.Patch(one, 0, edit(object{"q": 2}))
	if err == nil || problems(t, err)[0] != "409 version" || same.Version != 1 {
		t.Fatalf("%v, %v", same, err)
	}
	two, changes, err := j.Patch(one, 1, edit(object{"q": 2, "p": 1}))
	if err != nil || !two.Values.Equal(flat(t, object{"p": 1, "q": 2})) {
		t.Fatalf("%v, %v", two, err)
	}
	if diff := cmp.Diff([]params.Change{{Name: params.Name{Param: "q"}, New: int64(2)}}, changes); diff != "" {
		t.Error(diff)
	}
	unchanged, changes, err := j.Patch(two, 2, edit(object{"q": 2.0}))
	if err != nil || unchanged.Version != 2 || changes != nil {
		t.Errorf("an edit that changes nothing: %v, %v, %v", unchanged, changes, err)
	}
}

// TestPatchRefused: nothing of an edit is made where anything of it is wrong.
func TestPatchRefused(t *testing.T) {
	j := &params.Job{Name: "j", Assets: []string{"a", "b"}, Strict: true, Schema: schema(t, "p", "string!", "n", "int", "a.own", "date")}
	stored := params.Stored{Values: flat(t, object{"p": "x", "a.n": int64(1)})}
	for _, c := range []struct {
		set   object
		unset []params.Name
		want  []string
	}{
		{set: object{"n": int64(1), "a.n": "two", "zz": int64(3), "b.own": "x"}, want: []string{"type:a.n", "undeclared:b.own", "undeclared:zz"}},
		{set: object{"a.own": "2026-02-30", "c.p": "x"}, want: []string{"type:a.own", "unknown_asset:c"}},
		{unset: []params.Name{{Param: "p"}}, want: []string{"required:p"}},
		{set: object{"a.p": "y"}, unset: []params.Name{{Param: "p"}}, want: []string{"required:p"}},
		{set: object{"a.p": "y", "b.p": "y"}, unset: []params.Name{{Param: "p"}}},
		{unset: []params.Name{{Asset: "a", Param: "n"}, {Asset: "gone", Param: "x"}}},
	} {
		_, _, err := j.Patch(stored, 0, params.Edit{Set: flat(t, c.set), Unset: c.unset})
		var got []string
		if err != nil {
			got = problems(t, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v, %v: %s", c.set, c.unset, diff)
		}
	}
}

// TestSplitNested: in the nested form neither the asset nor the parameter takes a part of
// the other.
func TestSplitNested(t *testing.T) {
	j := &params.Job{Name: "j", Assets: []string{"a", "a.b"}}
	_, err := j.Split(object{params.StoredKey: object{"a": object{"b.c": 1, "_d": 1, "": 1}, "": object{"x": 1}, "gone": object{"x": 1}, "a.b": object{"c": 1}}})
	if diff := cmp.Diff([]string{"bad_key:.x", "bad_param:a.", "bad_param:a.b.c", "reserved:a._d", "unknown_asset:gone"}, problems(t, err)); diff != "" {
		t.Error(diff)
	}
	e, err := j.Split(object{params.StoredKey: object{"a.b": object{"c": 1}}})
	if err != nil || cmp.Diff(flat(t, object{"a.b.c": 1}), e.Set) != "" {
		t.Errorf("%+v, %v", e, err)
	}
}

// TestAdded: a declaration that an edit adds is in force until the job's file has one.
func TestAdded(t *testing.T) {
	j := &params.Job{Name: "j", Assets: []string{"a"}}
	s, _, err := j.Patch(params.Stored{}, 0, params.Edit{Set: flat(t, object{"a.n": int64(1), "t": object{"secret": "T"}})})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"a.n": "int", "t": "secret"}, s.Added.Shorthand()); diff != "" {
		t.Error(diff)
	}
	declared := &params.Job{Name: "j", Assets: []string{"a"}, Schema: schema(t, "a.n", "float!|2")}
	if diff := cmp.Diff(map[string]string{"a.n": "float!|2", "t": "secret"}, declared.With(s).Schema.Shorthand()); diff != "" {
		t.Error(diff)
	}
	rows, err := j.View(s)
	if err != nil || len(rows) != 2 || rows[1].Status != "" || !rows[0].Masked {
		t.Errorf("%+v, %v", rows, err)
	}
}

// TestAddedThenShared: what an edit added is declared by the file's shared parameter once
// there is one, so that a secret is none less for it.
func TestAddedThenShared(t *testing.T) {
	j := &params.Job{Name: "j", Assets: []string{"a", "gone"}}
	s, _, err := j.Patch(params.Stored{}, 0, params.Edit{Set: flat(t, object{"a.x": "hunter2", "gone.x": "hunter2", "a.kept": int64(1)})})
	if err != nil {
		t.Fatal(err)
	}
	declared := &params.Job{Name: "j", Assets: []string{"a"}, Schema: schema(t, "x", "secret!")}
	with := declared.With(s)
	if diff := cmp.Diff(map[string]string{"x": "secret!", "a.kept": "int"}, with.Schema.Shorthand()); diff != "" {
		t.Error(diff)
	}
	rows, _ := declared.View(s)
	lines, _ := declared.Matrix(s)
	text, err := json.Marshal([]any{rows, lines})
	if err != nil || strings.Contains(string(text), "hunter2") {
		t.Errorf("%s, %v", text, err)
	}
	if _, err := with.Launch(params.Layers{Operations: s.Values}, params.Run{}); err == nil || strings.Contains(err.Error(), "hunter2") || problems(t, err)[0] != "secret:a.x" {
		t.Error(err)
	}
	after, _, err := declared.Patch(s, s.Version, params.Edit{Set: flat(t, object{"a.x": object{"$secret": "env:X"}})})
	if err != nil || !after.Added.Equal(schema(t, "a.kept", "int")) {
		t.Errorf("%v, %v", after.Added, err)
	}
}

// TestSelects: about an asset that was asked for nothing is said of parameters.
func TestSelects(t *testing.T) {
	j := &params.Job{Name: "j", Assets: []string{"sales"}, Known: []string{"sales", "other"}}
	for asset, help := range map[string]string{"nope": "Write the key of an asset that the job selects.", "sale": "Did you mean `sales`?", "other": "Add it to the selection of the job, or write an asset that is in it."} {
		p, wrong := j.Selects(asset).(params.Problem)
		if !wrong || p.Help != help || p.Name != (params.Name{}) || p.Subject != asset {
			t.Errorf("%s: %+v", asset, p)
		}
	}
	if err := j.Selects("sales"); err != nil {
		t.Error(err)
	}
}

// TestNoSecretShown: no value of a secret is in a row, whichever layer gives it.
func TestNoSecretShown(t *testing.T) {
	j := &params.Job{
		Name: "j", Assets: []string{"a"}, Schema: schema(t, "t", "secret|env:DEFAULT", "u", "string", "x", "string"),
		Values: flat(t, object{"t": "hunter2", "a.t": object{"$secret": "file:/hunter2"}, "u": "{{ params.t }}", "x": "shown"}),
	}
	rows, err := j.View(params.Stored{Values: flat(t, object{"t": "hunter2", "gone.t": object{"secret": "hunter2"}})})
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Error(err)
	}
	text, err := json.Marshal(rows)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "hunter2") || !strings.Contains(string(text), "shown") {
		t.Errorf("%s", text)
	}
	if !j.Hidden(params.Name{Asset: "a", Param: "t"}, "hunter2") || j.Hidden(params.Name{Param: "x"}, "shown") {
		t.Error("what is hidden")
	}
}

// TestDecl: what a declaration takes, as JSON and as text.
func TestDecl(t *testing.T) {
	for _, c := range []struct {
		decl     string
		accepted []any
		refused  []any
		parsed   map[string]any
		unread   []string
	}{
		{decl: "string", accepted: []any{"", "5", "{{ params.x }}"}, refused: []any{5, true, []any{}, nil}, parsed: map[string]any{"5": "5", "": ""}},
		{decl: "int", accepted: []any{0, 5.0, json.Number("7"), "{{ params.x }}"}, refused: []any{"5", 2.5, true, 1e300}, parsed: map[string]any{"-5": int64(-5)}, unread: []string{"", "5.5", "x", "NaN"}},
		{decl: "float", accepted: []any{0, 2.5, json.Number("1e3")}, refused: []any{"2.5", false}, parsed: map[string]any{"2": 2.0, "1e3": 1000.0}, unread: []string{"Inf", ""}},
		{decl: "bool", accepted: []any{true, false}, refused: []any{"true", 1}, parsed: map[string]any{"false": false}, unread: []string{"yes", ""}},
		{decl: "list", accepted: []any{[]any{}, []any{1, "a"}}, refused: []any{"a", object{}}, parsed: map[string]any{"[]": []any{}, "[a, {b: 1}]": []any{"a", object{"b": int64(1)}}, "[2026-01-31, {d: 2026-01-31T10:00:00Z}]": []any{"2026-01-31", object{"d": "2026-01-31T10:00:00Z"}}}, unread: []string{"a", "", "{a: 1}", "["}},
		{decl: "map", accepted: []any{object{}, object{"a": []any{}}}, refused: []any{[]any{}, object{"$secret": "env:A"}}, parsed: map[string]any{"{a: 1}": object{"a": int64(1)}}, unread: []string{"[a]", "x"}},
		{decl: "enum(a, b)", accepted: []any{"a", "b"}, refused: []any{"c", "", 1}, parsed: map[string]any{"a": "a"}, unread: []string{"A"}},
		{decl: "secret", accepted: []any{object{"$secret": "env:A"}, object{"$secret": "file:/a b"}, object{"secret": "A"}}, refused: []any{"env:A", object{"$secret": "A"}, object{"$secret": "file:a"}, object{"$secret": "env:A-B"}, object{"$secret": "env:A", "x": 1}, "{{ params.x }}"}, parsed: map[string]any{"env:A": object{"$secret": "env:A"}}, unread: []string{"A", ""}},
		{decl: "duration", accepted: []any{"1h30m", "2d"}, refused: []any{"", "5 minutes", 5}, parsed: map[string]any{"30s": "30s"}},
		{decl: "date", accepted: []any{"2026-01-31"}, refused: []any{"2026-02-30", "31.1.2026", ""}, parsed: map[string]any{"2026-01-31": "2026-01-31"}},
	} {
		d, err := params.ParseDecl(c.decl)
		if err != nil {
			t.Fatal(err)
		}
		for _, value := range c.accepted {
			if got, err := d.Accept(value); err != nil || d.Type != params.Secret && !params.Same(got, value) {
				t.Errorf("%s %v: %v, %v", c.decl, value, got, err)
			}
		}
		for _, value := range c.refused {
			if got, err := d.Accept(value); err == nil {
				t.Errorf("%s takes %v as %v", c.decl, value, got)
			}
		}
		for text, want := range c.parsed {
			if got, err := d.Parse(text); err != nil || cmp.Diff(want, got) != "" {
				t.Errorf("%s %q: %v, %v", c.decl, text, got, err)
			}
		}
		for _, text := range c.unread {
			if got, err := d.Parse(text); err == nil {
				t.Errorf("%s reads %q as %v", c.decl, text, got)
			}
		}
	}
}

// TestBigNumbers: whole numbers beyond 64 bits keep their digits.
func TestBigNumbers(t *testing.T) {
	const digits = "99999999999999999999"
	d := params.Decl{Type: params.Int}
	got, err := d.Accept(json.Number(digits))
	if err != nil || got != json.Number(digits) {
		t.Errorf("%v, %v", got, err)
	}
	for text, want := range map[json.Number]any{"9007199254740993": int64(9007199254740993), "2.50": 2.5, "1e2": 100.0, digits: json.Number(digits)} {
		if got := params.Plain(text); got != want {
			t.Errorf("%s is %v of %T", text, got, got)
		}
	}
	if got, err := d.Parse(digits); err != nil || got != json.Number(digits) {
		t.Errorf("%v, %v", got, err)
	}
	j := &params.Job{Name: "j"}
	s, _, err := j.Patch(params.Stored{}, 0, params.Edit{Set: flat(t, object{"n": json.Number(digits)})})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := j.View(s)
	if err != nil || len(rows) != 1 || rows[0].Value.Value != json.Number(digits) || rows[0].Decl.Type != params.Int {
		t.Errorf("%+v, %v", rows, err)
	}
}

// TestDefine: a job's file after an edit of the file itself.
func TestDefine(t *testing.T) {
	uses := map[string][]string{"sales": {"bucket", "folder"}, "marketing": {"bucket"}}
	fresh := &params.Job{Name: "j", Assets: []string{"sales", "marketing"}, Uses: uses}
	old := &params.Job{Name: "j", Assets: fresh.Assets, Uses: uses, Schema: schema(t, "rows", "int|5", "bucket", "string|raw"), Values: flat(t, object{"rows": int64(6), "sales.rows": int64(7)})}
	for name, c := range map[string]struct {
		job    *params.Job
		values object
		schema map[string]string
		want   object
		wrong  []string
	}{
		"created": {job: fresh, values: object{"sales.bucket": "a"},
			schema: map[string]string{"sales.bucket": "string!", "sales.folder": "string!", "marketing.bucket": "string!"}, want: object{"sales.bucket": "a"}},
		"shared": {job: fresh, values: object{"bucket": "a", "n": 5, "sales.on": true},
			schema: map[string]string{"bucket": "string!", "sales.folder": "string!", "n": "int!", "sales.on": "bool"}, want: object{"bucket": "a", "n": int64(5), "sales.on": true}},
		"both": {job: fresh, values: object{"bucket": "a", "sales.bucket": "b"},
			schema: map[string]string{"bucket": "string!", "sales.bucket": "string!", "marketing.bucket": "string!", "sales.folder": "string!"}, want: object{"bucket": "a", "sales.bucket": "b"}},
		"updated": {job: old, values: object{"sales.rows": nil, "marketing.rows": 1},
			schema: map[string]string{"rows": "int|5", "bucket": "string|raw", "sales.folder": "string!", "marketing.rows": "int|5"}, want: object{"rows": int64(6), "marketing.rows": int64(1)}},
		"refused":   {job: old, values: object{"rows": "many", "sales.bucket": 5}, wrong: []string{"type:rows", "type:sales.bucket"}},
		"one key":   {job: &params.Job{Name: "j", Assets: []string{"a", "a__b"}}, values: object{"a.b__c": 1, "a__b.c": 2}, wrong: []string{"collision:__nexus_ops__a__b__c"}},
		"a cycle":   {job: fresh, values: object{"bucket": "{{ params.bucket }}"}, wrong: []string{"cycle:bucket->bucket"}},
		"no asset":  {job: fresh, values: object{"bucket": "{{ ops.slaes.config.folder }}"}, wrong: []string{"unknown_asset:slaes"}},
		"no values": {job: fresh, schema: map[string]string{"sales.bucket": "string!", "sales.folder": "string!", "marketing.bucket": "string!"}, want: object{}},
	} {
		edit, err := c.job.Split(c.values)
		if err != nil {
			t.Fatal(err)
		}
		s, v, err := c.job.Define(edit)
		if err != nil {
			if diff := cmp.Diff(c.wrong, problems(t, err)); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
			continue
		}
		if diff := cmp.Diff(c.schema, s.Shorthand()) + cmp.Diff(c.want, v.Flatten()); diff != "" || c.wrong != nil {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestReadDecl: a declaration that is written as a list, a mapping, or as part of a JSON
// Schema, and what is none.
func TestReadDecl(t *testing.T) {
	for _, c := range []struct {
		value any
		want  string // the shorthand, or what is wrong
	}{
		{[]any{"a", "b"}, "enum(a, b)"},
		{object{"type": "int", "required": true, "default": 5}, "int!|5"},
		{object{"values": []any{"a"}, "default": "a"}, "enum(a)|a"},
		{object{"type": "list", "default": []any{"x"}}, `list|["x"]`},
		{object{"type": "secret", "default": "env:TOKEN"}, "secret|env:TOKEN"},
		{object{"type": "string", "default": ""}, "string|"},
		{5, "This is no declaration of a parameter."},
		{nil, "This is no declaration of a parameter."},
		{[]any{}, "The values of an enum are texts, and there is at least one."},
		{[]any{1}, "The values of an enum are texts, and there is at least one."},
		{"enum", "The values of an enum are texts, and there is at least one."},
		{"object", "`object` is no type of a parameter."},
		{object{}, "`` is no type of a parameter."},
		{object{"type": "int", "defualt": 5}, "A declaration has no field `defualt`."},
		{object{"type": "int", "required": "yes"}, "`required` of a declaration cannot be `\"yes\"`."},
		{object{"type": 5}, "`type` of a declaration cannot be `5`."},
		{object{"type": "enum", "values": "a, b"}, "`values` of a declaration cannot be `\"a, b\"`."},
		{object{"type": "int", "default": "5"}, "The default does not fit: `\"5\"` is no whole number."},
		{object{"type": "enum", "values": []any{"a"}, "default": "b"}, "The default does not fit: `\"b\"` is no value of the enum."},
		{object{"type": "secret", "default": "x"}, "The default does not fit: a secret is a reference, never the value itself."},
	} {
		d, err := params.ReadDecl(c.value)
		got := d.String()
		if p, wrong := err.(params.Problem); wrong {
			got = p.Message
		}
		if got != c.want {
			t.Errorf("%v: %s, want %s", c.value, got, c.want)
		}
	}
	fields := decoded(t, []byte(`{"type": "object", "required": ["s"], "properties": {
		"s": {"type": "string"}, "i": {"type": "integer", "default": 5}, "n": {"type": "number"}, "b": {"type": "boolean", "default": false},
		"l": {"type": "array"}, "o": {"type": "object"}, "e": {"enum": ["a", "b"], "default": "a"}, "d": {"type": "string", "format": "date"},
		"p": {"type": "string", "format": "password"}, "_x": {"type": "string"}, "bad": {"type": "null"}}}`)).(object)
	s, wrong := readSchema(fields, nil, params.ParseName)
	want := map[string]string{"s": "string!", "i": "int|5", "n": "float", "b": "bool|false", "l": "list", "o": "map", "e": "enum(a, b)|a", "d": "date", "p": "secret"}
	if diff := cmp.Diff(want, s.Shorthand()); diff != "" || len(wrong) != 2 {
		t.Errorf("%s, %v", diff, wrong)
	}
}

// TestForRun: whose parameters a run takes that names no job.
func TestForRun(t *testing.T) {
	plain := func(name string, assets ...string) *params.Job { return &params.Job{Name: name, Assets: assets} }
	with := &params.Job{Name: "with", Assets: []string{"a", "b"}, Uses: map[string][]string{"b": {"p"}}}
	for name, c := range map[string]struct {
		jobs []*params.Job
		want string
	}{
		"none":                {jobs: []*params.Job{plain("x", "b")}},
		"one":                 {jobs: []*params.Job{plain("x", "a"), plain("y", "b")}, want: "x"},
		"several, no params":  {jobs: []*params.Job{plain("x", "a"), plain("y", "a")}},
		"several with params": {jobs: []*params.Job{plain("x", "a"), with}, want: "ambiguous_params_job:with,x"},
	} {
		j, err := params.ForRun(c.jobs, []string{"a"})
		got := ""
		if j != nil {
			got = j.Name
		}
		if err != nil {
			got = problems(t, err)[0]
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestPatchTemplates: an edit with a template that can stand for nothing is refused, and one
// that was there before is not in the way of another.
func TestPatchTemplates(t *testing.T) {
	job := params.Job{Name: "j", Assets: []string{"a", "b"}, Strict: true}
	for name, decl := range map[string]string{"x": "string", "y": "string", "token": "secret", "a.z": "string"} {
		n, err := params.ParseName(name)
		if err != nil {
			t.Fatal(err)
		}
		d, err := params.ParseDecl(decl)
		if err != nil {
			t.Fatal(err)
		}
		job.Schema = job.Schema.With(n, d)
	}
	job.Values.Set(params.Name{Param: "token"}, map[string]any{"$secret": "env:T"})
	job.Values.Set(params.Name{Param: "y"}, "{{ params.x }}")
	var cyclic params.Stored
	cyclic.Values.Set(params.Name{Param: "x"}, "{{ params.y }}")
	for _, c := range []struct {
		from        params.Stored
		name, value string
		want        string
	}{
		{params.Stored{}, "x", "in/{{ ops.a.config.z }}", ""},
		{params.Stored{}, "x", "in/{{ params.unknown | default(1) }}", "undeclared:x"},
		{params.Stored{}, "x", "{{ ops.c.config.z }}", "unknown_asset:x"},
		{params.Stored{}, "x", "{{ params.y }}", "cycle:x->y->x"},
		{params.Stored{}, "a.z", "{{ params.token }}/in", "secret:a.z"},
		{params.Stored{}, "a.z", "{{ other }}", ""},
		{cyclic, "a.z", "plain", ""},
		{cyclic, "x", "plain", ""},
	} {
		var e params.Edit
		n, err := params.ParseName(c.name)
		if err != nil {
			t.Fatal(err)
		}
		e.Set.Set(n, c.value)
		_, _, err = job.Patch(c.from, params.AnyVersion, e)
		problems, _ := err.(params.Problems)
		var got []string
		for _, p := range problems {
			got = append(got, p.String())
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s = %s: %v, want %s", c.name, c.value, got, c.want)
		}
	}
}
