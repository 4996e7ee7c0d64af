package state_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"auto/runtime/dagster/state"
	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

// outcomes gives what was told of the runs that ended, from an event on.
func (m *model) outcomes(from int) []string {
	var out []string
	for i := range m.list[from:] {
		if e := &m.list[from+i]; e.Type == events.Run && (e.Status == facts.Success || e.Status == facts.Failure) {
			out = append(out, e.RunID+" "+string(e.Status))
		}
	}
	return out
}

func (m *model) pollNow(t *testing.T) {
	t.Helper()
	m.tick(time.Second)
	if _, err := m.reader.Poll(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// TestRunsBetweenPolls: runs that begin and end between two polls are told, whatever the
// database's clock shows beside that of the processes, which write a run's later updates.
func TestRunsBetweenPolls(t *testing.T) {
	for _, ahead := range []time.Duration{0, time.Hour, -time.Hour} {
		t.Run(ahead.String(), func(t *testing.T) {
			m := newModel(t)
			m.ahead = ahead
			before := m.launch(fakeRun{assets: []string{"whole"}, keys: []string{""}, tags: map[string]string{}})
			m.pollNow(t)
			m.move(before, "FAILURE")
			m.pollNow(t)
			from := len(m.list)
			var want []string
			for i, status := range []string{"FAILURE", "SUCCESS", "FAILURE", "SUCCESS", "SUCCESS", "FAILURE", "SUCCESS", "SUCCESS", "FAILURE"} {
				run := m.launch(fakeRun{assets: []string{"whole"}, keys: []string{""}, tags: map[string]string{}})
				m.tick(time.Second)
				if status == "SUCCESS" {
					m.write("MATERIALIZATION", "whole", "", run.id, false)
				}
				m.tick(time.Second)
				m.move(run, status)
				want = append(want, fmt.Sprintf("%s %s", run.id, map[string]facts.Status{"SUCCESS": facts.Success, "FAILURE": facts.Failure}[status]))
				if i%5 == 4 { // five of them, then four
					m.pollNow(t)
				}
			}
			m.pollNow(t)
			if diff := cmp.Diff(want, m.outcomes(from)); diff != "" {
				t.Error(diff)
			}
			if failed := holds(t, m.graph, m.world, "whole", m.now)["failed"]; len(failed) != 1 {
				t.Errorf("failed are %q:\n%s", failed, m.brief(from))
			}
		})
	}
}

// TestRunsOfOneInstant: of runs that were created at the same time, the one that Dagster
// stored last has planned the asset last, also where a poll finds them in different ways.
func TestRunsOfOneInstant(t *testing.T) {
	m := newModel(t)
	launch := func() *fakeRun {
		return m.launch(fakeRun{assets: []string{"whole"}, keys: []string{""}, tags: map[string]string{}})
	}
	m.move(launch(), "FAILURE")
	m.pollNow(t)
	m.tick(time.Minute)
	m.ahead = -time.Hour
	launch() // it goes, and is not among those that changed
	m.ahead = 0
	m.move(launch(), "FAILURE")
	m.pollNow(t)
	if failed := holds(t, m.graph, m.world, "whole", m.now)["failed"]; len(failed) != 1 {
		t.Errorf("failed are %q:\n%s", failed, m.brief(0))
	}
}

// TestNewestDeleted: where the newest runs are deleted, those that are the newest then were
// told, and are not told again; one that is new is.
func TestNewestDeleted(t *testing.T) {
	m := newModel(t)
	const recent = 6 // as Small has it
	var runs []*fakeRun
	for range 3 * recent {
		m.tick(time.Second)
		run := m.launch(fakeRun{assets: []string{"whole"}, keys: []string{""}, tags: map[string]string{}})
		m.move(run, "FAILURE")
		runs = append(runs, run)
		m.pollNow(t)
	}
	m.tick(time.Minute)
	m.pollNow(t)
	from := len(m.list)
	for _, run := range runs[recent:] {
		m.deleteRun(run)
	}
	m.pollNow(t)
	if got := m.brief(from); got != nil {
		t.Errorf("told again: %q", got)
	}
	run := m.launch(fakeRun{assets: []string{"daily"}, keys: []string{"2026-02-26"}, tags: map[string]string{"dagster/partition": "2026-02-26"}})
	m.move(run, "FAILURE")
	m.pollNow(t)
	if got := m.outcomes(from); !slices.Equal(got, []string{run.id + " failure"}) {
		t.Errorf("told are %q", got)
	}
}

// TestClockSetBack: a run is new by its place in Dagster's list, also where the clock by which
// it was created was set back.
func TestClockSetBack(t *testing.T) {
	m := newModel(t)
	for range 10 {
		m.launch(fakeRun{assets: []string{"whole"}, keys: []string{""}, tags: map[string]string{}})
		m.pollNow(t)
	}
	from := len(m.list)
	m.tick(-time.Hour)
	for range 3 {
		run := m.launch(fakeRun{assets: []string{"whole"}, keys: []string{""}, tags: map[string]string{}})
		m.move(run, "FAILURE")
	}
	m.tick(time.Hour)
	m.pollNow(t)
	if got := m.outcomes(from); len(got) != 3 {
		t.Errorf("told are %q of 3 runs", got)
	}
}

// TestToldInPart: a poll told a run without an asset that was not loaded, and broke off before
// that was noted. The next one, which has the asset, tells that the run makes it.
func TestToldInPart(t *testing.T) {
	m := &model{fake: newFake(newGraph(t,
		graph.Asset{Key: "a", Repository: "core/__repository__"}, graph.Asset{Key: "b", Repository: "other/__repository__"},
	)), journal: newJournal(), marks: &marks{bodies: map[string][]byte{}}}
	m.clock = &skewed{fake: m.fake}
	m.restart()
	m.down["core"] = true
	m.pollNow(t)
	for _, assets := range [][]string{{"a", "b"}, {"b"}, {"b"}} {
		m.tick(time.Second)
		m.launch(fakeRun{assets: assets, keys: []string{""}, tags: map[string]string{}})
	}
	m.fails = 1 // of two batches
	m.tick(time.Second)
	if _, err := m.reader.Poll(context.Background()); err == nil || len(m.list) == 0 {
		t.Fatalf("the poll is not broken off after %q: %v", m.brief(0), err)
	}
	m.fails, m.down["core"] = -1, false
	m.versions++
	m.pollNow(t)
	for _, key := range []string{"a", "b"} {
		if got := holds(t, m.graph, m.world, key, m.now)["in progress"]; len(got) != 1 {
			t.Errorf("in progress are %q of %s:\n%s", got, key, m.brief(0))
		}
	}
}

// TestBesideStrangers: a run that began and ended while a poll went on is told by the next one,
// also where that finds a page down to a run that began later and is told already.
func TestBesideStrangers(t *testing.T) {
	m := newModel(t)
	launch := func(asset string) *fakeRun {
		return m.launch(fakeRun{assets: []string{asset}, keys: []string{""}, tags: map[string]string{}})
	}
	for range 3 {
		m.move(launch("whole"), "FAILURE")
		m.pollNow(t)
	}
	m.write("MATERIALIZATION", "other/whole", "", "", false)
	from, calls := len(m.list), 0
	m.before = func() {
		if calls++; calls == 2 { // after the runs were read, before the events are
			m.tick(time.Millisecond)
			m.move(launch("whole"), "FAILURE")
			m.tick(time.Millisecond)
			later := launch("other/whole")
			m.tick(time.Millisecond)
			m.write("MATERIALIZATION", "other/whole", "", later.id, false)
		}
	}
	m.pollNow(t)
	m.before = nil
	launch("static") // which begins the page that Small has of two
	m.pollNow(t)
	m.pollNow(t)
	if got := m.outcomes(from); !slices.Equal(got, []string{"r4 failure"}) {
		t.Errorf("told are %q:\n%s", got, m.brief(from))
	}
}

// TestNewestDeletedBelowOne: where the newest runs are deleted, and one goes that is older than
// they, what is between them was told, or over before the first poll.
func TestNewestDeletedBelowOne(t *testing.T) {
	m := newModel(t)
	launch := func() *fakeRun {
		m.tick(time.Second)
		return m.launch(fakeRun{assets: []string{"whole"}, keys: []string{""}, tags: map[string]string{}})
	}
	launch() // which goes on
	m.move(launch(), "FAILURE")
	var runs []*fakeRun
	for range 6 { // as many as Small notes
		run := launch()
		m.move(run, "SUCCESS")
		runs = append(runs, run)
	}
	m.pollNow(t)
	m.tick(time.Minute)
	m.pollNow(t)
	from := len(m.list)
	for _, run := range runs {
		m.deleteRun(run)
	}
	m.pollNow(t)
	if got := m.outcomes(from); got != nil {
		t.Errorf("told are %q", got)
	}
}

// TestManyNew: after a long pause the runs that are new are found with few calls.
func TestManyNew(t *testing.T) {
	m := newModel(t)
	launch := func() {
		m.tick(time.Second)
		m.move(m.launch(fakeRun{assets: []string{"whole"}, keys: []string{""}, tags: map[string]string{}}), "FAILURE")
	}
	for range 1000 {
		launch()
	}
	narrow := newGraph(t, graph.Asset{Key: "whole", Repository: "core/__repository__"})
	m.reader = state.New(state.Options{Client: m.fake, Graph: func() *graph.Graph { return narrow }, Take: m.take, Marks: m.marks, Clock: m.clock})
	m.pollNow(t)
	m.runs[899].created = m.runs[900].created.Add(time.Millisecond) // which is the last that is noted
	m.tick(time.Hour)
	from, before := len(m.list), m.calls["Newest"]
	for range 2000 {
		launch()
	}
	m.pollNow(t)
	if got, calls := len(m.outcomes(from)), m.calls["Newest"]-before; got != 2000 || calls > 10 {
		t.Errorf("%d runs are told with %d calls", got, calls)
	}
}

// TestWrittenInPart: as TestToldInPart, where the run has written a part of the asset that was
// not loaded: the rest of it is in progress.
func TestWrittenInPart(t *testing.T) {
	m := &model{fake: newFake(newGraph(t,
		graph.Asset{Key: "a", Repository: "core/__repository__", Partitions: partitions(t, graph.Spec{Type: graph.Static, Keys: []string{"x", "y"}})},
		graph.Asset{Key: "b", Repository: "other/__repository__"},
	)), journal: newJournal(), marks: &marks{bodies: map[string][]byte{}}}
	m.clock = &skewed{fake: m.fake}
	m.restart()
	m.down["core"] = true
	m.pollNow(t)
	var first *fakeRun
	for _, assets := range [][]string{{"a", "b"}, {"b"}, {"b"}} {
		m.tick(time.Second)
		run := m.launch(fakeRun{assets: assets, keys: []string{"x", "y"}, tags: map[string]string{"dagster/asset_partition_range_start": "x", "dagster/asset_partition_range_end": "y"}})
		if first == nil {
			first = run
		}
	}
	m.fails = 1 // of two batches
	m.tick(time.Second)
	if _, err := m.reader.Poll(context.Background()); err == nil || len(m.list) == 0 {
		t.Fatalf("the poll is not broken off after %q: %v", m.brief(0), err)
	}
	m.write("MATERIALIZATION", "a", "x", first.id, false)
	m.fails, m.down["core"] = -1, false
	m.versions++
	m.pollNow(t)
	m.pollNow(t)
	if got := holds(t, m.graph, m.world, "a", m.now)["in progress"]; !slices.Equal(got, []string{"y"}) {
		t.Errorf("in progress are %q:\n%s", got, m.brief(0))
	}
}

// TestLoadOfOldRuns: a load does not ask for the newest runs again and again where what it reads
// was written by runs that are older than they.
func TestLoadOfOldRuns(t *testing.T) {
	var assets []graph.Asset
	for i := range 40 {
		assets = append(assets, graph.Asset{Key: fmt.Sprintf("a%02d", i), Repository: "core/__repository__"})
	}
	m := &model{fake: newFake(newGraph(t, assets...)), journal: newJournal(), marks: &marks{bodies: map[string][]byte{}}}
	m.clock = &skewed{fake: m.fake}
	m.restart()
	for i := range assets {
		m.tick(time.Minute)
		run := m.launch(fakeRun{assets: []string{assets[i].Key}, keys: []string{""}, tags: map[string]string{}})
		m.write("MATERIALIZATION", assets[i].Key, "", run.id, false)
		m.move(run, "SUCCESS")
	}
	m.pollNow(t)
	if calls := m.calls["Newest"]; calls > 5 {
		t.Errorf("%d calls", calls)
	}
}
