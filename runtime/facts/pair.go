package facts

import (
	"strings"
	"time"
)

// LastUpdated gives the timestamp of the newest update of an asset, or of one partition
// of it, a materialization or an observation; and false for none.
func (w *World) LastUpdated(asset, partition string) (time.Time, bool) {
	a := w.assetOf[asset]
	if a == nil {
		return time.Time{}, false
	}
	latest := a.later(a.latest.materialized, a.latest.observed)
	if partition != "" {
		slot, ok := w.slotOf(a, partition)
		if !ok {
			return time.Time{}, false
		}
		latest = a.later(a.materialized.at(slot), a.observed.at(slot))
	}
	if latest == 0 {
		return time.Time{}, false
	}
	return instant(a.log.at(latest).at), true
}

// Succeeded gives when the newest successful run began that materialized an asset, or
// executed a check (asset:check), or one partition of it; a report from outside is a run of
// its own. It gives false for none that is still known.
func (w *World) Succeeded(key, partition string) (time.Time, bool) {
	if strings.Contains(key, ":") {
		return w.checkSucceeded(w.checkOf[key], partition)
	}
	a := w.assetOf[key]
	if a == nil {
		return time.Time{}, false
	}
	newest, number := a.latest.materialized, int32(0)
	if partition != "" {
		slot, ok := w.slotOf(a, partition)
		if !ok {
			return time.Time{}, false
		}
		newest, number = a.materialized.at(slot), a.slots.keys[slot]
	}
	// Before the newest one lie others only where its run has not succeeded.
	for at := newest; at > 0; at-- {
		e := a.log.at(at)
		if e.class() != materialized || partition != "" && e.key != number {
			continue
		}
		if began, ok := w.began(e.run, e.at); ok {
			return began, true
		}
	}
	return time.Time{}, false
}

func (w *World) checkSucceeded(c *check, partition string) (time.Time, bool) {
	if c == nil {
		return time.Time{}, false
	}
	key, known := w.names.find(partition)
	r, ok := c.rows[key]
	if !known || !ok || r.outcome == pending {
		return time.Time{}, false
	}
	return w.began(r.run, r.at)
}

// began gives the start of a run that succeeded; of none, the instant itself. What became of
// a run that is forgotten is not known.
func (w *World) began(n int32, at int64) (time.Time, bool) {
	r := w.known(n)
	switch {
	case n != 0 && r == &unknown:
		return time.Time{}, false
	case !r.known:
		return instant(at), true
	case r.status == Success:
		return instant(r.created), true
	}
	return time.Time{}, false
}

// slotOf gives the slot of a partition key that something is known about.
func (w *World) slotOf(a *asset, partition string) (int, bool) {
	key, ok := w.names.find(partition)
	if !ok {
		return 0, false
	}
	slot, ok := a.slots.slots[key]
	return int(slot), ok
}

func instant(micros int64) time.Time { return time.UnixMicro(micros).UTC() }
