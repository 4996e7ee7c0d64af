package parse_test

import (
	"path/filepath"
	"strings"
	"testing"

	"auto/internal/samples"
	"auto/lang/parse"
	"auto/lang/source"

	"github.com/rogpeppe/go-internal/txtar"
)

// seed gives a fuzz target every text of the tests, and every line of it.
func seed(f *testing.F) {
	f.Helper()
	names, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for i := 0; i < len(archive.Files); i += 2 {
			f.Add(string(archive.Files[i].Data))
		}
	}
	for _, text := range samples.Policies() {
		f.Add(text)
	}
	f.Add(samples.Broken())
}

// FuzzFile: any text is read to a tree and findings that lie within it; what is not in
// the tree has a finding.
func FuzzFile(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		file, found := parse.File(source.New("fuzz.auto", text))
		checkFindings(t, text, found)
		if len(found) == 0 {
			checkSpans(t, file)
			checkCovered(t, file)
		}
	})
}

// FuzzExpr: any text is an expression, or has a finding; within another text it is the
// same.
func FuzzExpr(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		e, found := parse.Expr(source.New("fuzz", text))
		checkFindings(t, text, found)
		if e == nil && len(found) == 0 {
			t.Fatalf("%q is nothing", text)
		}
		if strings.HasPrefix(text, "\uFEFF") {
			return // only at the beginning of a text
		}
		around := source.New("around", "key: "+text+"\n )")
		again, others := parse.ExprAt(source.Span{File: around, Start: 5, End: 5 + len(text)})
		if expr(again) != expr(e) || len(others) != len(found) {
			t.Errorf("%q is %s %v, and %s %v within another text", text, expr(e), found, expr(again), others)
		}
	})
}
