// Package runtime runs a project: its files blocks tick, each on its own, and their
// requests go out, until it is told to stop.
package runtime

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"auto/compiler/files"
	"auto/lang/diag"
	"auto/runtime/automation"
	"auto/runtime/clock"
	"auto/runtime/launch"
	"auto/runtime/metrics"
	"auto/runtime/outbox"
	"auto/runtime/parameters"
	"auto/runtime/project"
	"auto/runtime/request"
	"auto/runtime/sensor"
	"auto/runtime/sources"
	"auto/runtime/store"
	"auto/runtime/tracing"
)

// Options say what a daemon works with.
type Options struct {
	Project  *project.Project
	Store    store.Store
	Launcher launch.Launcher
	Clock    clock.Clock
	// Random gives a number in [0, 1).
	Random func() float64
	Log    *slog.Logger
	// Open gives the source that a program reads.
	Open func(ctx context.Context, p *project.Project, ref files.SourceRef) (sources.Source, error)
	// Reload loads the project anew; nil where it never changes.
	Reload func() (*project.Project, diag.List)
	// Report is called with the findings of a reload that failed.
	Report func(diag.List)
	// Progress, where it is not nil, is called while a listing goes on, with the keys so
	// far, and with 0 at its end.
	Progress func(block string, keys int)
	// World is asked what happened; nil where events tell all. Conditions tick once it was.
	World World
	// Metrics counts and Tracer traces what happens; nil for neither.
	Metrics *metrics.Daemon
	Tracer  *tracing.Tracer
}

// Daemon runs one project.
type Daemon struct {
	Options
	outbox *outbox.Outbox
	// origins are the sources by block, for moves.
	mu      sync.Mutex
	origins map[string]sources.Source
	running map[string]*runner

	conditions *automation.Runner
	parameters *parameters.Service
	// current is the project in force, for whoever asks.
	current atomic.Pointer[project.Project]
	// watched is the project that was read last, whether or not it is in force.
	watched *project.Project
	// loaded is the fingerprint of the project that it began with.
	loaded string
	// again: a reload failed for another reason than the project's, pending says why. It is
	// tried again at next, later with each of tries.
	again bool
	tries int
	next  time.Time
	// pending is why the project that was read last is not in force yet, though nothing is
	// wrong with it; waiting why conditions do not tick yet.
	pending, waiting reason
	// saved and pruned are when a snapshot was kept and the past forgotten last.
	saved, pruned time.Time
	// lost are the reasons for which something could not be kept last.
	lost lost
	// looking is held during a look.
	looking sync.Mutex
}

// reason is a text for whoever asks, "" for none.
type reason struct{ text atomic.Pointer[string] }

func (r *reason) set(text string) { r.text.Store(&text) }

func (r *reason) get() string {
	if text := r.text.Load(); text != nil {
		return *text
	}
	return ""
}

// runner is a files block at work.
type runner struct {
	program *files.Program
	stop    chan struct{}
	done    chan struct{}
}

// New gives a daemon that does nothing until it is run.
func New(o Options) *Daemon {
	d := &Daemon{Options: o, watched: o.Project, loaded: fingerprint(o.Project), origins: map[string]sources.Source{}, running: map[string]*runner{}}
	d.current.Store(o.Project)
	d.parameters = &parameters.Service{Store: o.Store, Project: d.current.Load, Now: o.Clock.Now, Write: d.edit, Due: func() { d.outbox.Notify() }, Log: o.Log}
	d.outbox = outbox.New(outbox.Options{Store: o.Store, Launcher: observed{o.Launcher, d}, Move: d.move, Clock: o.Clock, Random: o.Random, Log: o.Log})
	return d
}

// Prepare makes the state of the conditions from the journal. It comes before Run and Once.
func (d *Daemon) Prepare(ctx context.Context) (err error) {
	d.conditions, err = automation.Open(ctx, automation.Options{Store: d.Store, Clock: d.Clock, Log: d.Log, Notify: d.outbox.Notify, Around: d.observeTick}, d.Project)
	d.saved = d.Clock.Now()
	d.current.Store(d.Project)
	return err
}

// Current gives the project in force, once the daemon is prepared.
func (d *Daemon) Current() *project.Project { return d.current.Load() }

// Run works until stop is closed, then ends what is under way. Each value of reload, and
// each change of the project's files, loads it anew. Cutting ctx short ends deliveries,
// too.
func (d *Daemon) Run(ctx context.Context, stop <-chan struct{}, reload <-chan struct{}) error {
	d.renew(ctx)
	d.start(ctx, d.Project)
	endLooking := d.startConditions(ctx)
	delivered := make(chan error, 1)
	stopOutbox := make(chan struct{})
	go func() { delivered <- d.outbox.Run(ctx, stopOutbox) }()
	err := d.watch(ctx, stop, reload, delivered, endLooking)
	d.stopAll()
	d.conditions.Stop()
	close(stopOutbox)
	if waits, ok := d.Launcher.(launch.Stopper); ok {
		waits.Stop()
	}
	return errors.Join(err, d.conditions.Save(ctx), <-delivered)
}

// watch reloads until the end. What waits for ticks does so on the side, one thing at a
// time. It ends the looks before it waits for that, which may wait for a look.
func (d *Daemon) watch(ctx context.Context, stop <-chan struct{}, reload <-chan struct{}, delivered chan error, endLooking func()) error {
	const look = 2 * time.Second
	ctx, cancelAll := context.WithCancel(ctx)
	var beside chore
	defer func() { cancelAll(); endLooking(); beside.wait() }()
	print, asked := d.loaded, false
	for {
		timer, cancel := d.Clock.Until(d.Clock.Now().Add(look))
		waited := false
		select {
		case <-ctx.Done():
			cancel()
			return nil
		case <-stop:
			cancel()
			return nil
		case err := <-delivered:
			cancel()
			delivered <- nil
			return err
		case <-beside.done():
			beside.finish()
		case <-reload:
			asked = true
		case <-timer:
			waited = true
		}
		cancel()
		if now := fingerprint(d.watched); beside.free() && (asked || now != print || d.again && waited && !d.Clock.Now().Before(d.next)) {
			asked = false
			print = d.reload(ctx, &beside)
		}
		d.keep(ctx, &beside)
	}
}

// reload loads the project anew; with errors the last good one goes on. It gives the
// fingerprint of what was read.
func (d *Daemon) reload(ctx context.Context, beside *chore) (print string) {
	if d.Reload == nil {
		return fingerprint(d.Project)
	}
	fresh, found, print := d.readAgain()
	if found.HasErrors() {
		d.Log.Error("the project was not reloaded; the last good policies stay", "findings", found.Summary())
		d.Report(found)
		d.pending.set("")
		d.conditions.Broken(lines(found))
		return print
	}
	beside.begin(func() error { return d.enforce(ctx, fresh) }, func(err error) { d.reloaded(ctx, fresh, err) })
	return print
}

// readAgain reads the project until its files stay as they are meanwhile: what is written
// between a reading and its fingerprint would not be noticed. Where they never do, the
// fingerprint is of no project, so that it is read again soon. What was read is watched on,
// so that the next change is noticed.
func (d *Daemon) readAgain() (fresh *project.Project, found diag.List, print string) {
	const most = 3
	before := fingerprint(d.watched)
	for range most {
		fresh, found = d.Reload()
		d.watched = fresh
		if print = fingerprint(fresh); print == before {
			return fresh, found, print
		}
		before = print
	}
	return fresh, found, ""
}

// reloaded follows a project that is in force for conditions, unless that failed: then it
// is tried again soon.
func (d *Daemon) reloaded(ctx context.Context, fresh *project.Project, err error) {
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		if said := err.Error(); !d.again || said != d.pending.get() {
			d.Log.Error("the project was not reloaded; the last good policies stay, and it is tried again", "error", err)
		}
		const first, most = 2 * time.Second, 30 * time.Second
		d.again, d.next = true, d.Clock.Now().Add(min(first<<min(d.tries, 4), most))
		d.tries++
		d.pending.set(err.Error())
		d.conditions.Broken(nil)
		return
	}
	d.pending.set("")
	d.again, d.tries = false, 0
	if !fresh.Config.Reaches(&d.Project.Config) {
		d.Log.Warn("the project file has another `launcher` or `dagster`; `auto run` takes that at its next start")
	}
	d.stopAll()
	d.Project = fresh
	d.current.Store(fresh)
	d.start(ctx, fresh)
	d.renew(ctx)
	d.Log.Info("the project was reloaded", "blocks", len(fresh.Policies.Files), "policies", len(fresh.Policies.Policies))
}

// renew writes the requests anew that lacked parameters and that the project in force gives
// them to.
func (d *Daemon) renew(ctx context.Context) {
	if _, err := d.parameters.Retry(ctx, ""); err != nil {
		d.Log.Error("requests that lacked parameters could not be written anew", "error", err)
	}
}

// edit stores an edit of parameters where the conditions learn of it.
func (d *Daemon) edit(ctx context.Context, put func(at time.Time) (int64, error)) error {
	return d.conditions.Edit(ctx, put)
}

// lines writes findings one a line.
func lines(found diag.List) []string {
	out := make([]string, len(found))
	for i, f := range found {
		out[i] = f.Error()
	}
	return out
}

// start lets every block of a project tick.
func (d *Daemon) start(ctx context.Context, p *project.Project) {
	for _, program := range p.Policies.Files {
		r := &runner{program, make(chan struct{}), make(chan struct{})}
		d.running[program.Name] = r
		go func() {
			defer close(r.done)
			d.loop(ctx, p, r)
		}()
	}
}

// stopAll waits for the ticks that are under way.
func (d *Daemon) stopAll() {
	for _, r := range d.running {
		close(r.stop)
	}
	for name, r := range d.running {
		<-r.done
		delete(d.running, name)
	}
}

// loop ticks one block at its pace. A tick that takes longer than the pace is followed
// by the next at once; what fell into it is not made up for.
func (d *Daemon) loop(ctx context.Context, p *project.Project, r *runner) {
	s, err := d.sensor(ctx, p, r.program)
	if err != nil {
		d.Log.Error("the source cannot be opened", "block", r.program.Name, "error", err)
		return
	}
	for {
		began := d.Clock.Now()
		// A failed tick is logged there, and the next one tries again.
		_ = d.tick(ctx, s)
		timer, cancel := d.Clock.Until(began.Add(r.program.Every))
		select {
		case <-ctx.Done():
		case <-r.stop:
		case <-timer:
			cancel()
			continue
		}
		cancel()
		return
	}
}

// sensor makes the sensor of a program.
func (d *Daemon) sensor(ctx context.Context, p *project.Project, program *files.Program) (*sensor.Sensor, error) {
	source, err := d.Open(ctx, p, program.Source)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", program.Name, err)
	}
	d.mu.Lock()
	d.origins[program.Name] = source
	d.mu.Unlock()
	s := &sensor.Sensor{Program: program, Source: source, Store: d.Store, Retention: p.Config.Retention, Decider: parameters.Decider(p, program)}
	if d.Progress != nil {
		s.Progress = func(keys int) { d.Progress(program.Name, keys) }
	}
	return s, nil
}

// tick ticks one block and logs what it did.
func (d *Daemon) tick(ctx context.Context, s *sensor.Sensor) error {
	at := d.Clock.Now()
	report, err := d.tickWith(ctx, s, at)
	if d.Progress != nil {
		d.Progress(s.Program.Name, 0)
	}
	d.outbox.Notify()
	log := d.Log.With("block", s.Program.Name)
	took := d.Clock.Now().Sub(at).Round(time.Microsecond)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		log.Error("tick failed", "code", codeOf(err), "error", err, "took", took)
		return fmt.Errorf("%s: %w", s.Program.Name, err)
	case report.Failed != nil:
		log.Warn("listing failed", "code", diag.SourceFailed, "error", report.Failed, "calls", report.Calls, "keys", report.Keys)
	}
	level := slog.LevelDebug
	if report.Changed() {
		level = slog.LevelInfo
	}
	log.Log(ctx, level, "tick", counts(report, took)...)
	if report.Failed != nil {
		return fmt.Errorf("%s: %w", s.Program.Name, report.Failed)
	}
	return nil
}

// tickWith ticks one block with the parameters in force.
func (d *Daemon) tickWith(ctx context.Context, s *sensor.Sensor, at time.Time) (report sensor.Report, err error) {
	stored, err := d.parameters.InForce(ctx)
	if err != nil {
		return report, err
	}
	s.Decider.Params.Stored = stored.Stored
	return s.Tick(ctx, at)
}

// codeOf gives the code that explains why a tick failed.
func codeOf(err error) diag.Code {
	var first *sensor.FirstListingError
	if errors.As(err, &first) {
		return diag.FirstListing
	}
	return diag.StoreFailed
}

// counts gives what a tick did, without what it did not.
func counts(r sensor.Report, took time.Duration) []any {
	out := []any{"calls", r.Calls, "keys", r.Keys, "took", took.String()}
	for _, c := range []struct {
		name string
		n    int
	}{
		{"new", r.New}, {"settling", r.Settling}, {"requested", r.Requested}, {"unmatched", r.Unmatched}, {"parked", r.Parked}, {"skipped", r.Skipped},
		{"quarantined", r.Quarantined}, {"kept", r.Kept}, {"gone", r.Gone}, {"retried", r.Retried}, {"released", r.Released}, {"held", r.Held},
	} {
		if c.n > 0 {
			out = append(out, c.name, c.n)
		}
	}
	return out
}

// move carries out a quarantine.
func (d *Daemon) move(ctx context.Context, r request.Request) error {
	d.mu.Lock()
	source := d.origins[r.Block]
	d.mu.Unlock()
	if source == nil {
		return &launch.Failure{Kind: launch.Refused, Reason: "The block " + r.Block + " is no longer in the project, so its file cannot be moved."}
	}
	err := source.Move(ctx, r.File.Key, r.MoveTo)
	if errors.Is(err, sources.ErrNotExist) {
		return nil // someone moved or deleted it: it is out of the way
	}
	return err
}
