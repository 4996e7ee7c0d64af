package repl_test

import (
	"errors"
	"strings"
	"testing"

	"auto/lang/source"
	"auto/runtime/repl"

	"pgregory.net/rapid"
)

// lines are what a conversation is made of, by chance.
var lines = rapid.SampledFrom([]string{
	":tick", ":tick +1h", ":tick +1d", ":tick +30d", ":event materialize raw/orders 2026-01-01 2026-01-02", ":event materialize raw/orders all",
	":event materialize sales/orders 2026-01-02 run=r1", ":event run r2 started assets=[sales/orders] partition=2026-01-01", ":event run r2 success",
	":event wipe sales/orders", ":event check sales/orders:fresh passed=true", ":event check sales/orders:fresh passed=false severity=warn",
	":event backfill b1 started assets=[sales/orders] partitions=[2026-01-01]", ":event code_version sales/orders 2", ":event deps sales/orders",
	":event observe sales/orders", ":condition sales/orders", ":condition sales/orders on_missing() | newly_updated()", ":condition sales/orders:fresh newly_updated()",
	":condition sales/orders eager().newly_true()", ":asset {key: report, deps: [sales/orders], condition: eager()}", ":asset {key: raw/orders}",
	":on sales/orders", ":on", "missing()", "eager() & nothing()", ":explain", ":state", ":assets",
})

// TestSaved: whatever is typed, the scenario that is saved gives what it expects, and
// taking back everything leads to the beginning.
func TestSaved(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := days(t)
		before := c.say(t, ":save before.yaml")
		typed := rapid.SliceOfN(lines, 1, 12).Draw(rt, "lines")
		for _, line := range typed {
			c.say(t, line)
		}
		c.say(t, ":save saved.yaml")
		passes(rt, "saved.yaml", c.saved["saved.yaml"])
		for range typed {
			c.say(t, ":undo")
		}
		if after := c.say(t, ":save after.yaml"); c.saved["before.yaml"] != c.saved["after.yaml"] {
			rt.Fatalf("undone: %s%s", before, after)
		}
	})
}

// TestWrongChangesNothing: a line with an error leaves the conversation as it was.
func TestWrongChangesNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := days(t)
		for _, line := range rapid.SliceOfN(lines, 1, 6).Draw(rt, "lines") {
			c.say(t, ":save before.yaml")
			err := c.Line(source.Span{File: source.New("input", line), End: len(line)})
			c.say(t, ":save after.yaml")
			if err != nil && c.saved["before.yaml"] != c.saved["after.yaml"] {
				rt.Fatalf("%s changed something: %v", line, err)
			}
		}
	})
}

// FuzzLine: any text is answered, at a prompt and in a pipe.
func FuzzLine(f *testing.F) {
	for _, seed := range []string{
		"missing()", ":event materialize raw/orders", ":event check sales/orders:fresh passed=true", ":event {wipe: raw/orders}", ":tick +1h",
		":asset {key: a, deps: [raw/orders], condition: \"eager()\"}", ":condition sales/orders missing() # now", ":explain sales/orders[2026-01-01]",
		":event run r1 assets=[\"a b\", c] tags={a: 'b'}", "\x00", ":event materialize \"raw/orders", ":event x =", ":é", "é()", ":asset é: [", ":on a[b]",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		line, _, _ := strings.Cut(text, "\n")
		if strings.HasPrefix(line, ":tick") && len(line) > len(":tick +9d") {
			return // a leap of centuries has as many partitions
		}
		c := days(t)
		c.Complete(line)
		src := source.New("stdin", "\n\n"+line)
		err := c.Line(source.Span{File: src, Start: 2, End: len(src.Text)})
		var found repl.Findings
		if errors.As(err, &found) {
			for _, d := range found {
				if d.Message == "" || d.Span.IsValid() && (d.Span.Start < 0 || d.Span.End > len(d.Span.File.Text)) {
					t.Errorf("%+v", d)
				}
			}
		}
	})
}
