// Package automation runs the sensors of conditions: each ticks at its own pace over what
// the journal says, and what it decides is stored before anything else is.
package automation

import (
	"context"
	"encoding/json"
	"errors"
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
)

// Store is what is kept.
type Store interface {
	store.Conditions
}

// Options say what a runner works with.
type Options struct {
	Store Store
	Clock clock.Clock
	Log   *slog.Logger
	// Notify is called when requests have become due.
	Notify func()
	// Around, where it is not nil, is called around each tick of a sensor, for traces.
	Around func(ctx context.Context, sensor string, tick func(context.Context) error) error
}

// Runner runs the sensors of one project.
type Runner struct {
	Options
	// began is when it was opened.
	began time.Time

	// arrange is held while the sensors are others than before.
	arrange sync.Mutex
	project *project.Project
	state   *live.Project
	loops   []*loop

	// appended is the last record of those that sensors take in; taken counts events.
	appended, taken atomic.Int64
	// broken says why the newest policies are not in force.
	broken []string
}

// Open gives the state of a project as its journal has it, with the project's policies in
// force.
func Open(ctx context.Context, o Options, p *project.Project) (*Runner, error) {
	r := &Runner{Options: o, began: o.Clock.Now()}
	if err := r.restore(ctx, p); err != nil {
		return nil, err
	}
	if err := r.down(ctx); err != nil {
		return nil, err
	}
	if err := r.put(ctx, p); err != nil {
		return nil, err
	}
	r.loops = r.makeLoops()
	return r, nil
}

// restore plays the journal.
func (r *Runner) restore(ctx context.Context, p *project.Project) (err error) {
	if err := r.first(ctx); err != nil {
		return err
	}
	differing := 0
	r.state, err = history.Play(ctx, r.Store, history.Loader(ctx, r.Store, p.Dir), history.Options{From: history.Latest,
		Visit: func(rec live.Record, _ *live.Project, now *live.Outcome) error {
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
	r.appended.Store(r.state.Seq)
	return nil
}

// first keeps a snapshot of nothing, so that the journal can be played from its beginning
// while that is kept.
func (r *Runner) first(ctx context.Context) error {
	_, ok, err := r.Store.Snapshot(ctx, history.Latest)
	if err != nil || ok {
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
	rec := store.Record{At: r.Clock.Now(), Kind: kind, Body: text}
	if rec.Seq, err = r.Store.Note(ctx, rec); err != nil {
		return live.Record{}, err
	}
	r.advance(rec.Seq)
	return live.Read(rec)
}

// advance notes that there is something to take in.
func (r *Runner) advance(seq int64) {
	for {
		known := r.appended.Load()
		if seq <= known || r.appended.CompareAndSwap(known, seq) {
			return
		}
	}
}

// put puts a project in force unless it is already. The sensors do not tick meanwhile.
func (r *Runner) put(ctx context.Context, p *project.Project) error {
	r.project = p
	print := live.Fingerprint(p)
	if r.state.Setup != nil && r.state.Setup.Fingerprint == print {
		return r.feed(ctx)
	}
	body := journal.Policies{Fingerprint: print, Texts: map[string]string{}, Env: p.Env}
	for path, text := range p.Texts {
		name, err := r.Store.PutText(ctx, []byte(text))
		if err != nil {
			return err
		}
		body.Texts[path] = name
	}
	rec, err := r.append(ctx, journal.KindPolicies, body)
	if err != nil {
		return err
	}
	if err := r.feed(ctx); err != nil {
		return err
	}
	return r.state.Put(rec, live.NewSetup(p))
}

// feed has all sensors take in what the journal has for them.
func (r *Runner) feed(ctx context.Context) error {
	if len(r.state.Sensors) == 0 {
		return r.Store.Records(ctx, r.state.Seq, live.Inputs, func(rec store.Record) error {
			read, err := live.Read(rec)
			if err == nil {
				_, err = r.state.Play(read, live.Options{})
			}
			return err
		})
	}
	for _, s := range r.state.Sensors {
		if err := r.take(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// take has one sensor take in what is new.
func (r *Runner) take(ctx context.Context, s *live.Sensor) error {
	if s.Taken() >= r.appended.Load() {
		return nil
	}
	return r.Store.Records(ctx, s.Taken(), live.Inputs, func(rec store.Record) error {
		read, err := live.Read(rec)
		if err != nil {
			return err
		}
		return s.Take(read)
	})
}

// Reload puts a changed project in force. Where that fails the old one goes on.
func (r *Runner) Reload(ctx context.Context, p *project.Project) error {
	r.arrange.Lock()
	defer r.arrange.Unlock()
	running := r.stopLoops()
	err := r.flush(ctx)
	if err == nil {
		err = r.put(ctx, p)
	}
	if err == nil {
		r.broken = nil
		r.loops = r.carry(r.makeLoops())
	}
	if running {
		r.startLoops(ctx, err == nil)
	}
	return err
}

// flush stores what ticks decided and could not store.
func (r *Runner) flush(ctx context.Context) error {
	var failures []error
	for _, l := range r.loops {
		if err := l.commit(ctx); err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", l.sensor.Name, err))
		}
	}
	return errors.Join(failures...)
}

// Broken notes why the newest policies were not taken; nil that they were.
func (r *Runner) Broken(findings []string) {
	r.arrange.Lock()
	defer r.arrange.Unlock()
	r.broken = findings
}
