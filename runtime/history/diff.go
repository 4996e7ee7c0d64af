package history

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"auto/runtime/journal"
	"auto/runtime/live"
)

// Diff is what other policies would have launched more and less over the same inputs.
type Diff struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	// Old and New count what was and would have been launched, More and Less what only one
	// of the two launches. A partition that both launch equally often is in neither.
	Old  int      `json:"old"`
	New  int      `json:"new"`
	More []Launch `json:"more"`
	Less []Launch `json:"less"`
	// Days count by policy and day in UTC, sorted; a policy has the same name in both.
	Days []Day `json:"days"`
}

// Day is what a policy launched on one day.
type Day struct {
	Day    string `json:"day"`
	Policy string `json:"policy"`
	Old    int    `json:"old"`
	New    int    `json:"new"`
}

// Compared plays the journal from one instant to another under a setup, and compares what
// it launches with what was launched. The inputs are those that were: runs that only the
// setup launches report nothing.
func Compared(ctx context.Context, s Source, load live.Loader, setup *live.Setup, from, until time.Time) (*Diff, error) {
	w, err := worked(ctx, s)
	if err != nil {
		return nil, err
	}
	if w.end.Before(until) {
		until = w.end
	}
	var old []Launch
	_, err = Play(ctx, s, load, Options{From: from, Until: until, Visit: func(r live.Record, _ *live.Project, out *live.Outcome) error {
		if out != nil && r.At.After(from) {
			old = append(old, launchesOf(out)...)
		}
		return nil
	}})
	if err != nil {
		return nil, err
	}
	p, err := Play(ctx, s, load, Options{From: from, Until: from, Alive: w.up(from)})
	if err != nil {
		return nil, err
	}
	after := p.Seq
	rec := live.Record{Seq: p.Seq, At: from, Body: &journal.Policies{Fingerprint: setup.Fingerprint}}
	if err := p.Put(rec, setup); err != nil {
		return nil, err
	}
	fresh, err := simulate(ctx, s, w, p, after, until)
	if err != nil {
		return nil, err
	}
	return compared(from, until, old, fresh), nil
}

// compared sets launches against each other.
func compared(from, until time.Time, old, fresh []Launch) *Diff {
	d := &Diff{From: from, Until: until, Old: len(old), New: len(fresh), Days: days(old, fresh)}
	d.Less, d.More = surplus(old, fresh), surplus(fresh, old)
	return d
}

// surplus gives what of a list is not in another, the latest of each partition.
func surplus(list, other []Launch) []Launch {
	out := []Launch{}
	has := counts(other)
	for _, l := range slices.SortedFunc(slices.Values(list), func(a, b Launch) int { return a.At.Compare(b.At) }) {
		if has[l.pair()] > 0 {
			has[l.pair()]--
			continue
		}
		out = append(out, l)
	}
	slices.SortFunc(out, compareLaunches)
	return out
}

func days(old, fresh []Launch) []Day {
	type place struct{ day, policy string }
	all := map[place]*Day{}
	at := func(l Launch) *Day {
		p := place{l.At.UTC().Format(time.DateOnly), l.Policy}
		if all[p] == nil {
			all[p] = &Day{Day: p.day, Policy: p.policy}
		}
		return all[p]
	}
	for _, l := range old {
		at(l).Old++
	}
	for _, l := range fresh {
		at(l).New++
	}
	out := make([]Day, 0, len(all))
	for _, d := range slices.Collect(maps.Values(all)) {
		out = append(out, *d)
	}
	slices.SortFunc(out, func(a, b Day) int { return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Policy, b.Policy)) })
	return out
}
