// Package state reads what happened in a Dagster deployment and tells it as events:
// materializations, observations, runs, check results, backfills, dynamic partitions. It
// polls with cursors that lose nothing, overlaps, and leaves duplicates to the events' IDs.
package state

import (
	"context"
	"log/slog"
	"time"

	"auto/runtime/clock"
	"auto/runtime/dagster/deployment"
	"auto/runtime/events"
	"auto/runtime/store"
	"auto/vm/graph"

	"github.com/Khan/genqlient/graphql"
)

// Options say what a reader works with.
type Options struct {
	Client graphql.Client
	Watch  *deployment.Watch
	// Graph gives the project's graph in force: only what it has is read.
	Graph func() *graph.Graph
	// Take takes events in, durably, before it returns.
	Take  func(ctx context.Context, list []events.Event) error
	Marks store.Marks
	Clock clock.Clock
	Log   *slog.Logger
	// Progress is called while the first load goes on, nil for nobody.
	Progress func(done, total int)
}

// Report is what a poll did.
type Report struct {
	At time.Time
	// Calls counts the calls of GraphQL, Events what was new.
	Calls, Events int
	Took          time.Duration
	// Down are the locations that are not loaded, with why.
	Down map[string]string
}

// Reader polls one deployment.
type Reader struct{ Options }

// New gives a reader that has asked nothing yet.
func New(o Options) *Reader { return &Reader{o} }

// Poll takes in all that happened since the last poll. With an error, what was taken in
// stays, and the next poll goes on from there.
func (r *Reader) Poll(ctx context.Context) (Report, error) { panic("skeleton") }
