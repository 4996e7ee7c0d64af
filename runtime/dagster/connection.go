// Package dagster connects a project to its Dagster deployment: what happened there comes
// in as events, what is decided goes out as runs, and what it defines is compared with the
// project's assets.
package dagster

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"auto/lang/diag"
	"auto/runtime/clock"
	"auto/runtime/control"
	"auto/runtime/dagster/assets"
	"auto/runtime/dagster/codeserver"
	"auto/runtime/dagster/deployment"
	"auto/runtime/dagster/gql"
	"auto/runtime/dagster/launcher"
	"auto/runtime/dagster/state"
	"auto/runtime/events"
	"auto/runtime/project"
	"auto/runtime/store"
	"auto/vm/graph"
)

// tokenHeader is the header in which Dagster+ takes a token.
const tokenHeader = "Dagster-Cloud-Api-Token"

// watchEvery is how old what is known of definitions and sensors may be.
const watchEvery = 10 * time.Second

// Options say what a connection works with.
type Options struct {
	// Project says where the deployment is.
	Project *project.Project
	Marks   store.Marks
	Clock   clock.Clock
	Log     *slog.Logger
}

// Connection is a project's connection to its deployment. Its methods are safe for
// concurrent use; looks follow one another.
type Connection struct {
	Options
	client *gql.Client
	watch  *deployment.Watch
	reader *state.Reader
	drift  assets.Drift

	// looking is held during a look; graph and take are those of the look.
	looking sync.Mutex
	graph   *graph.Graph
	take    func(context.Context, []events.Event) error

	mu     sync.Mutex
	status control.DagsterStatus
	// undefined is why definitions could not be read last, "" where they could.
	undefined string
	// launched stores what the launcher tells, once there is a look.
	launched func(context.Context, []events.Event) error
}

// Client gives a client of the project's deployment. An error is a diag.Diagnostic.
func Client(p *project.Project, c clock.Clock) (*gql.Client, error) {
	d := p.Config.Dagster
	trust, err := gql.TLS(gql.TLSFiles{CA: file(p, d.TLS.Authorities), Certificate: file(p, d.TLS.Certificate), Key: file(p, d.TLS.Key)})
	if err != nil {
		return nil, diag.Diagnostic{Code: diag.DagsterFailed, Span: d.At, Message: err.Error()}
	}
	headers := map[string]string{}
	for name, value := range d.Headers {
		headers[name] = p.Expand(value)
	}
	if d.Token != "" {
		headers[tokenHeader] = p.Env[d.Token]
	}
	return gql.New(gql.Options{URL: d.URL, Headers: headers, TLS: trust, Timeout: d.Timeout, Rate: float64(d.Rate), Clock: c}), nil
}

// file gives the path of a file that a project names, "" for none.
func file(p *project.Project, name string) string {
	if name == "" {
		return ""
	}
	return p.Path(name)
}

// CodeServers gives the code servers that the project names.
func CodeServers(p *project.Project) codeserver.Servers {
	return codeserver.Servers{Addresses: p.Config.Dagster.GRPC, Timeout: p.Config.Dagster.Timeout}
}

// Open makes a connection. Nothing is asked yet. An error is a diag.Diagnostic.
func Open(o Options) (*Connection, error) {
	client, err := Client(o.Project, o.Clock)
	if err != nil {
		return nil, err
	}
	c := &Connection{Options: o, client: client, status: control.DagsterStatus{URL: client.URL()}}
	c.watch = &deployment.Watch{Client: client, Exact: CodeServers(o.Project), Now: o.Clock.Now, Every: watchEvery}
	c.reader = state.New(state.Options{
		Client: client, Marks: o.Marks, Clock: o.Clock, Log: o.Log, Progress: c.progress,
		Graph: func() *graph.Graph { return c.graph },
		Take:  func(ctx context.Context, list []events.Event) error { return c.take(ctx, list) },
	})
	return c, nil
}

// Launcher gives a launcher for the deployment, as the project says.
func (c *Connection) Launcher() *launcher.Launcher {
	l := c.Project.Config.Launcher
	return launcher.New(launcher.Options{
		Client: c.client, Watch: c.watch, Marks: c.Marks, Launched: c.tell, Clock: c.Clock, Random: rand.Reader, Settle: l.Settle,
	}, l.Workers)
}

// tell takes in a run that was launched just now. Where that fails the next poll tells it.
func (c *Connection) tell(ctx context.Context, e events.Event) {
	c.mu.Lock()
	take := c.launched
	c.mu.Unlock()
	if take == nil {
		return
	}
	if err := take(ctx, []events.Event{e}); err != nil {
		c.Log.Warn("a run that was launched is taken in by the next poll", "run", e.RunID, "error", err)
	}
}

// Every is the pause between looks.
func (c *Connection) Every() time.Duration { return c.Project.Config.Dagster.Poll }

// Look takes in what happened to the assets of a project since the last look.
func (c *Connection) Look(ctx context.Context, p *project.Project, take func(context.Context, []events.Event) error) error {
	c.looking.Lock()
	defer c.looking.Unlock()
	c.mu.Lock()
	c.launched = take
	c.mu.Unlock()
	c.graph, c.take = p.Graph, take
	report, err := c.reader.Poll(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	c.note(report, err)
	return err
}

// Unseen gives the assets of a graph of which nothing was told yet, without those that
// Dagster does not define: of them nothing ever will be, and nothing is launched.
func (c *Connection) Unseen(ctx context.Context, g *graph.Graph) ([]string, error) {
	c.looking.Lock()
	defer c.looking.Unlock()
	unseen, err := c.reader.Unseen(ctx, g)
	if err != nil || len(unseen) == 0 {
		return unseen, err
	}
	// As Dagster is now: an asset that it has come to define since it was read last is to be
	// loaded. Where that is not known, all are waited for.
	d, err := c.watch.Fresh(ctx)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return unseen, nil
	}
	return slices.DeleteFunc(unseen, func(key string) bool { return undefined(d, key) }), nil
}

// undefined reports whether it is certain that a deployment does not define an asset: a code
// location that is not loaded may, and one without any has not begun.
func undefined(d *deployment.Deployment, key string) bool {
	return d.Assets[key] == nil && len(d.Locations) > 0 && d.Complete()
}

// progress notes how far a first load is.
func (c *Connection) progress(done, total int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status.Loaded, c.status.Loading = done, total
	c.Log.Info("Dagster is read for the first time", "assets", done, "of", total)
}

// note takes a report into the status, and logs locations that go down and come back.
func (c *Connection) note(r state.Report, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := &c.status
	s.Polls++
	s.Read += int64(r.Events)
	if err != nil {
		s.Failures++
		s.Error = err.Error()
		return
	}
	c.changed(s.Down, r.Down)
	s.LastRead, s.Took, s.Calls, s.Down = r.At, r.Took, r.Calls, r.Down
	s.Failures, s.Error, s.Loaded, s.Loading = 0, "", 0, 0
	if r.Events > 0 {
		c.Log.Info("Dagster was read", "events", r.Events, "calls", r.Calls, "took", r.Took.Round(time.Millisecond).String())
	}
}

func (c *Connection) changed(before, now map[string]string) {
	for _, location := range slices.Sorted(maps.Keys(now)) {
		if before[location] != now[location] {
			c.Log.Warn("a code location is down; its assets wait", "location", location, "reason", now[location])
		}
	}
	for _, location := range slices.Sorted(maps.Keys(before)) {
		if _, down := now[location]; !down {
			c.Log.Info("a code location is back", "location", location)
		}
	}
}

// Compare notes how the assets of the project in force differ from what Dagster defines,
// and which of those that policies launch a sensor of Dagster drives, too.
func (c *Connection) Compare(ctx context.Context, p *project.Project) {
	d, err := c.watch.Current(ctx)
	if ctx.Err() != nil {
		return
	}
	if c.defined(err); err != nil || d == nil {
		return
	}
	changes, fresh := c.drift.Look(p.Graph, d)
	driven := driven(p, d)
	c.mu.Lock()
	defer c.mu.Unlock()
	if fresh {
		c.tellChanges(changes)
	}
	if !slices.Equal(driven, c.status.Driven) && len(driven) > 0 {
		c.Log.Warn("running sensors of Dagster drive assets that policies launch, too; launches of them are refused", "assets", strings.Join(driven, ", "))
	}
	c.status.Version, c.status.Changed, c.status.Driven = d.Version, nil, driven
	for _, change := range changes {
		c.status.Changed = append(c.status.Changed, change.String())
	}
}

// defined logs once why definitions cannot be read: polls do not ask for them, and may go well.
func (c *Connection) defined(err error) {
	why := ""
	if err != nil {
		why = err.Error()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if why != "" && why != c.undefined {
		c.Log.Warn("what Dagster defines could not be read; until it is, nothing tells whether the project differs from it", "error", why)
	}
	c.undefined = why
}

func (c *Connection) tellChanges(changes []assets.Change) {
	if len(changes) == 0 {
		c.Log.Info("the project's assets are those that Dagster defines")
		return
	}
	const most = 10
	for i, change := range changes {
		if i == most {
			c.Log.Warn(fmt.Sprintf("and %d more differences between the project and Dagster", len(changes)-most))
			return
		}
		c.Log.Warn("the project's assets differ from what Dagster defines; `auto graph import dagster` writes them anew", "key", change.Key, "difference", change.What)
	}
}

// driven gives the assets that policies launch and a running sensor of Dagster drives, too,
// sorted.
func driven(p *project.Project, d *deployment.Deployment) []string {
	all := map[string]bool{}
	for _, policy := range p.Policies.Policies {
		for _, key := range policy.Keys {
			a := d.Assets[key]
			if a == nil {
				continue
			}
			if _, drives := a.Driven(); drives {
				all[key] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// Status tells how the last look went.
func (c *Connection) Status() control.DagsterStatus {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.status
	s.Down = maps.Clone(s.Down)
	return s
}
