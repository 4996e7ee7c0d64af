package state_test

import (
	"context"
	_ "embed"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"auto/internal/dagster"
	"auto/internal/program"
	"auto/runtime/clock"
	"auto/runtime/dagster/gql"
	"auto/runtime/dagster/state"
	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

//go:embed testdata/extra_defs.py
var extra string

// live is a reader of a real Dagster.
type live struct {
	*dagster.Deployment
	*journal
	marks  *marks
	graph  *graph.Graph
	reader *state.Reader
}

func newLive(d *dagster.Deployment, g *graph.Graph) *live {
	l := &live{Deployment: d, journal: newJournal(), marks: &marks{bodies: map[string][]byte{}}, graph: g}
	l.restart()
	return l
}

// restart forgets all but the marks and the journal.
func (l *live) restart() {
	l.reader = state.New(state.Options{
		Client: gql.New(gql.Options{URL: l.URL, Clock: clock.System{}, Timeout: time.Minute}),
		Graph:  func() *graph.Graph { return l.graph }, Take: l.take, Marks: l.marks, Clock: clock.System{},
	})
}

func (l *live) poll(t testing.TB) state.Report {
	t.Helper()
	report, err := l.reader.Poll(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// until polls until something holds.
func (l *live) until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	defer func() {
		if t.Failed() {
			t.Logf("told:\n%s", strings.Join(l.brief(0), "\n"))
		}
	}()
	program.Eventually(t, 3*time.Minute, what, func() bool { l.poll(t); return holds() })
}

// holds polls until a fact holds of partitions of a key, and of no others.
func (l *live) holds(t testing.TB, fact, key string, partitions ...string) {
	t.Helper()
	var got []string
	l.until(t, fact+" "+key, func() bool {
		got = holds(t, l.graph, l.world, key, time.Now())[fact]
		return slices.Equal(got, partitions)
	})
}

// made polls until partitions of an asset, "" for none, are materialized.
func (l *live) made(t testing.TB, key string, partitions ...string) {
	t.Helper()
	l.until(t, "made "+key, func() bool {
		missing := holds(t, l.graph, l.world, key, time.Now())["missing"]
		return !slices.ContainsFunc(partitions, func(p string) bool { return slices.Contains(missing, p) })
	})
}

func (l *live) ran(t testing.TB, id string, status facts.Status) {
	t.Helper()
	l.until(t, "run "+string(status), func() bool { s, _ := l.world.StatusOf(id); return s == status })
}

// last gives the last event of a type.
func (l *live) last(kind events.Type) events.Event {
	for _, e := range slices.Backward(l.list) {
		if e.Type == kind {
			return e
		}
	}
	return events.Event{}
}

func liveGraph(t testing.TB) *graph.Graph {
	g := sample(t)
	var assets []graph.Asset
	for _, key := range g.Keys() {
		a, _ := g.Asset(key)
		assets = append(assets, *a)
	}
	const location = "extra/__repository__"
	letters := partitions(t, graph.Spec{Type: graph.Static, Keys: []string{"a", "b"}})
	return newGraph(t, append(assets,
		graph.Asset{Key: "watched", Repository: location, Checks: []graph.Check{{Name: "obeys"}}},
		graph.Asset{Key: "lettered", Repository: location, Partitions: letters, Checks: []graph.Check{{Name: "by_letter", Partitioned: true}}},
		graph.Asset{Key: "feed", Repository: location, External: true, Observable: true},
	)...)
}

func startLive(t *testing.T) *live {
	locations := dagster.Sample()
	locations["extra"] = "extra_defs.py"
	d := dagster.Start(t, dagster.Options{Daemon: true, Fast: true, Files: map[string]string{"extra_defs.py": extra}, Locations: locations})
	l := newLive(d, liveGraph(t))
	if r := l.poll(t); r.Events != 0 || len(r.Down) != 0 {
		t.Errorf("%+v, want no events of a new Dagster", r)
	}
	return l
}

func TestDagster(t *testing.T) {
	l := startLive(t)
	for _, test := range []struct {
		name string
		do   func(*testing.T, *live)
	}{
		{"run of a partition", runOfPartition}, {"range", runOfRange}, {"whole job", wholeJob}, {"checks", checksOfRuns},
		{"reports", reports}, {"dynamic partitions", dynamicPartitions}, {"two dimensions", twoDimensions},
		{"wipes", wipes}, {"location down", locationDown}, {"backfill", backfills}, {"deleted run", deletedRun},
	} {
		t.Run(test.name, func(t *testing.T) { test.do(t, l) })
	}
	t.Run("first load", func(t *testing.T) { sameWhenLoaded(t, l) })
	t.Run("idle", func(t *testing.T) {
		l.until(t, "one call a poll", func() bool { r := l.poll(t); return r.Calls == 1 && r.Events == 0 })
	})
}

func runOfPartition(t *testing.T, l *live) {
	id := l.Launch(t, dagster.Launch{Assets: []string{"daily_orders"}, Partition: "2026-11-01", Tags: map[string]string{"auto/request": "q1"}})
	l.until(t, "known", func() bool { _, ok := l.world.StatusOf(id); return ok })
	l.made(t, "daily_orders", "2026-11-01")
	l.holds(t, "passed", "daily_orders:orders_not_empty", "")
	l.ran(t, id, facts.Success)
	if tag := l.world.TagOf(id, "auto/request"); tag != "q1" {
		t.Errorf("the tag is %q", tag)
	}
	fails := map[string]string{"sample/behaviour": "fail"}
	id = l.Launch(t, dagster.Launch{Assets: []string{"daily_orders"}, Partition: "2026-11-02", Tags: fails})
	l.holds(t, "failed", "daily_orders", "2026-11-02")
	l.ran(t, id, facts.Failure)
	l.Launch(t, dagster.Launch{Assets: []string{"daily_orders"}, Partition: "2026-11-02"})
	l.made(t, "daily_orders", "2026-11-02")
	l.Launch(t, dagster.Launch{Assets: []string{"daily_orders"}, Partition: "2026-11-01", Tags: fails})
	l.Launch(t, dagster.Launch{Assets: []string{"raw_events"}, Tags: fails})
	l.holds(t, "failed", "daily_orders", "2026-11-01")
	l.holds(t, "failed", "raw_events", "")
	l.holds(t, "in progress", "daily_orders")
}

func runOfRange(t *testing.T, l *live) {
	l.Launch(t, dagster.Launch{Assets: []string{"daily_clicks"}, Tags: map[string]string{
		"dagster/asset_partition_range_start": "2026-10-30", "dagster/asset_partition_range_end": "2026-11-02", "sample/sleep": "2"}})
	l.holds(t, "in progress", "daily_clicks", "2026-10-30", "2026-10-31", "2026-11-01", "2026-11-02")
	l.holds(t, "in progress", "daily_clicks")
	l.made(t, "daily_clicks", "2026-10-30", "2026-10-31", "2026-11-01", "2026-11-02")
}

func wholeJob(t *testing.T, l *live) {
	id := l.Launch(t, dagster.Launch{Job: "params_job"})
	l.made(t, "params_report", "")
	l.ran(t, id, facts.Success)
	i := slices.IndexFunc(l.list, func(e events.Event) bool { return e.RunID == id && e.Type == events.Run })
	if diff := cmp.Diff([]string{"params_extract", "params_report"}, l.list[i].Assets); diff != "" {
		t.Error(diff)
	}
}

func checksOfRuns(t *testing.T, l *live) {
	for _, severity := range []string{"WARN", "ERROR"} {
		id := l.Launch(t, dagster.Launch{Location: "extra", Assets: []string{"watched"}, Tags: map[string]string{"severity": severity}})
		l.ran(t, id, facts.Success)
		l.holds(t, "not passed", "watched:obeys", "")
		if e := l.last(events.Check); e.Severity != strings.ToLower(severity) || e.RunID != id {
			t.Errorf("%+v", e)
		}
	}
	if e := l.last(events.Materialization); e.DataVersion != "7" {
		t.Errorf("%+v", e)
	}
	for _, key := range []string{"a", "b"} {
		l.Launch(t, dagster.Launch{Location: "extra", Assets: []string{"lettered"}, Partition: key})
	}
	l.holds(t, "passed", "lettered:by_letter", "a")
	l.holds(t, "not passed", "lettered:by_letter", "b")
}

func reports(t *testing.T, l *live) {
	l.Report(t, "region_sales", "eu", "us")
	l.made(t, "region_sales", "eu", "us")
	l.ReportObservation(t, "feed")
	l.made(t, "feed", "")
	if e := l.last(events.Observation); e.Asset != "feed" || e.RunID != "" {
		t.Errorf("%+v", e)
	}
}

func dynamicPartitions(t *testing.T, l *live) {
	keys := func(want ...string) {
		t.Helper()
		l.until(t, "keys", func() bool { return slices.Equal(l.world.Dynamic("customers"), want) })
	}
	l.AddPartition(t, "core", "customers", "acme")
	l.AddPartition(t, "core", "customers", "initech")
	keys("acme", "initech")
	l.Report(t, "customer_report", "acme")
	l.made(t, "customer_report", "acme")
	l.DeletePartition(t, "core", "customers", "acme")
	keys("initech")
	l.AddPartition(t, "core", "customers", "acme")
	keys("initech", "acme")
	l.holds(t, "missing", "customer_report", "initech")
}

func twoDimensions(t *testing.T, l *live) {
	id := l.Launch(t, dagster.Launch{Assets: []string{"region_day"}, Partition: "2026-11-01|us"})
	l.made(t, "region_day", "2026-11-01|us")
	l.ran(t, id, facts.Success)
	l.Launch(t, dagster.Launch{Assets: []string{"region_day"}, Partition: "2026-11-01|eu", Tags: map[string]string{"sample/behaviour": "fail"}})
	l.holds(t, "failed", "region_day", "2026-11-01|eu")
}

func wipes(t *testing.T, l *live) {
	l.Report(t, "country_sales", "de", "fr")
	l.made(t, "country_sales", "de", "fr")
	l.Wipe(t, "country_sales")
	l.holds(t, "missing", "country_sales", "de", "fr", "us", "jp")
	l.Report(t, "country_sales", "de", "fr")
	l.made(t, "country_sales", "de", "fr")
	l.Wipe(t, "country_sales") // and at once
	l.Report(t, "country_sales", "jp")
	l.holds(t, "missing", "country_sales", "de", "fr", "us")
}

func locationDown(t *testing.T, l *live) {
	l.Report(t, "mart_orders", "2026-11-01")
	l.made(t, "mart_orders", "2026-11-01")
	text, err := os.ReadFile(filepath.Join(l.Dir, "mart_defs.py"))
	if err != nil {
		t.Fatal(err)
	}
	l.Write(t, "mart_defs.py", "defs = = 1")
	l.Reload(t, "mart")
	told := len(l.list)
	var r state.Report
	for range 3 {
		r = l.poll(t)
	}
	if !strings.Contains(r.Down["mart"], "SyntaxError") || len(r.Down) != 1 {
		t.Errorf("down: %v", r.Down)
	}
	if len(l.list) != told {
		t.Errorf("told while the location was down: %v", l.brief(told))
	}
	l.Write(t, "mart_defs.py", string(text))
	l.Reload(t, "mart")
	if r = l.poll(t); len(r.Down) != 0 {
		t.Errorf("down: %v", r.Down)
	}
}

func backfills(t *testing.T, l *live) {
	var did struct{ Did struct{ BackfillID string } }
	l.Query(t, `mutation { did: launchPartitionBackfill(backfillParams: {assetSelection: [{path: ["hourly_clicks"]}], partitionNames: ["2026-11-01-00:00", "2026-11-01-01:00"]}) {
	  __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }`, nil, &did)
	l.holds(t, "backfill", "hourly_clicks", "2026-11-01-00:00", "2026-11-01-01:00")
	l.Query(t, `mutation($id: String!) { cancelPartitionBackfill(backfillId: $id) { __typename } }`, dagster.Vars{"id": did.Did.BackfillID}, &struct{}{})
	l.holds(t, "backfill", "hourly_clicks")
}

func deletedRun(t *testing.T, l *live) {
	l.Daemon.Kill(t)
	id := l.Launch(t, dagster.Launch{Assets: []string{"summary"}})
	l.holds(t, "in progress", "summary", "")
	l.restart()
	l.DeleteRun(t, id)
	l.ran(t, id, facts.Canceled)
	l.holds(t, "in progress", "summary")
	// What a deleted run wrote counts, once Dagster has counted it.
	l.Query(t, `{ assetNodeOrError(assetKey: {path: ["daily_clicks"]}) { ... on AssetNode { assetPartitionStatuses { __typename } } } }`, nil, &struct{}{})
	deleted := l.list[slices.IndexFunc(l.list, func(e events.Event) bool { return e.Type == events.Materialization && e.Asset == "daily_clicks" })].RunID
	l.DeleteRun(t, deleted)
	l.poll(t)
	l.made(t, "daily_clicks", "2026-10-30")
}

// sameWhenLoaded compares what was told as it happened with what a new reader loads.
func sameWhenLoaded(t *testing.T, l *live) {
	l.Launch(t, dagster.Launch{Assets: []string{"hourly_clicks"}, Partition: "2026-11-01-05:00"})
	l.holds(t, "in progress", "hourly_clicks", "2026-11-01-05:00")
	fresh := newLive(l.Deployment, l.graph)
	r := fresh.poll(t)
	t.Logf("%d calls in %s", r.Calls, r.Took)
	now := time.Now()
	want, got := known(t, l.graph, l.world, now), known(t, l.graph, fresh.world, now)
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		if diff := cmp.Diff(want[name], got[name]); diff != "" {
			t.Errorf("%s (-told +loaded):\n%s", name, diff)
		}
	}
	told := len(fresh.list)
	fresh.restart()
	if fresh.poll(t); len(fresh.list) != told {
		t.Errorf("told after a restart: %v", fresh.brief(told))
	}
}
