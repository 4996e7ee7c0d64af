package scenario_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"auto/lang/source"
	"auto/runtime/scenario"
)

const conformance = "testdata/conformance"

// recorded reads all recorded scenarios, once.
func recorded(t *testing.T) []*source.File {
	t.Helper()
	var all []*source.File
	err := filepath.WalkDir(conformance, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".yaml") {
			return err
		}
		text, err := os.ReadFile(path)
		all = append(all, source.New(filepath.ToSlash(path), string(text)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 797 {
		t.Fatalf("%d recorded scenarios", len(all))
	}
	return all
}

func TestReadRecorded(t *testing.T) {
	names := map[string]string{}
	for _, src := range recorded(t) {
		s, findings := scenario.Read(src)
		for _, d := range findings {
			t.Errorf("%v", d)
		}
		if other, twice := names[s.Name]; twice {
			t.Errorf("%s: named as %s", src.Name, other)
		}
		names[s.Name] = src.Name
	}
}
