package facts

import "time"

// kind is what an entry of the log is about.
type kind uint8

const (
	materialized kind = iota + 1
	observed
	planned
	seeded // materialized, the partitions of one Seed
)

// entry is an event about an asset. Entries are chained backwards: positions in the log
// of the entry before it, of the same asset and of the same partition.
type entry struct {
	id   int64 // of the event
	at   int64 // microseconds
	kind kind
	// asset, key, run and version are numbers; key 0 is none, run 0 from outside.
	asset, key, run, version int32
	beforeAsset, beforeKey   int32
}

// micros is a time as Dagster's storage keeps it.
func micros(t time.Time) int64 { return t.UnixMicro() }

// append stores an event about an asset and gives its position.
func (w *World) append(e entry) int32 {
	w.last++
	e.id = w.last
	a := w.assets[e.asset]
	e.beforeAsset = a.last
	a.last = int32(len(w.log))
	a.touched = e.at
	w.log = append(w.log, e)
	return a.last
}

// since gives the position of the first entry whose event has a greater id.
func (w *World) since(event int64) int {
	lo, hi := 1, len(w.log)
	for lo < hi {
		if mid := (lo + hi) / 2; w.log[mid].id > event {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}
