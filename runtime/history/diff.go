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

// simulation ticks sensors over inputs that are kept.
type simulation struct {
	ctx  context.Context
	p    *live.Project
	due  map[*live.Sensor]time.Time
	made []Launch
}

// simulate has all sensors tick over the inputs that are kept: at the instants of the ticks
// that are written of a sensor of the name, and between them at its pace.
func simulate(ctx context.Context, s Source, p *live.Project, after int64, from, until time.Time) ([]Launch, error) {
	sim := &simulation{ctx, p, map[*live.Sensor]time.Time{}, nil}
	for _, sensor := range p.Sensors {
		sim.due[sensor] = from.Add(sensor.Every)
	}
	kinds := append(slices.Clone(live.Inputs), journal.KindTick)
	err := s.Records(ctx, after, kinds, func(r store.Record) error {
		if r.At.After(until) {
			return nil
		}
		return sim.record(r)
	})
	if err == nil {
		err = sim.upTo(until.Add(1))
	}
	return sim.made, err
}

// record takes a record in. An input is seen by the first tick that is not before it.
func (sim *simulation) record(r store.Record) error {
	if err := sim.upTo(r.At); err != nil {
		return err
	}
	read, err := live.Read(r)
	if err != nil {
		return err
	}
	if body, ok := read.Body.(*journal.Tick); ok {
		if sensor := sim.p.Sensor(body.Sensor); sensor != nil {
			return sim.tick(sensor, r.At)
		}
		return nil
	}
	for _, sensor := range sim.p.Sensors {
		if err := sensor.Take(read); err != nil {
			return err
		}
	}
	return nil
}

// upTo makes the ticks that are due before an instant.
func (sim *simulation) upTo(end time.Time) error {
	for {
		next := slices.MinFunc(sim.p.Sensors, func(a, b *live.Sensor) int { return sim.due[a].Compare(sim.due[b]) })
		if !sim.due[next].Before(end) || sim.ctx.Err() != nil {
			return sim.ctx.Err()
		}
		if err := sim.tick(next, sim.due[next]); err != nil {
			return err
		}
	}
}

// tick makes a tick, unless one was made at that instant or later.
func (sim *simulation) tick(sensor *live.Sensor, at time.Time) error {
	if !at.After(sensor.Last()) {
		return nil
	}
	out, err := sensor.Tick(at, live.Options{})
	if err != nil {
		return err
	}
	sim.made = append(sim.made, launchesOf(out)...)
	sim.due[sensor] = at.Add(sensor.Every)
	return nil
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
