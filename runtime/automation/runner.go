// Package automation runs the sensors of conditions: each ticks at its own pace over what
// the journal says, and what it decides is stored before anything else is.
package automation

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"auto/runtime/clock"
	"auto/runtime/history"
	"auto/runtime/journal"
	"auto/runtime/live"
	"auto/runtime/project"
	"auto/runtime/store"
	"auto/vm/graph"
)

// Options say what a runner works with.
type Options struct {
	Store store.Conditions
	Clock clock.Clock
	Log   *slog.Logger
	// Notify is called when requests have become due.
	Notify func()
	// Around, where it is not nil, is called around each tick of a sensor, for traces.
	Around func(ctx context.Context, sensor string, tick func(context.Context) error) error
}

// Runner runs the sensors of one project. Its methods are safe for concurrent use.
type Runner struct {
	Options
	// began is when it was opened.
	began time.Time
	// latest is the newest instant that the journal may have, in nanoseconds.
	latest atomic.Int64
	behind atomic.Bool

	// arranging is held while the sensors are others than before, and while all are saved.
	// Nobody who only asks waits for it.
	arranging gate
	state     *live.Project
	// start has a loop tick, once there is a Start.
	start   func(l *loop, first time.Time)
	running sync.WaitGroup
	// current is what is in force.
	current atomic.Pointer[arrangement]
	// unsure: the store failed while policies were put in force, so that only the journal
	// knows which are; nothing ticks meanwhile.
	unsure atomic.Bool

	// appended is the last record of those that sensors take in, and doubts counts writes
	// that failed and may have been made all the same. Taken counts events.
	appended, doubts, taken atomic.Int64
	// broken says why the newest policies are not in force.
	broken atomic.Pointer[[]string]
}

// arrangement is what is in force. It is not changed.
type arrangement struct {
	graph *graph.Graph
	// policies is their fingerprint, since when they were put in force.
	policies string
	since    time.Time
	loops    []*loop
}

// Open gives the state of a project as its journal has it, with the project's policies in
// force. A *StateError says that the journal does not give one.
func Open(ctx context.Context, o Options, p *project.Project) (*Runner, error) {
	r := &Runner{Options: o, began: o.Clock.Now(), arranging: newGate()}
	if err := r.first(ctx); err != nil {
		return nil, err
	}
	if err := r.restore(ctx, p.Dir); err != nil {
		return nil, err
	}
	if err := r.down(ctx); err != nil {
		return nil, err
	}
	if err := r.put(ctx, p); err != nil {
		return nil, err
	}
	r.publish(p.Graph, r.makeLoops(nil))
	return r, nil
}

// publish makes known what is in force.
func (r *Runner) publish(g *graph.Graph, loops []*loop) {
	r.current.Store(&arrangement{graph: g, policies: r.state.Setup.Fingerprint, since: r.state.Since, loops: loops})
}

// loops gives the sensors at work.
func (r *Runner) loops() []*loop { return r.current.Load().loops }

// restore makes the state by playing the journal.
func (r *Runner) restore(ctx context.Context, dir string) error {
	differing := 0
	state, err := history.Play(ctx, r.Store, history.Loader(ctx, r.Store, dir), history.Options{
		From: history.Latest, Damaged: r.damaged,
		Visit: func(rec live.Record, _ *live.Project, now *live.Outcome) error {
			r.reach(rec.At)
			if then, ok := rec.Body.(*journal.Tick); ok && now != nil && history.Compare(then, now) != "" {
				differing++
			}
			return nil
		}})
	if err != nil {
		return &StateError{err}
	}
	if differing > 0 {
		r.Log.Warn("ticks of the journal give other requests now, such as by another version of auto; what they launched stays", "ticks", differing)
	}
	for _, s := range state.Sensors {
		r.reach(s.Last())
	}
	r.reach(state.Since)
	r.state = state
	r.advance(state.Seq)
	return nil
}

// damaged tells of a snapshot that cannot be read.
func (r *Runner) damaged(s store.Snapshot, err error) {
	r.Log.Warn("a snapshot cannot be read; the journal is played from an older one", "record", s.Seq, "at", s.At, "error", err)
}

// first keeps a snapshot of nothing, so that the journal can be played from its beginning
// while that is kept.
func (r *Runner) first(ctx context.Context) error {
	any, err := history.Snapshots(ctx, r.Store)
	if err != nil || any {
		return err
	}
	body, _, err := live.NewProject(nil).Save(nil)
	if err != nil {
		return err
	}
	return r.Store.PutSnapshot(ctx, store.Snapshot{At: r.began, Body: body})
}

// StateError: the journal does not give the state of the project.
type StateError struct{ Err error }

// Error says why.
func (e *StateError) Error() string {
	return "the state cannot be made from the journal: " + e.Err.Error()
}

// Unwrap gives the reason.
func (e *StateError) Unwrap() error { return e.Err }

// down writes down since when nothing ticked.
func (r *Runner) down(ctx context.Context) error {
	from, err := r.Store.LastAlive(ctx)
	if err != nil || from.IsZero() {
		return err
	}
	_, err = r.append(ctx, journal.KindDown, journal.Down{From: from})
	return err
}

// append writes a record and has all sensors take it in before their next ticks.
func (r *Runner) append(ctx context.Context, kind string, body any) (live.Record, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return live.Record{}, err
	}
	rec := store.Record{At: r.now(), Kind: kind, Body: text}
	if rec.Seq, err = r.Store.Note(ctx, rec); err != nil {
		r.doubts.Add(1)
		return live.Record{}, err
	}
	r.advance(rec.Seq)
	return live.Read(rec)
}

// advance notes that there is something to take in.
func (r *Runner) advance(seq int64) { raise(&r.appended, seq) }

// raise makes a number at least another one.
func raise(n *atomic.Int64, to int64) {
	for {
		known := n.Load()
		if to <= known || n.CompareAndSwap(known, to) {
			return
		}
	}
}

// reach notes an instant: those of the journal never go back.
func (r *Runner) reach(at time.Time) {
	if !at.IsZero() {
		raise(&r.latest, at.UnixNano())
	}
}

// now gives the instant for what is written next. Where the clock was set back, time
// stands still until the clock is there again.
func (r *Runner) now() time.Time {
	shown := r.Clock.Now()
	r.reach(shown)
	at := time.Unix(0, r.latest.Load()).UTC()
	if behind := at.Sub(shown) >= time.Second; r.behind.Swap(behind) != behind && behind {
		r.Log.Warn("the clock was set back: moments that conditions wait for come when it shows the newest instant of the journal again", "clock", shown, "journal", at)
	}
	return at
}

// notTaken gives why the newest policies are not in force; nil where they are.
func (r *Runner) notTaken() []string {
	if list := r.broken.Load(); list != nil {
		return *list
	}
	return nil
}

// Broken notes why the newest policies were not taken; nil that they were.
func (r *Runner) Broken(findings []string) { r.broken.Store(&findings) }

// Start lets all sensors tick until Stop.
func (r *Runner) Start(ctx context.Context) {
	r.arranging <- struct{}{}
	defer r.arranging.leave()
	r.start = func(l *loop, first time.Time) {
		r.running.Go(func() { l.run(ctx, first) })
	}
	now := r.Clock.Now()
	for _, l := range r.loops() {
		first := now
		if due := l.sensor.Last().Add(l.Every); due.After(now) && due.Before(now.Add(l.Every)) {
			first = due
		}
		r.start(l, first)
	}
}

// Stop waits for the ticks that are under way. No sensor ticks by itself any more.
func (r *Runner) Stop() {
	r.arranging <- struct{}{}
	defer r.arranging.leave()
	r.start = nil
	for _, l := range r.loops() {
		l.end()
	}
	r.running.Wait()
}

// Once ticks every sensor once.
func (r *Runner) Once(ctx context.Context) error {
	var first error
	for _, l := range r.loops() {
		if err := l.tick(ctx); err != nil && first == nil {
			first = fmt.Errorf("%s: %w", l.Name, err)
		}
	}
	return first
}
