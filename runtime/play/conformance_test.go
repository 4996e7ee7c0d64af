package play_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"auto/lang/source"
	"auto/runtime/play"
	"auto/runtime/scenario"
)

const recorded = "../scenario/testdata/conformance"

// TestConformance: every recorded scenario gives Dagster's answers: requests, runs, and
// trees where there are some.
func TestConformance(t *testing.T) {
	count := 0
	each(t, func(t *testing.T, s *scenario.Scenario) {
		count++
		for _, plain := range []bool{false, true} {
			e := &play.Machine{}
			e.Plain = plain
			result, err := scenario.Run(s, scenario.Options{Evaluator: e})
			if err != nil {
				t.Fatal(err)
			}
			if !result.Passed() {
				t.Errorf("plain %v:\n%s", plain, scenario.Diff(result.Differences()))
				return
			}
		}
	})
	if count != 797 {
		t.Errorf("%d scenarios", count)
	}
}

func each(t *testing.T, f func(t *testing.T, s *scenario.Scenario)) {
	t.Helper()
	err := filepath.WalkDir(recorded, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".yaml") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		s, findings := scenario.Read(source.New(path, string(text)))
		if s == nil {
			t.Errorf("%s: %v", path, findings)
			return nil
		}
		t.Run(strings.TrimSuffix(strings.TrimPrefix(path, recorded+"/"), ".yaml"), func(t *testing.T) { f(t, s) })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
