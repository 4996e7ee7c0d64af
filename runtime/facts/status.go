package facts

import (
	"auto/vm/bits"
	"auto/vm/code"
)

// status is what is known about one partition of an asset, or about one without.
type status struct{ missing, inProgress, failed bool }

// lay sets all bits of an entity anew.
func (v *view) lay(b *bound) {
	v.clear(b)
	v.fill(b)
}

// fill sets all bits of an entity that has none yet.
func (v *view) fill(b *bound) {
	switch {
	case b.keys == nil:
		v.layWhole(b)
	case b.check != nil:
		v.missing(b)
		for key := range b.check.rows {
			v.layKey(b, key)
		}
	default:
		v.missing(b)
		v.fillSlots(b)
	}
	if b.check == nil {
		v.layBackfills(b)
		v.layFreshness(b)
	}
}

// missing makes all partitions of an entity missing.
func (v *view) missing(b *bound) {
	v.now[code.Missing].AddRange(b.bit, b.bit+b.total)
	v.some[code.Missing] = true
}

// fillSlots sets the bits of the partitions that something is known about.
func (v *view) fillSlots(b *bound) {
	a := b.asset
	if b.source == observable || len(a.planned) > 0 || a.failed != nil || b.defined != b.total || a.record() == 0 {
		for slot := range a.slots.keys {
			v.laySlot(b, slot)
		}
		return
	}
	// Nothing is known but materializations: they are many.
	missing := v.now[code.Missing]
	numbers := b.way.upTo(v.world.names, len(a.materialized))
	for slot, position := range a.materialized {
		if n := numbers[slot]; position != 0 && n >= 0 {
			missing.Remove(b.bit + int(n))
		}
	}
}

// clear takes out all bits of an entity. Those with partitions have words of their own.
func (v *view) clear(b *bound) {
	for _, kind := range current {
		set := v.now[kind]
		if b.keys == nil {
			set.Remove(b.bit)
		} else {
			set[b.bit/64 : bits.Words(b.bit+b.total)].Clear()
		}
	}
}

func (v *view) put(kind code.FactKind, bit int, on bool) {
	if on {
		v.now[kind].Add(bit)
		v.some[kind] = true
	} else {
		v.now[kind].Remove(bit)
	}
}

// layWhole sets the bits of an entity without partitions, but for backfills and freshness.
func (v *view) layWhole(b *bound) {
	if b.check != nil {
		v.layVerdict(b.bit, v.world.verdict(b.check))
		return
	}
	v.layStatus(b.bit, v.world.whole(b.asset, b.source))
}

// layKey sets the bits of one partition.
func (v *view) layKey(b *bound, key int32) {
	slot := b.asset.slots.slot(key)
	if b.check == nil {
		v.laySlot(b, slot)
		return
	}
	n := b.way.number(v.world.names, slot)
	if n < 0 {
		return
	}
	verdict := isMissing
	if row, ok := b.check.rows[key]; ok && n < b.defined {
		verdict = v.world.partitionVerdict(b.check, row)
	}
	v.layVerdict(b.bit+n, verdict)
}

func (v *view) laySlot(b *bound, slot int) {
	n := b.way.number(v.world.names, slot)
	switch {
	case n < 0:
	case n < b.defined:
		v.layStatus(b.bit+n, v.world.partition(b.asset, slot, b.source))
	default:
		// Dagster looks up what was executed among the defined keys, all else by its key.
		missing := b.source == executed || v.world.partition(b.asset, slot, b.source).missing
		v.layStatus(b.bit+n, status{missing: missing})
	}
}

func (v *view) layStatus(bit int, s status) {
	v.put(code.Missing, bit, s.missing)
	v.put(code.RunInProgress, bit, s.inProgress)
	v.put(code.ExecutionFailed, bit, s.failed)
}

func (v *view) layVerdict(bit int, is verdict) {
	v.put(code.Missing, bit, is == isMissing)
	v.put(code.RunInProgress, bit, is == isGoing)
	v.put(code.ExecutionFailed, bit, is == isBroken)
	v.put(code.CheckPassed, bit, is == isPassed)
	v.put(code.CheckFailed, bit, is == isFailed)
}

// layBackfills sets what backfills in progress have left to do.
func (v *view) layBackfills(b *bound) {
	set := v.now[code.BackfillInProgress]
	key := v.space.Entities[b.asset.entity].Key
	for _, f := range v.world.active {
		for left := range f.left[key] {
			if n, ok := b.keys.Index(v.world.names.texts[left]); ok {
				set.Add(b.bit + n)
				v.some[code.BackfillInProgress] = true
			}
		}
	}
}

// layFreshness sets the freshness state, which is one for all partitions.
func (v *view) layFreshness(b *bound) {
	if !b.freshness {
		return
	}
	kind, ok := map[freshness]code.FactKind{
		passing: code.FreshnessPassed, warning: code.FreshnessWarned, failing: code.FreshnessFailed,
	}[b.asset.state]
	if ok {
		v.now[kind].AddRange(b.bit, b.bit+b.defined)
		v.some[kind] = true
	}
}

// partition gives the status of a partition (Dagster's partition status cache). A plan
// without a later materialization is in progress while its run goes. It has failed if its
// run failed, and stays so when a tick has seen it.
func (w *World) partition(a *asset, slot int, from source) status {
	switch from {
	case observable:
		return status{missing: a.observed.at(slot) == 0}
	case external:
		return status{missing: a.materialized.at(slot) == 0}
	}
	if a.record() == 0 && a.latest.planned == 0 {
		return status{missing: true}
	}
	made, plan := a.materialized.at(slot), a.planned.at(slot)
	s := status{missing: made == 0, failed: a.failed.Has(slot)}
	if plan > made {
		r := w.known(a.log.at(plan).run)
		s.inProgress = r.goes()
		s.failed = s.failed || r.failed()
	}
	if s.failed && !a.failed.Has(slot) {
		a.fail(slot)
		w.noted = true
	}
	return s
}

// whole gives the status of an asset without partitions; what happened to partitions
// that it once had counts.
func (w *World) whole(a *asset, from source) status {
	switch from {
	case observable:
		return status{missing: a.latest.materialized == 0 && a.latest.observed == 0}
	case external:
		return status{missing: a.record() == 0}
	}
	s := status{missing: a.record() == 0}
	if a.latest.planned == 0 {
		return s
	}
	plan := a.log.at(a.latest.planned).run
	if made := a.record(); made != 0 && a.log.at(made).run == plan {
		return s
	}
	r := w.known(plan)
	s.inProgress = r.goes()
	s.failed = r.failed() && !a.made
	return s
}
