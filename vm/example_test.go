package vm_test

import (
	"fmt"
	"time"

	"auto/compiler/condition"
	"auto/compiler/plan"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/vm"
	"auto/vm/bits"
	"auto/vm/code"
	"auto/vm/graph"
	"auto/vm/space"
)

// known is a world in which some bits are missing and nothing else is true.
type known struct{ missing bits.Set }

func (k known) Set(f code.Fact, _ vm.Since) bits.Set {
	if f.Kind == code.Missing {
		return k.missing
	}
	return nil
}
func (known) UpdatedAt(int, int) (time.Time, bool)       { return time.Time{}, false }
func (known) LatestRunSelects(int, int) (int, bool)      { return 0, false }
func (known) LastEvent() int64                           { return 0 }
func (known) Changed(uint64) (e []int, v uint64, _ bool) { return nil, 1, true }

// The example of the package documentation: report is requested for the days that orders
// has, once.
func Example() {
	at := time.Date(2026, 1, 5, 0, 5, 0, 0, time.UTC)
	days, _ := graph.NewPartitions(graph.Spec{Type: graph.Daily, Start: "2026-01-01"})
	g, _ := graph.New([]graph.Asset{
		{Key: "orders", Partitions: days},
		{Key: "report", Partitions: days, Deps: []graph.Dep{{Key: "orders"}}},
	}, nil)
	e, _ := parse.Expr(source.New("condition", "missing().newly_true() & ~any_deps_match(missing())"))
	n, _ := condition.Build(e, condition.Env{Graph: g})
	program, _ := plan.Compile(n, g, plan.Options{})
	s, _ := space.New(space.Input{Graph: g, At: at})
	m, err := vm.New(vm.Config{Space: s, Programs: []*code.Program{program}, Of: []int{-1, 0}})
	if err != nil {
		fmt.Println(err)
		return
	}
	facts := known{bits.New(s.Bits)}
	for i, first := range []int{2, 0} { // days that are missing: from 2 of orders, all of report
		facts.missing.AddRange(s.Entities[i].Bit+first, s.Entities[i].Bit+4)
	}
	for range 4 {
		m.Tick(facts, at)
		report := m.Requested()[s.Entities[1].Bit/64:]
		fmt.Println(s.Entities[1].Keys.Collapse(report), m.Stats().Skipped > 0)
		at = at.Add(time.Minute)
	}
	// Output:
	// [2026-01-01 2026-01-02] false
	// [] false
	// [] false
	// [] true
}
