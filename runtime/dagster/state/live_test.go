package state_test

import (
	"context"
	"testing"
	"time"

	"auto/internal/dagster"
	"auto/runtime/clock"
	"auto/runtime/dagster/gql"
	"auto/runtime/dagster/state"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

// live is a reader of a real Dagster.
type live struct {
	*dagster.Deployment
	*journal
	marks  *marks
	graph  *graph.Graph
	reader *state.Reader
	from   int
}

func newLive(t testing.TB, d *dagster.Deployment, g *graph.Graph) *live {
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

// expect polls until the events since the last call are these.
func (l *live) expect(t testing.TB, want ...string) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		r := l.poll(t)
		got := l.brief(l.from)
		diff := cmp.Diff(want, got)
		if diff == "" {
			t.Logf("%d calls in %s", r.Calls, r.Took)
			l.from = len(l.list)
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(diff)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

func TestDagster(t *testing.T) {
	d := dagster.Start(t, dagster.Options{Daemon: true})
	l := newLive(t, d, sample(t))
	r := l.poll(t)
	t.Log(r)
	l.expect(t)

	t.Run("a run", func(t *testing.T) {
		id := d.Launch(t, dagster.Launch{Assets: []string{"daily_orders"}, Partition: "2026-11-01", Tags: map[string]string{"who": "test"}})
		for range 40 {
			l.poll(t)
			if run, _ := d.Run(t, id); run.Status == "SUCCESS" {
				break
			}
			time.Sleep(300 * time.Millisecond)
		}
		r := l.poll(t)
		t.Log(r)
		for _, b := range l.brief(0) {
			t.Log(b)
		}
	})
}
