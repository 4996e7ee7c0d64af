package pull_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"auto/runtime/clock"
	"auto/runtime/dagster/pull"
	"auto/runtime/request"

	"pgregory.net/rapid"
)

// TestOnceEach: whatever fails in between, and whichever sensors ask, each request gets one
// run: never two, and in the end one.
func TestOnceEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(bubbled{t}, func(r *rapid.T) {
			w := newWorld(r)
			defer func() { w.end(); synctest.Wait() }()
			r.Repeat(map[string]func(*rapid.T){"decide": w.decide, "tick": w.tick, "restart": w.restart, "pass": w.pass, "": w.check})
			w.settle()
		})
	})
}

// bubbled is a test in a bubble, where its deadline may not be asked for.
type bubbled struct{ rapid.TB }

// world is auto with its store, and a Dagster with sensors, as far as they matter here.
type world struct {
	*rapid.T
	clock    *clock.Manual
	marks    *marks
	launcher *pull.Launcher
	end      context.CancelFunc
	// due are the requests that auto's store has not as done, with the outcome of each.
	due map[string]chan error
	all int

	sensors []*sensor
	runs    map[string][]string // the sensors that made a run, by request
}

// sensor is a sensor of Dagster with its last tick.
type sensor struct {
	pull.Sensor
	// reserved is what the tick yielded and the daemon, which died then, has not submitted.
	reserved []string
	at       time.Time
}

func newWorld(r *rapid.T) *world {
	renamed := core
	renamed.Name = "other"
	w := &world{T: r, clock: clock.NewManual(start, nil), marks: &marks{bodies: map[string]string{}}, due: map[string]chan error{}, runs: map[string][]string{},
		sensors: []*sensor{{Sensor: core}, {Sensor: renamed}, {Sensor: mart}}}
	w.begin()
	return w
}

// begin starts auto over what it has stored.
func (w *world) begin() {
	w.launcher = pull.New(pull.Options{Marks: w.marks, Clock: w.clock, Offered: 3})
	var ctx context.Context
	ctx, w.end = context.WithCancel(context.Background())
	for id := range w.due {
		w.launch(ctx, id)
	}
	synctest.Wait()
}

func (w *world) launch(ctx context.Context, id string) {
	outcome, launcher := make(chan error, 1), w.launcher
	w.due[id] = outcome
	go func() { outcome <- launcher.Launch(ctx, request.Request{ID: id, DecidedAt: start}) }()
}

// store stores what was launched, unless auto dies before it does.
func (w *world) store(dies bool) {
	synctest.Wait()
	for id, outcome := range w.due {
		select {
		case err := <-outcome:
			if err == nil && !dies {
				delete(w.due, id)
			}
			if err != nil && !errors.Is(err, context.Canceled) {
				w.Fatalf("%s: %v", id, err)
			}
		default:
		}
	}
}

func (w *world) decide(*rapid.T) {
	id := fmt.Sprint(w.all)
	w.all++
	w.due[id] = nil
	w.restarted(false) // which hands it over, as well as the others
}

func (w *world) restart(r *rapid.T) { w.restarted(rapid.Bool().Draw(r, "before it stores")) }

func (w *world) restarted(dies bool) {
	w.store(dies)
	w.end()
	synctest.Wait()
	w.begin()
}

func (w *world) pass(r *rapid.T) {
	w.clock.Set(w.clock.Now().Add(rapid.SampledFrom([]time.Duration{time.Second, 6 * time.Minute, 2 * time.Hour, 23 * time.Hour, 26 * time.Hour}).Draw(r, "time")))
}

func (w *world) tick(r *rapid.T) {
	s := rapid.SampledFrom(w.sensors).Draw(r, "sensor")
	w.ticks(s, rapid.IntRange(0, 3).Draw(r, "submitted"), rapid.IntRange(0, 4).Draw(r, "calls"))
}

// ticks is a tick of a sensor. The daemon dies when it has submitted some runs, the network
// after some calls.
func (w *world) ticks(s *sensor, submitted, calls int) {
	if w.clock.Now().Sub(s.at) <= 24*time.Hour && len(s.reserved) > 0 {
		w.submit(s, submitted)
		return
	}
	s.reserved, s.at = nil, w.clock.Now()
	ready := map[string]bool{}
	for done := []string{}; ; calls-- {
		if calls == 0 {
			return
		}
		offer, err := w.launcher.Next(context.Background(), pull.Asked{Sensor: s.Sensor, Done: done})
		if err != nil {
			if _, taken := errors.AsType[*pull.TakenError](err); !taken {
				w.Fatal(err)
			}
			return
		}
		done = nil
		for _, o := range offer.Requests {
			switch {
			case len(w.runs[o.ID]) > 0:
				done = append(done, o.ID)
			default:
				ready[o.ID] = true
			}
		}
		if len(done) == 0 {
			break
		}
	}
	s.reserved = slices.Sorted(maps.Keys(ready))
	w.submit(s, submitted)
}

// submit makes some runs of what a tick has reserved, each once by its run key.
func (w *world) submit(s *sensor, n int) {
	n = min(n, len(s.reserved))
	for _, id := range s.reserved[:n] {
		if name := s.String(); !slices.Contains(w.runs[id], name) {
			w.runs[id] = append(w.runs[id], name)
		}
	}
	s.reserved = s.reserved[n:]
}

func (w *world) check(*rapid.T) {
	for id, by := range w.runs {
		if len(by) > 1 {
			w.Fatalf("%s has runs by %v", id, by)
		}
	}
}

// settle lets everything work for some days: then all is done.
func (w *world) settle() {
	for range 4 {
		w.clock.Set(w.clock.Now().Add(26 * time.Hour))
		for range w.all {
			w.ticks(w.sensors[0], w.all, w.all+2)
			w.check(w.T)
		}
		w.store(false)
	}
	if len(w.due) > 0 || len(w.runs) != w.all {
		w.Fatalf("%d of %d have runs; due are %v", len(w.runs), w.all, slices.Sorted(maps.Keys(w.due)))
	}
}
