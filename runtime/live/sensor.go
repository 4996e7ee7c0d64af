package live

import (
	"maps"
	"time"

	"auto/compiler"
	"auto/compiler/condition"
	"auto/runtime/backlog"
	"auto/runtime/engine"
	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/runtime/journal"
	"auto/runtime/params"
	"auto/runtime/stale"
	"auto/vm"
	"auto/vm/bits"
	"auto/vm/space"
)

// Sensor is the state of one sensor of conditions. It has a picture of the world of its
// own, so that sensors tick side by side. It is not safe for concurrent use.
type Sensor struct {
	compiler.Sensor
	setup      *Setup
	conditions map[string]*condition.Node
	policyOf   map[string]string

	world  *facts.World
	stale  *stale.Tracker
	engine *engine.Engine
	ledger *backlog.Ledger

	// params are the edits of parameters, by job; the map is never changed.
	params map[string]params.Stored

	// decided is what the last tick requested, which the tracker is told before anything
	// else comes: until then its facts are those of the tick.
	decided *decided
	// happened counts events: their places in the total order.
	happened int64
	// taken is the last record that was taken in, ticked that of the last tick, and last
	// the tick's instant.
	taken, ticked int64
	last          time.Time
	// fresh: a record was taken in since the last tick.
	fresh bool
	// down is since when nothing ticked, where the next tick is the first after it.
	down time.Time
	// marks are by when how many events had happened, the oldest first.
	marks []mark
}

// decided is what a tick requested.
type decided struct {
	space     *space.Space
	requested bits.Set
	happened  int64
}

// settle tells the tracker what the last tick requested.
func (s *Sensor) settle() {
	if d := s.decided; d != nil {
		s.stale.Decided(d.space, d.requested, d.happened)
		s.decided = nil
	}
}

func newSensor() *Sensor {
	return &Sensor{world: facts.New(), stale: stale.New(), engine: &engine.Engine{}, ledger: backlog.New()}
}

// put has a sensor follow a setup from now on.
func (s *Sensor) put(setup *Setup, d compiler.Sensor) {
	s.Sensor, s.setup = d, setup
	s.conditions = setup.conditions(d.Keys)
	s.policyOf = map[string]string{}
	launching := map[string]backlog.Policy{}
	for name, p := range setup.Policies {
		for _, key := range p.Keys {
			if s.conditions[key] != nil {
				s.policyOf[key] = name
				launching[name] = backlog.Policy{Name: name, Clauses: &p.Clauses}
			}
		}
	}
	s.ledger.Use(launching, s.launchedUnder)
	s.stale.Follow(setup.Graph, stale.Asked(setup.Graph, s.conditions))
	s.stale.Narrow(stale.Counted(setup.Graph, s.conditions))
	s.fresh = true
}

// launchedUnder gives the policy of a key for the backlog.
func (s *Sensor) launchedUnder(key string) string {
	if policy, ok := s.policyOf[key]; ok || s.setup.Graph.Has(key) {
		return policy
	}
	return backlog.Gone
}

// Take folds a record of events, a pause, a resume or a gap; one that was taken in before
// is nothing new.
func (s *Sensor) Take(r Record) error {
	if r.Seq <= s.taken {
		return nil
	}
	s.settle()
	s.taken, s.fresh = r.Seq, true
	s.mark(r.At)
	switch body := r.Body.(type) {
	case *journal.Events:
		for i := range body.Events {
			if err := s.happen(&body.Events[i]); err != nil {
				return err
			}
		}
	case *journal.Pause:
		s.ledger.Pause(*body, r.At)
	case *journal.Resume:
		s.ledger.Resume(*body, r.At)
	case *journal.Down:
		// A restart takes no longer than the next tick would have. A gap that is not caught up
		// on yet goes on.
		if r.At.Sub(body.From) > 2*s.Every && s.down.IsZero() {
			s.down = body.From
		}
	case *journal.Params:
		s.edit(body)
	}
	return nil
}

// edit takes an edit of parameters in.
func (s *Sensor) edit(e *journal.Params) {
	s.params = maps.Clone(s.params)
	if s.params == nil {
		s.params = map[string]params.Stored{}
	}
	s.params[e.Job] = e.Stored
}

func (s *Sensor) happen(e *events.Event) error {
	s.happened++
	e = s.named(e)
	if err := e.Apply(s.world); err != nil {
		return err
	}
	s.stale.Happened(s.happened, e)
	s.ledger.Happened(e)
	return nil
}

// named gives an event of a run with the request that the run was launched for, where only
// an earlier event of the run has told it. The event itself belongs to all sensors.
func (s *Sensor) named(e *events.Event) *events.Event {
	if e.Type != events.Run || e.Request() != "" {
		return e
	}
	request := s.world.TagOf(e.RunID, events.RequestTag)
	if request == "" {
		return e
	}
	out := *e
	out.RequestID = request
	return &out
}

// Become has the sensor be another one, which is not to be used any more.
func (s *Sensor) Become(o *Sensor) { *s = *o }

// Taken is the number of the last record that was taken in.
func (s *Sensor) Taken() int64 { return s.taken }

// Last is the instant of the last tick, zero for none.
func (s *Sensor) Last() time.Time { return s.last }

// Has reports whether an asset or check has a condition under the sensor.
func (s *Sensor) Has(key string) bool { return s.conditions[key] != nil }

// PolicyOf gives the name of the policy of a key, "" for none.
func (s *Sensor) PolicyOf(key string) string { return s.policyOf[key] }

// Cursor gives what the ticks so far leave for the next one.
func (s *Sensor) Cursor() *vm.Cursor { return s.engine.Cursor() }

// Input gives what a tick at an instant is about. It is good until the next record is
// taken in.
func (s *Sensor) Input(at time.Time) engine.Input {
	return engine.Input{Graph: s.setup.Graph, Conditions: s.conditions, World: s.world, Beside: s.stale, At: at}
}

// Condition gives the condition of a key as it is evaluated, with downstream conditions
// written out.
func (s *Sensor) Condition(key string) *condition.Node {
	return condition.Expand(s.conditions[key], key, s.setup.Graph, func(asset string) *condition.Node { return s.conditions[asset] })
}

// Stored notes the record that a tick was stored in.
func (s *Sensor) Stored(seq int64) { s.ticked = seq }

// wants reports whether any policy of the sensor has a word of `missed`.
func (s *Sensor) wants(m compiler.Missed) bool {
	for _, name := range s.policyOf {
		if s.setup.Policies[name].Clauses.Missed == m {
			return true
		}
	}
	return false
}

// Missed gives the instants of the ticks that nothing ticked at before one, for policies
// that want every moment; nil where none does, or nothing was missed.
func (s *Sensor) Missed(at time.Time) []time.Time {
	if s.down.IsZero() || !s.wants(compiler.MissedAll) {
		return nil
	}
	var out []time.Time
	for t := s.down.Add(s.Every); t.Before(at); t = t.Add(s.Every) {
		if t.After(s.last) {
			out = append(out, t)
		}
	}
	return out
}

// Owed counts what is owed, and gives the oldest decision, zero for none, and the policies
// that are halted, sorted.
func (s *Sensor) Owed() (count int, oldest time.Time, halted []string) {
	count, oldest = s.ledger.Count()
	return count, oldest, s.ledger.Halted()
}

// Counts counts what is owed by policy. The list is not to be changed.
func (s *Sensor) Counts() []backlog.Count { return s.ledger.Counts() }

// Pauses gives those in force at an instant.
func (s *Sensor) Pauses(at time.Time) []journal.Pause { return s.ledger.Pauses(at) }

// Waiting gives what is owed at an instant.
func (s *Sensor) Waiting(at time.Time) []backlog.Owed {
	return s.ledger.Waiting(at, s.pairs())
}
