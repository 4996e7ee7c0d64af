package params_test

import (
	"testing"

	"auto/runtime/params"
)

// FuzzDecl: whatever shorthand is written, reading it ends with a declaration that its own
// text gives again, or with a problem.
func FuzzDecl(f *testing.F) {
	for _, seed := range []string{"string!|a|b", "int|5", "enum(a, b)!|a", "list|[a, {b: 1}]", "map|{a: &x [*x]}", "secret|env:A", "date|2026-02-30", "float|1e999", "bool|True", "", "!", "list|- a\n- b", "map|{[a]: b}", "map|<<: {a: b}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := params.ParseDecl(text)
		if err != nil {
			if p, ok := err.(params.Problem); !ok || p.Message == "" || p.Help == "" {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		again, err := params.ParseDecl(d.String())
		if err != nil || !again.Equal(d) {
			t.Errorf("%q is %q, which is %v, %v", text, d, again, err)
		}
	})
}

// FuzzTemplate: whatever stands in a value or in config, a job with it is resolved to an
// answer or to problems, and texts without references stay as they are.
func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{"{{ params.x }}", "a{{params['x']}}b{{ ops[\"a\"].config.y | default([1, 'q']) }}", "{{", "{{ 'a }}", "{{ params.p }}{{ vars.x }}", "{{ params.x | default(-1) }}", "}}{{}}", "{{ ops.a.config.p }}", "{{\"\\\"}}\" }}", "{{ params.x | default( }}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		j := &params.Job{Name: "j", Assets: []string{"a"}}
		j.Values.Set(params.Name{Asset: "a", Param: "p"}, text)
		j.Values.Set(params.Name{Param: "x"}, "v")
		config := map[string]any{"f": text}
		for _, used := range params.Uses(config) {
			if _, err := params.ParseName(used); err != nil {
				t.Errorf("%q uses %q: %v", text, used, err)
			}
		}
		r, err := j.Resolve(params.Layers{}, nil)
		if _, problem := err.(params.Problems); err != nil && !problem {
			t.Error(err)
		}
		if filled, err := r.Config("a", config); err == nil && !params.HasTemplate(text) && filled["f"] != text {
			t.Errorf("%q became %q", text, filled["f"])
		}
	})
}
