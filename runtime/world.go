package runtime

import (
	"context"
	"time"

	"auto/runtime/control"
	"auto/runtime/events"
	"auto/runtime/project"
	"auto/vm/graph"
)

// World is a system that is asked what happened, beside the events that are sent.
type World interface {
	// Look takes in, by a function that stores events, what happened to what a graph has
	// since the last look. With an error, what was taken in stays, and the next look goes on
	// from there.
	Look(ctx context.Context, g *graph.Graph, take func(context.Context, []events.Event) error) error
	// Seen reports whether all that a graph has was looked at once, so that conditions can
	// tell what is missing.
	Seen(ctx context.Context, g *graph.Graph) (bool, error)
	// Every is the pause between looks.
	Every() time.Duration
	// Status tells how the last look went.
	Status() control.DagsterStatus
}

// longestPause is the longest pause between looks that fail.
const longestPause = time.Minute

// look looks once at what a graph has, alone.
func (d *Daemon) look(ctx context.Context, g *graph.Graph) error {
	d.looking.Lock()
	defer d.looking.Unlock()
	service := d.Service()
	return d.World.Look(ctx, g, func(ctx context.Context, list []events.Event) error {
		_, err := service.Events(ctx, list)
		return err
	})
}

// startConditions lets conditions tick, where there is a world once it was seen. The
// function that it gives ends the looks, and waits for one that is under way.
func (d *Daemon) startConditions(ctx context.Context) (end func()) {
	if d.World == nil {
		d.conditions.Start(ctx)
		return func() {}
	}
	looks, cut := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		d.lookOn(ctx, looks)
	}()
	return func() { cut(); <-ended }
}

// lookOn lets conditions tick, with ctx, once the world was seen; and looks on until looks
// is cut.
func (d *Daemon) lookOn(ctx, looks context.Context) {
	started, failures := false, 0
	for {
		err := d.look(looks, d.Current().Graph)
		if d.kept(looks, "Dagster could not be read; what happened there is taken in later", err) {
			failures = 0
		} else {
			failures++
		}
		if !started && err == nil {
			started = true
			d.conditions.Start(ctx)
		}
		if !d.pause(looks, d.pauseAfter(failures)) {
			return
		}
	}
}

// pauseAfter gives the pause after a number of failures in a row.
func (d *Daemon) pauseAfter(failures int) time.Duration {
	pause := d.World.Every()
	for range failures - 1 {
		pause = min(2*pause, max(longestPause, d.World.Every()))
	}
	return pause
}

// pause waits, and reports false where the end comes first.
func (d *Daemon) pause(ctx context.Context, length time.Duration) bool {
	timer, cancel := d.Clock.Until(d.Clock.Now().Add(length))
	defer cancel()
	select {
	case <-ctx.Done():
		return false
	case <-timer:
		return true
	}
}

// enforce puts a changed project in force. What the old one had not is looked at first: to
// conditions all of it would be missing.
func (d *Daemon) enforce(ctx context.Context, p *project.Project) error {
	if d.World != nil {
		seen, err := d.World.Seen(ctx, p.Graph)
		if err == nil && !seen {
			err = d.look(ctx, p.Graph)
		}
		if err != nil {
			return err
		}
	}
	return d.conditions.Reload(ctx, p)
}
