package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"auto/internal/program"
	"auto/runtime/control"
	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/runtime/failpoint"
	"auto/runtime/request"

	"github.com/google/go-cmp/cmp"
)

// TestChaos: a daemon that dies again and again while events arrive launches what one
// launches that lives.
func TestChaos(t *testing.T) { chaos(t, 15, 400, 20) }

// chaosPolicies have conditions that are sensitive to when they are evaluated, and
// clauses that hold back.
const chaosPolicies = `
policy marts for groups("marts") {
    when eager()
    limit 3 per tick
    retry 1 after 1m
}

policy reports for groups("reports") {
    when keep_up_to_date()
    at most 1 per 2m
}

policy nightly for assets("nightly") { when on_cron("*/5 * * * *") }

sensor fast for groups("reports") every 30s
`

const chaosAssets = `
partitions:
  region: {type: dynamic, name: region}
assets:
  - {key: a, group: raw}
  - {key: b, group: raw}
  - {key: c, group: raw, partitions: region}
  - {key: mart_a, group: marts, deps: [a]}
  - {key: mart_ab, group: marts, deps: [a, b]}
  - {key: mart_c, group: marts, deps: [c], partitions: region}
  - {key: report_a, group: reports, deps: [a]}
  - {key: report_b, group: reports, deps: [b, c]}
  - {key: nightly, deps: [a, b]}
`

const chaosProject = `
launcher: {type: webhook, url: %q, timeout: 5s, workers: 3}
`

// chaos drives one daemon that is left alone and one that is killed through the same
// events, and compares what they launch.
func chaos(t *testing.T, kills, count, perStep int) {
	seed := program.Seed(t)
	calm := newWorld(t, seed, 0).play(t, count/perStep, perStep)
	wild := newWorld(t, seed, kills).play(t, count/perStep, perStep)
	if diff := cmp.Diff(calm.launched(), wild.launched()); diff != "" {
		t.Errorf("undisturbed (-) and killed (+) launched:\n%s", diff)
	}
	if wild.died < kills {
		t.Errorf("it died %d times, of %d", wild.died, kills)
	}
	t.Logf("%d events, %d launches, %d deaths", calm.posted, len(calm.acted), wild.died)
}

// world is a daemon with what is around it.
type world struct {
	dir    string
	clock  *program.Stepper
	random *rand.Rand // what happens; the same for both daemons
	deaths *rand.Rand
	kills  int
	died   int
	posted int
	// polls are left until the test kills the daemon itself.
	polls int
	// silences are those of this step.
	silences int
	server   *httptest.Server
	daemon   *program.Process

	mu    sync.Mutex
	acted map[string]request.Request
	ended map[string]bool
}

func newWorld(t *testing.T, seed uint64, kills int) *world {
	w := &world{dir: t.TempDir(), clock: program.NewStepper(t, program.Began), kills: kills, random: rand.New(rand.NewPCG(seed, 3)), deaths: rand.New(rand.NewPCG(seed, 4)),
		acted: map[string]request.Request{}, ended: map[string]bool{}}
	w.server = httptest.NewServer(w)
	t.Cleanup(w.server.Close)
	program.Write(t, filepath.Join(w.dir, "auto.yaml"), fmt.Sprintf(chaosProject, w.server.URL))
	program.Write(t, filepath.Join(w.dir, "policies", "all.auto"), chaosPolicies)
	program.Write(t, filepath.Join(w.dir, "assets", "all.yaml"), chaosAssets)
	return w
}

// ServeHTTP acts once on each request; a killed daemon's receiver is silent now and then
// after it acted.
func (w *world) ServeHTTP(_ http.ResponseWriter, in *http.Request) {
	var r request.Request
	if err := json.NewDecoder(in.Body).Decode(&r); err != nil {
		panic(http.ErrAbortHandler)
	}
	w.mu.Lock()
	_, again := w.acted[r.ID]
	r.Attempt = 0
	w.acted[r.ID] = r
	// Each silence lengthens the waits of all: with a few the step still ends in time.
	silent := w.kills > 0 && !again && w.silences < 2 && w.deaths.IntN(10) == 0
	if silent {
		w.silences++
	}
	w.mu.Unlock()
	if silent {
		panic(http.ErrAbortHandler)
	}
}

// launched gives what was launched, for comparison.
func (w *world) launched() []string {
	var out []string
	for _, id := range slices.Sorted(maps.Keys(w.acted)) {
		r := w.acted[id]
		out = append(out, fmt.Sprint(r.DecidedAt.Format(time.RFC3339), " ", r.Sensor, " ", r.Selection, " ", r.Partition, " ", id))
	}
	slices.Sort(out)
	return out
}

// play lets the steps happen.
func (w *world) play(t *testing.T, steps, perStep int) *world {
	t.Helper()
	begin := w.clock.Now()
	w.start(t)
	w.settle(t, begin)
	for step := range steps {
		at := begin.Add(time.Duration(step+1) * 30 * time.Second)
		w.post(t, w.happenings(step, perStep, at.Add(-time.Second)))
		w.clock.Set(at)
		w.settle(t, at)
	}
	if err := w.daemon.Process.Kill(); err != nil {
		t.Error(err)
	}
	<-w.daemon.Done
	return w
}

// happenings are the events of a step: updates from outside, and what became of launches.
func (w *world) happenings(step, count int, at time.Time) (list []events.Event) {
	add := func(e events.Event) {
		e.ID, e.At = fmt.Sprintf("e-%d-%d", step, len(list)), at
		list = append(list, e)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(w.acted)) {
		if w.ended[id] || id[0]%3 == byte(step%3) { // a third waits for another step
			continue
		}
		w.ended[id] = true
		w.run(w.acted[id], add)
	}
	for len(list) < count {
		switch w.random.IntN(6) {
		case 0:
			add(events.Event{Type: events.Partitions, Name: "region", Add: []string{fmt.Sprint("r", w.random.IntN(8))}})
		case 1:
			add(events.Event{Type: events.Materialization, Asset: "c", Partition: fmt.Sprint("r", w.random.IntN(8))})
		default:
			add(events.Event{Type: events.Materialization, Asset: []string{"a", "b"}[w.random.IntN(2)]})
		}
	}
	return list
}

// run is the run of a request: most succeed.
func (w *world) run(r request.Request, add func(events.Event)) {
	run := "run-" + r.ID
	add(events.Event{Type: events.Run, RunID: run, Status: facts.Started, Assets: r.Selection, Partition: r.Partition, Tags: r.Tags})
	if r.ID[1]%5 == 0 {
		add(events.Event{Type: events.Run, RunID: run, Status: facts.Failure})
		return
	}
	for _, asset := range r.Selection {
		add(events.Event{Type: events.Materialization, Asset: asset, Partition: r.Partition, RunID: run})
	}
	add(events.Event{Type: events.Run, RunID: run, Status: facts.Success})
}

// start starts the daemon. While kills are left it is going to die soon: at the n-th named
// write point, at each of them in turn, or wherever it is when the test has asked it a few
// times, which also ends one that never reaches its point.
func (w *world) start(t *testing.T) {
	t.Helper()
	var env []string
	w.polls = 0
	if points := failpoint.Points(); w.died < w.kills {
		w.polls = 30 + w.deaths.IntN(300)
		switch w.died % 3 {
		case 0:
			env = []string{fmt.Sprintf("AUTO_KILL=%d", 1+w.deaths.IntN(40))}
		case 1:
			env = []string{fmt.Sprintf("AUTO_KILL=%s:%d", points[w.died/3%len(points)], 1+w.deaths.IntN(3))}
		}
	}
	w.daemon = program.Start(t, w.dir, env, "run", w.clock.Flag())
}

// revive starts the daemon anew where it has died.
func (w *world) revive(t *testing.T) {
	t.Helper()
	if w.polls--; w.polls == 0 {
		if err := w.daemon.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		w.daemon.Done <- <-w.daemon.Done
	}
	select {
	case <-w.daemon.Done:
		if code := w.daemon.ProcessState.ExitCode(); code != -1 {
			t.Fatalf("it ended with code %d: %s", code, w.daemon.Log)
		}
		w.died++
		w.start(t)
	default:
	}
}

// ask asks the daemon until it answers.
func (w *world) ask(t *testing.T, question func(ctx context.Context, c *control.Client) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		c, err := control.Dial(ctx, filepath.Join(w.dir, ".auto"))
		if err == nil {
			err = question(ctx, c)
			c.Close()
		}
		if w.revive(t); err == nil {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("it does not answer: %v: %s", errors.Join(err, ctx.Err()), w.daemon.Log)
		}
	}
}

// post hands events in until they are acknowledged.
func (w *world) post(t *testing.T, list []events.Event) {
	t.Helper()
	w.posted += len(list)
	w.ask(t, func(ctx context.Context, c *control.Client) error {
		_, err := c.Events(ctx, list)
		return err
	})
}

// settle waits until all sensors have ticked at an instant and everything is delivered. The
// clock moves a little for deliveries that are tried again.
func (w *world) settle(t *testing.T, at time.Time) {
	t.Helper()
	w.mu.Lock()
	w.silences = 0
	w.mu.Unlock()
	for asked, settled := 0, false; !settled; asked++ {
		w.ask(t, func(ctx context.Context, c *control.Client) error {
			status, err := c.Status(ctx)
			if err != nil {
				return err
			}
			ticked := len(status.Sensors) > 0
			for _, s := range status.Sensors {
				ticked = ticked && !s.LastTick.Before(at)
			}
			settled = ticked && status.Due == 0
			// Slowly, so that a delivery under way does not fail after all of the time.
			if ticked && !settled && asked%20 == 0 && w.clock.Now().Before(at.Add(25*time.Second)) {
				w.clock.Set(w.clock.Now().Add(200 * time.Millisecond))
			}
			return nil
		})
	}
}
