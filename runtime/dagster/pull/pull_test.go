package pull_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"auto/runtime/clock"
	"auto/runtime/dagster/pull"
	"auto/runtime/launch"
	"auto/runtime/request"
	"auto/runtime/store"

	"github.com/google/go-cmp/cmp"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// marks are store.Marks in memory.
type marks struct {
	mu     sync.Mutex
	bodies map[string]string
	writes int
	fail   error
}

func (m *marks) PutMarks(_ context.Context, change map[string][]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	m.writes++
	for name, body := range change {
		if m.bodies[name] = string(body); body == nil {
			delete(m.bodies, name)
		}
	}
	return nil
}

func (m *marks) Marks(_ context.Context, prefix string, yield func(store.Mark) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	for name, body := range m.bodies {
		if strings.HasPrefix(name, prefix) {
			if err := yield(store.Mark{Name: name, Body: []byte(body)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// fixture is a launcher with what was handed to it.
type fixture struct {
	*testing.T
	*pull.Launcher
	marks    *marks
	clock    *clock.Manual
	outcomes map[string]chan error
	end      context.CancelFunc
	ctx      context.Context
}

func newFixture(t *testing.T, offered int) *fixture {
	f := &fixture{T: t, marks: &marks{bodies: map[string]string{}}, clock: clock.NewManual(start, nil)}
	f.restart(offered)
	t.Cleanup(func() { f.end() })
	return f
}

// restart is a new process over the same store, to which nothing was handed yet.
func (f *fixture) restart(offered int) {
	if f.end != nil {
		f.end()
	}
	f.ctx, f.end = context.WithCancel(context.Background())
	f.outcomes = map[string]chan error{}
	f.Launcher = pull.New(pull.Options{Marks: f.marks, Clock: f.clock, Offered: offered})
}

// launch hands requests over, and returns when they wait.
func (f *fixture) launch(requests ...request.Request) {
	for _, r := range requests {
		ended := make(chan error, 1)
		f.outcomes[r.ID] = ended
		go func() { ended <- f.Launch(f.ctx, r) }()
	}
	synctest.Wait()
}

// outcome gives what a request came to, and whether it still waits.
func (f *fixture) outcome(id string) (err error, waits bool) {
	synctest.Wait()
	select {
	case err := <-f.outcomes[id]:
		f.outcomes[id] <- err
		return err, false
	default:
		return nil, true
	}
}

func (f *fixture) pass(d time.Duration) { f.clock.Set(f.clock.Now().Add(d)) }

// next asks, and gives the IDs that are offered.
func (f *fixture) next(asked pull.Asked) []string {
	f.Helper()
	offer, err := f.Next(f.ctx, asked)
	if err != nil {
		f.Fatal(err)
	}
	return ids(offer)
}

func ids(o pull.Offer) []string {
	list := []string{}
	for _, r := range o.Requests {
		list = append(list, r.ID)
	}
	return list
}

var (
	core = pull.Sensor{Instance: "i1", Location: "core", Repository: "__repository__", Name: "auto", Every: 15}
	mart = pull.Sensor{Instance: "i1", Location: "mart", Repository: "__repository__", Name: "auto", Every: 15}
)

func req(id string) request.Request {
	return request.Request{ID: id, RunKey: id, Selection: []string{"a"}, RunConfig: map[string]any{}, DecidedAt: start}
}

// in runs a test within a bubble, so that it knows when all that was begun waits.
func in(t *testing.T, test func(t *testing.T)) { synctest.Test(t, test) }

// TestOffers: what waits is offered until the sensor tells its outcome.
func TestOffers(t *testing.T) {
	in(t, func(t *testing.T) {
		f := newFixture(t, 0)
		if got := f.next(pull.Asked{Sensor: core}); len(got) != 0 {
			t.Error(got)
		}
		f.launch(req("a"), req("b"), req("c"))
		for range 2 {
			if got := f.next(pull.Asked{Sensor: core}); !slices.Equal(got, []string{"a", "b", "c"}) {
				t.Error(got)
			}
		}
		got := f.next(pull.Asked{Sensor: core, Done: []string{"a", "unknown"}, Refused: []pull.Refused{{ID: "b", Reason: "No."}, {ID: "unknown"}}})
		if !slices.Equal(got, []string{"c"}) {
			t.Error(got)
		}
		if err, waits := f.outcome("a"); err != nil || waits {
			t.Error(err, waits)
		}
		err, _ := f.outcome("b")
		if failure, ok := errors.AsType[*launch.Failure](err); !ok || failure.Kind != launch.Refused || failure.Reason != "No." {
			t.Error(err)
		}
		if _, waits := f.outcome("c"); !waits {
			t.Error("c does not wait")
		}
		// What was told before may be told again: the reply may have been lost.
		if got := f.next(pull.Asked{Sensor: core, Done: []string{"a"}, Refused: []pull.Refused{{ID: "b", Reason: "No."}}}); !slices.Equal(got, []string{"c"}) {
			t.Error(got)
		}
		f.end()
		if err, waits := f.outcome("c"); !errors.Is(err, context.Canceled) || waits {
			t.Error(err, waits)
		}
	})
}

// TestOrder: by priority, then by decision, as many as are wanted and may be.
func TestOrder(t *testing.T) {
	in(t, func(t *testing.T) {
		f := newFixture(t, 4)
		var all []request.Request
		for i, priority := range []int{0, 5, 0, 5, -1, 0} {
			r := req(fmt.Sprint(i))
			r.Priority, r.DecidedAt = priority, start.Add(time.Duration(9-i/3)*time.Minute)
			all = append(all, r)
		}
		f.launch(all...)
		for limit, want := range map[int]string{0: "3150", 4: "3150", 2: "31", 9: "3150"} {
			if got := strings.Join(f.next(pull.Asked{Sensor: core, Limit: limit}), ""); got != want {
				t.Errorf("%d: %s, want %s", limit, got, want)
			}
		}
		if got := strings.Join(f.next(pull.Asked{Sensor: core, Done: []string{"3", "0"}}), ""); got != "1524" {
			t.Error(got)
		}
	})
}

// TestTold: the sensor gets the whole request, with the tags of its run.
func TestTold(t *testing.T) {
	in(t, func(t *testing.T) {
		f := newFixture(t, 0)
		r := req("a")
		r.Block, r.Attempt, r.Partition, r.Tags, r.Checks = "b", 2, "2026-01-01", map[string]string{"team": "x", "auto/request": "other"}, []string{"a:fresh"}
		f.launch(r)
		offer, err := f.Next(t.Context(), pull.Asked{Sensor: core})
		if err != nil {
			t.Fatal(err)
		}
		want := r
		want.Tags = map[string]string{"team": "x", "auto/request": "a", "auto/launcher": "pull", "auto/tick": "2026-01-01T00:00:00Z", "auto/block": "b", "auto/run_key": "a"}
		if diff := cmp.Diff(pull.Offer{Requests: []pull.Offered{{Request: want, Times: 1}}, Waiting: 1}, offer); diff != "" {
			t.Error(diff)
		}
		if r.Tags["auto/request"] != "other" {
			t.Error("the request was changed")
		}
		for _, test := range []struct {
			tick  string
			times int
		}{{"1", 2}, {"1", 2}, {"2", 3}, {"", 4}, {"", 5}} {
			if offer, err := f.Next(t.Context(), pull.Asked{Sensor: core, Tick: test.tick}); err != nil || offer.Requests[0].Times != test.times {
				t.Errorf("%+v %+v %v", test, offer, err)
			}
		}
	})
}

// TestTwice: a request that is handed over twice has one outcome, for both.
func TestTwice(t *testing.T) {
	in(t, func(t *testing.T) {
		f := newFixture(t, 0)
		f.launch(req("a"))
		first := f.outcomes["a"]
		f.launch(req("a"))
		if got := f.next(pull.Asked{Sensor: core}); !slices.Equal(got, []string{"a"}) {
			t.Error(got)
		}
		f.next(pull.Asked{Sensor: core, Done: []string{"a"}})
		if err, waits := f.outcome("a"); err != nil || waits || <-first != nil {
			t.Error(err, waits)
		}
	})
}

// TestSecondSensor: a place has one sensor, and all are of one Dagster, until one asks no more.
func TestSecondSensor(t *testing.T) {
	renamed, slow, staging := core, core, mart
	renamed.Name, slow.Every, staging.Instance = "other", 600, "i2"
	for name, test := range map[string]struct {
		first, second pull.Sensor
		free          time.Duration
		message       string
	}{
		"the same":              {core, core, 0, ""},
		"another interval":      {core, slow, 0, ""},
		"another place":         {core, mart, 0, ""},
		"another name":          {core, renamed, 5 * time.Minute, "The sensor core/auto pulls already."},
		"slow":                  {slow, renamed, 40 * time.Minute, "The sensor core/auto pulls already."},
		"of another Dagster":    {core, staging, 5 * time.Minute, "The sensor core/auto of another Dagster pulls already."},
		"in a named repository": {pull.Sensor{Location: "l", Repository: "r", Name: "n"}, pull.Sensor{Location: "l", Repository: "r", Name: "m"}, 5 * time.Minute, "The sensor l/r/n pulls already."},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T) {
				f := newFixture(t, 0)
				f.launch(req("a"))
				f.next(pull.Asked{Sensor: test.first})
				for restarted := range 2 {
					_, err := f.Next(t.Context(), pull.Asked{Sensor: test.second, Done: []string{"a"}})
					taken, ok := errors.AsType[*pull.TakenError](err)
					if ok != (test.free > 0) || ok && (taken.Error() != test.message || !taken.Free.Equal(f.clock.Now().Add(test.free)) || taken.Help() == "") {
						t.Errorf("%d: %v", restarted, err)
					}
					if _, waits := f.outcome("a"); restarted == 0 && waits != ok {
						t.Error("what a sensor says that is not let in is heard, or the other way round")
					}
					f.restart(0) // the lease begins anew, for the same sensor
				}
				f.next(pull.Asked{Sensor: test.first})
				f.pass(test.free)
				f.next(pull.Asked{Sensor: test.second})
				if _, err := f.Next(t.Context(), pull.Asked{Sensor: test.first}); (err != nil) != (test.free > 0) {
					t.Errorf("the first is let in beside the second: %v", err)
				}
			})
		})
	}
}

// TestPinned: what a sensor was offered no other one gets while Dagster can still launch it
// from a tick of the first, whatever is restarted.
func TestPinned(t *testing.T) {
	renamed := core
	renamed.Name = "other"
	in(t, func(t *testing.T) {
		f := newFixture(t, 0)
		f.launch(req("a"))
		f.next(pull.Asked{Sensor: core})
		f.restart(0)
		f.launch(req("a"), req("b"))
		f.pass(5 * time.Minute)
		offer, err := f.Next(t.Context(), pull.Asked{Sensor: renamed})
		if err != nil || !slices.Equal(ids(offer), []string{"b"}) || offer.Waiting != 2 || offer.Pinned != 1 {
			t.Errorf("%+v %v", offer, err)
		}
		f.pass(25*time.Hour - 5*time.Minute)
		if got := f.next(pull.Asked{Sensor: renamed}); !slices.Equal(got, []string{"b"}) {
			t.Error(got)
		}
		f.pass(time.Nanosecond)
		if got := f.next(pull.Asked{Sensor: renamed}); !slices.Equal(got, []string{"a", "b"}) {
			t.Error(got)
		}
		if got := f.next(pull.Asked{Sensor: mart}); len(got) != 0 {
			t.Error(got)
		}
	})
}

// TestRenewed: a pin holds from the last time that the request was offered, and not every
// call writes it.
func TestRenewed(t *testing.T) {
	in(t, func(t *testing.T) {
		f := newFixture(t, 0)
		f.launch(req("a"))
		for range 24 * 60 {
			f.pass(time.Minute)
			f.next(pull.Asked{Sensor: core})
		}
		if f.marks.writes > 25 {
			t.Errorf("%d writes", f.marks.writes)
		}
		f.pass(24 * time.Hour)
		if got := f.next(pull.Asked{Sensor: mart}); len(got) != 0 {
			t.Error(got)
		}
	})
}

// TestLost: what a sensor of another Dagster did cannot be known here; a person has to look.
func TestLost(t *testing.T) {
	other := core
	other.Instance = "i2"
	in(t, func(t *testing.T) {
		f := newFixture(t, 0)
		f.launch(req("a"), req("b"))
		f.next(pull.Asked{Sensor: core, Limit: 1})
		f.pass(1000 * time.Hour)
		if got := f.next(pull.Asked{Sensor: other}); !slices.Equal(got, []string{"b"}) {
			t.Error(got)
		}
		err, _ := f.outcome("a")
		if failure, ok := errors.AsType[*launch.Failure](err); !ok || failure.Kind != launch.Refused || !strings.Contains(failure.Reason, "auto/request=a") {
			t.Error(err)
		}
		f.launch(req("a")) // by a person
		if got := f.next(pull.Asked{Sensor: other}); !slices.Equal(got, []string{"a", "b"}) {
			t.Error(got)
		}
	})
}

// TestElsewhere: a request goes to the code location that has its assets, and where none has
// them, it is tried again later.
func TestElsewhere(t *testing.T) {
	decline := func(s pull.Sensor, ids ...string) pull.Asked {
		asked := pull.Asked{Sensor: s}
		for _, id := range ids {
			asked.Refused = append(asked.Refused, pull.Refused{ID: id, Reason: "Not in " + s.Location + ".", Elsewhere: true})
		}
		return asked
	}
	in(t, func(t *testing.T) {
		f := newFixture(t, 0)
		f.launch(req("a"))
		f.next(pull.Asked{Sensor: core})
		f.next(pull.Asked{Sensor: mart})
		if got := f.next(decline(core, "a")); len(got) != 0 {
			t.Error(got)
		}
		if got := f.next(pull.Asked{Sensor: core}); len(got) != 0 {
			t.Error(got)
		}
		if got := f.next(pull.Asked{Sensor: mart}); !slices.Equal(got, []string{"a"}) {
			t.Error(got)
		}
		f.next(decline(mart, "a"))
		err, _ := f.outcome("a")
		if failure, ok := errors.AsType[*launch.Failure](err); !ok || failure.Kind != launch.Passing || failure.Reason != "Not in core. Not in mart." {
			t.Error(err)
		}
		f.launch(req("a"))
		if got := f.next(pull.Asked{Sensor: core}); !slices.Equal(got, []string{"a"}) {
			t.Error(got)
		}
		// The other one, which may have them, asks no more.
		f.next(decline(core, "a"))
		f.pass(4 * time.Minute)
		f.next(pull.Asked{Sensor: core})
		if _, waits := f.outcome("a"); !waits {
			t.Error("a does not wait")
		}
		f.pass(time.Minute)
		f.next(pull.Asked{Sensor: core})
		if _, waits := f.outcome("a"); waits {
			t.Error("a waits for a sensor that is gone")
		}
	})
}

// TestMarks: what is kept goes when it serves no more.
func TestMarks(t *testing.T) {
	in(t, func(t *testing.T) {
		f := newFixture(t, 0)
		left := func() (n int) {
			for name := range f.marks.bodies {
				if strings.HasPrefix(name, "pull/offered/") {
					n++
				}
			}
			return n
		}
		f.launch(req("a"), req("b"), req("c"), req("d"))
		f.next(pull.Asked{Sensor: core})
		// The outcome of what is done may not be in the store yet.
		f.next(pull.Asked{Sensor: core, Done: []string{"a"}, Refused: []pull.Refused{{ID: "b"}, {ID: "c", Elsewhere: true}}})
		if left() != 2 {
			t.Error(f.marks.bodies)
		}
		f.launch(req("a")) // it was not stored
		if got := f.next(pull.Asked{Sensor: core}); !slices.Equal(got, []string{"a", "d"}) || left() != 2 {
			t.Error(got, f.marks.bodies)
		}
		f.next(pull.Asked{Sensor: core, Done: []string{"a"}})
		f.next(pull.Asked{Sensor: core})
		if left() != 1 {
			t.Error(f.marks.bodies)
		}
		f.restart(0) // d is taken out of the store meanwhile
		f.pass(7 * 24 * time.Hour)
		f.next(pull.Asked{Sensor: core})
		f.pass(time.Hour)
		f.next(pull.Asked{Sensor: core})
		if left() != 0 || len(f.marks.bodies) != 1 {
			t.Error(f.marks.bodies)
		}
		other := mart
		other.Instance = "i2"
		f.pass(time.Hour)
		f.next(pull.Asked{Sensor: other})
		if len(f.marks.bodies) != 1 || f.marks.bodies["pull/sensor/mart/__repository__"] == "" {
			t.Error(f.marks.bodies)
		}
	})
}

// TestStoreFails: nothing is offered that is not kept.
func TestStoreFails(t *testing.T) {
	in(t, func(t *testing.T) {
		f := newFixture(t, 0)
		f.launch(req("a"))
		f.marks.fail = errors.New("full")
		for range 2 {
			if _, err := f.Next(t.Context(), pull.Asked{Sensor: core}); !errors.Is(err, f.marks.fail) {
				t.Error(err)
			}
		}
		f.marks.fail = nil
		f.next(pull.Asked{Sensor: core})
		f.restart(0)
		f.marks.bodies["pull/offered/a"] = "{"
		if _, err := f.Next(t.Context(), pull.Asked{Sensor: core}); err == nil || !strings.Contains(err.Error(), "pull/offered/a") {
			t.Error(err)
		}
		f.marks.bodies["pull/sensor/x"] = "{"
		if _, err := f.Next(t.Context(), pull.Asked{Sensor: core}); err == nil || !strings.Contains(err.Error(), "pull/sensor/x") {
			t.Error(err)
		}
	})
}

// TestStop: what waits ends at once, and nothing waits any more.
func TestStop(t *testing.T) {
	in(t, func(t *testing.T) {
		f := newFixture(t, 0)
		f.launch(req("a"))
		f.Stop()
		f.Stop()
		f.launch(req("b"))
		for _, id := range []string{"a", "b"} {
			if err, waits := f.outcome(id); !errors.Is(err, launch.ErrStopped) || waits {
				t.Error(id, err, waits)
			}
		}
	})
}

func TestStatus(t *testing.T) {
	in(t, func(t *testing.T) {
		f := newFixture(t, 0)
		if diff := cmp.Diff(pull.Status{Sensors: []pull.SensorStatus{}}, f.Status()); diff != "" {
			t.Error(diff)
		}
		f.launch(req("a"))
		f.next(pull.Asked{Sensor: mart})
		f.pass(5 * time.Minute)
		f.next(pull.Asked{Sensor: core})
		want := pull.Status{Waiting: 1, Sensors: []pull.SensorStatus{{Sensor: core, LastCall: f.clock.Now()}, {Sensor: mart, LastCall: start, Lapsed: true}}}
		if diff := cmp.Diff(want, f.Status()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestOnce(t *testing.T) {
	err := pull.Once{}.Launch(t.Context(), req("a"))
	if failure, ok := errors.AsType[*launch.Failure](err); !ok || failure.Kind != launch.Passing || !strings.Contains(failure.Reason, "--once") {
		t.Error(err)
	}
	if (pull.Once{}).Workers() != 1 || pull.New(pull.Options{Clock: clock.System{}}).Workers() < 1000 {
		t.Error("workers")
	}
}
