package main

import (
	"errors"
	"io"
	"os/user"
	"strings"
	"testing"

	"auto/runtime/params"
)

// TestArgumentsAreText: bytes that are no text are refused, whatever they are an argument for.
func TestArgumentsAreText(t *testing.T) {
	for _, args := range [][]string{{"params", "set", "j", "p=\xff\xfe"}, {"params", "job", "create", "j", "--assets", "a", "p:=\"\xff\""}} {
		var said strings.Builder
		if code := run(args, system{stdout: io.Discard, stderr: &said}); code != exitFailed || !strings.Contains(said.String(), "is not UTF-8") {
			t.Errorf("%q: %d, %s", args, code, said.String())
		}
	}
}

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

// TestAuthorOfSystem: who makes an edit is known without the environment, too.
func TestAuthorOfSystem(t *testing.T) {
	want := "unknown"
	if known, err := user.Current(); err == nil {
		want = known.Username
	}
	s := system{getenv: func(string) (string, bool) { return "", false }}
	if got := (writerFlags{}).author(s); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := (writerFlags{Author: "ann"}).author(s); got != "ann" {
		t.Error(got)
	}
}
