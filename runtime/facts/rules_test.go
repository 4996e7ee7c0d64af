package facts_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"auto/runtime/facts"
	"auto/vm"
	"auto/vm/code"
	"auto/vm/graph"
	"auto/vm/space"
)

// noon is the time of the first event; each step is a minute later.
var noon = time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC)

// step is what happens before a tick, in one second, and what holds at it: entity, fact,
// and its partitions where it has any, one a line.
type step struct {
	events []facts.Event
	want   string
}

// rules are what Dagster's rules say of single situations. They have the names of the
// conformance scenarios that show them.
var rules = []struct {
	name  string
	steps []step
}{
	{"operands/missing_unpartitioned", []step{
		{nil, "A missing\nE missing\nO missing\nP missing a b"},
		{do(made("A", "", "r1"), made("E", "", ""), facts.Observed{Asset: "O"}, made("P", "a", "")), "P missing b"},
	}},
	{"operands/missing_observable: partitions by observations only", []step{
		{do(made("O", "", ""), made("Y", "a", "")), "Y missing a b"},
		{do(facts.Observed{Asset: "Y", Partition: "b"}), "Y missing a"},
	}},
	{"operands/in_progress_until_materialized", []step{
		{do(run("r1", "", "A", "B")), "A in progress\nB in progress"},
		{do(made("A", "", "r1")), "B in progress"},
		{do(made("B", "", "r1"), to("r1", facts.Success)), ""},
	}},
	{"operands/in_progress_queued", []step{
		{do(run("r1", "", "A"), to("r1", facts.Queued), run("r2", "a", "P"), to("r2", facts.Queued)), "A in progress\nP in progress a"},
		{do(to("r1", facts.Started), to("r2", facts.Started)), "A in progress\nP in progress a"},
		{do(to("r1", facts.Canceled), to("r2", facts.Canceled)), ""},
	}},
	{"operands/in_progress_materialized_elsewhere", []step{
		{do(run("r1", "", "A"), run("r2", "a", "P")), "A in progress\nP in progress a"},
		{do(made("A", "", ""), made("P", "a", "")), "A in progress"},
	}},
	{"operands/in_progress_second_run_unpartitioned", []step{
		{do(run("r1", "", "A"), run("r2", "", "A")), "A in progress"},
		{do(made("A", "", "r2"), to("r2", facts.Success)), ""},
	}},
	{"operands/in_progress_success_without_materialization", []step{
		{do(run("r1", "", "A"), run("r2", "a", "P")), "A in progress\nP in progress a"},
		{do(to("r1", facts.Success), to("r2", facts.Success)), ""},
	}},
	{"a plan of what is not executed here counts for nothing", []step{
		{do(run("r1", "", "E", "O"), to("r1", facts.Failure)), ""},
	}},
	{"operands/execution_failed_partial_run", []step{
		{do(run("r1", "", "A", "B"), made("A", "", "r1"), to("r1", facts.Failure)), "B failed"},
		{do(run("r2", "", "A"), to("r2", facts.Failure)), "A failed\nB failed"},
		{do(made("A", "", "")), "A failed\nB failed"},
		{do(made("A", "", "r2")), "B failed"},
		{do(made("A", "", "")), "B failed"},
	}},
	{"operands/execution_failed_rerun: a failure seen at a tick stays for a partition", []step{
		{do(run("r1", "", "A"), to("r1", facts.Failure), run("r2", "a", "P"), to("r2", facts.Failure)), "A failed\nP failed a"},
		{do(run("r3", "", "A"), run("r4", "a", "P")), "A in progress\nP failed a\nP in progress a"},
		{do(to("r3", facts.Canceled), to("r4", facts.Canceled)), "P failed a"},
		{do(made("P", "a", "")), ""},
	}},
	{"a failure that no tick has seen is gone with the next plan", []step{
		{do(run("r1", "a", "P"), to("r1", facts.Failure), run("r2", "a", "P"), to("r2", facts.Canceled)), ""},
	}},
	{"operands/execution_failed_then_report", []step{
		{do(run("r1", "", "A"), to("r1", facts.Failure), run("r2", "a", "P"), to("r2", facts.Failure)), "A failed\nP failed a"},
		{do(made("A", "", ""), made("P", "a", "")), "A failed"},
		{do(run("r3", "", "A"), to("r3", facts.Canceled)), ""},
	}},
	{"operands/backfill_in_progress", []step{
		{do(backfill("b1", facts.Started, targets("P", "a", "b"), targets("A"))), "A backfill\nP backfill a b"},
		{do(made("P", "a", ""), made("A", "", "")), "A backfill\nP backfill a b"},
		{do(facts.Backfill{ID: "b1", Status: facts.Started, Materialized: targets("P", "a")}), "A backfill\nP backfill b"},
		{do(facts.Backfill{ID: "b1", Status: facts.Started, FailedFor: targets("P", "b")}), "A backfill"},
		{do(facts.Backfill{ID: "b1", Status: facts.Completed}), ""},
	}},
	{"operands/backfill_canceling", []step{
		{do(backfill("b1", facts.Started, targets("A"))), "A backfill"},
		{do(facts.Backfill{ID: "b1", Status: facts.Canceling}), ""},
	}},
	{"operands/backfill_two", []step{
		{do(backfill("b1", facts.Started, targets("P", "a")), backfill("b2", facts.Started, targets("P", "b"))), "P backfill a b"},
		{do(facts.Backfill{ID: "b1", Status: facts.Failed}), "P backfill b"},
	}},
	{"operands/backfill_dynamic_deleted", []step{
		{do(facts.DynamicPartitions{Name: "k", Add: []string{"x", "y"}}, backfill("b1", facts.Started, targets("D", "x", "y"))), "D backfill x y"},
		{do(facts.DynamicPartitions{Name: "k", Delete: []string{"x"}}), "D backfill y x"},
	}},
	{"operands/check_passed_failed", []step{
		{nil, "P:p check missing a b\nP:u check missing\nA:c check missing"},
		{do(checked("A:c", "", "r1", true)), "A:c passed"},
		{do(made("A", "", "")), "A:c check missing"},
		{do(checked("A:c", "", "r2", false)), "A:c check failed"},
	}},
	{"operands/check_same_run", []step{
		{do(run("r1", "", "A", "A:c"), checked("A:c", "", "r1", true), made("A", "", "r1")), "A:c passed"},
		{do(run("r2", "", "A"), made("A", "", "r2")), "A:c check missing"},
	}},
	{"what comes from outside counts as one run", []step{
		{do(checked("A:c", "", "", true), made("A", "", "")), "A:c passed"},
	}},
	{"operands/check_in_progress", []step{
		{do(made("A", "", ""), run("r1", "", "A:c")), "A:c in progress"},
		{do(to("r1", facts.Failure)), "A:c check missing"},
	}},
	{"operands/check_execution_failed", []step{
		{do(run("r1", "", "A"), made("A", "", "r1"), to("r1", facts.Success)), "A:c check missing"},
		{do(run("r2", "", "A:c"), to("r2", facts.Failure)), "A:c failed"},
		{do(made("A", "", "r3")), "A:c check missing"},
		{do(run("r4", "", "A:c"), to("r4", facts.Canceled)), "A:c check missing"},
	}},
	{"a check without materialization that fails to run has failed", []step{
		{do(run("r1", "", "A:c"), to("r1", facts.Failure)), "A:c failed"},
	}},
	{"operands/partitioned_check_states", []step{
		{do(made("P", "a", "r0"), made("P", "b", "r9")), "P:p check missing a b\nP:u check missing"},
		{do(checked("P:p", "a", "r1", true), run("r2", "b", "P:p")), "P:p passed a\nP:p in progress b"},
		{do(to("r2", facts.Failure), made("P", "a", "r3")), "P:p check missing a\nP:p failed b"},
		{do(made("P", "b", "r4")), "P:p check missing a\nP:p failed b"},
	}},
	{"an unpartitioned materialization is one of each partition for checks", []step{
		{do(made("P", "a", "r0"), checked("P:p", "a", "r1", true)), "P:p passed a\nP:p check missing b"},
		{do(made("P", "", "r2")), "P:p check missing a b"},
		{do(made("P", "b", "r3")), "P:p passed a\nP:p check missing b"},
	}},
	{"an earlier run's result does not hide the later run of a check", []step{
		{do(run("r1", "", "A:c"), run("r2", "", "A:c"), checked("A:c", "", "r1", true)), "A:c in progress"},
		{do(checked("A:c", "", "r2", false)), "A:c check failed"},
	}},
	{"a run over a partition executes a check without partitions", []step{
		{do(run("r1", "a", "P:u"), run("r2", "b", "P:u"), checked("P:u", "", "r1", true)), "P:u in progress"},
		{do(checked("P:u", "", "r2", true)), "P:u passed"},
	}},
	{"operands/freshness", []step{
		{do(facts.Freshness{Asset: "A", State: "pass"}, facts.Freshness{Asset: "F", State: "pass"}), "F fresh a b"},
		{do(facts.Freshness{Asset: "F", State: "warn"}), "F warned a b"},
		{do(facts.Freshness{Asset: "F", State: "fail"}), "F stale a b"},
		{do(facts.Freshness{Asset: "F", State: "unknown"}), ""},
	}},
	{"wipes/same_second", []step{
		{do(made("A", "", ""), made("P", "a", "")), "P missing b"},
		{do(facts.Wiped{Asset: "A"}, facts.Wiped{Asset: "P"}, made("A", "", ""), made("P", "a", "")), "A missing\nP missing a b"},
		{do(made("P", "b", "")), "P missing a"},
	}},
	{"wipes/in_progress_and_failed", []step{
		{do(run("r1", "", "A"), run("r2", "a", "P"), run("r3", "b", "P"), to("r3", facts.Failure)), "A in progress\nP in progress a\nP failed b"},
		{do(facts.Wiped{Asset: "A"}, facts.Wiped{Asset: "P"}), ""},
	}},
	{"wipes/checks", []step{
		{do(made("A", "", ""), checked("A:c", "", "r1", true)), "A:c passed"},
		{do(facts.Wiped{Asset: "A"}), "A:c check missing"},
	}},
	{"a wipe of an asset that nothing is known about wipes nothing", []step{
		{do(facts.Wiped{Asset: "A"}, made("A", "", "")), "P missing a b"},
	}},
	{"partitions/materialized_before_definition", []step{
		{do(made("A", "a", ""), made("P", "", "")), "P missing a b"},
	}},
}

func TestRules(t *testing.T) {
	for _, rule := range rules {
		t.Run(rule.name, func(t *testing.T) {
			w := facts.New()
			for n, s := range rule.steps {
				at := noon.Add(time.Duration(n) * time.Minute)
				for _, e := range s.events {
					if err := w.Apply(dated(e, at)); err != nil {
						t.Fatal(err)
					}
				}
				sp := spaceOf(t, w, at)
				said := say(sp, w.Facts(sp, at))
				for line := range strings.Lines(s.want) {
					if line = strings.TrimSpace(line); !said[line] {
						t.Errorf("step %d: %q does not hold", n, line)
					}
				}
				mentioned := map[string]bool{}
				for line := range strings.Lines(s.want) {
					mentioned[strings.TrimSpace(line)] = true
				}
				for line := range said {
					if !mentioned[line] && !strings.Contains(line, "missing") {
						t.Errorf("step %d: %q holds", n, line)
					}
				}
			}
		})
	}
}

// TestNewUpdates: facts about the runs of what is new, operands/new_update_run_tags.
func TestNewUpdates(t *testing.T) {
	red := func(id string) facts.Event { return facts.RunStarted{Run: id, Tags: map[string]string{"team": "red"}} }
	tags := map[string]string{"team": "red"}
	for _, test := range []struct {
		events   []facts.Event
		any, all bool
	}{
		{do(made("A", "", "")), false, false},
		{do(red("r1"), made("A", "", "r1")), true, true},
		{do(red("r1"), made("A", "", "r1"), made("A", "", "")), true, false},
		{do(red("r1"), made("A", "", ""), made("A", "", "r1")), true, false},
		{do(red("r1"), red("r2"), made("A", "", "r2"), made("A", "", "r1")), true, true},
		{do(run("r1", "", "A"), made("A", "", "r1")), false, false},
	} {
		w := facts.New()
		for _, e := range append(do(made("B", "", "")), test.events...) {
			if err := w.Apply(dated(e, noon)); err != nil {
				t.Fatal(err)
			}
		}
		s := spaceOf(t, w, noon)
		known, since := w.Facts(s, noon), vm.Since{At: noon, Event: 1}
		a, _ := s.Find("A")
		any := known.Set(code.Fact{Kind: code.AnyNewUpdateHasRunTags, TagValues: tags}, since).Has(s.Entities[a].Bit)
		all := known.Set(code.Fact{Kind: code.AllNewUpdatesHaveTags, TagValues: tags}, since).Has(s.Entities[a].Bit)
		if any != test.any || all != test.all {
			t.Errorf("%v: any %v, all %v", test.events, any, all)
		}
		since.Event = 0
		if set := known.Set(code.Fact{Kind: code.AnyNewUpdateHasRunTags, TagValues: tags}, since); set != nil {
			t.Error("with an empty log before:", set)
		}
	}
}

func do(events ...facts.Event) []facts.Event { return events }

func made(asset, partition, run string) facts.Event {
	return facts.Materialized{Asset: asset, Partition: partition, Run: run}
}

// run starts a run over assets and checks.
func run(id, partition string, selects ...string) facts.Event {
	e := facts.RunStarted{Run: id, Partition: partition}
	for _, key := range selects {
		if strings.Contains(key, ":") {
			e.Checks = append(e.Checks, key)
		} else {
			e.Assets = append(e.Assets, key)
		}
	}
	return e
}

func to(run string, s facts.Status) facts.Event { return facts.RunStatus{Run: run, Status: s} }

func checked(check, partition, run string, passed bool) facts.Event {
	return facts.Checked{Check: check, Partition: partition, Run: run, Passed: passed}
}

func targets(asset string, keys ...string) map[string][]string {
	return map[string][]string{asset: keys}
}

func backfill(id string, s facts.Status, targets ...map[string][]string) facts.Event {
	all := map[string][]string{}
	for _, t := range targets {
		for asset, keys := range t {
			all[asset] = keys
		}
	}
	return facts.Backfill{ID: id, Targets: all, Status: s}
}

// dated gives an event a time.
func dated(e facts.Event, at time.Time) facts.Event {
	switch e := e.(type) {
	case facts.Materialized:
		e.At = at
		return e
	case facts.Observed:
		e.At = at
		return e
	case facts.RunStarted:
		e.At = at
		return e
	case facts.RunStatus:
		e.At = at
		return e
	case facts.Checked:
		e.At = at
		return e
	case facts.Backfill:
		e.At = at
		return e
	case facts.Wiped:
		e.At = at
		return e
	case facts.Freshness:
		e.At = at
		return e
	}
	return e
}

// assets of the tests: A and B have no partitions, P and F have a and b, D the dynamic
// keys of k, E and X are external, O and Y observable.
func testGraph(t interface{ Fatal(...any) }) *graph.Graph {
	ab, err := graph.NewPartitions(graph.Spec{Type: graph.Static, Keys: []string{"a", "b"}})
	if err != nil {
		t.Fatal(err)
	}
	k, err := graph.NewPartitions(graph.Spec{Type: graph.Dynamic, Name: "k"})
	if err != nil {
		t.Fatal(err)
	}
	g, problems := graph.New([]graph.Asset{
		{Key: "A", Checks: []graph.Check{{Name: "c"}}},
		{Key: "B"},
		{Key: "P", Partitions: ab, Checks: []graph.Check{{Name: "u"}, {Name: "p", Partitioned: true}}},
		{Key: "F", Partitions: ab, Freshness: true},
		{Key: "D", Partitions: k},
		{Key: "E", External: true},
		{Key: "X", External: true, Partitions: ab},
		{Key: "O", Observable: true},
		{Key: "Y", Observable: true, Partitions: ab},
	}, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return g
}

func spaceOf(t testing.TB, w *facts.World, at time.Time) *space.Space {
	t.Helper()
	s, err := space.New(space.Input{Graph: testGraph(t), At: at, Dynamic: w.Dynamic, Undefined: w.Undefined()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var words = map[code.FactKind]string{
	code.RunInProgress: "in progress", code.ExecutionFailed: "failed", code.BackfillInProgress: "backfill",
	code.CheckPassed: "passed", code.CheckFailed: "check failed",
	code.FreshnessPassed: "fresh", code.FreshnessWarned: "warned", code.FreshnessFailed: "stale",
}

// say gives every fact as a line.
func say(s *space.Space, known vm.Facts) map[string]bool {
	said := map[string]bool{}
	for _, e := range s.Entities {
		words[code.Missing] = "missing"
		if e.Check != nil {
			words[code.Missing] = "check missing"
		}
		for kind, word := range words {
			set := known.Set(code.Fact{Kind: kind}, vm.Since{})
			line := fmt.Sprint(e.Key, " ", word)
			holds := false
			for n := range e.Keys.Total() {
				if set.Has(e.Bit + n) {
					holds = true
					line += strings.TrimRight(" "+e.Keys.Key(n), " ")
				}
			}
			if holds {
				said[line] = true
			}
		}
	}
	return said
}
