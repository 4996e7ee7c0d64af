package facts

import (
	"auto/vm/bits"
	"auto/vm/space"
)

// asset is what is known about an asset. Positions in the log are 0 for none; what a wipe
// hides is none.
type asset struct {
	number int32
	// entity is its number in the space of the view, -1 for none.
	entity int
	// slots are shared with other assets once its definition is known; keys are its
	// partitions at the last tick.
	slots  *slots
	shares bool
	keys   *space.Keys
	// materialized, observed and planned are the latest of each partition.
	materialized, observed, planned column
	// version is the latest materialization or observation of each partition, hidden or
	// not: Dagster compares data versions across wipes.
	version column
	// failed has the partitions (slots) whose failure was seen at a tick: Dagster's status
	// cache forgets it only when the partition is materialized or the definition changes,
	// not when another run is planned.
	failed bits.Set
	// latest are those of all partitions together and of none.
	latest struct{ materialized, observed, planned int32 }
	// made: the run that was planned last has materialized the asset.
	made bool
	// last is the latest entry, touched its time.
	last    int32
	touched int64
	// wiped is the time of the last wipe.
	wiped  int64
	isWipe bool
	seeds  []seed
	checks []*check
	state  freshness
}

// seed are partitions (slots) that one Seed has materialized.
type seed struct {
	position int32
	slots    bits.Set
}

// asset gives the asset of a key.
func (w *World) asset(key string) *asset {
	a, ok := w.assetOf[key]
	if !ok {
		a = &asset{number: int32(len(w.assets)), entity: -1, slots: newSlots()}
		w.assets = append(w.assets, a)
		w.assetOf[key] = a
	}
	return a
}

// shows reports whether an event of a time is not hidden by the last wipe.
func (a *asset) shows(at int64) bool { return !a.isWipe || at > a.wiped }

// record is the latest materialization. Dagster's asset record is gone while the time of
// the event that was stored last, of any kind, is not after the wipe.
func (a *asset) record() int32 {
	if !a.shows(a.touched) {
		return 0
	}
	return a.latest.materialized
}

// happened folds an entry that was appended to the log.
func (w *World) happened(a *asset, position int32) {
	e := w.log.at(position)
	if e.kind != planned && e.key != 0 {
		slot := a.slots.slot(e.key)
		e.beforeKey = a.version.at(slot)
		a.version.set(slot, position)
	}
	before := a.latest.materialized
	if a.shows(e.at) {
		w.fold(a, position)
	}
	if before != 0 && w.log.at(before).key == 0 {
		w.touch(a) // it was one of all partitions for checks, and is no longer
		return
	}
	w.touchKey(a, e.key)
}

// fold makes an entry the latest of its kind.
func (w *World) fold(a *asset, position int32) {
	e := w.log.at(position)
	latest, column := a.of(e.kind)
	*latest = position
	if e.key != 0 {
		column.set(a.slots.slot(e.key), position)
	}
	switch e.kind {
	case planned:
		a.made = false
	case materialized:
		a.made = a.made || a.latest.planned != 0 && w.log.at(a.latest.planned).run == e.run
		if e.key != 0 {
			a.heal(a.slots.slot(e.key))
		}
	}
}

// of gives where the latest of a kind is kept.
func (a *asset) of(k kind) (*int32, *column) {
	switch k {
	case observed:
		return &a.latest.observed, &a.observed
	case planned:
		return &a.latest.planned, &a.planned
	}
	return &a.latest.materialized, &a.materialized
}

func (a *asset) heal(slot int) {
	if a.failed.Has(slot) {
		a.failed.Remove(slot)
	}
}

func (a *asset) fail(slot int) {
	a.failed = grown(a.failed, slot)
	a.failed.Add(slot)
}

// wipe hides what is dated at or before a time and shows all else again. An asset that
// nothing was stored about has no record to note the wipe in.
func (w *World) wipe(a *asset, at int64) {
	if a.last != 0 {
		a.wiped, a.isWipe = at, true
		w.refold(a)
	}
	for _, c := range a.checks {
		c.forget()
	}
	w.touch(a)
}

// refold folds the log of an asset anew.
func (w *World) refold(a *asset) {
	a.materialized, a.observed, a.planned, a.failed = nil, nil, nil, nil
	a.latest.materialized, a.latest.observed, a.latest.planned, a.made = 0, 0, 0, false
	var shown []int32
	for at := a.last; at != 0; at = w.log.at(at).beforeAsset {
		if a.shows(w.log.at(at).at) {
			shown = append(shown, at)
		}
	}
	for i := len(shown) - 1; i >= 0; i-- {
		if w.log.at(shown[i]).kind == seeded {
			a.sow(shown[i])
		} else {
			w.fold(a, shown[i])
		}
	}
}

// sow makes the partitions of a seed materialized.
func (a *asset) sow(position int32) {
	a.latest.materialized = position
	for _, s := range a.seeds {
		if s.position != position {
			continue
		}
		for slot := s.slots.Next(0); slot >= 0; slot = s.slots.Next(slot + 1) {
			a.materialized.set(slot, position)
		}
	}
}
