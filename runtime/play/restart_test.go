package play_test

import (
	"bytes"
	"testing"

	"auto/runtime/facts"
	"auto/runtime/play"
	"auto/runtime/scenario"
)

// restarting evaluates with worlds that are saved and loaded before and after every tick
// and that forget what they may, and with cursors that are.
type restarting struct{ play.Machine }

// Tick implements scenario.Evaluator.
func (m *restarting) Tick(in scenario.TickInput) (scenario.TickOutput, error) {
	if err := restart(in.World); err != nil {
		return scenario.TickOutput{}, err
	}
	out, err := m.Machine.Tick(in)
	if err != nil {
		return out, err
	}
	in.World.Compact(facts.Horizon{Event: m.Asked(), Runs: -1, All: true})
	if err := restart(in.World); err != nil {
		return out, err
	}
	return out, m.Reload()
}

// restart puts a world that was saved and loaded in the place of another.
func restart(w *facts.World) error {
	var text bytes.Buffer
	if err := w.Save(&text); err != nil {
		return err
	}
	again, err := facts.Load(&text)
	if err == nil {
		*w = *again
	}
	return err
}

// TestRestarts: all recorded scenarios have Dagster's answers also where everything is
// saved and loaded between ticks.
func TestRestarts(t *testing.T) {
	for _, folder := range []string{recorded, "testdata/recorded", "testdata/own"} {
		each(t, folder, func(t *testing.T, s *scenario.Scenario) {
			result, err := scenario.Run(s, scenario.Options{Evaluator: &restarting{}})
			if err != nil {
				t.Fatal(err)
			}
			if !result.Passed() {
				t.Error(scenario.Diff(result.Differences()))
			}
		})
	}
}
