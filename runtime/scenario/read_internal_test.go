package scenario

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"auto/lang/source"
)

// each calls a test for every recorded scenario.
func each[T testing.TB](t T, test func(t T, path, text string)) {
	t.Helper()
	count := 0
	err := filepath.WalkDir("testdata/conformance", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".yaml") {
			return err
		}
		text, err := os.ReadFile(path)
		if err == nil {
			count++
			test(t, filepath.ToSlash(path), string(text))
		}
		return err
	})
	if err != nil || count != 797 {
		t.Fatalf("%d recorded scenarios, %v", count, err)
	}
}

func TestReadRecorded(t *testing.T) {
	names := map[string]string{}
	each(t, func(t *testing.T, path, text string) {
		s, findings := Read(source.New(path, text))
		for _, d := range findings {
			t.Errorf("%v", d)
		}
		if other, twice := names[s.Name]; twice {
			t.Errorf("%s: named as %s", path, other)
		}
		names[s.Name] = path
	})
}

// BenchmarkRead reads all recorded scenarios.
func BenchmarkRead(b *testing.B) {
	var all []*source.File
	size := 0
	each(b, func(b *testing.B, path, text string) {
		all = append(all, source.New(path, text))
		size += len(text)
	})
	b.SetBytes(int64(size))
	for b.Loop() {
		for _, src := range all {
			Read(src)
		}
	}
}
