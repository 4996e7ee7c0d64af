package state_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

// TestChangedGraph: a run that goes makes what a changed graph has of it, too. To conditions
// an asset that it adds would otherwise be missing and not in progress, and made twice.
func TestChangedGraph(t *testing.T) {
	const core = "core/__repository__"
	checked := []graph.Check{{Name: "c"}}
	a, b := graph.Asset{Key: "a", Repository: core}, graph.Asset{Key: "b", Repository: core, Checks: checked}
	for _, whole := range []bool{false, true} {
		m := &model{fake: newFake(newGraph(t, a, b)), journal: newJournal(), marks: &marks{bodies: map[string][]byte{}}}
		m.clock = &skewed{fake: m.fake}
		m.restart()
		full := m.graph
		narrow := newGraph(t, a)
		poll := func(g *graph.Graph) {
			t.Helper()
			m.tick(time.Second)
			m.read = g
			if _, err := m.reader.Poll(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		poll(narrow)
		run := m.launch(fakeRun{assets: []string{"a", "b"}, checks: []string{"b:c"}, keys: []string{""}, whole: whole, bare: true, tags: map[string]string{}})
		m.move(run, "STARTED")
		poll(narrow)
		poll(full)
		if got := holds(t, full, m.world, "b", m.now)["in progress"]; !slices.Equal(got, []string{""}) {
			t.Errorf("whole job %v: in progress are %q of b", whole, got)
		}
		// One of a graph before: it is not told, and goes on all the same.
		poll(narrow)
		second := m.launch(fakeRun{assets: []string{"b"}, keys: []string{""}, whole: whole, tags: map[string]string{}})
		m.move(run, "SUCCESS")
		poll(narrow)
		poll(full)
		if got := holds(t, full, m.world, "b", m.now)["in progress"]; !slices.Equal(got, []string{""}) {
			t.Errorf("whole job %v: in progress are %q of b by the second run", whole, got)
		}
		m.move(second, "FAILURE")
		poll(full)
		if diff := cmp.Diff(known(t, full, fold(t, m.log), m.now), known(t, full, m.world, m.now)); diff != "" {
			t.Errorf("whole job %v (-log +told):\n%s", whole, diff)
		}
	}
}

// TestRequestFailsOnce: the failure of a request's run is told once, also where an asset of it
// is loaded later: a files block that got its `retry` meanwhile would launch it again.
func TestRequestFailsOnce(t *testing.T) {
	const core = "core/__repository__"
	a, b := graph.Asset{Key: "a", Repository: core}, graph.Asset{Key: "b", Repository: core}
	m := &model{fake: newFake(newGraph(t, a, b)), journal: newJournal(), marks: &marks{bodies: map[string][]byte{}}}
	m.clock = &skewed{fake: m.fake}
	m.restart()
	poll := func(g *graph.Graph) {
		t.Helper()
		m.tick(time.Minute)
		m.read = g
		if _, err := m.reader.Poll(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	narrow := newGraph(t, a)
	poll(narrow)
	run := m.launch(fakeRun{assets: []string{"b"}, keys: []string{""}, tags: map[string]string{"auto/request": "q"}})
	poll(narrow)
	m.move(run, "FAILURE")
	for range 3 {
		poll(narrow)
	}
	poll(m.graph)
	told := 0
	for i := range m.list {
		if e := &m.list[i]; e.Type == events.Run && e.Status == facts.Failure && e.Request() == "q" {
			told++
		}
	}
	if failed := holds(t, m.graph, m.world, "b", m.now)["failed"]; told != 1 || len(failed) != 1 {
		t.Errorf("told %d times, failed %q:\n%s", told, failed, m.brief(0))
	}
}

// TestDeletedKey: a run that goes when it is first read is in progress for a key that was
// deleted meanwhile, and is added again.
func TestDeletedKey(t *testing.T) {
	m := &model{fake: newFake(newGraph(t, graph.Asset{Key: "d", Repository: "core/__repository__", Partitions: partitions(t, graph.Spec{Type: graph.Dynamic, Name: "names"})})),
		journal: newJournal(), marks: &marks{bodies: map[string][]byte{}}}
	m.clock = &skewed{fake: m.fake}
	m.restart()
	m.launch(fakeRun{assets: []string{"d"}, keys: []string{"c"}, tags: map[string]string{"dagster/partition": "c"}})
	for _, keys := range [][]string{nil, {"c"}} {
		m.keys["names"] = keys
		m.tick(time.Second)
		if _, err := m.reader.Poll(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if got := holds(t, m.graph, m.world, "d", m.now)["in progress"]; !slices.Equal(got, []string{"c"}) {
		t.Errorf("in progress are %q:\n%s", got, m.brief(0))
	}
}

// locate has the location loaded anew, which takes it down or brings it up.
func (m *model) locate(down bool) {
	m.down["core"] = down
	m.versions++
}

// TestCheckOfRunBefore: a check that a run left out is about what the run wrote, also where
// the asset is loaded after the run's end was told.
func TestCheckOfRunBefore(t *testing.T) {
	m := &model{fake: newFake(newGraph(t, graph.Asset{Key: "a", Repository: "core/__repository__", Checks: []graph.Check{{Name: "c"}}})),
		journal: newJournal(), marks: &marks{bodies: map[string][]byte{}}}
	m.clock = &skewed{fake: m.fake}
	m.restart()
	poll := func(down bool) {
		t.Helper()
		m.locate(down)
		m.pollNow(t)
	}
	run := m.launch(fakeRun{assets: []string{"a"}, checks: []string{"a:c"}, keys: []string{""}, bare: true, tags: map[string]string{}})
	m.move(run, "STARTED")
	poll(true)
	m.write("MATERIALIZATION", "a", "", run.id, false)
	run.plans[0].made = true
	m.tick(time.Second)
	m.move(run, "SUCCESS")
	poll(true)
	poll(false)
	if diff := cmp.Diff(known(t, m.graph, fold(t, m.log), m.now), known(t, m.graph, m.world, m.now)); diff != "" {
		t.Errorf("(-log +told):\n%s\ntold:\n%s", diff, m.brief(0))
	}
}

// TestLoadBrokenOff: a load that broke off has told that a run began which failed. Its location
// is down when the first load goes on, so that the asset is loaded late: it failed all the same.
func TestLoadBrokenOff(t *testing.T) {
	m := newModel(t)
	run := m.launch(fakeRun{assets: []string{"daily"}, checks: []string{"daily:u", "daily:p"}, keys: []string{"2026-02-26"}, bare: true, tags: map[string]string{"dagster/partition": "2026-02-26"}})
	m.move(run, "FAILURE")
	m.fails = 1
	if _, err := m.reader.Poll(context.Background()); err == nil || len(m.list) == 0 {
		t.Fatalf("the load is not broken off after %q: %v", m.brief(0), err)
	}
	m.fails = -1
	for _, down := range []bool{true, false} {
		m.locate(down)
		m.pollNow(t)
	}
	if diff := cmp.Diff(known(t, m.graph, fold(t, m.log), m.now), known(t, m.graph, m.world, m.now)); diff != "" {
		t.Errorf("(-log +told):\n%s\ntold:\n%s", diff, m.brief(0))
	}
}

// TestEndToldBefore: a poll told that a run failed, and broke off before that was noted. An
// asset of it that is loaded then failed all the same.
func TestEndToldBefore(t *testing.T) {
	m := newModel(t)
	poll := func(down bool) error {
		m.locate(down)
		m.tick(time.Second)
		_, err := m.reader.Poll(context.Background())
		return err
	}
	var runs []*fakeRun
	for _, key := range []string{"x", "y", "x"} {
		m.tick(time.Second)
		runs = append(runs, m.launch(fakeRun{assets: []string{"static"}, keys: []string{key}, tags: map[string]string{"dagster/partition": key, "auto/request": key}}))
	}
	if err := poll(true); err != nil {
		t.Fatal(err)
	}
	for _, run := range runs {
		m.tick(time.Second)
		m.move(run, "FAILURE")
	}
	told := len(m.list)
	m.fails = 1 // of two batches
	if err := poll(true); err == nil || len(m.list) == told {
		t.Fatalf("the poll is not broken off after %q: %v", m.brief(told), err)
	}
	m.fails = -1
	if err := poll(false); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(known(t, m.graph, fold(t, m.log), m.now), known(t, m.graph, m.world, m.now)); diff != "" {
		t.Errorf("(-log +told):\n%s\ntold:\n%s", diff, m.brief(0))
	}
}

// TestReusedID: an asset is wiped and written again between two polls, and what is written has
// the id of what was wiped, as it can be in SQLite.
func TestReusedID(t *testing.T) {
	m := newModel(t)
	for _, key := range []string{"x", "y"} {
		m.tick(time.Second)
		m.write("MATERIALIZATION", "static", key, "", false)
	}
	m.pollNow(t)
	m.tick(time.Second)
	m.write("MATERIALIZATION", "static", "y", "", false)
	m.pollNow(t)
	m.wipe("static")
	m.ids--
	m.tick(time.Second)
	m.write("MATERIALIZATION", "static", "x", "", false)
	m.pollNow(t)
	m.tick(11 * time.Second)
	m.pollNow(t)
	if got := holds(t, m.graph, m.world, "static", m.now)["missing"]; !slices.Equal(got, []string{"y"}) {
		t.Errorf("missing are %q:\n%s", got, m.brief(0))
	}
}

// TestCheckWhileDown: a check that was executed while its location was down is told as soon as
// that is loaded again.
func TestCheckWhileDown(t *testing.T) {
	m := newModel(t)
	poll := func(down bool) {
		t.Helper()
		m.locate(down)
		m.tick(10 * time.Second)
		m.pollNow(t)
	}
	run := m.launch(fakeRun{assets: []string{"whole"}, checks: []string{"whole:c"}, keys: []string{""}, bare: true, tags: map[string]string{}})
	m.move(run, "STARTED")
	poll(false)
	m.write("MATERIALIZATION", "whole", "", run.id, false)
	run.plans[0].made = true
	m.tick(time.Second)
	m.evaluate(m.executions[0], false, "WARN")
	m.move(run, "SUCCESS")
	poll(true)
	poll(false)
	if diff := cmp.Diff(known(t, m.graph, fold(t, m.log), m.now), known(t, m.graph, m.world, m.now)); diff != "" {
		t.Errorf("(-log +told):\n%s\ntold:\n%s", diff, m.brief(0))
	}
}

// TestChecksOfUndefined: the checks of an asset that Dagster no longer defines are not asked for
// by each poll.
func TestChecksOfUndefined(t *testing.T) {
	m := &model{fake: newFake(newGraph(t, graph.Asset{Key: "a", Repository: "other/__repository__",
		Partitions: partitions(t, graph.Spec{Type: graph.Static, Keys: []string{"x"}}), Checks: []graph.Check{{Name: "c", Partitioned: true}}})),
		journal: newJournal(), marks: &marks{bodies: map[string][]byte{}}}
	m.clock = &skewed{fake: m.fake}
	m.restart()
	m.pollNow(t)
	m.down["other"] = true // which the fake does not list among the locations
	m.tick(2 * time.Minute)
	m.pollNow(t)
	before := m.calls["Checks"] + m.calls["Executions"]
	for range 5 {
		m.pollNow(t)
	}
	if calls := m.calls["Checks"] + m.calls["Executions"] - before; calls > 0 {
		t.Errorf("%d calls of 5 polls", calls)
	}
}
