package play_test

import (
	"path/filepath"
	"testing"

	"auto/runtime/play"
	"auto/runtime/scenario"
)

// TestAcceptance: the scenarios of the examples give what they expect.
func TestAcceptance(t *testing.T) {
	each(t, filepath.Join("..", "..", "examples", "acceptance"), daemonPasses)
}

// TestClauses: so do those that have one clause or control each.
func TestClauses(t *testing.T) { each(t, "testdata/daemon", daemonPasses) }

func daemonPasses(t *testing.T, s *scenario.Scenario) {
	if found := play.Review(s); found.HasErrors() {
		t.Error(found)
	}
	result, err := scenario.Run(s, scenario.Options{Driver: play.NewDaemon(), Evaluator: &play.Machine{}})
	if err != nil {
		t.Fatal(err)
	}
	if !result.Passed() {
		t.Error(scenario.Diff(result.Differences()))
	}
}
