package facts

import (
	"auto/vm/bits"
	"auto/vm/space"
)

// asset is what is known about an asset. Positions in its log are 0 for none; what a wipe
// hides is none.
type asset struct {
	key    string
	number int32
	// log has its entries; those up to settled are the ones that a compaction kept, and
	// holds are the runs that are asked for because of them.
	log     log
	settled int32
	holds   []int32
	// newer and older are the assets with events after and before its last one.
	newer, older *asset
	// entity is its number in the space of the view, -1 for none.
	entity int
	// slots are shared with other assets once its definition is known; keys are its
	// partitions at the last tick.
	slots  *slots
	shares bool
	keys   *space.Keys
	// defined stands for keys (definitionOf) while these are nil, "" for none.
	defined string
	// materialized, observed and planned are the latest of each partition.
	materialized, observed, planned column
	// version is the latest materialization or observation with a data version of each
	// partition, hidden or not: Dagster compares data versions across wipes.
	version column
	// failed has the partitions (slots) whose failure was seen at a tick: Dagster's status
	// cache forgets it only when the partition is materialized or the definition changes,
	// not when another run is planned.
	failed bits.Set
	// latest are those of all partitions together and of none.
	latest struct{ materialized, observed, planned int32 }
	// made: the run that was planned last has materialized the asset.
	made bool
	// touched is the time of the last entry.
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
		a = &asset{key: key, number: int32(len(w.assets)), entity: -1, slots: newSlots()}
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

// happened stores an entry and folds it.
func (w *World) happened(a *asset, e entry) {
	var position int32
	if e.version != 0 && e.key != 0 {
		slot := a.slots.slot(e.key)
		e.before = a.version.at(slot)
		position = w.store(a, e)
		a.set(&a.version, slot, position)
	} else {
		position = w.store(a, e)
	}
	before := a.latest.materialized
	if a.shows(e.at) {
		a.fold(position, &e)
	}
	if before != 0 && a.log.at(before).key == 0 {
		w.touch(a) // it was one of all partitions for checks, and is no longer
		return
	}
	w.touchKey(a, e.key)
}

// fold makes an entry the latest of its kind.
func (a *asset) fold(position int32, e *entry) {
	latest, column := a.of(e.kind)
	*latest = position
	if e.key != 0 {
		a.set(column, a.slots.slot(e.key), position)
	}
	switch e.kind {
	case planned:
		a.made = false
	case materialized:
		a.made = a.made || a.latest.planned != 0 && a.log.at(a.latest.planned).run == e.run
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

// set makes a position that of a slot. A column is at once as long as other assets with the
// same partitions need it.
func (a *asset) set(c *column, slot int, position int32) {
	if slot >= len(*c) {
		longer := make(column, max(slot+1, len(a.slots.keys), len(*c)+len(*c)/8))
		copy(longer, *c)
		*c = longer
	}
	(*c)[slot] = position
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
	if a.log.last() != 0 {
		a.wiped, a.isWipe = at, true
		a.refold()
		a.failed = nil
	}
	for _, c := range a.checks {
		c.forget()
	}
	w.touch(a)
}

// refold folds the log of an asset anew.
func (a *asset) refold() {
	a.materialized, a.observed, a.planned = nil, nil, nil
	a.latest.materialized, a.latest.observed, a.latest.planned, a.made = 0, 0, 0, false
	for position := int32(1); position <= a.log.last(); position++ {
		switch e := a.log.at(position); {
		case !a.shows(e.at):
		case e.kind == seeded:
			a.sow(position)
		default:
			a.fold(position, &e)
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
			a.set(&a.materialized, slot, position)
		}
	}
}
