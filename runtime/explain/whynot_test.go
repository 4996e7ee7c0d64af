package explain_test

import (
	"testing"

	"auto/runtime/explain"
	"auto/runtime/play"
	"auto/runtime/scenario"
)

// search gives the question about a partition on the tick that was played last.
func search(m *play.Machine, key, partition string) explain.Search {
	return explain.Search{Input: m.Last().Input, Cursor: m.Last().Cursor, Key: key, Partition: partition}
}

// TestWhyNotAsBrute: the search finds a set of one or two facts where trying them all
// does, and none smaller than that.
func TestWhyNotAsBrute(t *testing.T) {
	const most = 8 // questions a folder
	for _, folder := range []string{"random/unpartitioned", "random/checks", "scenarios/eager", "scenarios/operators"} {
		asked := 0
		each(t, folder, func(t *testing.T, s *scenario.Scenario) {
			ticks(t, s, false, func(m *play.Machine) {
				for key := range m.Last().Input.Conditions {
					tree := m.Story(key).Last()
					if asked < most && !tree.Partitioned() && !tree.Requested.Has(0) {
						asked++
						compare(t, search(m, key, ""), m.Last().Input.At.String())
					}
				}
			})
		})
	}
}

func compare(t *testing.T, s explain.Search, at string) {
	t.Helper()
	answer, err := s.WhyNot()
	if err != nil {
		t.Fatal(err)
	}
	size := 0
	if len(answer.Sets) > 0 {
		size = len(answer.Sets[0])
	}
	for n := 1; n <= 2; n++ {
		if size > 0 && n >= size {
			return
		}
		found, err := s.Brute(n)
		if err != nil {
			t.Fatal(err)
		}
		if found != nil {
			t.Errorf("%s at %s: sets of %d, and %+v does", s.Key, at, size, found)
			return
		}
	}
}
