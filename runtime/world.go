package runtime

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"auto/runtime/control"
	"auto/runtime/events"
	"auto/runtime/project"
	"auto/vm/graph"
)

// World is a system that is asked what happened, beside the events that are sent.
type World interface {
	// Look takes in, by a function that stores events, what happened to the assets of a
	// project since the last look. With an error, what was taken in stays, and the next look
	// goes on from there.
	Look(ctx context.Context, p *project.Project, take func(context.Context, []events.Event) error) error
	// Compare notes how the assets of the project in force differ from what the system
	// defines: one that is only looked at would take its place in what is told.
	Compare(ctx context.Context, p *project.Project)
	// Unseen gives the assets of a graph that no look has told of: to conditions they would
	// be missing.
	Unseen(ctx context.Context, g *graph.Graph) ([]string, error)
	// Every is the pause between looks.
	Every() time.Duration
	// Status tells how the last look went.
	Status() control.DagsterStatus
}

// longestPause is the longest pause between looks that fail.
const longestPause = time.Minute

// look looks once at the assets of a project, alone.
func (d *Daemon) look(ctx context.Context, p *project.Project) error {
	d.looking.Lock()
	defer d.looking.Unlock()
	service := d.Service()
	err := d.World.Look(ctx, p, func(ctx context.Context, list []events.Event) error {
		_, err := service.Events(ctx, list)
		return err
	})
	if err == nil && p == d.Current() {
		d.World.Compare(ctx, p)
	}
	return err
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
		err := d.lookNext(looks, started)
		if d.kept(looks, whileUnread(started), err) {
			failures = 0
		} else {
			failures++
		}
		if !started && err == nil {
			started = true
			d.waiting.set("")
			d.conditions.Start(ctx)
		}
		if !d.pause(looks, d.pauseAfter(failures)) {
			return
		}
	}
}

// whileUnread says what it means that Dagster cannot be read.
func whileUnread(started bool) string {
	if started {
		return "Dagster could not be read; what happened there is taken in later"
	}
	return "Dagster could not be read; conditions wait for it"
}

// lookNext looks once; as long as conditions do not tick, all has to be seen.
func (d *Daemon) lookNext(ctx context.Context, started bool) error {
	if started {
		return d.look(ctx, d.Current())
	}
	return d.see(ctx, d.Current())
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

// see looks at the assets of a project, all of which have to be seen then.
func (d *Daemon) see(ctx context.Context, p *project.Project) error {
	if err := d.look(ctx, p); err != nil {
		return err
	}
	unseen, err := d.World.Unseen(ctx, p.Graph)
	if err == nil && len(unseen) > 0 {
		err = unseenError(unseen)
		d.waiting.set(err.Error())
	}
	return err
}

// unseenError names assets that no look could tell of.
func unseenError(keys []string) error {
	const most = 3
	names := "`" + strings.Join(keys[:min(most, len(keys))], "`, `") + "`"
	if more := len(keys) - most; more > 0 {
		names += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Errorf("what happened to %s is not known yet, as a code location is down, or what Dagster defines cannot be read. It is read as soon as that can be; to go on before, take it out of the project, as `auto graph import dagster --partial` does", names)
}

// enforce puts a changed project in force. What the old one had not is looked at first: to
// conditions all of it would be missing.
func (d *Daemon) enforce(ctx context.Context, p *project.Project) error {
	if d.World != nil {
		if err := d.meet(ctx, p); err != nil {
			return err
		}
	}
	return d.conditions.Reload(ctx, p)
}

// meet looks at what a project adds to the one in force, all of which has to be seen then.
// What that has keeps no other version out.
func (d *Daemon) meet(ctx context.Context, p *project.Project) error {
	added, err := d.added(ctx, p)
	if err != nil || len(added) == 0 {
		return err
	}
	if err := d.look(ctx, p); err != nil {
		return err
	}
	if added, err = d.added(ctx, p); err == nil && len(added) > 0 {
		err = unseenError(added)
	}
	return err
}

// added gives the unseen assets of a project that the one in force has not.
func (d *Daemon) added(ctx context.Context, p *project.Project) ([]string, error) {
	unseen, err := d.World.Unseen(ctx, p.Graph)
	return slices.DeleteFunc(unseen, d.Current().Graph.Has), err
}
