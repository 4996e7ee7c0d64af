package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"

	"auto/compiler/files"
	"auto/lang/diag"
	"auto/runtime"
	"auto/runtime/automation"
	"auto/runtime/control"
	"auto/runtime/live"
	"auto/runtime/metrics"
	"auto/runtime/project"
	"auto/runtime/sensor"
	"auto/runtime/sources"
	"auto/runtime/sources/folder"
	"auto/runtime/sources/s3"
	"auto/runtime/store/sqlite"
)

type runCommand struct {
	projectFlag
	Once    bool `help:"Tick every sensor and files block once, deliver what is due, and end."`
	DryRun  bool `help:"Show the requests of one tick as JSON lines; change and deliver nothing."`
	Verbose bool `short:"v" help:"Log ticks that changed nothing, too."`
	clockFlag
}

// Run runs the project.
func (c runCommand) Run(s system) error {
	s, closeClock, err := c.clockFlag.use(s)
	if err != nil {
		return err
	}
	defer closeClock()
	root, err := c.root()
	if err != nil {
		return err
	}
	load := func() (*project.Project, diag.List) { return s.loadToRun(root) }
	p, found := load()
	if found.HasErrors() {
		s.write(diag.Text, found)
		return fmt.Errorf("the project has findings (%s) and does not run", found.Summary())
	}
	log := c.logger(s)
	s.report(log, found)
	return c.open(s, p, load, log)
}

// loadToRun loads a project that is to run. One without anything to run is refused as a
// mistake is: that its policies are gone would drop all that is owed.
func (s system) loadToRun(root string) (*project.Project, diag.List) {
	p, found := project.Load(root, project.Options{Getenv: s.getenv, Now: s.clock.Now(), NeedEnv: true})
	if !found.HasErrors() && len(p.Policies.Files)+len(p.Policies.Policies) == 0 {
		found.Add(diag.Diagnostic{Code: diag.NothingToRun, Message: "The project in " + root + " has neither a policy nor a files block.", Help: "Write one into a policy file; `auto init DIR` shows a small project."})
	}
	return p, found
}

// logger writes text to a terminal and JSON elsewhere.
func (c runCommand) logger(s system) *slog.Logger {
	options := &slog.HandlerOptions{Level: slog.LevelInfo}
	if c.Verbose {
		options.Level = slog.LevelDebug
	}
	if s.progress {
		return slog.New(slog.NewTextHandler(s.stderr, options))
	}
	return slog.New(slog.NewJSONHandler(s.stderr, options))
}

// report tells the findings of a project that runs: with excerpts to people, and elsewhere
// as lines of the log, whose readers take nothing else.
func (s system) report(log *slog.Logger, found diag.List) {
	if s.progress {
		if len(found) > 0 {
			s.write(diag.Text, found)
		}
		return
	}
	for _, d := range found {
		level := slog.LevelWarn
		if d.Severity() == diag.Error {
			level = slog.LevelError
		}
		log.Log(s.ctx, level, "finding", "code", d.Code, "finding", d.Error())
	}
}

// open opens what the daemon works with, and lets it work.
func (c runCommand) open(s system, p *project.Project, load func() (*project.Project, diag.List), log *slog.Logger) error {
	folder, remove, err := c.stateFolder(p)
	if err != nil {
		return err
	}
	store, err := openStore(s.ctx, folder, "auto run")
	if err != nil {
		return errors.Join(err, remove())
	}
	return errors.Join(c.work(s, p, store, load, log), store.Close(), remove())
}

// work lets the daemon work with a store.
func (c runCommand) work(s system, p *project.Project, store *sqlite.Store, load func() (*project.Project, diag.List), log *slog.Logger) error {
	options := runtime.Options{
		Project: p, Store: store, Clock: s.clock, Random: rand.Float64, Log: log,
		Open: s.openSource, Reload: load, Report: func(found diag.List) { s.report(log, found) },
	}
	if err := c.connect(s, &options); err != nil {
		return err
	}
	if s.progress {
		options.Progress = s.showProgress
	}
	options.Metrics = metrics.NewDaemon(version)
	var err error
	if options.Tracer, err = s.tracer(p, options); err != nil {
		return err
	}
	defer s.endTracer(options)
	switch {
	case c.DryRun:
		return s.dryRun(options)
	case c.Once:
		return asFinding(once(s.ctx, options))
	}
	return c.daemon(s, p, options)
}

// once ticks everything once.
func once(ctx context.Context, o runtime.Options) error {
	d := runtime.New(o)
	if err := d.Prepare(ctx); err != nil {
		return err
	}
	return d.Once(ctx)
}

// asFinding gives the failures of a tick as findings, with the codes that explain them.
func asFinding(err error) error {
	var first *sensor.FirstListingError
	var failed *sources.Error
	switch {
	case errors.As(err, &first):
		return diag.Diagnostic{Code: diag.FirstListing, Message: fmt.Sprintf("The first listing of `%s` found %d files, and the block does not say what they are for.", first.Block, first.Files),
			Help: "Write `existing skip` to remember them without a run, or `existing take` to run each."}
	case errors.As(err, &failed):
		return diag.Diagnostic{Code: diag.SourceFailed, Message: failed.Message, Help: failed.Help}
	}
	return asState(err)
}

// asState gives a journal that does not give the state as a finding.
func asState(err error) error {
	var broken *live.BrokenError
	var state *automation.StateError
	switch {
	case errors.As(err, &broken):
		return diag.Diagnostic{Code: diag.StateFailed, Message: "The state cannot be made from the journal: " + strings.TrimSuffix(broken.Error(), ".") + ".",
			Help: "Start the version of auto that ran them once more and stop it: it keeps the state as of then, and this one goes on from there. Another `state` folder begins anew."}
	case errors.As(err, &state):
		return diag.Diagnostic{Code: diag.StateFailed, Message: "The state cannot be made from the journal: " + strings.TrimSuffix(state.Err.Error(), ".") + ".",
			Help: "Put a copy of the state folder in its place; another `state` folder begins anew, and knows nothing of what was launched."}
	}
	return err
}

// daemon runs until it is told to stop.
func (c runCommand) daemon(s system, p *project.Project, options runtime.Options) error {
	d := runtime.New(options)
	if err := d.Prepare(s.ctx); err != nil {
		return asFinding(err)
	}
	service := d.Service()
	listener, err := control.Listen(p.StateFolder())
	if err != nil {
		return diag.Diagnostic{Code: diag.SocketFailed, Message: fmt.Sprintf("The control socket in %s cannot be opened: %v.", p.StateFolder(), err), Help: "Name a `state` folder on a local file system."}
	}
	endHTTP, err := s.listen(p, d)
	if err != nil {
		return errors.Join(err, listener.Close(), control.Cleanup(p.StateFolder()))
	}
	server := &http.Server{Handler: control.Handler(service, service, service)}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	stop, ctx, end := drains(s.ctx)
	defer end()
	reload, endReload := reloads()
	defer endReload()
	options.Log.Info("running", "project", p.Dir, "blocks", len(p.Policies.Files), "policies", len(p.Policies.Policies), "launcher", p.Config.Launcher.Kind)
	err = d.Run(ctx, stop, reload)
	options.Log.Info("stopped")
	failures := []error{err, endHTTP(), server.Close(), control.Cleanup(p.StateFolder())}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}

// openSource gives the source that a program reads.
func (s system) openSource(ctx context.Context, p *project.Project, ref files.SourceRef) (sources.Source, error) {
	if ref.Kind == "folder" {
		return folder.New(ref.Bucket, p.Path(ref.Bucket)), nil
	}
	o := p.Config.BucketOptions(ref)
	return s3.New(ctx, s3.Options{
		Bucket: ref.Bucket, Region: o.Region, Endpoint: o.Endpoint, PathStyle: o.PathStyle, Timeout: o.Timeout, Clock: s.clock, Random: rand.Float64,
	})
}

// showProgress draws how far a long listing is, and wipes it at the end.
func (s system) showProgress(block string, keys int) {
	const long = 10_000
	switch {
	case keys >= long:
		fmt.Fprintf(s.stderr, "\r%s: %d keys listed\x1b[K", block, keys)
	case keys == 0:
		fmt.Fprint(s.stderr, "\r\x1b[K")
	}
}

// drains gives a channel that closes when the first signal comes, and a context that
// ends when a second one does.
func drains(first context.Context) (<-chan struct{}, context.Context, func()) {
	second, cancel := context.WithCancel(context.WithoutCancel(first))
	stop := make(chan struct{})
	go func() {
		<-first.Done()
		close(stop)
		again, end := signals()
		defer end()
		select {
		case <-again.Done():
			cancel()
		case <-second.Done():
		}
	}()
	return stop, second, cancel
}
