package equal_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"

	"auto/internal/oracle/player"
	"auto/internal/random"
	"auto/lang/source"
	"auto/runtime/scenario"
)

// TestMachineIsOracle plays random scenarios with the oracle and with the machine in all
// ways, until as many nodes as wanted were compared.
func TestMachineIsOracle(t *testing.T) {
	var next, nodes, refused, ticks atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		t.Run("seeds", func(t *testing.T) {
			t.Parallel()
			for nodes.Load() < wanted && !t.Failed() {
				seed := uint64(next.Add(1))
				c := count(t, seed)
				nodes.Add(c.nodes)
				refused.Add(c.refused)
				ticks.Add(c.ticks)
			}
		})
	}
	t.Cleanup(func() {
		t.Logf("%d scenarios, %d ticks (%d refused), %d node evaluations", next.Load(), ticks.Load(), refused.Load(), nodes.Load())
	})
}

// counts is the work of a scenario.
type counts struct{ nodes, ticks, refused int64 }

// count plays the scenario of a seed. One that fails is made smaller and reported.
func count(t *testing.T, seed uint64) (c counts) {
	s, err := random.Draw(seed)
	if err != nil {
		t.Error(err)
		return c
	}
	c, difference := compare(s, seed)
	if difference == "" {
		return c
	}
	small := shrink(s, func(s *scenario.Scenario) bool { _, d := compare(s, seed); return d != "" })
	_, difference = compare(small, seed)
	t.Errorf("seed %d: %s\n%s", seed, difference, scenario.Write(small))
	return c
}

// compare plays a scenario in all ways and gives the first difference, "" for none.
func compare(s *scenario.Scenario, seed uint64) (c counts, difference string) {
	defer func() {
		if p := recover(); p != nil {
			stack := make([]byte, 1<<12)
			difference = fmt.Sprintf("panic: %v\n%s", p, stack[:runtime.Stack(stack, false)])
		}
	}()
	if c, difference = answer(s); difference != "" {
		return c, difference
	}
	for _, m := range machines(rand.New(rand.NewPCG(seed, 0))) {
		if d := m.play(s); d != "" {
			return c, m.name + " (-oracle +machine):\n" + d
		}
	}
	return c, ""
}

// answer has the oracle say what is expected.
func answer(s *scenario.Scenario) (c counts, difference string) {
	for _, tick := range s.Ticks {
		tick.Expect = nil
	}
	r, err := scenario.Run(s, scenario.Options{Evaluator: &player.Player{}, Trees: true})
	if err != nil {
		return c, err.Error()
	}
	for i, tick := range s.Ticks {
		tick.Expect = r.Ticks[i].Got(true)
		c.ticks++
		if r.Ticks[i].Err != nil {
			c.refused++
		}
		for _, e := range tick.Expect.Evaluations {
			c.nodes += size(e)
		}
	}
	return c, ""
}

func size(e *scenario.Evaluation) int64 {
	n := int64(1)
	for _, child := range e.Children {
		n += size(child)
	}
	return n
}

// play gives how the machine differs from what is expected.
func (m *machine) play(s *scenario.Scenario) string {
	expected := s.Ticks
	if !m.trees {
		s = withoutTrees(s)
	}
	r, err := scenario.Run(s, scenario.Options{Evaluator: m, Strict: true})
	if m.unfit {
		return ""
	}
	s.Ticks = expected
	if err != nil {
		return err.Error()
	}
	return scenario.Diff(r.Differences())
}

func withoutTrees(s *scenario.Scenario) *scenario.Scenario {
	out := *s
	out.Ticks = nil
	for _, tick := range s.Ticks {
		t, e := *tick, *tick.Expect
		e.Evaluations = nil
		t.Expect = &e
		out.Ticks = append(out.Ticks, &t)
	}
	return &out
}

// read reads the text of a scenario, nil where it is not accepted.
func read(text string) *scenario.Scenario {
	s, findings := scenario.Read(source.New("small.yaml", text))
	if findings.HasErrors() {
		return nil
	}
	return s
}
