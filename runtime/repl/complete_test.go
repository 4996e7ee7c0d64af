package repl_test

import (
	"os"
	"testing"

	"auto/runtime/scenario"

	"github.com/google/go-cmp/cmp"
)

func days(t testing.TB) conversation {
	t.Helper()
	text, err := os.ReadFile("testdata/days.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return converse(t, read(t, "days.yaml", string(text)), nil)
}

func TestComplete(t *testing.T) {
	c := days(t)
	for _, test := range []struct {
		line, head string
		words      []string
	}{
		{":ti", "", []string{":tick "}},
		{":un", "", []string{":undo"}},
		{":nothing", "", nil},
		{":nothing at", "", nil},
		{":tick 2", "", nil},
		{"missin", "", []string{"missing()"}},
		{"~in_p", "~", []string{"in_progress()"}},
		{"missing() & on_c", "missing() & ", []string{"on_cron(", "on_cron_up_to_date("}},
		{"missing().since_", "missing().", []string{"since_last_handled()"}},
		{"missing().miss", "missing().", nil},
		{`assets("sales/`, `assets("`, []string{`sales/orders"`, `sales/orders:fresh"`}},
		{`assets("a\"", "raw`, `assets("a\"", "`, []string{`raw/orders"`}},
		{`assets("raw/orders") | keyp`, `assets("raw/orders") | `, []string(nil)},
		{":on ", ":on ", []string{"raw/orders", "sales/orders", "sales/orders:fresh"}},
		{":on raw/orders x", ":on ", nil},
		{":condition sa", ":condition ", []string{"sales/orders", "sales/orders:fresh"}},
		{":condition sales/orders on_mi", ":condition sales/orders ", []string{"on_missing()"}},
		{":code missing() & newly_u", ":code missing() & ", []string{"newly_updated()"}},
		{":explain sales/orders[2026-01-0", ":explain sales/orders[", []string{"2026-01-01]", "2026-01-02]"}},
		{":why-not sales/orders:fresh[", ":why-not sales/orders:fresh[", nil},
		{":why-not nothing[", ":why-not nothing[", nil},
		{":event mat", ":event ", []string{"materialize "}},
		{":event materialize r", ":event materialize ", []string{"raw/orders"}},
		{":event check ", ":event check ", []string{"sales/orders:fresh"}},
		{":event run ", ":event run ", nil},
		{":event run r1 s", ":event run r1 ", []string{"started", "success"}},
		{":event materialize raw/orders 2025-12-31 2026-01-0", ":event materialize raw/orders 2025-12-31 ", []string{"2026-01-01", "2026-01-02"}},
		{":event materialize raw/orders d", ":event materialize raw/orders ", []string{"data_version="}},
		{":event freshness sales/orders ", ":event freshness sales/orders ", []string{"at=", "fail", "not_applicable", "pass", "unknown", "warn"}},
		{":event nothing sales/orders ", ":event nothing sales/orders ", nil},
	} {
		head, words := c.Complete(test.line)
		if test.words == nil {
			head = test.head // nothing is offered, so it does not matter
		}
		if head != test.head || !cmp.Equal(words, test.words) {
			t.Errorf("%s: %q %q", test.line, head, words)
		}
	}
}

// TestCompleteProject: what a project exports is completed, too.
func TestCompleteProject(t *testing.T) {
	s, p := open(t, "testdata/project")
	c := converse(t, s, p)
	for line, want := range map[string][]string{"id": {"idle"}, "missing() & aft": {"after"}, "ra": nil, "missing().id": nil} {
		if _, words := c.Complete(line); !cmp.Equal(words, want) {
			t.Errorf("%s: %q", line, words)
		}
	}
}

// TestCompleteEverything: whatever is completed at the beginning of a line is accepted, or
// wants more.
func TestCompleteEverything(t *testing.T) {
	c := converse(t, &scenario.Scenario{}, nil)
	_, words := c.Complete("")
	_, commands := c.Complete(":")
	if len(words) < 40 || len(commands) < 14 {
		t.Errorf("%d words, %d commands", len(words), len(commands))
	}
	for _, w := range commands {
		if w != ":quit" && cmp.Equal(c.say(t, w), "") && w != ":on " && w != ":assets" {
			t.Errorf("`%s` is not answered", w)
		}
	}
}
