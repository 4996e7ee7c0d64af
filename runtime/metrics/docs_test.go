package metrics_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"auto/runtime/metrics"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the metrics into docs/http.md")

// TestDocs: docs/http.md has every metric.
func TestDocs(t *testing.T) {
	const begin, end = "<!-- metrics -->\n", "<!-- end -->"
	path := filepath.Join("..", "..", "docs", "http.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatal("docs/http.md has no place for the metrics")
	}
	var table strings.Builder
	table.WriteString("| metric | | labels | |\n|---|---|---|---|\n")
	for _, m := range metrics.All {
		labels := ""
		if len(m.Labels) > 0 {
			labels = "`" + strings.Join(m.Labels, "`, `") + "`"
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", m.Name, m.Kind, labels, m.Help)
	}
	want := before + begin + table.String() + end + after
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("docs/http.md is not current, run `go test ./runtime/metrics -update`: %s", diff)
	}
}
