package scenario

import (
	"errors"
	"maps"
	"slices"
	"time"

	"auto/lang/diag"
	"auto/runtime/facts"
	"auto/vm/graph"
	"auto/vm/space"
)

// Evaluator evaluates all conditions tick by tick, and keeps what they remember from one
// tick to the next.
type Evaluator interface {
	// Tick evaluates. What Dagster would refuse is TickOutput.Err; the error is for what
	// has gone wrong in the evaluator itself, and ends the run.
	Tick(in TickInput) (TickOutput, error)
}

// TickInput is the state of things at a tick.
type TickInput struct {
	// Graph and Conditions (by the key of their asset or check) are the same values as on
	// the tick before where nothing was edited.
	Graph      *graph.Graph
	Conditions map[string]*Condition
	World      *facts.World
	// Happened has the events since the tick before, in order; World has folded them.
	Happened []facts.Event
	At       time.Time
	// Trees asks for Evaluations.
	Trees bool
}

// TickOutput is what a tick gave.
type TickOutput struct {
	// Requested has no empty subsets. Keys are written as space.Keys.Collapse does.
	Requested map[string]Subset
	Runs      []RunRequest
	// Evaluations are by the key of the asset or check.
	Evaluations map[string]*Evaluation
	// Launched, Owed, Dropped and Halted are what a daemon did; nil where none played.
	Launched      []Launch
	Owed, Dropped []Work
	Halted        []string
	// EvaluationTime is the time that the evaluation alone took.
	EvaluationTime time.Duration
	// Err is a refusal; a *Refused where it has findings.
	Err error
}

// Refused is a tick that cannot be evaluated because of what is written.
type Refused struct{ Findings diag.List }

// Error gives the first finding on one line.
func (r *Refused) Error() string { return r.Findings[0].Error() }

// ErrEarlier is the refusal of every tick after one that was refused.
var ErrEarlier = errors.New("an earlier tick failed")

// Session plays a scenario event by event and tick by tick.
type Session struct {
	evaluator Evaluator
	defs      *definitions
	world     *facts.World
	recorder  *recorder
	store     store
	// graph is nil where it is to be built; conditions go with it.
	graph      *graph.Graph
	conditions map[string]*Condition
	runs       map[string]bool
	implicit   map[string]implicitRun
	backfills  map[string]facts.Backfill
	failed     bool
	// daemon is nil where conditions are evaluated, or nothing is.
	daemon *daemon
}

// store is where events go: the world.
type store interface {
	Apply(facts.Event) error
	Dynamic(name string) []string
}

// NewSession begins a scenario: nothing has happened yet.
func NewSession(s *Scenario, e Evaluator) *Session {
	world := &recorder{World: facts.New()}
	session := newSession(s, e, world)
	session.world, session.recorder = world.World, world
	return session
}

// NewDaemonSession begins a scenario with policies, which a daemon plays that knows nothing
// yet.
func NewDaemonSession(s *Scenario, driver Driver) *Session {
	session := NewSession(s, nil)
	session.daemon = &daemon{Session: session, driver: driver, env: s.env, policies: s.initial(), stale: true, made: map[string]map[string]bool{}}
	session.store = session.daemon
	return session
}

// recorder is a world that keeps the events since the last tick.
type recorder struct {
	*facts.World
	happened []facts.Event
}

func (r *recorder) Apply(e facts.Event) error {
	r.happened = append(r.happened, e)
	return r.World.Apply(e)
}

// take gives the events since it was asked last.
func (r *recorder) take() []facts.Event {
	if r == nil {
		return nil
	}
	taken := r.happened
	r.happened = nil
	return taken
}

func newSession(s *Scenario, e Evaluator, to store) *Session {
	return &Session{evaluator: e, defs: newDefinitions(s), store: to, runs: map[string]bool{}, implicit: implicitRuns(s), backfills: map[string]facts.Backfill{}}
}

// Graph gives the graph and the conditions as they are after the edits so far. The error is
// a *Refused.
func (s *Session) Graph() (*graph.Graph, map[string]*Condition, error) {
	if s.graph != nil {
		return s.graph, s.conditions, nil
	}
	g, refused := s.defs.build()
	if refused != nil {
		return nil, nil, &Refused{refused}
	}
	s.graph, s.conditions = g, s.defs.conditions()
	return g, s.conditions, nil
}

// Keys gives the partitions that an asset, or the asset of a check, has at an instant, and
// false where there is no such asset.
func (s *Session) Keys(key string, at time.Time) (*space.Keys, bool) {
	if IsCheck(key) {
		key, _ = splitCheck(key)
	}
	if s.defs.index[key] == nil {
		return nil, false
	}
	return space.NewKeys(s.defs.definition(key), at, s.store.Dynamic, nil), true
}

// Tick lets the events of a tick happen and evaluates. The output is that of the evaluator;
// the error, too, is its own.
func (s *Session) Tick(t *Tick, trees bool) (TickOutput, error) {
	if s.failed {
		return TickOutput{Err: ErrEarlier}, nil
	}
	out, err := s.tick(t, trees)
	s.failed = out.Err != nil
	return out, err
}

func (s *Session) tick(t *Tick, trees bool) (TickOutput, error) {
	for _, e := range t.Events {
		if err := s.Happen(e, t.At); err != nil {
			return TickOutput{Err: err}, nil
		}
	}
	if s.daemon != nil {
		return s.daemon.tick(t)
	}
	g, conditions, err := s.Graph()
	if err != nil {
		return TickOutput{Err: err}, nil
	}
	return s.evaluator.Tick(TickInput{Graph: g, Conditions: conditions, World: s.world, Happened: s.recorder.take(), At: t.At, Trees: trees})
}

// implicitRun is a run that no `run` event introduces: all that its events give its ID.
type implicitRun struct{ assets, checks, partitions map[string]bool }

// implicitRuns gathers them over the whole scenario.
func implicitRuns(s *Scenario) map[string]implicitRun {
	runs, explicit := map[string]implicitRun{}, map[string]bool{}
	for _, t := range s.Ticks {
		for _, e := range t.Events {
			if !refOf(e.What).IsZero() {
				continue
			}
			if run, ok := e.What.(RunChange); ok {
				explicit[run.Run] = true
			} else if name := runOf(e.What); name != "" && !explicit[name] {
				runs[name] = runs[name].with(e.What)
			}
		}
	}
	return runs
}

// runOf gives the run that made what an event tells, "" for none.
func runOf(w What) string {
	switch e := w.(type) {
	case Materialize:
		return e.Run
	case Check:
		return e.Run
	}
	return ""
}

func (r implicitRun) with(w What) implicitRun {
	if r.assets == nil {
		r = implicitRun{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	}
	var keys []string
	switch e := w.(type) {
	case Materialize:
		r.assets[e.Asset], keys = true, e.Partitions
	case Check:
		r.checks[e.Check], keys = true, e.Partitions
	}
	for _, key := range keys {
		r.partitions[key] = true
	}
	return r
}

// partition is the only partition that the events of the run name, nil where they name
// none or several.
func (r implicitRun) partition() []string {
	if len(r.partitions) != 1 {
		return nil
	}
	return slices.Collect(maps.Keys(r.partitions))
}
