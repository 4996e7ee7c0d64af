package main

import (
	"errors"
	"testing"

	"auto/runtime/params"
)

// TestExplainStrict: a strict job has no parameter that it does not declare.
func TestExplainStrict(t *testing.T) {
	j := &params.Job{Name: "j", Assets: []string{"a"}, Schema: params.Schema{{Name: params.Name{Asset: "a", Param: "days"}, Decl: params.Decl{Type: params.Int}}}}
	if p, err := explained(j, params.Stored{}, "days"); err != nil || p.Layer != "unset" {
		t.Errorf("%+v, %v", p, err)
	}
	j.Strict = true
	if p, err := explained(j, params.Stored{}, "a.days"); err != nil || p.Type != "int" {
		t.Errorf("%+v, %v", p, err)
	}
	for _, name := range []string{"days", "a.day"} {
		_, err := explained(j, params.Stored{}, name)
		p, wrong := errors.AsType[params.Problem](err)
		if !wrong || p.Kind != params.Undeclared || p.Help != "Did you mean `a.days`?" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
