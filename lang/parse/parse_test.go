package parse_test

import (
	"os"
	"path/filepath"
	"testing"

	"auto/lang/diag"
	"auto/lang/parse"
	"auto/lang/source"
)

func TestPoliciesParse(t *testing.T) {
	paths, err := filepath.Glob("testdata/policies/*.auto")
	if err != nil || len(paths) < 15 {
		t.Fatalf("policies: %v, %v", paths, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, found := parse.File(source.New(path, string(text)))
		for _, d := range found {
			t.Error(d)
		}
	}
}

// TestEntries holds every example of the catalogue's A0xx against the parser.
func TestEntries(t *testing.T) {
	for _, e := range diag.Catalogue() {
		if e.Code[1] != '0' || e.Bad == "" {
			continue
		}
		_, found := parse.File(source.New("bad.auto", e.Bad))
		if len(found) != 1 || found[0].Code != e.Code {
			t.Errorf("%s: Bad gives %v\n%s", e.Code, found, e.Bad)
		}
		if _, found := parse.File(source.New("good.auto", e.Good)); len(found) != 0 {
			t.Errorf("%s: Good gives %v\n%s", e.Code, found, e.Good)
		}
	}
}
