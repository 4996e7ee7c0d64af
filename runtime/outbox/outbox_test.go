package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"auto/runtime/clock"
	"auto/runtime/launch"
	"auto/runtime/outbox"
	"auto/runtime/request"
	"auto/runtime/store"
	"auto/runtime/store/sqlite"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// launcher answers as it is told, and counts.
type launcher struct {
	mu      sync.Mutex
	answers map[string][]error // by run key, one a delivery; then nil
	held    map[string]chan struct{}
	log     []string
	changed chan struct{}
	workers int
	now     func() time.Time
}

func (l *launcher) Workers() int { return l.workers }

func (l *launcher) Launch(_ context.Context, r request.Request) error {
	if l.held[r.RunKey] != nil {
		<-l.held[r.RunKey]
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.log = append(l.log, fmt.Sprintf("%s:%d at %s", r.RunKey, r.Attempt, l.now().Sub(start)))
	var err error
	if list := l.answers[r.RunKey]; len(list) > 0 {
		err, l.answers[r.RunKey] = list[0], list[1:]
	}
	l.changed <- struct{}{}
	return err
}

func (l *launcher) sorted() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(slices.Values(l.log))
}

// fixture is an outbox over a real store, on a clock of its own.
type fixture struct {
	*launcher
	store store.Store
	clock *clock.Manual
	box   *outbox.Outbox
	next  chan time.Time
}

func newFixture(t *testing.T, workers int, keys ...string) *fixture {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Owner{PID: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	tick := store.Tick{Block: store.Block{Name: "b"}, At: start}
	for i, key := range keys {
		f := request.File{Key: key, LastModified: start}
		tick.Entries = append(tick.Entries, store.Entry{Delivery: store.Due, NextAt: start, Request: request.Request{ID: fmt.Sprintf("%032x", i), Block: "b", RunKey: key, File: f, Selection: []string{}, RunConfig: map[string]any{}}})
	}
	if err := s.Commit(t.Context(), tick); err != nil {
		t.Fatal(err)
	}
	f := &fixture{launcher: &launcher{answers: map[string][]error{}, changed: make(chan struct{}, 100), workers: workers}, store: s, next: make(chan time.Time, 1000)}
	f.clock = clock.NewManual(start, func(next time.Time) { f.next <- next })
	f.launcher.now = f.clock.Now
	f.box = outbox.New(outbox.Options{Store: s, Launcher: f.launcher, Clock: f.clock, Random: func() float64 { return 0 }, Log: slog.New(slog.DiscardHandler),
		Move: func(context.Context, request.Request) error { return errors.New("nothing is moved here") }})
	return f
}

func (f *fixture) state(t *testing.T, key string) store.Entry {
	t.Helper()
	var found store.Entry
	if err := f.store.Entries(t.Context(), store.EntryFilter{}, func(e store.Entry) error {
		if e.Request.RunKey == key {
			found = e
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return found
}

// run runs the outbox while a test watches, and ends it.
func (f *fixture) run(t *testing.T, watch func()) {
	t.Helper()
	stop, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- f.box.Run(t.Context(), stop) }()
	watch()
	close(stop)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// wait waits for n deliveries.
func (f *fixture) wait(n int) {
	for range n {
		<-f.changed
	}
}

// pump lets whatever instant comes that is waited for, until there have been n
// deliveries.
func (f *fixture) pump(n int) {
	for n > 0 {
		select {
		case <-f.changed:
			n--
		case next := <-f.next:
			if next.After(f.clock.Now()) {
				f.clock.Set(next)
			}
		}
	}
}

func passing(wait time.Duration) error {
	return &launch.Failure{Kind: launch.Passing, Reason: "busy", Wait: wait}
}

func TestDrain(t *testing.T) {
	f := newFixture(t, 1, "a", "b", "c")
	f.answers["a"] = []error{passing(0)}
	f.answers["b"] = []error{&launch.Failure{Kind: launch.Refused, Reason: "no such job"}}
	failed, refused, err := f.box.Drain(t.Context())
	if failed != 1 || refused != 1 || err != nil {
		t.Errorf("%d failed, %d refused, %v", failed, refused, err)
	}
	for key, want := range map[string]store.Delivery{"a": store.Due, "b": store.Refused, "c": store.Delivered} {
		if e := f.state(t, key); e.Delivery != want {
			t.Errorf("%s: %s %s", key, e.Delivery, e.Reason)
		}
	}
	if e := f.state(t, "a"); !e.NextAt.Equal(start.Add(500 * time.Millisecond)) {
		t.Errorf("next at %s", e.NextAt)
	}
}

// TestRetries: waits double, a receiver's own wait counts, and others go on meanwhile.
func TestRetries(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreAnyFunction("database/sql.(*DB).connectionOpener"), goleak.IgnoreCurrent())
	f := newFixture(t, 2, "a", "b")
	f.answers["a"] = []error{passing(0), passing(0), passing(time.Minute)}
	f.run(t, func() { f.pump(5) })
	if e := f.state(t, "a"); e.Delivery != store.Delivered || e.Attempts != 4 {
		t.Errorf("%+v", e)
	}
	// When b goes depends on who comes first; that it goes once does not.
	got := f.sorted()
	if len(got) != 5 || !slices.Equal(got[:4], []string{"a:1 at 0s", "a:2 at 500ms", "a:3 at 1.5s", "a:4 at 1m1.5s"}) || !strings.HasPrefix(got[4], "b:1 ") {
		t.Error(got)
	}
}

// TestMostWait: what is over soon is not waited for longer because of attempts before.
func TestMostWait(t *testing.T) {
	f := newFixture(t, 1, "a")
	f.answers["a"] = []error{passing(0), passing(0), passing(0), passing(0), &launch.Failure{Kind: launch.Passing, Reason: "nearly", Wait: time.Second, Most: 3 * time.Second}}
	f.run(t, func() { f.pump(6) })
	if got := f.log; !slices.Equal(got, []string{"a:1 at 0s", "a:2 at 500ms", "a:3 at 1.5s", "a:4 at 3.5s", "a:5 at 7.5s", "a:6 at 10.5s"}) {
		t.Error(got)
	}
}

// TestOutage: while the receiver cannot be reached, one attempt is made at a time.
func TestOutage(t *testing.T) {
	f := newFixture(t, 1, "a", "b")
	down := &launch.Failure{Kind: launch.Unreachable, Reason: "no route"}
	f.answers["a"] = []error{down, down}
	f.run(t, func() {
		f.pump(4)
	})
	if got := f.log; !slices.Equal(got, []string{"a:1 at 0s", "a:2 at 500ms", "a:3 at 1.5s", "b:1 at 1.5s"}) {
		t.Error(got)
	}
	if e := f.state(t, "b"); e.Delivery != store.Delivered {
		t.Errorf("%+v", e)
	}
}

// TestOutageOfMany: attempts that were under way together count once, and the next one goes
// alone.
func TestOutageOfMany(t *testing.T) {
	f := newFixture(t, 4, "a", "b", "c", "d", "e", "f", "g", "h")
	down := &launch.Failure{Kind: launch.Unreachable, Reason: "no route"}
	for _, key := range []string{"a", "b", "c", "d"} {
		f.answers[key] = []error{down}
	}
	f.answers["a"] = []error{down, down}
	f.run(t, func() {
		f.wait(4)
		for _, key := range []string{"a", "b", "c", "d"} {
			for f.state(t, key).Reason == "" { // until all have failed
			}
		}
		f.pump(9)
	})
	want := []string{"a:1 at 0s", "a:2 at 500ms", "a:3 at 1.5s", "b:1 at 0s", "b:2 at 1.5s", "c:1 at 0s", "c:2 at 1.5s", "d:1 at 0s", "d:2 at 1.5s",
		"e:1 at 1.5s", "f:1 at 1.5s", "g:1 at 1.5s", "h:1 at 1.5s"}
	if diff := cmp.Diff(want, f.sorted()); diff != "" {
		t.Error(diff)
	}
}

// TestOutageBesideLong: what began before the outage, and takes long, keeps no attempt back; and
// how it ends is no further outage.
func TestOutageBesideLong(t *testing.T) {
	f := newFixture(t, 3, "a", "b", "c", "d")
	down := &launch.Failure{Kind: launch.Unreachable, Reason: "no route"}
	f.answers["a"], f.answers["c"] = []error{down}, []error{down}
	f.held = map[string]chan struct{}{"b": make(chan struct{}), "c": make(chan struct{})}
	f.run(t, func() {
		f.pump(3) // a fails, is tried again alone, and opens the way for d
		close(f.held["c"])
		f.pump(2)
		close(f.held["b"])
		f.pump(1)
	})
	if diff := cmp.Diff([]string{"a:1 at 0s", "a:2 at 500ms", "b:1 at 1s", "c:1 at 500ms", "c:2 at 1s", "d:1 at 500ms"}, f.sorted()); diff != "" {
		t.Error(diff)
	}
}

// TestParkedIsNotInTheWay: a refused request waits for people, and then goes.
func TestParkedIsNotInTheWay(t *testing.T) {
	f := newFixture(t, 1, "a", "b")
	f.answers["a"] = []error{&launch.Failure{Kind: launch.Refused, Reason: "no"}}
	f.run(t, func() {
		f.wait(2)
		if ok, err := f.store.Retry(t.Context(), fmt.Sprintf("%032x", 0), start); !ok || err != nil {
			// The outcome may not be stored yet: it is due again when it is.
			for !ok && err == nil {
				ok, err = f.store.Retry(t.Context(), fmt.Sprintf("%032x", 0), start)
			}
		}
		f.box.Notify()
		f.wait(1)
	})
	if got := f.sorted(); !slices.Equal(got, []string{"a:1 at 0s", "a:2 at 0s", "b:1 at 0s"}) {
		t.Error(got)
	}
}

// TestStopped: what waited for its receiver when the launcher was stopped is due as it was.
func TestStopped(t *testing.T) {
	f := newFixture(t, 1, "a")
	f.answers["a"] = []error{launch.ErrStopped}
	before := f.state(t, "a")
	if failed, refused, err := f.box.Drain(t.Context()); failed != 1 || refused != 0 || err != nil {
		t.Error(failed, refused, err)
	}
	before.Attempts, before.Request.Attempt = 1, 1
	if diff := cmp.Diff(before, f.state(t, "a")); diff != "" {
		t.Error(diff)
	}
}
