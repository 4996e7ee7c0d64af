package repl_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/play"
	"auto/runtime/repl"
	"auto/runtime/scenario"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the answers into the conversations")

var start = time.Date(2026, 1, 1, 6, 0, 0, 0, time.UTC)

// conversation is a REPL with what it wrote.
type conversation struct {
	*repl.REPL
	out   *bytes.Buffer
	saved map[string]string
}

func converse(t testing.TB, s *scenario.Scenario, p *repl.Project) conversation {
	t.Helper()
	c := conversation{out: &bytes.Buffer{}, saved: map[string]string{}}
	save := func(name, text string) error { c.saved[name] = text; return nil }
	r, err := repl.New(s, repl.Options{Out: c.out, Start: start, Save: save, Project: p})
	if err != nil {
		t.Fatal(err)
	}
	c.REPL = r
	return c
}

// say answers one line, with errors as people see them.
func (c conversation) say(t testing.TB, line string) string {
	t.Helper()
	c.out.Reset()
	src := source.New("input", line)
	err := c.Line(source.Span{File: src, End: len(line)})
	var found repl.Findings
	switch {
	case errors.As(err, &found):
		if err := diag.Write(c.out, diag.Text, diag.List(found), diag.Style{}); err != nil {
			t.Fatal(err)
		}
	case err != nil:
		fmt.Fprintf(c.out, "error: %v\n", err)
	}
	return c.out.String()
}

func read(t testing.TB, name, text string) *scenario.Scenario {
	t.Helper()
	s, found := scenario.Read(source.New(name, text))
	if found.HasErrors() {
		t.Fatal(found)
	}
	return s
}

// TestGoldenConversations: in testdata/conversations what stands behind "> " is typed, and
// what follows is answered. What is saved is answered, too.
func TestGoldenConversations(t *testing.T) {
	paths, err := filepath.Glob("testdata/conversations/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := played(t, string(text))
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(text), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// played gives a conversation with its answers as they are. Its first line names the
// scenario, "none" for none, or the project.
func played(t *testing.T, text string) string {
	head, rest, _ := strings.Cut(text, "\n")
	c := opened(t, strings.TrimPrefix(head, "# "))
	var b strings.Builder
	b.WriteString(head + "\n")
	for line := range strings.Lines(rest) {
		if line, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "> "); ok {
			fmt.Fprintf(&b, "> %s\n%s", line, c.say(t, line))
		}
	}
	for name, text := range c.saved {
		fmt.Fprintf(&b, "\n%s:\n%s", name, text)
	}
	return b.String()
}

func opened(t *testing.T, name string) conversation {
	t.Helper()
	switch {
	case name == "none":
		return converse(t, &scenario.Scenario{}, nil)
	case strings.HasSuffix(name, ".yaml"):
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return converse(t, read(t, name, string(text)), nil)
	}
	s, p := open(t, filepath.Join("testdata", name))
	return converse(t, s, p)
}

// passes tests that a saved scenario gives what it expects.
func passes(t interface{ Fatalf(string, ...any) }, name, text string) {
	s, found := scenario.Read(source.New(name, text))
	if found.HasErrors() {
		t.Fatalf("%v in\n%s", found, text)
	}
	result, err := scenario.Run(s, scenario.Options{Evaluator: &play.Machine{}, Strict: true})
	if err != nil || !result.Passed() {
		t.Fatalf("%v %s in\n%s", err, scenario.Diff(result.Differences()), text)
	}
}

// TestRefused: a scenario with a tick that is refused has no state to speak about.
func TestRefused(t *testing.T) {
	s, found := scenario.Read(source.New("s.yaml", `
assets: [{key: a, condition: "nonsense("}]
ticks: [{at: 2026-01-01, expect: {error: refused}}]
`))
	if found.HasErrors() {
		t.Fatal(found)
	}
	_, err := repl.New(s, repl.Options{Out: &bytes.Buffer{}})
	var refused *scenario.Refused
	if !errors.As(err, &refused) {
		t.Errorf("%v", err)
	}
}

// TestQuit: the conversation ends with an error of its own.
func TestQuit(t *testing.T) {
	c := converse(t, &scenario.Scenario{}, nil)
	if err := c.Line(source.Span{File: source.New("input", ":quit"), End: 5}); !errors.Is(err, repl.ErrQuit) {
		t.Errorf("%v", err)
	}
	if got := c.say(t, "# a comment") + c.say(t, "  "); got != "" {
		t.Errorf("answered %q", got)
	}
}

// TestDocs: the conversation of docs/repl.md is held as it stands there, prompts included.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/repl.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```\nauto> ")
	want, _, _ := strings.Cut("auto> "+rest, "```\n")
	c := converse(t, &scenario.Scenario{}, nil)
	var got strings.Builder
	for line := range strings.Lines(want) {
		if _, typed, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "> "); ok {
			fmt.Fprintf(&got, "%s%s\n%s", c.Prompt(), typed, c.say(t, typed))
		}
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
	}
}
