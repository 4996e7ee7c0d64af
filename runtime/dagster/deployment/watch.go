package deployment

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/Khan/genqlient/graphql"
)

// Watch keeps a deployment in memory and reads it again when a location changed. It is
// safe for concurrent use; callers that ask at one time share the calls.
type Watch struct {
	// Client asks; Now tells the time; Every is how old an answer may be before the
	// versions of the locations, and the state of sensors, are asked for again.
	Client graphql.Client
	Exact  Exact
	Now    func() time.Time
	Every  time.Duration

	mu     sync.Mutex
	last   *Deployment
	err    error     // of the last look
	looked time.Time // when the last look began, the zero time before
	flight *look
}

// look is one look at the deployment, shared by all who wait for it.
type look struct {
	done chan struct{}
	d    *Deployment
	err  error
	// begun: what changes from now on, it may not see.
	begun bool
	// cut: its caller no longer wanted it, so nothing is known.
	cut bool
	// next is the look for those who want one that begins later.
	next *look
}

// Current gives the deployment, at most Every old. With an error it is the last one that
// was read, nil where none was; that a look failed is told for as long as its answer
// would have held. The deployment is not to be written to: it is the same one until
// something changed.
func (w *Watch) Current(ctx context.Context) (*Deployment, error) {
	w.mu.Lock()
	if !w.looked.IsZero() && w.flight == nil && w.Now().Sub(w.looked) < w.Every {
		defer w.mu.Unlock()
		return w.last, w.err
	}
	w.mu.Unlock()
	return w.join(ctx, false)
}

// Fresh gives the deployment as it is now: by a look that began after the call. Errors
// are as those of Current.
func (w *Watch) Fresh(ctx context.Context) (*Deployment, error) {
	return w.join(ctx, true)
}

// ticket is a place in a look: as the one who looks, once the look before is over, or as
// one who waits for the answer.
type ticket struct {
	look, before *look
	mine         bool
}

// board begins a look, or joins one: the one under way, or where it has to begin later
// the next one.
func (w *Watch) board(later bool) ticket {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.flight
	switch {
	case f == nil:
		w.flight = &look{done: make(chan struct{})}
		return ticket{look: w.flight, mine: true}
	case !later || !f.begun:
		return ticket{look: f}
	case f.next == nil:
		f.next = &look{done: make(chan struct{})}
		return ticket{look: f.next, before: f, mine: true}
	}
	return ticket{look: f.next}
}

// join gives the answer of a look. One that was cut short by its own caller is begun anew
// by another.
func (w *Watch) join(ctx context.Context, later bool) (*Deployment, error) {
	for {
		t := w.board(later)
		if t.mine {
			return w.fly(ctx, t)
		}
		select {
		case <-t.look.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if !t.look.cut {
			return t.look.d, t.look.err
		}
	}
}

// fly looks, once the look before is over, and tells all who wait.
func (w *Watch) fly(ctx context.Context, t ticket) (*Deployment, error) {
	if t.before != nil {
		select {
		case <-t.before.done:
		case <-ctx.Done():
			return nil, w.land(t.look, nil, ctx.Err(), true)
		}
	}
	w.mu.Lock()
	last := w.last
	w.looked, t.look.begun = w.Now(), true
	w.mu.Unlock()
	d, err := w.look(ctx, last)
	if err != nil {
		d = last
	}
	return d, w.land(t.look, d, err, err != nil && ctx.Err() != nil)
}

// land ends a look.
func (w *Watch) land(l *look, d *Deployment, err error, cut bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	l.d, l.err, l.cut = d, err, cut
	switch {
	case l.begun && cut:
		w.looked = time.Time{}
	case l.begun:
		w.last, w.err = d, err
	}
	if w.flight == l {
		w.flight = l.next
	} else if w.flight != nil && w.flight.next == l {
		w.flight.next = nil
	}
	close(l.done)
	return err
}

// look gives the last deployment where nothing changed since, and a new one otherwise.
func (w *Watch) look(ctx context.Context, last *Deployment) (*Deployment, error) {
	if last == nil {
		return Read(ctx, w.Client, w.Exact)
	}
	answer, err := Changes(ctx, w.Client)
	if err != nil {
		return nil, err
	}
	now, err := versions(&answer.Versions)
	if err != nil {
		return nil, err
	}
	workspace, ok := answer.WorkspaceOrError.(*ChangesWorkspaceOrErrorWorkspace)
	if !ok {
		return nil, refused("its workspace", answer.WorkspaceOrError)
	}
	sensors, loaded := sensorsOf(workspace)
	if !maps.Equal(now, last.versions) || !maps.Equal(loaded, last.loaded()) {
		return Read(ctx, w.Client, w.Exact)
	}
	return last.with(sensors), nil
}

// sensorsOf gives the sensors that drive assets by ID, and which locations are loaded.
func sensorsOf(workspace *ChangesWorkspaceOrErrorWorkspace) (map[string]Sensor, map[string]bool) {
	sensors, loaded := map[string]Sensor{}, map[string]bool{}
	for _, e := range workspace.LocationEntries {
		l, ok := e.LocationOrLoadError.(*ChangesWorkspaceOrErrorWorkspaceLocationEntriesWorkspaceLocationEntryLocationOrLoadErrorRepositoryLocation)
		loaded[e.Name] = ok
		if ok {
			for i := range l.Repositories {
				maps.Copy(sensors, byID(&l.Repositories[i].Sensors))
			}
		}
	}
	return sensors, loaded
}

func (d *Deployment) loaded() map[string]bool {
	out := map[string]bool{}
	for _, l := range d.Locations {
		out[l.Name] = l.Loaded
	}
	return out
}

// with gives the deployment with its sensors in their present state: itself where none
// was started or stopped.
func (d *Deployment) with(sensors map[string]Sensor) *Deployment {
	changed := map[string]*Asset{}
	for key, a := range d.Assets {
		if alias, ok := a.with(sensors); ok {
			changed[key] = alias
		}
	}
	if len(changed) == 0 {
		return d
	}
	alias := *d
	alias.Assets = maps.Clone(d.Assets)
	maps.Copy(alias.Assets, changed)
	return &alias
}

// with gives the asset with its sensors in their present state, and false where none
// changed.
func (a *Asset) with(sensors map[string]Sensor) (*Asset, bool) {
	alias := *a
	alias.Checks = slices.Clone(a.Checks)
	var changed bool
	alias.Sensors, changed = present(a.Sensors, sensors)
	for i := range alias.Checks {
		now, other := present(a.Checks[i].Sensors, sensors)
		alias.Checks[i].Sensors, changed = now, changed || other
	}
	return &alias, changed
}

// present gives sensors in their present state, and whether any changed.
func present(before []Sensor, sensors map[string]Sensor) (list []Sensor, changed bool) {
	list = slices.Clone(before)
	for i, s := range before {
		if now, ok := sensors[s.ID]; ok && now != s {
			list[i], changed = now, true
		}
	}
	return list, changed
}
