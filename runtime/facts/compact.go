package facts

import (
	"maps"
	"math"
	"slices"

	"auto/vm/bits"
)

// gone is the position of an entry that is forgotten.
const gone = -1

// Horizon is how far back questions go. Both are ids of events (vm.Since.Event).
type Horizon struct {
	// Event is the oldest evaluation that anything may still be asked since.
	Event int64
	// Runs is an event after which no run that has finished before it is named any more;
	// the same of backfills. A run that is named nevertheless is as one that nothing is
	// known about.
	Runs int64
	// All has everything forgotten that may be, however little it is: before a snapshot.
	All bool
}

// Compact forgets what no question can reach any more: entries that neither are after the
// horizon, nor would be the latest of their kind after whatever wipe; runs that have
// finished and made no latest; backfills that are over. Every fact stays what it was, and
// so do ids of events. Succeeded knows of the runs that made the latest of a partition, of
// those in progress, of those after the horizon, and of none that is forgotten. What is
// known about a partition key is never forgotten.
//
// It looks at what was added since the last time, and at a part of the rest that is in
// proportion to it, so that it can be called after every tick.
func (w *World) Compact(h Horizon) {
	h.Event = min(h.Event, w.last)
	from := w.compacted
	if h.All {
		from = 0
	}
	w.newest.since(from, func(a *asset) {
		end := a.log.since(h.Event) - 1
		if h.All || end-a.settled >= 16+a.settled/4 {
			(&compaction{world: w, asset: a, end: end}).run()
		}
	})
	w.compacted = max(w.compacted, h.Event)
	if h.All || len(w.runs)+w.goals > 2*w.keptRuns+512 {
		w.forgetRuns(h.Runs)
		w.forgetBackfills(h.Runs)
	}
}

// compaction forgets entries of an asset, of those up to a position.
type compaction struct {
	world *World
	asset *asset
	end   int32
	// keep has the positions that stay.
	keep bits.Set
	// latest has, by kind, the greatest time of the entries that were looked at, from the
	// last on; byKey the same by slot; versioned the slots of which one has a data version.
	latest    [planned + 1]int64
	byKey     [planned + 1][]int64
	versioned bits.Set
	// made has, for the runs of plans that may be the latest of all partitions, which of
	// their materializations is dated last: what was planned last is known to be made.
	made map[int32]stamp
}

// stamp is an entry with its time, 0 for none.
type stamp struct {
	position int32
	at       int64
}

// A wipe hides what is dated at or before it, so an entry is of no interest where one of
// its kind that was stored later is dated as late. With times that never go back one
// entry is left of each partition.
func (c *compaction) run() {
	c.keep = bits.New(int(c.asset.log.last()) + 1)
	c.keep.AddRange(int(c.end)+1, int(c.asset.log.last())+1)
	c.asset.holds = nil
	c.planRuns()
	for k := range c.latest {
		c.latest[k] = math.MinInt64
	}
	for position := c.end; position > 0; position-- {
		e := c.asset.log.at(position)
		c.look(position, &e)
	}
	c.rewrite()
}

// planRuns finds the runs of the plans that may be the latest.
func (c *compaction) planRuns() {
	c.made = map[int32]stamp{}
	latest := int64(math.MinInt64)
	for position := c.end; position > 0; position-- {
		if e := c.asset.log.at(position); e.kind == planned && e.at > latest {
			latest = e.at
			c.made[e.run] = stamp{}
		}
	}
}

// look decides about an entry.
func (c *compaction) look(position int32, e *entry) {
	keep := c.isLatest(e)
	keep = keep || e.kind == materialized && c.world.known(e.run).goes() // it may succeed when later ones do not
	switch {
	case e.kind == seeded:
		keep = c.isLatestSeed(position, e) || keep
	case e.key != 0:
		slot := c.asset.slots.slot(e.key)
		keep = c.isLatestOf(slot, e) || keep
		keep = c.isVersion(slot, e) || keep
	}
	if keep {
		c.keep.Add(int(position))
	}
	if m, ok := c.made[e.run]; ok && e.kind == materialized && (m.position == 0 || e.at > m.at) {
		c.made[e.run] = stamp{position, e.at}
	}
}

// isLatest reports whether an entry may be the latest of its kind, whatever the partition.
// Its run is asked for then.
func (c *compaction) isLatest(e *entry) bool {
	k := e.class()
	if e.at <= c.latest[k] {
		return false
	}
	c.latest[k] = e.at
	c.asset.holds = append(c.asset.holds, e.run)
	if m := c.made[e.run]; k == planned && m.position != 0 {
		c.keep.Add(int(m.position))
	}
	return true
}

// isLatestOf reports whether an entry may be the latest of its kind of a partition. Of no
// interest is also a plan that a materialization has followed.
func (c *compaction) isLatestOf(slot int, e *entry) bool {
	k := e.class()
	latest := c.of(k, slot)
	if e.at <= *latest {
		return false
	}
	*latest = e.at
	if k != planned {
		return true
	}
	if e.at <= *c.of(materialized, slot) {
		return false
	}
	c.asset.holds = append(c.asset.holds, e.run)
	return true
}

func (c *compaction) isLatestSeed(position int32, e *entry) (keep bool) {
	for _, s := range c.asset.seeds {
		if s.position != position {
			continue
		}
		for slot := s.slots.Next(0); slot >= 0; slot = s.slots.Next(slot + 1) {
			keep = c.isLatestOf(slot, e) || keep
		}
	}
	return keep
}

// of gives the greatest time so far of a kind and slot.
func (c *compaction) of(k kind, slot int) *int64 {
	if slot >= len(c.byKey[k]) {
		longer := slices.Repeat([]int64{math.MinInt64}, max(slot+1, len(c.asset.slots.keys)))
		copy(longer, c.byKey[k])
		c.byKey[k] = longer
	}
	return &c.byKey[k][slot]
}

// isVersion reports whether an entry has the last data version of its partition, which
// later ones are compared to, be it hidden or not.
func (c *compaction) isVersion(slot int, e *entry) bool {
	if e.version == 0 || c.versioned.Has(slot) {
		return false
	}
	c.versioned = grown(c.versioned, slot)
	c.versioned.Add(slot)
	return true
}

// rewrite leaves out what is not kept, and gives the rest new positions.
func (c *compaction) rewrite() {
	a := c.asset
	old, moved := a.log, make([]int32, a.log.last()+1)
	a.log, a.version, a.settled = log{}, nil, 0
	for position := int32(1); position <= old.last(); position++ {
		if !c.keep.Has(int(position)) {
			moved[position] = gone
			continue
		}
		e := old.at(position)
		moved[position] = a.keep(e)
		if position <= c.end {
			a.settled = moved[position]
		}
	}
	a.log.tail = slices.Clip(a.log.tail)
	a.renumber(moved)
	slices.Sort(a.holds)
	a.holds = slices.Clip(slices.Compact(a.holds))
}

// keep appends an entry that was there before to the log, and gives its new position.
func (a *asset) keep(e entry) int32 {
	e.before = 0
	if e.version == 0 || e.key == 0 {
		return a.log.append(e)
	}
	slot := a.slots.slot(e.key)
	e.before = a.version.at(slot)
	position := a.log.append(e)
	a.set(&a.version, slot, position)
	return position
}

// renumber replaces positions by where they have moved, all but those of the log itself
// and of data versions.
func (a *asset) renumber(moved []int32) {
	for _, p := range []*int32{&a.latest.materialized, &a.latest.observed, &a.latest.planned} {
		*p = moved[*p]
	}
	for _, column := range []*column{&a.materialized, &a.observed, &a.planned} {
		column.renumber(moved)
	}
	for i := range a.seeds {
		a.seeds[i].position = moved[a.seeds[i].position]
	}
	a.seeds = slices.DeleteFunc(a.seeds, func(s seed) bool { return s.position == gone })
	for _, c := range a.checks {
		for key, r := range c.rows {
			if r.target > 0 {
				r.target = moved[r.target]
				c.rows[key] = r
			}
		}
	}
}

// renumber leaves none where an entry is gone: a plan that is of no interest any more.
func (c *column) renumber(moved []int32) {
	some := false
	for slot, position := range *c {
		(*c)[slot] = max(0, moved[position])
		some = some || (*c)[slot] != 0
	}
	if !some {
		*c = nil
	}
}

// forgetRuns forgets the runs that have finished, were not named after an event, and that
// no entry is asked the run of. Of the others that have finished it forgets what they were
// going to do.
func (w *World) forgetRuns(before int64) {
	asked := w.askedRuns()
	for n, r := range w.runs {
		switch {
		case r.goes() || r.last > before:
		case asked[n]:
			r.wide = r.wide || len(r.plans)+len(r.evaluations) > 0
			r.plans, r.evaluations = nil, nil
		default:
			delete(w.runs, n)
			delete(w.runOf, r.id)
		}
	}
	for _, c := range w.checkOf {
		maps.DeleteFunc(c.seen, func(n int32, _ []int32) bool { return w.runs[n] == nil })
	}
	w.goals = 0
	for _, r := range w.runs {
		w.goals += len(r.plans)
	}
	w.keptRuns = len(w.runs) + w.goals
}

// askedRuns gives the runs of entries that their runs are asked for.
func (w *World) askedRuns() map[int32]bool {
	asked := map[int32]bool{}
	for _, a := range w.assets {
		for _, n := range a.holds {
			asked[n] = true
		}
		for position := a.settled + 1; position <= a.log.last(); position++ {
			asked[a.log.at(position).run] = true
		}
	}
	for _, c := range w.checkOf {
		for _, r := range c.rows {
			asked[r.run] = true
		}
	}
	return asked
}

// forgetBackfills forgets those that are over and were not named after an event.
func (w *World) forgetBackfills(before int64) {
	maps.DeleteFunc(w.backfills, func(_ string, b *backfill) bool {
		return b.last <= before && !slices.Contains(w.active, b)
	})
}
