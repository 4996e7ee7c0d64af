package condition_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"auto/compiler/condition"
)

// form writes a tree as testdata/edits.txt does.
func form(n *condition.Node) string {
	var b strings.Builder
	writeForm(&b, n)
	return b.String()
}

func writeForm(b *strings.Builder, n *condition.Node) {
	b.WriteString(quote(n.Name()))
	if n.Label != "" {
		b.WriteString("#" + quote(n.Label))
	}
	for i, child := range n.Children {
		b.WriteString(map[bool]string{true: "(", false: " "}[i == 0])
		writeForm(b, child)
	}
	if len(n.Children) > 0 {
		b.WriteString(")")
	}
}

func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }

// TestEdits holds random conditions, changed by `replace`, `without`, `allow` and
// `ignore`, against what Dagster's methods of these names give or refuse.
func TestEdits(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "edits.txt"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	for i := 0; i < len(lines); i += 2 {
		want := strings.TrimPrefix(lines[i+1], "\t")
		n, found := build(t, lines[i], condition.Env{})
		switch refused := strings.HasPrefix(want, "! "); {
		case refused != (n == nil):
			t.Errorf("%s: findings %v, want %s", lines[i], found, want)
		case !refused && form(n) != want:
			t.Errorf("%s:\ngot  %s\nwant %s", lines[i], form(n), want)
		}
	}
	if len(lines) < 2000 {
		t.Errorf("%d lines", len(lines))
	}
}
