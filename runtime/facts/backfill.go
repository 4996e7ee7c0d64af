package facts

import (
	"fmt"
	"maps"
	"slices"
)

// backfill is what is known about a backfill. left has, by asset, the numbers of the keys
// that it targets and has not recorded as materialized or failed; 0 for an asset without
// partitions.
type backfill struct {
	left map[string]map[int32]bool
	// last is the last event before the one that named it last.
	last int64
}

// applyBackfill tells how far a backfill is. Its targets are those of its first event.
func (w *World) applyBackfill(e Backfill) error {
	switch e.Status {
	case Started, Completed, Failed, Canceling, Canceled:
	default:
		return fmt.Errorf("a backfill cannot be `%s`", e.Status)
	}
	b := w.backfills[e.ID]
	if b == nil {
		b = &backfill{left: map[string]map[int32]bool{}}
		w.backfills[e.ID] = b
		b.target(w.names, e.Targets)
	}
	b.last, w.current = w.last, false
	for asset := range b.left {
		w.touch(w.asset(asset))
	}
	b.finish(w.names, e.Materialized)
	b.finish(w.names, e.FailedFor)
	w.active = slices.DeleteFunc(w.active, func(o *backfill) bool { return o == b })
	if e.Status == Started {
		w.active = append(w.active, b)
	}
	return nil
}

// keysOf gives the numbers of keys; nil is an asset without partitions.
func keysOf(names *table, list []string) []int32 {
	if list == nil {
		return []int32{0}
	}
	keys := make([]int32, len(list))
	for i, key := range list {
		keys[i] = names.number(key)
	}
	return keys
}

func (b *backfill) target(names *table, targets map[string][]string) {
	for asset, list := range targets {
		b.left[asset] = map[int32]bool{}
		for _, key := range keysOf(names, list) {
			b.left[asset][key] = true
		}
	}
}

func (b *backfill) finish(names *table, done map[string][]string) {
	for asset, list := range done {
		for _, key := range keysOf(names, list) {
			delete(b.left[asset], key)
		}
	}
}

// Undefined gives, by entity key, the partition keys that facts may be about although the
// definition does not have them (space.Input.Undefined): targets of backfills in progress.
// Most of them are defined; space.New leaves those out. Each list is sorted; nil is none.
// It is the same map until a backfill changes, and the caller does not write to it.
func (w *World) Undefined() map[string][]string {
	if !w.current {
		w.undefined, w.current = w.listUndefined(), true
	}
	return w.undefined
}

func (w *World) listUndefined() map[string][]string {
	var all map[string][]string
	for _, b := range w.active {
		for asset, left := range b.left {
			for key := range left {
				if key == 0 {
					continue
				}
				if all == nil {
					all = map[string][]string{}
				}
				all[asset] = append(all[asset], w.names.texts[key])
			}
		}
	}
	for asset := range maps.Keys(all) {
		slices.Sort(all[asset])
		all[asset] = slices.Compact(all[asset])
	}
	return all
}
