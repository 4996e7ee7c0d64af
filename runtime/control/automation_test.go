package control_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"auto/compiler"
	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/backlog"
	"auto/runtime/control"
	"auto/runtime/events"
	"auto/runtime/store"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

// fake answers with what it was asked, and keeps a backlog of a size.
type fake struct {
	asked []any
	size  int
	err   error
}

func (f *fake) Events(_ context.Context, list []events.Event) (control.EventsTaken, error) {
	f.asked = append(f.asked, list)
	return control.EventsTaken{Accepted: len(list), Unknown: []string{"x"}}, f.err
}

func (f *fake) Pause(_ context.Context, selection string, until time.Time, reason string) ([]string, error) {
	f.asked = append(f.asked, selection, until, reason)
	return []string{"a", "b"}, f.err
}

func (f *fake) Resume(_ context.Context, selection string, missed compiler.Missed) ([]string, error) {
	f.asked = append(f.asked, selection, missed)
	return nil, f.err
}

func (f *fake) Status(context.Context) (control.Status, error) {
	return control.Status{
		Running: true, Now: start, Started: start, Broken: []string{"a.auto:1:1: error"},
		Sensors: []control.SensorStatus{{Name: "default", Every: time.Minute, Took: 5, Policies: []control.PolicyStatus{{Name: "p", Owed: 2, OldestOwed: start}}, Halted: []string{"p"}}},
		Blocks:  []control.BlockStatus{{Name: "b", HaltedAt: start}},
		Pauses:  []control.PauseStatus{{Selection: "all()", Until: start, Reason: "<&>"}},
	}, f.err
}

func (f *fake) Backlog(context.Context) ([]backlog.Owed, error) {
	list := make([]backlog.Owed, f.size)
	for i := range list {
		list[i] = backlog.Owed{Pair: backlog.Pair{Key: "orders", Partition: fmt.Sprint(i)}, Policy: "p", Since: start, DecidedAt: start.Add(time.Duration(i)), Why: "limit 1 per tick lets earlier ones go first"}
	}
	return list, f.err
}

// over gives an Automation over the socket.
func over(t *testing.T, a control.Automation) control.Automation {
	t.Helper()
	folder := t.TempDir()
	listener, err := control.Listen(folder)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: control.Handler(control.Local{}, a, nil)}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	client, err := control.Dial(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// ask asks everything, and gives the answers.
func ask(t *testing.T, a control.Automation) []any {
	t.Helper()
	var got []any
	add := func(value any, err error) { got = append(got, value, err) }
	passed := false
	list := []events.Event{{ID: "1", Type: events.Check, At: start, Check: "a:b", Passed: &passed}, {Type: events.Run, At: start, RunID: "r", Tags: map[string]string{"a": "<b>"}}}
	taken, err := a.Events(t.Context(), list)
	add(taken, err)
	keys, err := a.Pause(t.Context(), `groups("a")`, start.Add(time.Hour), "why")
	add(keys, err)
	keys, err = a.Resume(t.Context(), "a", compiler.MissedLast)
	add(keys, err)
	status, err := a.Status(t.Context())
	add(status, err)
	owed, err := a.Backlog(t.Context())
	add(owed, err)
	return got
}

func TestAutomationOverTheSocket(t *testing.T) {
	direct, remote := &fake{size: 20_000}, &fake{size: 20_000}
	want, got := ask(t, direct), ask(t, over(t, remote))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers (-direct +socket):\n%s", diff)
	}
	if diff := cmp.Diff(direct.asked, remote.asked); diff != "" {
		t.Errorf("questions (-direct +socket):\n%s", diff)
	}
}

// TestFindingsOverTheSocket: findings keep their places.
func TestFindingsOverTheSocket(t *testing.T) {
	src := source.New("SELECTION", "groups(\n'a')")
	at := source.Span{File: src, Start: 8, End: 11}
	found := diag.List{
		{Code: diag.NothingSelected, Span: at, Message: "a", Help: "b", Related: []diag.Related{{Span: at, Message: "c"}}},
		{Code: diag.ReasonMissing, Message: "d"},
	}
	_, err := over(t, &fake{err: found}).Pause(t.Context(), "x", start, "y")
	var got diag.List
	if !errors.As(err, &got) {
		t.Fatal(err)
	}
	if got.Error() != found.Error() || got[0].Span.Text() != "'a'" || got[0].Related[0].Span.File != got[0].Span.File {
		t.Errorf("%v", got)
	}
	if _, err := over(t, &fake{err: errors.New("the store is full")}).Backlog(t.Context()); err == nil || err.Error() != "the store is full" {
		t.Error(err)
	}
}

func project(t *testing.T) *graph.Graph {
	t.Helper()
	g, problems := graph.New([]graph.Asset{
		{Key: "orders", Group: "sales", Checks: []graph.Check{{Name: "fresh"}, {Name: "full"}}},
		{Key: "sales/total", Group: "sales"}, {Key: "feed", External: true},
	}, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return g
}

func TestSelect(t *testing.T) {
	for _, c := range []struct {
		text string
		keys []string
		code diag.Code
	}{
		{text: "orders", keys: []string{"orders", "orders:fresh", "orders:full"}},
		{text: "sales/total", keys: []string{"sales/total"}},
		{text: "feed", keys: []string{"feed"}},
		{text: "orders:fresh", keys: []string{"orders:fresh"}},
		{text: `groups("sales") - assets("orders")`, keys: []string{"sales/total"}},
		{text: `groups("sales")`, keys: []string{"orders", "orders:fresh", "orders:full", "sales/total"}},
		{text: `checks("orders:full")`, keys: []string{"orders:full"}},
		{text: `groups("none")`, code: diag.NothingSelected},
		{text: `assets("ordes")`, code: diag.UnknownAsset},
		{text: `orders:late`, code: diag.NothingSelected},
		{text: `sales/totl`, code: diag.NothingSelected},
		{text: `sales`, code: diag.NothingSelected},
		{text: `sales/total)`, code: "A0"},
		{text: ``, code: "A0"},
		{text: `eager()`, code: diag.WrongType},
		{text: `flaky`, code: diag.NothingSelected},
		{text: `flaky | all()`, code: diag.UnknownName},
	} {
		keys, found := control.Select(c.text, project(t))
		if c.code == "" {
			if diff := cmp.Diff(c.keys, keys); diff != "" || found.HasErrors() {
				t.Errorf("%s: %s%v", c.text, diff, found)
			}
			continue
		}
		if !found.HasErrors() || found[0].Code[:len(c.code)] != c.code {
			t.Errorf("%q: %v", c.text, found)
		}
	}
}

func TestPauses(t *testing.T) {
	for _, c := range []struct {
		name   string
		until  time.Time
		reason string
		codes  []diag.Code
	}{
		{"good", start.Add(1), "moving", nil},
		{"now", start, "moving", []diag.Code{diag.WrongInstant}},
		{"neither", start.Add(-1), " \t", []diag.Code{diag.WrongInstant, diag.ReasonMissing}},
	} {
		pause, found := control.NewPause(project(t), start, "all()", c.until, c.reason)
		var codes []diag.Code
		for _, d := range found {
			codes = append(codes, d.Code)
		}
		if diff := cmp.Diff(c.codes, codes); diff != "" || len(pause.Keys) != 4 {
			t.Errorf("%s: %s %v", c.name, diff, pause)
		}
	}
	if _, found := control.NewResume(project(t), "orders", "some"); found.Err() == nil {
		t.Error("a wrong word is no error")
	}
	if resume, found := control.NewResume(project(t), "orders", ""); found.Err() != nil || len(resume.Keys) != 3 {
		t.Error(resume, found)
	}
}

func TestTroubles(t *testing.T) {
	if troubles := (control.Status{}).Troubles(); len(troubles) > 0 {
		t.Error(troubles)
	}
	s, _ := new(fake).Status(t.Context())
	s.Pending, s.Waiting = "the store is full", "what happened to `a` is not known."
	s.Parked, s.Sensors[0].Error = 2, "the store is full."
	s.Sensors[0].LastTick, s.Sensors[0].NextTick = start.Add(-time.Hour), start.Add(-3*time.Minute-1)
	want := []string{
		"The newest policies have findings, and those before them stay in force.",
		"The newest version of the project is not in force yet, and the one before stays: the store is full.",
		"No condition ticks yet: what happened to `a` is not known.",
		"Sensor default has not ticked since 2025-12-31T23:00:00Z.",
		"Sensor default fails: the store is full.",
		"Policy p is halted: one tick asked for more than its `halt above`.",
		"Files block b is halted.",
		"2 requests are parked.",
	}
	if diff := cmp.Diff(want, s.Troubles()); diff != "" {
		t.Error(diff)
	}
}

// waiting are entries of an outbox.
type waiting struct {
	store.Reader
	entries []store.Entry
}

func (w waiting) Entries(_ context.Context, f store.EntryFilter, visit func(store.Entry) error) error {
	for _, e := range w.entries {
		if e.Delivery != f.Delivery {
			continue
		}
		if err := visit(e); err != nil {
			return err
		}
	}
	return nil
}

// TestUndelivered: that requests do not arrive is wrong, once it is no single failure.
func TestUndelivered(t *testing.T) {
	down := func(attempts int, after time.Duration) store.Entry {
		return store.Entry{Delivery: store.Due, Attempts: attempts, Reason: fmt.Sprintf("No route, %d.", attempts), NextAt: start.Add(after)}
	}
	fresh, parked := store.Entry{Delivery: store.Due}, store.Entry{Delivery: store.Refused, Reason: "no"}
	for _, test := range []struct {
		entries []store.Entry
		want    []string
	}{
		{[]store.Entry{fresh}, nil},
		{[]store.Entry{fresh, down(1, time.Second), down(1, time.Second)}, nil},
		{[]store.Entry{down(1, 9*time.Second), down(3, 4*time.Second), down(2, 2*time.Second), fresh, parked},
			[]string{"3 requests are not delivered: No route, 3. After 3 attempts the next one is at 2026-01-01T00:00:04Z.", "1 request is parked."}},
		{[]store.Entry{down(2, time.Second)}, []string{"1 request is not delivered: No route, 2. After 2 attempts the next one is at 2026-01-01T00:00:01Z."}},
	} {
		var s control.Status
		if err := control.Outbox(t.Context(), waiting{entries: test.entries}, &s); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, s.Troubles()); diff != "" {
			t.Error(diff)
		}
	}
}

// TestDifferences: what differs from Dagster is one sentence, whatever the number.
func TestDifferences(t *testing.T) {
	changed := []string{"`p2`: It is not in Dagster.", "`p3`: It is new in Dagster.", "`p4`: It is new in Dagster.", "`p5`: It is new in Dagster."}
	for n, want := range map[int]string{
		2: "`p2`: It is not in Dagster; `p3`: It is new in Dagster.",
		4: "`p2`: It is not in Dagster; `p3`: It is new in Dagster; `p4`: It is new in Dagster; and 1 more.",
	} {
		s := control.Status{Dagster: &control.DagsterStatus{Changed: changed[:n]}}
		want = "The assets of the project differ from what Dagster defines: " + want + " `auto graph import dagster` writes them anew."
		if diff := cmp.Diff([]string{want}, s.Troubles()); diff != "" {
			t.Error(diff)
		}
	}
}
