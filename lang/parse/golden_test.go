package parse_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"auto/lang/diag"
	"auto/lang/parse"
	"auto/lang/source"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write the expected trees and findings")

// golden runs every pair of files of an archive in testdata: a text under its name, and
// what show makes of it under "found".
func golden(t *testing.T, name string, atLeast int, show func(t *testing.T, text string) string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if cases := len(archive.Files) / 2; cases < atLeast || len(archive.Files)%2 != 0 {
		t.Errorf("%d files, want %d pairs at least", len(archive.Files), atLeast)
	}
	for i := 0; i+1 < len(archive.Files); i += 2 {
		text, want := archive.Files[i], &archive.Files[i+1]
		t.Run(text.Name, func(t *testing.T) {
			got := show(t, string(text.Data))
			if diff := cmp.Diff(string(want.Data), got); diff != "" && !*update {
				t.Error(diff)
			}
			want.Data = []byte(got)
		})
	}
	if *update {
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestGoldenSingle: one mistake gives one finding.
func TestGoldenSingle(t *testing.T) {
	golden(t, "single.txt", 60, func(t *testing.T, text string) string {
		_, found := parse.File(source.New("p.auto", text))
		if len(found) != 1 {
			t.Errorf("%d findings", len(found))
		}
		return lines(found)
	})
}

// lines gives findings as text: place, what is underlined, code, and the sentences.
func lines(found diag.List) string {
	var b strings.Builder
	for _, d := range found {
		p := d.Span.From()
		fmt.Fprintf(&b, "%d:%d %s %q: %s %s\n", p.Line, p.Column, d.Code, d.Span.Text(), d.Message, d.Help)
	}
	return b.String()
}

// TestGoldenSeveral: each of several mistakes gives its finding, and nothing else does.
func TestGoldenSeveral(t *testing.T) {
	golden(t, "several.txt", 10, func(t *testing.T, text string) string {
		file, found := parse.File(source.New("p.auto", text))
		return lines(found) + dump(file)
	})
}

// TestGoldenExpressions: texts that are one expression, right and wrong ones.
func TestGoldenExpressions(t *testing.T) {
	golden(t, "expressions.txt", 30, func(t *testing.T, text string) string {
		expr, found := parse.Expr(source.New("<expr>", text))
		if (expr == nil) && len(found) == 0 {
			t.Error("nothing, and no finding")
		}
		return lines(found) + dumpExpr(expr)
	})
}

// TestGoldenTrees: every declaration, clause and form of expression, as a tree.
func TestGoldenTrees(t *testing.T) {
	golden(t, "trees.txt", 20, func(t *testing.T, text string) string {
		file, found := parse.File(source.New("p.auto", text))
		if len(found) > 0 {
			t.Error(found)
		}
		checkSpans(t, file)
		return dump(file)
	})
}
