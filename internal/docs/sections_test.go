package docs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"auto/runtime/events"
	"auto/runtime/metrics"

	"github.com/google/go-cmp/cmp"
)

// TestDocsSections: what stands between `<!-- NAME -->` and `<!-- end -->` is written from a
// table.
func TestDocsSections(t *testing.T) {
	for _, s := range []struct{ document, name, text string }{{"events.md", "types", types()}, {"http.md", "metrics", measures()}} {
		path := filepath.Join("..", "..", "docs", s.document)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		begin, end := "<!-- "+s.name+" -->\n", "<!-- end -->"
		before, rest, ok := strings.Cut(string(text), begin)
		_, after, closed := strings.Cut(rest, end)
		if !ok || !closed {
			t.Fatalf("docs/%s has no place for %s", s.document, s.name)
		}
		want := before + begin + s.text + end + after
		if *update {
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if diff := cmp.Diff(want, string(text)); diff != "" {
			t.Errorf("docs/%s is not current, run `make docs`: %s", s.document, diff)
		}
	}
}

// types writes the table of events.
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

// measures writes the table of metrics.
func measures() string {
	var table strings.Builder
	table.WriteString("| metric | | labels | |\n|---|---|---|---|\n")
	for _, m := range metrics.All {
		labels := ""
		if len(m.Labels) > 0 {
			labels = "`" + strings.Join(m.Labels, "`, `") + "`"
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", m.Name, m.Kind, labels, m.Help)
	}
	return table.String()
}
