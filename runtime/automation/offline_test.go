package automation_test

import (
	"io"
	"log/slog"
	"testing"
	"testing/fstest"
	"time"

	"auto/lang/diag"
	"auto/runtime/automation"
	"auto/runtime/clock"
	"auto/runtime/control"
	"auto/runtime/events"
	"auto/runtime/project"
	"auto/runtime/store/sqlite"

	"github.com/google/go-cmp/cmp"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

const policies = `
policy sales for groups("sales") {
    when eager()
}
policy report for assets("report") {
    when eager()
    halt above 1 per tick
}
sensor first for groups("sales") every 10s
`

// load gives a project of two sensors.
func load(t *testing.T) *project.Project {
	t.Helper()
	files := fstest.MapFS{
		"auto.yaml":       {Data: []byte("")},
		"assets/a.yaml":   {Data: []byte("assets: [{key: raw, external: true}, {key: a, group: sales, deps: [raw], checks: [{name: full}]}, {key: b, group: sales, deps: [raw]}, {key: report, deps: [raw]}]")},
		"policies/p.auto": {Data: []byte(policies)},
	}
	p, found := project.Load("project", project.Options{FS: files, Now: start})
	if found.HasErrors() {
		t.Fatal(found)
	}
	return p
}

// TestOfflineThenRunner: what is told while no daemon runs is shown at once, and is what a
// daemon that starts later begins with; both say the same.
func TestOfflineThenRunner(t *testing.T) {
	s, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Owner{PID: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	p, now := load(t), clock.NewManual(start, nil)
	options := automation.Options{Store: s, Clock: now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Notify: func() {}}

	// The first daemon puts the policies in force, ticks once, and ends.
	r, err := automation.Open(t.Context(), options, p)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Once(t.Context()); err != nil {
		t.Fatal(err)
	}

	now.Set(start.Add(time.Minute))
	offline := automation.Offline{Store: s, Project: p, Now: now.Now}
	taken, err := offline.Events(t.Context(), []events.Event{
		{ID: "1", Type: events.Materialization, Asset: "raw", At: now.Now()}, {ID: "1", Type: events.Materialization, Asset: "raw", At: now.Now()},
		{Type: events.Run, RunID: "r", Status: "started", Assets: []string{"zebra"}, Checks: []string{"a:full", "a:none"}, At: now.Now()},
	})
	if diff := cmp.Diff(control.EventsTaken{Accepted: 2, Duplicates: 1, Unknown: []string{"a:none", "zebra"}}, taken); diff != "" || err != nil {
		t.Error(diff, err)
	}
	keys, err := offline.Pause(t.Context(), `groups("sales")`, start.Add(time.Hour), "moving")
	if diff := cmp.Diff([]string{"a", "a:full", "b"}, keys); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if _, err := offline.Pause(t.Context(), "zebra", start, ""); err == nil || len(err.(diag.List)) != 3 {
		t.Error(err)
	}
	said, err := offline.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pauses := []control.PauseStatus{{Selection: `groups("sales")`, Keys: 3, Until: start.Add(time.Hour), Reason: "moving"}}
	if diff := cmp.Diff(pauses, said.Pauses); diff != "" {
		t.Error(diff)
	}

	// The next one finds all of it, and owes what the pause holds back.
	if r, err = automation.Open(t.Context(), options, p); err != nil {
		t.Fatal(err)
	}
	if err := r.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	owed, err := r.Backlog(t.Context())
	if err != nil || len(owed) != 2 || owed[0].Key != "a" || owed[1].Key != "b" {
		t.Error(owed, err)
	}
	var live control.Status
	r.Describe(&live)
	if diff := cmp.Diff(pauses, live.Pauses); diff != "" || live.Owed != 2 {
		t.Error(diff, live.Owed)
	}
	same, err := offline.Backlog(t.Context())
	if diff := cmp.Diff(owed, same); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if said, err = offline.Status(t.Context()); err != nil || said.Owed != live.Owed || !said.OldestOwed.Equal(live.OldestOwed) || said.Policies != live.Policies {
		t.Errorf("%+v\n%+v %v", said, live, err)
	}
	if _, err := offline.Resume(t.Context(), "a", ""); err != nil {
		t.Error(err)
	}
	if said, err = offline.Status(t.Context()); err != nil || said.Pauses[0].Keys != 1 {
		t.Error(said.Pauses, err)
	}
}

// TestStatusAfterACommand: a pause is shown before the sensors tick again.
func TestStatusAfterACommand(t *testing.T) {
	s, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Owner{PID: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := clock.NewManual(start, nil)
	r, err := automation.Open(t.Context(), automation.Options{Store: s, Clock: now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Notify: func() {}}, load(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Pause(t.Context(), "all()", start.Add(time.Hour), "x"); err != nil {
		t.Fatal(err)
	}
	var status control.Status
	if r.Describe(&status); len(status.Pauses) != 1 || status.Pauses[0].Keys != 4 {
		t.Errorf("%+v", status.Pauses)
	}
	if _, err := r.Resume(t.Context(), "all()", ""); err != nil {
		t.Fatal(err)
	}
	status = control.Status{}
	if r.Describe(&status); len(status.Pauses) != 0 {
		t.Errorf("%+v", status.Pauses)
	}
}
