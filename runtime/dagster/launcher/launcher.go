// Package launcher launches requests as runs of a Dagster deployment, exactly once as
// Dagster sees it: a run carries its request's ID as a tag, and is looked for by it before
// anything is sent. What was sent without an answer is looked for until it must have
// become visible, and only then sent again; a run that a dying webserver left behind is
// given up first. A request is checked against what Dagster defines beforehand, because
// Dagster takes many a wrong selection without a word.
package launcher

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"auto/runtime/clock"
	"auto/runtime/dagster/deployment"
	"auto/runtime/events"
	"auto/runtime/failpoint"
	"auto/runtime/launch"
	"auto/runtime/request"
	"auto/runtime/store"

	"github.com/Khan/genqlient/graphql"
)

//go:generate go tool genqlient

// Settle is how long a launch without an answer is looked for where Options do not say. A
// run is visible less than a second after its launch arrives.
const Settle = time.Minute

// Definitions tells what a deployment defines; a *deployment.Watch does.
type Definitions interface {
	// Current gives it as it was a short while ago, Fresh as it is now.
	Current(ctx context.Context) (*deployment.Deployment, error)
	Fresh(ctx context.Context) (*deployment.Deployment, error)
}

// Options say what a launcher works with.
type Options struct {
	Client graphql.Client
	Watch  Definitions
	// Marks keep which runs were given up, and the name of this writer, across restarts.
	Marks store.Marks
	// Launched is told of each run at once, so that conditions see it before the next poll;
	// nil for nobody. It is called again for a run that is found a second time.
	Launched func(ctx context.Context, e events.Event)
	Clock    clock.Clock
	// Random gives the bytes of a new writer's name.
	Random io.Reader
	// Settle is how long a launch whose answer was lost is looked for before it is sent
	// again, 0 for the constant.
	Settle time.Duration
}

// Launcher implements launch.Launcher.
type Launcher struct {
	Options
	workers int
	memory  *memory
	writer  writer
	keys    keys
}

var _ launch.Launcher = (*Launcher)(nil)

// New gives a launcher with up to a number of launches under way at once. It is made when
// the process starts: what an earlier process has sent may become visible until Settle
// after that.
func New(o Options, workers int) *Launcher {
	if o.Settle == 0 {
		o.Settle = Settle
	}
	now := o.Clock.Now()
	memory := newMemory(now, o.Settle)
	o.Client = heard{o.Client, func() { memory.lost(o.Clock.Now()) }}
	return &Launcher{Options: o, workers: max(workers, 1), memory: memory, writer: writer{started: now, settle: o.Settle}}
}

// Workers implements launch.Launcher.
func (l *Launcher) Workers() int { return l.workers }

// Launch implements launch.Launcher. It gives nil when Dagster has a run for everything
// that the request selects: one, or where it selects of several code locations one for
// each. A failure is a *launch.Failure: refused is what Dagster would not run, or not run
// rightly, whenever it is sent; of what conditions decided the rest is launched all the same.
func (l *Launcher) Launch(ctx context.Context, r request.Request) error {
	if !l.memory.enter(r.ID, r.Attempt, l.Clock.Now()) {
		return passing(0, "An earlier delivery of this request is still under way.")
	}
	err := l.launch(ctx, &r)
	if err == nil {
		err = l.forget(ctx, r.ID)
	}
	failure, _ := errors.AsType[*launch.Failure](err)
	l.memory.leave(r.ID, err == nil || failure != nil && failure.Kind == launch.Refused, l.Clock.Now())
	return err
}

func (l *Launcher) launch(ctx context.Context, r *request.Request) error {
	if (work{r.Selection, r.Checks}).none() {
		return refused("The request selects nothing, by which Dagster would run all assets of a job. Select assets or checks.")
	}
	left, err := l.look(ctx, r)
	if err != nil || left.none() {
		return err
	}
	failpoint.Hit("dagster.launch.looked")
	p, err := l.plan(ctx, r, left)
	if err != nil {
		return err
	}
	if err := l.addPartitions(ctx, r, p.parts); err != nil {
		return err
	}
	if p, err = l.checkKeys(ctx, r, p); err != nil {
		return err
	}
	if err := l.sendAll(ctx, r, p.parts); err != nil {
		return p.with(err)
	}
	if out := p.out(); out != nil {
		out.Reason += " The rest has its run."
		return out
	}
	return nil
}

// sendAll launches the parts of a request, one after the other.
func (l *Launcher) sendAll(ctx context.Context, r *request.Request, parts []*part) error {
	for i, p := range parts {
		err := l.send(ctx, r, p)
		if failure, ok := errors.AsType[*launch.Failure](err); ok && i > 0 {
			failure.Reason += fmt.Sprintf(" What lies in `%s` has its run.", parts[0].location)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func passing(wait time.Duration, format string, args ...any) *launch.Failure {
	return &launch.Failure{Kind: launch.Passing, Wait: wait, Reason: fmt.Sprintf(format, args...)}
}

// until is a failure that is over after a wait at the latest.
func until(left time.Duration, format string, args ...any) *launch.Failure {
	f := passing(min(left, glance), format, args...)
	f.Most = max(left, glance)
	return f
}

func unreachable(format string, args ...any) *launch.Failure {
	return &launch.Failure{Kind: launch.Unreachable, Reason: fmt.Sprintf(format, args...)}
}

func refused(format string, args ...any) *launch.Failure {
	return &launch.Failure{Kind: launch.Refused, Reason: fmt.Sprintf(format, args...)}
}
