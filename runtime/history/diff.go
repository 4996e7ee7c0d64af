package history

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"auto/runtime/journal"
	"auto/runtime/live"
	"auto/runtime/store"
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
	var old []Launch
	_, err := Play(ctx, s, load, Options{From: from, Until: until, Visit: func(r live.Record, _ *live.Project, out *live.Outcome) error {
		if out != nil && r.At.After(from) {
			old = append(old, launchesOf(out)...)
		}
		return nil
	}})
	if err != nil {
		return nil, err
	}
	p, err := Play(ctx, s, load, Options{From: from, Until: from})
	if err != nil {
		return nil, err
	}
	rec := live.Record{Seq: p.Seq, At: from, Body: &journal.Policies{Fingerprint: setup.Fingerprint}}
	after := p.Seq
	if err := p.Put(rec, setup); err != nil {
		return nil, err
	}
	fresh, err := simulate(ctx, s, p, after, from, until)
	if err != nil {
		return nil, err
	}
	return compared(from, until, old, fresh), nil
}

// simulate ticks all sensors at their paces over the inputs that are kept.
func simulate(ctx context.Context, s Source, p *live.Project, after int64, from, until time.Time) (all []Launch, err error) {
	tick := func(upTo time.Time, due map[*live.Sensor]time.Time) error {
		for {
			next := slices.MinFunc(p.Sensors, func(a, b *live.Sensor) int { return due[a].Compare(due[b]) })
			at := due[next]
			if !at.Before(upTo) || ctx.Err() != nil {
				return ctx.Err()
			}
			out, err := next.Tick(at, live.Options{})
			if err != nil {
				return err
			}
			all = append(all, launchesOf(out)...)
			due[next] = at.Add(next.Every)
		}
	}
	due := map[*live.Sensor]time.Time{}
	for _, sensor := range p.Sensors {
		due[sensor] = from.Add(sensor.Every)
	}
	err = s.Records(ctx, after, live.Inputs, func(r store.Record) error {
		if r.At.After(until) {
			return nil
		}
		// An input is seen by the first tick that is not before it.
		if err := tick(r.At, due); err != nil {
			return err
		}
		read, err := live.Read(r)
		if err != nil {
			return err
		}
		for _, sensor := range p.Sensors {
			if err := sensor.Take(read); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = tick(until.Add(1), due)
	}
	return all, err
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
