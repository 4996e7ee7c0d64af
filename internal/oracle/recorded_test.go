package oracle_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"auto/internal/oracle/player"
	"auto/lang/source"
	"auto/runtime/scenario"
)

// folders have the scenarios that Dagster's answers were recorded for. Those of order are
// about requests that are seen, or not, on the level on which they are made.
var folders = []string{"../../runtime/scenario/testdata/conformance", "../../runtime/play/testdata/recorded", "../../runtime/play/testdata/own"}

// TestRecorded plays every recorded scenario with the oracle on the facts that the runtime
// folds from the events: together they are as Dagster.
func TestRecorded(t *testing.T) {
	for _, s := range recorded(t) {
		t.Run(s.Name, func(t *testing.T) {
			result, err := scenario.Run(s, scenario.Options{Evaluator: &player.Player{}, Strict: true})
			if err != nil {
				t.Fatal(err)
			}
			if !result.Passed() {
				t.Error(strings.TrimSpace(scenario.Diff(result.Differences())))
			}
		})
	}
}

func recorded(t *testing.T) (all []*scenario.Scenario) {
	t.Helper()
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".yaml") {
				return err
			}
			text, err := os.ReadFile(path)
			all = append(all, read(t, path, string(text)))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func read(t *testing.T, path, text string) *scenario.Scenario {
	t.Helper()
	s, findings := scenario.Read(source.New(path, text))
	if s == nil {
		t.Fatal(findings)
	}
	return s
}
