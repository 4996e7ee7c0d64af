package pull_test

import (
	"context"
	_ "embed"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"auto/internal/dagster"
	"auto/internal/program"
	"auto/runtime/api"
	"auto/runtime/clock"
	"auto/runtime/dagster/pull"
	"auto/runtime/outbox"
	"auto/runtime/request"
	"auto/runtime/store"
	"auto/runtime/store/sqlite"

	"github.com/google/go-cmp/cmp"
)

// The code locations of the tests against a real Dagster.
var (
	//go:embed testdata/core.py
	corePython string
	//go:embed testdata/mart.py
	martPython string
)

const token = "a-token-of-the-tests"

// side is auto as the sensor sees it: a store, an outbox over it, and the HTTP API. It can
// die and come again at its address.
type side struct {
	*testing.T
	store   *sqlite.Store
	address string
	kill    func()
	box     *outbox.Outbox
}

func newSide(t *testing.T) *side {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Owner{PID: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a := &side{T: t, store: s, address: l.Addr().String(), kill: func() {}}
	l.Close()
	t.Cleanup(func() { a.kill() })
	return a
}

// start starts auto anew: it knows what the store has, and nothing else.
func (a *side) start() {
	a.Helper()
	a.kill()
	launcher := pull.New(pull.Options{Marks: a.store, Clock: clock.System{}, Offered: 8})
	log := slog.New(slog.DiscardHandler)
	a.box = outbox.New(outbox.Options{Store: a.store, Launcher: launcher, Clock: clock.System{}, Random: func() float64 { return 0 }, Log: log,
		Move: func(context.Context, request.Request) error { return nil }})
	l, err := net.Listen("tcp", a.address)
	if err != nil {
		a.Fatal(err)
	}
	server := &http.Server{Handler: api.New(api.Options{Pull: launcher.Next, Now: time.Now, Tokens: []string{token}, Log: log})}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{}, 2)
	go func() { server.Serve(l); ended <- struct{}{} }()
	go func() {
		if err := a.box.Run(ctx, nil); err != nil {
			a.Error(err)
		}
		ended <- struct{}{}
	}()
	a.kill = func() { server.Close(); cancel(); <-ended; <-ended; a.kill = func() {} }
}

// decide puts requests into the store, as ticks do.
func (a *side) decide(requests ...request.Request) {
	a.Helper()
	tick := store.Tick{Block: store.Block{Name: "x"}, At: start}
	for _, r := range requests {
		r.Block, r.RunKey, r.DecidedAt = "x", r.ID, start
		r.File = request.File{Key: r.ID}
		if r.RunConfig == nil {
			r.RunConfig = map[string]any{}
		}
		tick.Entries = append(tick.Entries, store.Entry{Request: r, Delivery: store.Due, NextAt: start})
	}
	if err := a.store.Commit(a.Context(), tick); err != nil {
		a.Fatal(err)
	}
	a.box.Notify()
}

// entry gives how a request stands.
func (a *side) entry(id string) store.Entry {
	a.Helper()
	e, err := a.store.Entry(a.Context(), id)
	if err != nil {
		a.Fatal(err)
	}
	return e
}

// settled waits until a request is not due any more.
func (a *side) settled(id string) store.Entry {
	a.Helper()
	var e store.Entry
	program.Eventually(a, 2*time.Minute, "the request "+id+" is settled", func() bool { e = a.entry(id); return e.Delivery != store.Due })
	return e
}

func id(n int) string { return fmt.Sprintf("%032x", n) }

// TestDagster: a real Dagster launches what auto decides, each request once.
func TestDagster(t *testing.T) {
	a := newSide(t)
	a.start()
	d := dagster.Start(t, dagster.Options{
		Files:     map[string]string{"pull_core.py": corePython, "pull_mart.py": martPython},
		Locations: map[string]string{"core": "pull_core.py", "mart": "pull_mart.py"},
		Daemon:    true, Fast: true,
		Env: []string{"AUTO_URL=http://" + a.address, "AUTO_TOKEN=" + token},
	})
	d.Loaded(t)
	t.Run("Launched", func(t *testing.T) { launched(t, a, d) })
	t.Run("Refused", func(t *testing.T) { refused(t, a, d) })
	t.Run("Down", func(t *testing.T) { down(t, a, d) })
	t.Run("Killed", func(t *testing.T) { killed(t, a, d) })
}

// launched: the runs are as the requests say.
func launched(t *testing.T, a *side, d *dagster.Deployment) {
	type run struct {
		Job, Partition string
		Assets         []string
		Tags           map[string]string
	}
	tests := []struct {
		request.Request
		want run
	}{
		{request.Request{Selection: []string{"plain"}, Tags: map[string]string{"team": "x"}}, run{"__ASSET_JOB", "", []string{"plain"}, map[string]string{"team": "x", "dagster/sensor_name": "auto", "auto/launcher": "pull"}}},
		{request.Request{Selection: []string{"filed"}, RunConfig: map[string]any{"ops": map[string]any{"filed": map[string]any{"config": map[string]any{"file_key": "in/a.csv"}}}}, Priority: 3},
			run{"__ASSET_JOB", "", []string{"filed"}, map[string]string{"dagster/priority": "3"}}},
		{request.Request{Selection: []string{"day"}, Partition: "2026-01-02", Job: "days"}, run{"days", "2026-01-02", []string{"day"}, map[string]string{"team": "days"}}},
		{request.Request{Selection: []string{"orders"}, Partition: "new|2026-01-02", AddPartitions: map[string][]string{"customers": {"new", "newer"}}},
			run{"__ASSET_JOB", "new|2026-01-02", []string{"orders"}, map[string]string{"dagster/partition/customer": "new"}}},
		{request.Request{Selection: []string{}, Checks: []string{"day:fresh"}}, run{"__ASSET_JOB", "", []string{}, nil}},
		{request.Request{Selection: []string{"kpi"}}, run{"__ASSET_JOB", "", []string{"kpi"}, nil}},
		{request.Request{Selection: []string{"plain", "day"}, Partition: "2026-01-03"}, run{"__ASSET_JOB", "2026-01-03", []string{"day", "plain"}, nil}},
	}
	for i := range tests {
		tests[i].ID = id(100 + i)
		a.decide(tests[i].Request)
	}
	for _, test := range tests {
		if e := a.settled(test.ID); e.Delivery != store.Delivered {
			t.Errorf("%v: %+v", test.Selection, e)
			continue
		}
		runs := d.Runs(t, map[string]string{"auto/request": test.ID})
		if len(runs) != 1 {
			t.Fatalf("%v: %d runs", test.Selection, len(runs))
		}
		got := d.WaitRun(t, runs[0].ID, "SUCCESS")
		if diff := cmp.Diff(test.want, run{got.Job, got.Partition(), got.Assets(), tagsOf(got, test.want.Tags)}); diff != "" {
			t.Errorf("%v: %s", test.Selection, diff)
		}
	}
}

// tagsOf gives the tags of a run that others have, nil for none.
func tagsOf(r dagster.Run, others map[string]string) (tags map[string]string) {
	for name := range others {
		if tags == nil {
			tags = map[string]string{}
		}
		tags[name] = r.Tag(name)
	}
	return tags
}

// refused: what Dagster would not take, or not run as it is meant, is parked with the reason;
// what no code location has is tried again.
func refused(t *testing.T, a *side, d *dagster.Deployment) {
	d.StartSensor(t, "core", dagster.AutomationSensor)
	tests := []struct {
		request.Request
		delivery store.Delivery
		reason   string
	}{
		{request.Request{Selection: []string{"filed"}}, store.Refused, "Missing required config"},
		{request.Request{Selection: []string{"day"}}, store.Refused, "Give the run a `partition`"},
		{request.Request{Selection: []string{"day"}, Partition: "2025-01-01"}, store.Refused, "`day` has no partition `2025-01-01`"},
		{request.Request{Selection: []string{"plain"}, Job: "days"}, store.Refused, "does not select `plain`"},
		{request.Request{Selection: []string{"driven"}}, store.Refused, "Stop that sensor"},
		{request.Request{Selection: []string{"nowhere"}}, store.Due, "The code location `core` has no asset `nowhere`. The code location `mart` has no asset `nowhere`."},
		{request.Request{Selection: []string{"plain"}}, store.Delivered, ""},
	}
	for i := range tests {
		tests[i].ID = id(200 + i)
		a.decide(tests[i].Request)
	}
	for _, test := range tests {
		program.Eventually(t, 2*time.Minute, fmt.Sprintf("%v has its outcome", test.Selection), func() bool {
			e := a.entry(test.ID)
			return e.Delivery == test.delivery && strings.Contains(e.Reason, test.reason)
		})
		if runs := d.Runs(t, map[string]string{"auto/request": test.ID}); len(runs) > 0 != (test.delivery == store.Delivered) {
			t.Errorf("%v has %d runs", test.Selection, len(runs))
		}
	}
	d.StopSensor(t, "core", dagster.AutomationSensor)
}

// down: that auto does not answer is no failure of the sensor, which says so.
func down(t *testing.T, a *side, d *dagster.Deployment) {
	a.kill()
	program.Eventually(t, time.Minute, "the sensor says that auto is down", func() bool {
		last := d.Ticks(t, "core", "auto", 1)
		return len(last) == 1 && last[0].Status == "SKIPPED" && strings.Contains(last[0].SkipReason, "cannot be reached")
	})
	a.start()
	a.decide(request.Request{ID: id(300), Selection: []string{"plain"}})
	if e := a.settled(id(300)); e.Delivery != store.Delivered {
		t.Errorf("%+v", e)
	}
}

// killed: wherever the daemon and auto die, each request gets one run.
func killed(t *testing.T, a *side, d *dagster.Deployment) {
	var all []request.Request
	for i := range requests {
		all = append(all, request.Request{ID: id(400 + i), Selection: []string{"day"}, Partition: "2026-01-02", Tags: map[string]string{"test": "killed"}})
	}
	a.decide(all...)
	made := func() int { return len(d.Runs(t, map[string]string{"test": "killed"})) }
	for kill := range kills {
		want := 1 + kill*requests/kills
		program.Eventually(t, 2*time.Minute, fmt.Sprint(want, " runs are made"), func() bool { return made() >= want })
		if kill%2 == 0 {
			d.Daemon.Kill(t) // in the middle of a tick: it makes up to eight runs
		}
		a.start()
		if kill%2 == 0 {
			d.Daemon.Start(t)
		}
	}
	for _, r := range all {
		if e := a.settled(r.ID); e.Delivery != store.Delivered {
			t.Errorf("%+v", e)
		}
	}
	byRequest := map[string]int{}
	for _, run := range d.Runs(t, map[string]string{"test": "killed"}) {
		byRequest[run.Tag("auto/request")]++
	}
	for _, r := range all {
		if byRequest[r.ID] != 1 {
			t.Errorf("%s has %d runs", r.ID, byRequest[r.ID])
		}
	}
	if len(byRequest) != requests {
		t.Errorf("%d requests have runs", len(byRequest))
	}
}
