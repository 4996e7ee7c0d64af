package vm_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"auto/vm"
	"auto/vm/code"
	"auto/vm/graph"
	"auto/vm/space"
)

// months is a space with months that depend on weeks, on later weeks by an offset, and on
// days that begin in the middle of a month; with an asset that depends on months and has no
// partitions, and a check of the months.
func months(t *testing.T, at time.Time) *space.Space {
	t.Helper()
	define := func(s graph.Spec) *graph.Partitions {
		p, err := graph.NewPartitions(s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	month := define(graph.Spec{Type: graph.Monthly, Start: "2026-01-01"})
	g, problems := graph.New([]graph.Asset{
		{Key: "day", Partitions: define(graph.Spec{Type: graph.Daily, Start: "2026-02-10"})},
		{Key: "week", Partitions: define(graph.Spec{Type: graph.Weekly, Start: "2025-12-28"})},
		{Key: "month", Partitions: month, Deps: []graph.Dep{{Key: "week"}, {Key: "day"}}, Checks: []graph.Check{{Name: "c", Partitioned: true}}},
		{Key: "ahead", Partitions: month, Deps: []graph.Dep{{Key: "month", Mapping: &graph.Mapping{Kind: graph.MapTimeWindow, EndOffset: 1}}}},
		{Key: "year", Deps: []graph.Dep{{Key: "month"}}},
	}, nil)
	if problems != nil {
		t.Fatal(problems)
	}
	s, err := space.New(space.Input{Graph: g, At: at})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestLacking: what lacks something of its dependencies is a matter of the instant alone.
func TestLacking(t *testing.T) {
	first, later := time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC), time.Date(2026, 4, 5, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		on, op, filter string
		at             time.Time
		want           string
	}{
		"before the start, and after the last": {"month", "lacking", `""`, first, "2026-01-01 2026-02-01 2026-03-01"},
		"the last is there":                    {"month", "lacking", `""`, later, "2026-01-01 2026-02-01"},
		"weeks":                                {"month", "lacking", `"x" allow ["week"]`, first, "2026-03-01"},
		"days":                                 {"month", "lacking", `"x" ignore ["week"]`, first, "2026-01-01 2026-02-01"},
		"nothing that is looked at":            {"month", "lacking", `"x" allow []`, first, ""},
		"to come":                              {"month", "coming", `""`, first, "2026-03-01"},
		"nothing to come":                      {"month", "coming", `""`, later, ""},
		"to come, not looked at":               {"month", "coming", `"x" ignore ["week"]`, first, ""},
		"by an offset":                         {"ahead", "lacking", `""`, later, ""},
		"by an offset, to come":                {"ahead", "coming", `""`, later, "2026-03-01"},
		"a check is of the partitions":         {"month:c", "coming", `""`, first, ""},
		"without partitions":                   {"year", "lacking", `""`, first, ""},
		"without partitions, to come":          {"year", "coming", `""`, first, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := months(t, c.at)
			text := leaf("filter0 = "+c.filter, c.op+" r1, r0, filter0")
			m, err := vm.New(vm.Config{Space: s, Programs: []*code.Program{assemble(t, text)}, Of: on(s, map[string]int{c.on: 0})})
			if err != nil {
				t.Fatal(err)
			}
			m.Tick(read(t, s, ""), c.at)
			if diff := cmp.Diff(c.want, strings.TrimSpace(requested(s, m, c.on))); diff != "" {
				t.Errorf("requests differ (-want +got):\n%s", diff)
			}
		})
	}
}
