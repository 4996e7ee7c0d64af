package scenario

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"auto/lang/source"

	"github.com/google/go-cmp/cmp"
)

// TestExpectText reads every recorded block and writes it to the same text.
func TestExpectText(t *testing.T) {
	err := filepath.WalkDir("testdata/conformance", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".yaml") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		s, _ := Read(source.New(path, string(text)))
		want := blocks(string(text))
		if len(want) != len(s.Ticks) {
			t.Fatalf("%s: %d blocks for %d ticks", path, len(want), len(s.Ticks))
		}
		for i, tick := range s.Ticks {
			if diff := cmp.Diff(want[i], tick.Expect.lines("    ")); diff != "" {
				t.Errorf("%s: tick %d (-recorded +written):\n%s", path, i+1, diff)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// blocks cuts the `expect` blocks out of a recorded file.
func blocks(text string) []string {
	var all []string
	for _, part := range strings.Split(text, "\n  expect:\n")[1:] {
		end := strings.Index(part, "\n- at:") + 1
		if end == 0 {
			end = len(part)
		}
		all = append(all, part[:end])
	}
	return all
}
