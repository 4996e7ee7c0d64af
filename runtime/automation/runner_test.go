package automation_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"auto/runtime/automation"
	"auto/runtime/clock"
	"auto/runtime/control"
	"auto/runtime/events"
	"auto/runtime/history"
	"auto/runtime/journal"
	"auto/runtime/project"
	"auto/runtime/store"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

// fixture is a project of one policy file.
func fixture(t interface{ Fatal(...any) }, policies string) *project.Project {
	files := fstest.MapFS{
		"auto.yaml":       {Data: []byte("")},
		"assets/a.yaml":   {Data: []byte("assets: [{key: raw, external: true}, {key: a, deps: [raw]}, {key: b, deps: [raw]}]")},
		"policies/p.auto": {Data: []byte(policies)},
	}
	p, found := project.Load("project", project.Options{FS: files, Now: start})
	if found.HasErrors() {
		t.Fatal(found)
	}
	return p
}

const two = `
policy a for assets("a") { when keep_up_to_date() }
policy b for assets("b") { when keep_up_to_date() }
sensor one for assets("a") every 10s
sensor two for assets("b") every 10s
`

// rig is a runner with what it works with.
type rig struct {
	*automation.Runner
	store *memory
	now   *clock.Manual
	log   *lines
}

// lines are what was logged.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// count gives how many lines have a text.
func (l *lines) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), text)
}

type around = func(ctx context.Context, sensor string, tick func(context.Context) error) error

func open(t interface{ Fatal(...any) }, ctx context.Context, s *memory, at time.Time, policies string, a around) *rig {
	r := &rig{store: s, now: clock.NewManual(at, nil), log: &lines{}}
	var err error
	r.Runner, err = automation.Open(ctx, automation.Options{Store: s, Clock: r.now, Log: slog.New(slog.NewTextHandler(r.log, nil)), Notify: func() {}, Around: a}, fixture(t, policies))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) update(ctx context.Context, id string) error {
	_, err := r.Events(ctx, []events.Event{{ID: id, Type: events.Materialization, Asset: "raw", At: r.now.Now()}})
	return err
}

// status gives the sensors by name.
func (r *rig) status() map[string]control.SensorStatus {
	var s control.Status
	r.Describe(&s)
	out := map[string]control.SensorStatus{}
	for _, one := range s.Sensors {
		out[one.Name] = one
	}
	return out
}

// launched gives the assets of all requests, sorted.
func (m *memory) launched() (out []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.entries {
		out = append(out, e.Request.Selection...)
	}
	slices.Sort(out)
	return out
}

// until waits for something that other goroutines bring about.
func until(is func() bool) {
	for !is() {
		runtime.Gosched()
	}
}

// TestSlowSensor: while the tick of one sensor takes its time, wherever it does, the other
// one ticks on, and everything that is asked is answered; a reload waits for it alone.
func TestSlowSensor(t *testing.T) {
	for _, where := range []string{"around", "store"} {
		t.Run(where, func(t *testing.T) {
			defer goleak.VerifyNone(t)
			blocked, release := make(chan struct{}), make(chan struct{})
			var once sync.Once
			block := func() { once.Do(func() { close(blocked); <-release }) }
			s := newMemory()
			r := open(t, t.Context(), s, start, two, func(ctx context.Context, sensor string, tick func(context.Context) error) error {
				if where == "around" && sensor == "one" {
					block()
				}
				return tick(context.WithValue(ctx, sensorKey{}, sensor))
			})
			r.Options.Store = slowStore{s, func(sensor string) {
				if where == "store" && sensor == "one" {
					block()
				}
			}}
			if err := r.update(t.Context(), "1"); err != nil {
				t.Fatal(err)
			}
			r.Start(t.Context())
			<-blocked
			for i := range 3 {
				ticks := r.status()["two"].Ticks
				until(func() bool {
					r.now.Set(r.now.Now().Add(10 * time.Second))
					return r.status()["two"].Ticks > ticks
				})
				if err := r.update(t.Context(), fmt.Sprint("slow", i)); err != nil {
					t.Error(err)
				}
				if _, err := r.Backlog(t.Context()); err != nil {
					t.Error(err)
				}
				if _, err := r.Pause(t.Context(), "b", r.now.Now().Add(time.Second), "x"); err != nil {
					t.Error(err)
				}
			}
			reloaded, saved := make(chan error, 1), make(chan error, 1)
			go func() { reloaded <- r.Reload(t.Context(), fixture(t, two+"# changed\n")) }()
			go func() { saved <- r.Save(t.Context()) }()
			ticks := r.status()["two"].Ticks
			until(func() bool {
				r.now.Set(r.now.Now().Add(10 * time.Second))
				return r.status()["two"].Ticks > ticks+2
			})
			close(release)
			if err := <-reloaded; err != nil {
				t.Error(err)
			}
			if err := <-saved; err != nil {
				t.Error(err)
			}
			before := r.status()
			until(func() bool {
				r.now.Set(r.now.Now().Add(10 * time.Second))
				now := r.status()
				return now["one"].Ticks > before["one"].Ticks && now["two"].Ticks > before["two"].Ticks
			})
			r.Stop()
			sound(t, s)
		})
	}
}

type sensorKey struct{}

// slowStore tells of decisions before they are stored.
type slowStore struct {
	*memory
	deciding func(sensor string)
}

func (s slowStore) Decide(ctx context.Context, r store.Record, entries []store.Entry) (int64, error) {
	if name, ok := ctx.Value(sensorKey{}).(string); ok {
		s.deciding(name)
	}
	return s.memory.Decide(ctx, r, entries)
}

// sound fails where the journal does not give what was launched.
func sound(t interface {
	Errorf(string, ...any)
	Fatal(...any)
}, s *memory) {
	ctx := context.Background()
	told, err := history.Replay(ctx, s, history.Loader(ctx, s, "project"), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range told.Differences {
		t.Errorf("%+v", d)
	}
	ids := map[string]bool{}
	for _, r := range s.records {
		if r.Kind != journal.KindTick {
			continue
		}
		var tick journal.Tick
		if err := json.Unmarshal(r.Body, &tick); err != nil {
			t.Fatal(err)
		}
		for _, id := range tick.Requests {
			ids[id] = true
			if _, ok := s.entries[id]; !ok {
				t.Errorf("the request %s was decided, and is not there", id)
			}
		}
	}
	if len(ids) != len(s.entries) {
		t.Errorf("%d requests were decided, and %d are there", len(ids), len(s.entries))
	}
}

// TestFaults: a sensor that panics or fails stops no other one, says why once, and goes on
// when it can.
func TestFaults(t *testing.T) {
	for _, fault := range []string{"panic", "error"} {
		t.Run(fault, func(t *testing.T) {
			bad := true
			s := newMemory()
			r := open(t, t.Context(), s, start, two, func(ctx context.Context, sensor string, tick func(context.Context) error) error {
				switch {
				case sensor != "one" || !bad:
					return tick(ctx)
				case fault == "panic":
					panic("a fault")
				}
				return errors.New("a fault")
			})
			if err := r.update(t.Context(), "1"); err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if err := r.Once(t.Context()); err == nil || !strings.Contains(err.Error(), "one: ") || !strings.Contains(err.Error(), "a fault") {
					t.Error(err)
				}
				r.now.Set(r.now.Now().Add(10 * time.Second))
			}
			if one := r.status()["one"]; one.Failures != 3 || !strings.Contains(one.Error, "a fault") || r.log.count("tick failed") != 1 {
				t.Errorf("%+v", one)
			}
			if diff := cmp.Diff([]string{"b"}, s.launched()); diff != "" {
				t.Error(diff)
			}
			bad = false
			if err := r.Once(t.Context()); err != nil || r.log.count("ticks again") != 1 {
				t.Error(err)
			}
			if diff := cmp.Diff([]string{"a", "b"}, s.launched()); diff != "" {
				t.Error(diff)
			}
			sound(t, s)
		})
	}
}

var errStore = errors.New("the disk is full")

// TestDecideFails: decisions are neither lost nor doubled when the store refuses them once,
// twice or for long, nor when it takes them and says that it did not.
func TestDecideFails(t *testing.T) {
	for _, times := range []int{1, 2, 10} {
		for _, done := range []bool{false, true} {
			t.Run(fmt.Sprint(times, done), func(t *testing.T) {
				s := newMemory()
				r := open(t, t.Context(), s, start, two, nil)
				left := times
				s.fault = func(call string) (before, after error) {
					if call != "Decide" || left == 0 {
						return nil, nil
					}
					if left--; done {
						return nil, errStore
					}
					return errStore, nil
				}
				if err := r.update(t.Context(), "1"); err != nil {
					t.Fatal(err)
				}
				for range 2 * times {
					if err := r.Once(t.Context()); left > 0 && !errors.Is(err, errStore) {
						t.Error(err)
					}
					r.now.Set(r.now.Now().Add(10 * time.Second))
				}
				if failed := r.log.count("tick failed"); failed > 2 {
					t.Errorf("%d lines for one fault", failed)
				}
				if diff := cmp.Diff([]string{"a", "b"}, s.launched()); diff != "" {
					t.Error(diff)
				}
				sound(t, s)
			})
		}
	}
}

// setBack is a clock that can be set back.
type setBack struct {
	*clock.Manual
	by time.Duration
}

func (c *setBack) Now() time.Time { return c.Manual.Now().Add(-c.by) }

// TestClockSetBack: the instants of the journal never go back, and updates are not missed.
func TestClockSetBack(t *testing.T) {
	s := newMemory()
	now := &setBack{Manual: clock.NewManual(start, nil)}
	log := &lines{}
	r, err := automation.Open(t.Context(), automation.Options{Store: s, Clock: now, Log: slog.New(slog.NewTextHandler(log, nil)), Notify: func() {}}, fixture(t, two))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		if i == 2 {
			now.by = time.Hour
		}
		if _, err := r.Events(t.Context(), []events.Event{{ID: fmt.Sprint(i), Type: events.Materialization, Asset: "raw", At: now.Now()}}); err != nil {
			t.Fatal(err)
		}
		if err := r.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Pause(t.Context(), "a", start.Add(time.Minute), "x"); err != nil {
			t.Fatal(err)
		}
		now.Set(now.Manual.Now().Add(10 * time.Second))
	}
	if log.count("the clock was set back") != 1 {
		t.Error(log.text.String())
	}
	for i := 1; i < len(s.records); i++ {
		if s.records[i].At.Before(s.records[i-1].At) {
			t.Errorf("record %d is of %s, after one of %s", s.records[i].Seq, s.records[i].At, s.records[i-1].At)
		}
	}
	sound(t, s)
}

// TestStoreFailsAnywhere: whatever fails when, and however policies change meanwhile, no
// event that was acknowledged is lost, and the journal gives what was launched.
func TestStoreFailsAnywhere(t *testing.T) { rapid.Check(t, checkStoreFails) }

func checkStoreFails(t *rapid.T) {
	s := newMemory()
	r := open(t, t.Context(), s, start, two, nil)
	flaky := true
	s.fault = func(string) (before, after error) {
		switch {
		case !flaky:
			return nil, nil
		case rapid.IntRange(0, 5).Draw(t, "fails before") == 5:
			return errStore, nil
		case rapid.IntRange(0, 5).Draw(t, "fails after") == 5:
			return nil, errStore
		}
		return nil, nil
	}
	variants := []string{two, two + "# 1\n", strings.Replace(two, "sensor two", "sensor three", 1), `policy c for all() { when keep_up_to_date() }`}
	acknowledged := map[string]bool{}
	wanted := two
	for i := range rapid.IntRange(1, 25).Draw(t, "steps") {
		id := fmt.Sprint("e", i)
		switch rapid.IntRange(0, 6).Draw(t, "step") {
		case 0, 1:
			if r.update(t.Context(), id) == nil {
				acknowledged[id] = true
			}
		case 2, 3:
			_ = r.Once(t.Context())
		case 4:
			if next := rapid.SampledFrom(variants).Draw(t, "policies"); r.Reload(t.Context(), fixture(t, next)) == nil {
				wanted = next
			}
		case 5:
			_ = r.Save(t.Context())
		case 6:
			flaky = false
			r = open(t, t.Context(), s, r.now.Now(), wanted, nil)
			flaky = true
		}
		r.now.Set(r.now.Now().Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "seconds")) * time.Second))
	}
	flaky = false
	if err := r.Reload(t.Context(), fixture(t, wanted+"\n")); err != nil {
		t.Fatal(err)
	}
	r.now.Set(r.now.Now().Add(time.Minute))
	if err := r.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, rec := range s.records {
		var body journal.Events
		if rec.Kind == journal.KindEvents {
			if err := json.Unmarshal(rec.Body, &body); err != nil {
				t.Fatal(err)
			}
		}
		for i := range body.Events {
			delete(acknowledged, body.Events[i].ID)
		}
	}
	if len(acknowledged) > 0 {
		t.Fatalf("acknowledged events are lost: %v", acknowledged)
	}
	sound(t, s)
	owed, err := history.Play(t.Context(), s, history.Loader(t.Context(), s, "project"), history.Options{From: history.Latest})
	if err != nil {
		t.Fatal(err)
	}
	for _, sensor := range owed.Sensors {
		if n, _, _ := sensor.Owed(); n > 0 {
			t.Errorf("%d pairs are owed of nothing that holds them back", n)
		}
	}
}

// TestTogether does everything at once, for the race detector.
func TestTogether(t *testing.T) {
	s := newMemory()
	r := open(t, t.Context(), s, start, two, nil)
	r.Start(t.Context())
	var all sync.WaitGroup
	for _, do := range []func(i int) error{
		func(i int) error { return r.update(t.Context(), fmt.Sprint(i)) },
		func(int) error {
			_, err := r.Pause(t.Context(), "all()", r.now.Now().Add(time.Minute), "x")
			return err
		},
		func(int) error { _, err := r.Resume(t.Context(), "all()", ""); return err },
		func(i int) error { return r.Reload(t.Context(), fixture(t, fmt.Sprintf("%s# %d\n", two, i))) },
		func(int) error { return r.Save(t.Context()) },
		func(int) error { r.status(); return r.Alive(t.Context()) },
		func(int) error { _, err := r.Backlog(t.Context()); return err },
		func(int) error { r.now.Set(r.now.Now().Add(11 * time.Second)); r.Broken(nil); return nil },
	} {
		all.Go(func() {
			for i := range 20 {
				if err := do(i); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	r.Stop()
	sound(t, s)
}
