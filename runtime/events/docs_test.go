package events_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"auto/runtime/events"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the types into docs/events.md")

// TestDocs: docs/events.md has the types and fields of the table.
func TestDocs(t *testing.T) {
	const begin, end = "<!-- types -->\n", "<!-- end -->"
	path := filepath.Join("..", "..", "docs", "events.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatal("docs/events.md has no place for the types")
	}
	want := before + begin + types() + end + after
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("docs/events.md is not current, run `go test ./runtime/events -update`: %s", diff)
	}
}

// types writes the table of types for people.
func types() string {
	var out strings.Builder
	fields := map[string]events.Field{}
	for _, f := range events.Fields {
		fields[f.Name] = f
	}
	for _, form := range events.Forms {
		fmt.Fprintf(&out, "### `%s`\n\n%s\n\n```json\n%s\n```\n\n| field | | |\n|---|---|---|\n", form.Type, form.Doc, form.Example)
		for i, name := range append(append([]string{}, form.Required...), form.Optional...) {
			f := fields[name]
			kind := string(f.Kind)
			words := f.Words
			if name == "status" {
				words = form.Words
			}
			if words != nil {
				kind = "`" + strings.Join(words, "`, `") + "`"
			}
			if i < len(form.Required) {
				kind += ", required"
			}
			fmt.Fprintf(&out, "| `%s` | %s | %s |\n", name, kind, strings.ReplaceAll(f.Doc, "|", `\|`))
		}
		out.WriteString("\n")
	}
	return out.String()
}
