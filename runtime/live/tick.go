package live

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"auto/runtime/backlog"
	"auto/runtime/dispatch"
	"auto/runtime/engine"
	"auto/runtime/journal"
	"auto/runtime/params"
	"auto/runtime/store"
	"auto/vm/bits"
	"auto/vm/space"
)

// Outcome is what a tick gave.
type Outcome struct {
	At time.Time
	// Body is the record of the tick, and Sent its requests, in order.
	Body journal.Tick
	Sent []dispatch.Sent
	// Result is that of the engine, good until the next tick.
	Result *engine.Result
	// Pairs counts what the conditions requested.
	Pairs int
	// Idle: nothing moved, so that the tick need not be written down: without it all later
	// ticks give the same.
	Idle bool
}

// Options choose how a tick is made.
type Options struct {
	// Explain says which entities have their evaluation kept; nil for none.
	Explain func(key string) bool
	// CatchUp: the tick makes up for one that was missed: it decides, and launches nothing.
	CatchUp bool
}

// RefusedError: something of the graph or the conditions is refused. The state is as before.
type RefusedError struct{ Err error }

// Error says what is refused.
func (e *RefusedError) Error() string { return e.Err.Error() }

// Unwrap gives the reason.
func (e *RefusedError) Unwrap() error { return e.Err }

// Tick evaluates the sensor's conditions at an instant, which is after that of the tick
// before. After an error that is no *RefusedError the state is good for nothing any more.
func (s *Sensor) Tick(at time.Time, o Options) (*Outcome, error) {
	s.settle()
	result, err := s.engine.Tick(s.Input(at), engine.Options{Explain: o.Explain, NoRuns: true})
	if err != nil {
		return nil, &RefusedError{err}
	}
	out := &Outcome{At: at, Result: result, Body: journal.Tick{Sensor: s.Name, Seen: s.taken, CatchUp: o.CatchUp}}
	s.decide(out)
	// The next tick is not the first after a gap any more, which has to be known again.
	moved := s.fresh || !o.CatchUp && !s.down.IsZero()
	if !o.CatchUp {
		if err := s.launch(out); err != nil {
			return nil, err
		}
		s.down = time.Time{}
	}
	out.Idle = !moved && result.Idle && out.quiet()
	if s.fresh {
		s.compact()
	}
	s.last, s.fresh = at, false
	return out, nil
}

// Idle makes the last of the ticks that changed nothing, and are not written down; what is
// before the last tick is none. Where no policies can be loaded there is nothing to tick.
func (s *Sensor) Idle(at time.Time) error {
	if !at.After(s.last) || s.setup == nil {
		return nil
	}
	_, err := s.Tick(at, Options{})
	return err
}

// quiet reports whether a tick requested, launched, dropped and halted nothing.
func (o *Outcome) quiet() bool {
	return o.Pairs == 0 && len(o.Sent) == 0 && len(o.Body.Dropped) == 0 && len(o.Body.Halted) == 0
}

// decide tells the backlog what the tick requested, policy by policy.
func (s *Sensor) decide(out *Outcome) {
	byPolicy := map[string][]backlog.Pair{}
	var order []string
	sp := out.Result.Space
	out.Result.EachRequested(func(entity int, set bits.Set) {
		e := &sp.Entities[entity]
		policy := s.claimant(sp, entity)
		if byPolicy[policy] == nil {
			order = append(order, policy)
		}
		byPolicy[policy] = appendPairs(byPolicy[policy], e, set)
		if out.Body.Requested == nil {
			out.Body.Requested = map[string]any{}
		}
		out.Body.Requested[e.Key] = subset(e, set)
	})
	if out.Pairs = out.Result.Requested.Count(); out.Pairs > 0 {
		s.decided = &decided{sp, slices.Clone(out.Result.Requested), s.happened}
	}
	for _, policy := range order {
		if !s.ledger.Decide(backlog.Decided{Policy: policy, Pairs: byPolicy[policy], At: out.At, DownSince: s.down}) {
			out.Body.Halted = append(out.Body.Halted, policy)
		}
	}
}

// claimant gives the policy under which an entity is requested: its own, or that of what
// pulls it along in an execution set.
func (s *Sensor) claimant(sp *space.Space, entity int) string {
	if policy, ok := s.policyOf[sp.Entities[entity].Key]; ok {
		return policy
	}
	for _, other := range sp.ExecutionSet(entity) {
		if policy, ok := s.policyOf[sp.Entities[other].Key]; ok {
			return policy
		}
	}
	return ""
}

func appendPairs(pairs []backlog.Pair, e *space.Entity, set bits.Set) []backlog.Pair {
	for i := set.Next(0); i >= 0 && i < e.Keys.Total(); i = set.Next(i + 1) {
		pairs = append(pairs, backlog.Pair{Key: e.Key, Partition: e.Keys.Key(i)})
	}
	return pairs
}

// subset writes the partitions of an entity as scenarios do.
func subset(e *space.Entity, set bits.Set) any {
	if e.Keys == nil {
		return true
	}
	return e.Keys.Collapse(set)
}

// launch makes requests of what the backlog gives.
func (s *Sensor) launch(out *Outcome) error {
	launches, dropped := s.ledger.Release(out.At, s.pairs())
	out.Body.Dropped = dropped
	if len(launches) == 0 {
		return nil
	}
	sent, err := dispatch.Requests(dispatch.Input{
		Sensor: s.Name, At: out.At, Space: out.Result.Space, Launches: launches, Policies: s.setup.Policies,
		Whole:       s.whole(),
		Conditioned: func(key string) bool { return s.conditions[key] != nil },
		Env:         s.setup.Env,
		Params:      params.InForce{Jobs: s.setup.Jobs, Stored: s.params},
	})
	if err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	for _, one := range sent {
		s.ledger.Launched(one.Request.ID, one.Launches)
		out.Body.Requests = append(out.Body.Requests, one.Request.ID)
	}
	out.Sent, out.Body.Digest = sent, digest(sent)
	return nil
}

func (s *Sensor) whole() func(entity int) bool {
	m, _ := s.engine.Machine()
	return m.RequestsAll
}

// digest is the SHA-256 of the requests as JSON lines.
func digest(sent []dispatch.Sent) string {
	hash := sha256.New()
	lines := json.NewEncoder(hash)
	for _, one := range sent {
		if err := lines.Encode(one.Request); err != nil {
			panic(err) // a request has a JSON form
		}
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// Record gives the tick for the journal, and Entries its requests for the outbox.
func (o *Outcome) Record() store.Record {
	body, err := json.Marshal(o.Body)
	if err != nil {
		panic(err) // texts, numbers and instants
	}
	return store.Record{At: o.At, Kind: journal.KindTick, Body: body}
}

// Entries gives the tick's requests for the outbox.
func (o *Outcome) Entries() []store.Entry {
	entries := make([]store.Entry, len(o.Sent))
	for i, one := range o.Sent {
		entries[i] = store.Decided(one.Request, o.At)
	}
	return entries
}
