// Package launcher launches requests as runs of a Dagster deployment, exactly once as
// Dagster sees it: a run carries its request's ID as a tag, and is looked for by it before
// anything is sent again.
package launcher

import (
	"context"
	"time"

	"auto/runtime/clock"
	"auto/runtime/dagster/deployment"
	"auto/runtime/events"
	"auto/runtime/request"
	"auto/runtime/store"

	"github.com/Khan/genqlient/graphql"
)

// Options say what a launcher works with.
type Options struct {
	Client graphql.Client
	Watch  *deployment.Watch
	// Marks keep which runs were given up, across restarts.
	Marks store.Marks
	// Launched is told of each run at once, so that conditions see it before the next poll;
	// nil for nobody.
	Launched func(ctx context.Context, e events.Event)
	Clock    clock.Clock
	// Settle is how long a launch whose answer was lost is looked for before it is sent
	// again.
	Settle  time.Duration
	workers int
}

// Launcher implements launch.Launcher.
type Launcher struct{ Options }

// New gives a launcher.
func New(o Options, workers int) *Launcher { o.workers = workers; return &Launcher{o} }

// Workers implements launch.Launcher.
func (l *Launcher) Workers() int { return l.workers }

// Launch implements launch.Launcher.
func (l *Launcher) Launch(ctx context.Context, r request.Request) error { panic("skeleton") }
