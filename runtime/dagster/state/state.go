// Package state reads what happened in a Dagster deployment and tells it as events:
// materializations, observations, runs, check results, backfills, dynamic partitions. It
// polls with cursors that lose nothing, overlaps, and leaves duplicates to the events' IDs.
package state

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"auto/runtime/clock"
	"auto/runtime/events"
	"auto/runtime/store"
	"auto/vm/graph"

	"github.com/Khan/genqlient/graphql"
)

//go:generate go tool genqlient

const (
	// settle is how long what an asset's head has passed may still be added to: Postgres
	// gives out ids before it commits.
	settle = 10 * time.Second
	// overlap is how far before the newest update of a run all updates are read again.
	overlap = 15 * time.Second
	// sweep is how often all checks are read, for executions that no run tells of.
	sweep = time.Minute
)

// sizes bound what is done at once.
type sizes struct {
	// page is how many runs, executions or events are asked for, glance how many events of
	// an asset at first, batch how many events are taken in.
	page, glance, batch int
	// peek is how many of the newest runs are asked for at first, recent how many are noted.
	peek, recent int
	// callers is how many calls of a load go on at once.
	callers int
}

var usual = sizes{page: 500, glance: 20, batch: 2000, peek: 25, recent: 100, callers: 4}

// Options say what a reader works with.
type Options struct {
	Client graphql.Client
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
	// Calls counts the calls of GraphQL, Events what was told.
	Calls, Events int
	Took          time.Duration
	// Down are the locations that are not loaded, with why.
	Down map[string]string
}

// Reader polls one deployment. It is not safe for concurrent use.
type Reader struct {
	Options
	sizes
	// memory is what the marks hold, nil before they were read.
	memory *memory
	// read is the graph of the last poll, nil before the first one.
	read *graph.Graph
	// versions are those of the locations when they were looked at, down what was found.
	versions map[string]string
	down     map[string]string
	// unfit are assets that did not tell the keys of their dynamic definition, away those
	// that Dagster did not define when they, or their checks, were to be read.
	unfit, away map[string]bool
	// unseen are assets whose checks are to be read again, swept is when all were.
	unseen map[string]bool
	swept  time.Time
}

// New gives a reader that has asked nothing yet.
func New(o Options) *Reader {
	return &Reader{Options: o, sizes: usual, unfit: map[string]bool{}, away: map[string]bool{}, unseen: map[string]bool{}}
}

// Poll takes in all that happened since the last poll. With an error, what was taken in
// stays, and the next poll goes on from there.
func (r *Reader) Poll(ctx context.Context) (Report, error) {
	p := &poll{Reader: r, ctx: ctx, calls: &counter{Client: r.Client}, graph: r.Graph(), now: micro(r.Clock.Now()), details: map[string]*RunParts{}}
	err := p.do()
	if err != nil { // what was read of checks may not be told
		r.swept = time.Time{}
	}
	return Report{At: p.now, Calls: int(p.calls.n.Load()), Events: p.told, Took: r.Clock.Now().Sub(p.now), Down: p.down}, err
}

// poll is one poll.
type poll struct {
	*Reader
	ctx   context.Context
	calls *counter
	graph *graph.Graph
	now   time.Time
	// answer is that of the query Poll, heads the assets' in it, 0 for none;
	// asked are the assets that tell the keys of dynamic definitions.
	answer *PollResponse
	heads  map[string]int64
	asked  []string
	// change is what the marks are going to hold.
	change *change
	// details are runs that a load asks for: those that go, or wrote something last.
	details map[string]*RunParts
	told    int
}

func (p *poll) do() error {
	if err := p.remember(); err != nil {
		return err
	}
	if err := p.ask(); err != nil {
		return err
	}
	if err := p.locate(); err != nil {
		return fmt.Errorf("the code locations cannot be read: %w", err)
	}
	if err := p.renew(); err != nil {
		return fmt.Errorf("the runs cannot be read: %w", err)
	}
	if err := p.load(); err != nil {
		return fmt.Errorf("the state of assets cannot be loaded: %w", err)
	}
	return p.follow()
}
