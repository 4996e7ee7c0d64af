package play_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"auto/runtime/facts"
	"auto/runtime/play"
	"auto/runtime/scenario"
)

// sparse answers with a machine that misses the idle ticks: another one that gets all of
// them says which these are.
type sparse struct {
	all, some play.Machine
	idle      int
	// answer is what the one with all ticks says.
	answer scenario.TickOutput
}

// Tick implements scenario.Evaluator.
func (m *sparse) Tick(in scenario.TickInput) (scenario.TickOutput, error) {
	before, err := copyOf(in.World)
	if err != nil {
		return scenario.TickOutput{}, err
	}
	quiet := in
	quiet.Trees = false
	if m.answer, err = m.all.Tick(quiet); err != nil || m.answer.Err != nil {
		return m.answer, err
	}
	answer := &m.some
	if m.all.Last().Result.Idle {
		m.idle++
		answer = m.some.Fork()
	}
	in.World = before
	return answer.Tick(in)
}

func copyOf(w *facts.World) (*facts.World, error) {
	other := facts.New()
	*other = *w
	if err := restart(other); err != nil {
		return nil, err
	}
	return other, nil
}

// dense compares the machines of a sparse one on all ticks, between which there are others.
type dense struct {
	sparse
	t *testing.T
}

// Tick implements scenario.Evaluator.
func (m *dense) Tick(in scenario.TickInput) (out scenario.TickOutput, err error) {
	for range 4 {
		if out, err = m.sparse.Tick(in); err != nil || out.Err != nil {
			return out, err
		}
		if diff := cmp.Diff(m.answer, out, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(scenario.TickOutput{}, "Evaluations")); diff != "" {
			m.t.Errorf("at %v (-all ticks +without idle ones):\n%s", in.At, diff)
		}
		in.At = in.At.Add(time.Millisecond)
	}
	return out, nil
}

// TestIdleTicks: leaving out ticks that are idle makes no difference: not to the recorded
// answers, and not where ticks without events are put between.
func TestIdleTicks(t *testing.T) {
	idle := 0
	for _, folder := range []string{recorded, "testdata/recorded", "testdata/own"} {
		each(t, folder, func(t *testing.T, s *scenario.Scenario) {
			some := &sparse{}
			result, err := scenario.Run(s, scenario.Options{Evaluator: some})
			if err != nil {
				t.Fatal(err)
			}
			if !result.Passed() {
				t.Error(scenario.Diff(result.Differences()))
			}
			more := &dense{t: t}
			if _, err := scenario.Run(s, scenario.Options{Evaluator: more}); err != nil {
				t.Fatal(err)
			}
			idle += some.idle + more.idle
		})
	}
	t.Log(idle, "ticks were left out")
	if idle < 1000 {
		t.Error("too few ticks were left out:", idle)
	}
}
