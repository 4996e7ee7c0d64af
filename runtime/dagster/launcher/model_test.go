package launcher_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"auto/runtime/clock"
	"auto/runtime/dagster/deployment"
	"auto/runtime/dagster/gql"
	"auto/runtime/dagster/launcher"
	"auto/runtime/launch"
	"auto/runtime/request"

	"pgregory.net/rapid"
)

// settle is that of the model. Whatever is delayed there is so for less.
const settle = time.Minute

// twoPlaces has an asset `a` in one code location and `b` and `c` in another.
func twoPlaces() *deployment.Deployment {
	d := &deployment.Deployment{Assets: map[string]*deployment.Asset{}}
	for _, at := range []struct{ location, key string }{{"core", "a"}, {"mart", "b"}, {"mart", "c"}} {
		d.Assets[at.key] = &deployment.Asset{Key: at.key, Location: at.location, Repository: "__repository__", Materializable: true, Ops: []string{at.key}, Jobs: []string{"__ASSET_JOB"}}
	}
	d.Locations = []deployment.Location{{Name: "core", Loaded: true}, {Name: "mart", Loaded: true}}
	return d
}

// machine delivers requests as an outbox does, to launchers that are killed, over a wire that
// loses, to a Dagster that is killed, too.
type machine struct {
	*rapid.T
	fake     *fake
	marks    *marks
	launcher *launcher.Launcher
	requests []*delivery
	calm     bool // nothing fails any more
	hasty    bool // waits are short
}

// delivery is a request on its way.
type delivery struct {
	request.Request
	done bool
	due  time.Time
}

// TestExactlyOnce: whatever fails, no asset of a request is ever in two runs that live, and in
// the end each is in one.
func TestExactlyOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{T: t, marks: &marks{}, hasty: rapid.Bool().Draw(t, "hasty")}
		m.fake = &fake{clock: clock.NewManual(start, nil), fate: m.fate}
		m.restart()
		selections := [][]string{{"a"}, {"b", "c"}, {"a", "b", "c"}}
		for i := range rapid.IntRange(1, 3).Draw(t, "requests") {
			selection := rapid.SampledFrom(selections).Draw(t, "selection")
			m.requests = append(m.requests, &delivery{Request: request.Request{ID: fmt.Sprintf("%032d", i), Selection: selection, DecidedAt: start}, due: start})
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			m.step()
		}
		m.calm = true
		for i := 0; slices.ContainsFunc(m.requests, func(d *delivery) bool { return !d.done }); i++ {
			if i > 400 {
				t.Fatalf("the requests come to no end: %v", m.fake.calls)
			}
			m.step()
		}
		m.fake.clock.Set(m.fake.clock.Now().Add(time.Hour))
		for _, d := range m.requests {
			for _, key := range d.Selection {
				if n := m.lives(d.ID, key); n != 1 {
					t.Fatalf("%d runs of %s for the request %s: %v", n, key, d.ID, m.fake.calls)
				}
			}
		}
	})
}

// restart kills the launcher and starts another on the same marks.
func (m *machine) restart() {
	m.launcher = launcher.New(launcher.Options{
		Client: m.fake, Watch: &definitions{fresh: twoPlaces()}, Marks: m.marks, Clock: m.fake.clock, Random: strings.NewReader("12345678"), Settle: settle,
	}, 1)
}

// lives counts the runs with an asset that a request has, and that are or will be executed.
func (m *machine) lives(id, key string) (n int) {
	for _, r := range m.fake.runs {
		if r.tags["auto/request"] == id && slices.Contains(r.assets, key) && r.lives() {
			n++
		}
	}
	return n
}

// step makes the earliest delivery that is due. It may be cut before its outcome is kept, and
// a done one may come again.
func (m *machine) step() {
	if !m.calm && rapid.IntRange(0, 9).Draw(m.T, "restart") == 0 {
		m.restart()
	}
	d := m.next()
	if d == nil {
		return
	}
	m.fake.clock.Set(d.due)
	d.Attempt++
	err := m.launcher.Launch(context.Background(), d.Request)
	if !m.calm && rapid.IntRange(0, 9).Draw(m.T, "killed") == 0 {
		m.restart()
		return
	}
	d.done = err == nil
	if err != nil {
		d.due = m.fake.clock.Now().Add(m.wait(d, err))
	}
}

// next gives the delivery to make: one that is not done, or by chance one that is.
func (m *machine) next() *delivery {
	again := !m.calm && rapid.IntRange(0, 9).Draw(m.T, "again") == 0
	var best *delivery
	for _, d := range m.requests {
		if d.done == again && (best == nil || d.due.Before(best.due)) {
			best = d
		}
	}
	return best
}

func (m *machine) wait(d *delivery, err error) time.Duration {
	var failure *launch.Failure
	if !errors.As(err, &failure) {
		m.Fatalf("%T: %v", err, err)
	}
	if failure.Kind == launch.Refused {
		m.Fatalf("refused: %s", failure.Reason)
	}
	most := min(1<<min(d.Attempt, 8), 300)
	if m.hasty {
		most = min(most, 8)
	}
	return max(failure.Wait, time.Duration(most)*time.Second)
}

// fate draws what becomes of a call.
func (m *machine) fate(operation string) fate {
	if m.calm {
		return fate{acts: true}
	}
	short := func(name string) time.Duration {
		return time.Duration(rapid.IntRange(0, 25).Draw(m.T, name)) * time.Second
	}
	lost := &gql.Error{Kind: gql.Lost, Message: "no answer"}
	if operation != "Launch" {
		return rapid.SampledFrom([]fate{{acts: true}, {acts: true}, {acts: true}, {acts: true, lost: lost}, {acts: true, lost: lost, after: short("late")}, {lost: lost}, {}}).Draw(m.T, operation)
	}
	switch rapid.IntRange(0, 9).Draw(m.T, "launch") {
	case 0:
		return fate{lost: &gql.Error{Kind: gql.Unsent, Message: "connection refused"}}
	case 1:
		return fate{lost: lost}
	case 2: // the answer is lost, or the call arrives late
		return fate{acts: true, lost: lost, after: short("after"), hidden: short("hidden")}
	case 3: // submitted later, perhaps after it was given up
		return fate{acts: true, lost: lost, hidden: short("hidden"), submits: time.Duration(rapid.OneOf(rapid.IntRange(0, 200_000), rapid.IntRange(55_000, 80_000)).Draw(m.T, "submits")) * time.Millisecond}
	case 4: // the webserver is killed
		return fate{acts: true, lost: lost, never: true}
	case 5:
		return fate{acts: true, python: "OperationalError", hidden: short("hidden")}
	case 6: // the run is made and its submission fails
		return fate{acts: true, python: "OperationalError", never: true}
	case 7:
		return fate{python: "DagsterUserCodeProcessError"}
	case 8: // success with errors beside it
		return fate{acts: true, lost: &gql.Error{Kind: gql.Failed, Message: "something else"}, hidden: short("hidden")}
	}
	return fate{acts: true, hidden: short("hidden")}
}
