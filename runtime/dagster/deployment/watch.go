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
	// begun counts the looks, ended is the last of them that has an answer.
	begun, ended int
}

// look is one look at the deployment, shared by all who wait for it.
type look struct {
	number int
	done   chan struct{}
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
	return w.join(ctx, w.board(false))
}

// Fresh gives the deployment as it is now: by a look that began after the call. Errors
// are as those of Current.
func (w *Watch) Fresh(ctx context.Context) (*Deployment, error) {
	return w.join(ctx, w.board(true))
}

// ticket is a place in a look: as the one who looks, or as one who waits for it to be over.
type ticket struct {
	look *look
	mine bool
	// need is the first look whose answer will do.
	need int
}

// board begins a look, or joins the one under way; fresh wants one that begins now.
func (w *Watch) board(fresh bool) ticket {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.flight == nil {
		return w.begin()
	}
	t := ticket{look: w.flight, need: w.flight.number}
	if fresh {
		t.need++
	}
	return t
}

// begin begins a look; w.mu is held.
func (w *Watch) begin() ticket {
	w.begun++
	w.flight, w.looked = &look{number: w.begun, done: make(chan struct{})}, w.Now()
	return ticket{look: w.flight, mine: true, need: w.begun}
}

// join waits for a look. One that was cut short by its own caller is begun anew, as is
// one that began too early; of many who wait for that, one looks for all.
func (w *Watch) join(ctx context.Context, t ticket) (*Deployment, error) {
	for {
		if t.mine {
			return w.fly(ctx, t.look)
		}
		select {
		case <-t.look.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if t = w.next(t.need); t.look == nil {
			return w.answer()
		}
	}
}

// answer gives that of the last look.
func (w *Watch) answer() (*Deployment, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last, w.err
}

// next gives a place in a look from number need on, the zero ticket where one has its
// answer.
func (w *Watch) next(need int) ticket {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.ended >= need:
		return ticket{}
	case w.flight != nil:
		return ticket{look: w.flight, need: need}
	}
	return w.begin()
}

// fly looks, and tells all who wait.
func (w *Watch) fly(ctx context.Context, l *look) (*Deployment, error) {
	w.mu.Lock()
	last := w.last
	w.mu.Unlock()
	d, err := w.look(ctx, last)
	if err != nil {
		d = last
	}
	w.mu.Lock()
	w.flight, w.last, w.err = nil, d, err
	if err != nil && ctx.Err() != nil { // cut short: nothing is known
		w.looked = time.Time{}
	} else {
		w.ended = l.number
	}
	w.mu.Unlock()
	close(l.done)
	return d, err
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
		l, ok := e.LocationOrLoadError.(*changedLocation)
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
