package deployment

import (
	"context"
	"maps"
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
	// cut: its caller no longer wanted it, so nothing is known.
	cut bool
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

// ticket is a place in a look: as the one who looks, as one who waits for its answer, or
// as one who waits for it to be over.
type ticket struct {
	look        *look
	mine, after bool
}

// board begins a look, or joins the one under way; own wants one that begins now.
func (w *Watch) board(own bool) ticket {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.flight != nil {
		return ticket{look: w.flight, after: own}
	}
	w.flight, w.looked = &look{done: make(chan struct{})}, w.Now()
	return ticket{look: w.flight, mine: true}
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
		if !t.after && !t.look.cut {
			return t.look.d, t.look.err
		}
		t = w.board(false)
	}
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
	l.d, l.err, l.cut = d, err, err != nil && ctx.Err() != nil
	w.flight, w.last, w.err = nil, d, err
	if l.cut {
		w.looked = time.Time{}
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
		l, ok := e.LocationOrLoadError.(*ChangesWorkspaceOrErrorWorkspaceLocationEntriesWorkspaceLocationEntryLocationOrLoadErrorRepositoryLocation)
		loaded[e.Name] = ok
		if ok {
			for i := range l.Repositories {
				addSensors(sensors, &l.Repositories[i].Sensors)
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
		for i, s := range a.Sensors {
			now, ok := sensors[s.ID]
			if !ok || now == s {
				continue
			}
			if changed[key] == nil {
				alias := *a
				alias.Sensors = append([]Sensor(nil), a.Sensors...)
				changed[key] = &alias
			}
			changed[key].Sensors[i] = now
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
