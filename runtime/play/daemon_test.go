package play_test

import (
	"path/filepath"
	"testing"

	"auto/runtime/play"
	"auto/runtime/scenario"
)

// TestAcceptance: scenarios with policies give what they expect.
func TestAcceptance(t *testing.T) {
	each(t, filepath.Join("..", "..", "examples", "acceptance"), func(t *testing.T, s *scenario.Scenario) {
		result, err := scenario.Run(s, scenario.Options{Driver: play.NewDaemon(), Evaluator: &play.Machine{}})
		if err != nil {
			t.Fatal(err)
		}
		if !result.Passed() {
			t.Error(scenario.Diff(result.Differences()))
		}
	})
}
