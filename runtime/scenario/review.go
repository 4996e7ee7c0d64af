package scenario

import (
	"errors"
	"maps"
	"slices"
	"time"

	"auto/lang/diag"
	"auto/vm/space"
)

// Review gives what a scenario surely does not mean although it can be read: partitions of
// events that their assets do not have, ticks that go back in time, expectations about
// what does not exist, every event that is refused, and warnings about policies. Nothing is
// evaluated, and the conditions of assets are not looked at.
func Review(s *Scenario) diag.List {
	r := review{Session: NewSession(s, nil), scenario: s}
	for i, t := range s.Ticks {
		if i > 0 && t.At.Before(s.Ticks[i-1].At) {
			r.list.Addf(diag.TimeGoesBack, t.Place, "Put the ticks in the order of time.", "The tick is before the one above.")
		}
		for _, e := range t.Events {
			r.event(e, t.At)
		}
		r.expected(t.Expect)
	}
	if s.HasPolicies() {
		r.list = append(r.list, warningsOf(s.policyFindings())...)
	}
	r.list.Sort()
	return r.list
}

// review is the work of Review.
type review struct {
	*Session
	scenario *Scenario
	list     diag.List
}

func (r *review) event(e *Event, tick time.Time) {
	asset, wanted := partitionsOf(e.What)
	if r.defs.index[asset] != nil {
		r.partitions(e, asset, wanted, tick)
	}
	var refused *Refused
	if err := r.Happen(e, tick); errors.As(err, &refused) {
		r.list = append(r.list, refused.Findings...)
	}
}

// partitionsOf gives the asset whose partitions an event names, "" where it names none.
// What a check speaks for is up to the check.
func partitionsOf(w What) (asset string, partitions []string) {
	switch e := w.(type) {
	case Materialize:
		return e.Asset, e.Partitions
	case Observe:
		return e.Asset, e.Partitions
	}
	return "", nil
}

// partitions finds partitions that an asset does not have at the time of an event; what
// happens to them is stored, and never looked at.
func (r *review) partitions(e *Event, asset string, wanted []string, tick time.Time) {
	p := r.defs.definition(asset)
	switch {
	case p == nil && wanted != nil:
		r.list.Addf(diag.NoSuchPartition, e.Place, "Leave `partitions` out.", "`%s` has no partitions.", asset)
		return
	case p == nil:
		return
	case wanted == nil:
		r.list.Addf(diag.NoSuchPartition, e.Place, "Write which, such as `partitions: all`.", "`%s` has partitions, and the event names none.", asset)
		return
	}
	keys := space.NewKeys(p, tick, r.store.Dynamic, nil)
	for _, key := range wanted {
		if _, ok := keys.Index(key); !ok && !isRange(key) {
			r.list.Addf(diag.NoSuchPartition, r.scenario.mentionPlace(e, key), keysHelp(keys), "`%s` has no partition `%s` at this time.", asset, key)
		}
	}
}

// expected finds assets and checks of an `expect` block that there are none of.
func (r *review) expected(e *Expect) {
	if e == nil || e.At.File == nil {
		return
	}
	keys := slices.AppendSeq(slices.Collect(maps.Keys(e.Requested)), maps.Keys(e.Evaluations))
	for _, run := range e.Runs {
		keys = slices.Concat(keys, run.Assets, run.Checks)
	}
	for _, key := range keys {
		r.scenario.unknownKey(&r.list, key, within(e.At, e.At.File.Text[e.At.Start:], key))
	}
}
