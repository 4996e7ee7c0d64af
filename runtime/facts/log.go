package facts

import (
	"sort"
	"time"
)

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

// log has the entries in the order of the events, from position 1 on; position 0 is none,
// an empty entry. It grows in pieces, so that little moves.
type log struct {
	pieces [][]entry
	length int32
}

const piece = 1 << 12

func newLog() log {
	var l log
	l.append(entry{})
	return l
}

// at gives the entry of a position.
func (l *log) at(position int32) *entry { return &l.pieces[position/piece][position%piece] }

// append adds an entry and gives its position.
func (l *log) append(e entry) int32 {
	if l.length%piece == 0 {
		l.pieces = append(l.pieces, nil)
	}
	last := &l.pieces[len(l.pieces)-1]
	*last = append(*last, e)
	l.length++
	return l.length - 1
}

// since gives the position of the first entry whose event has a greater id.
func (l *log) since(event int64) int32 {
	n := sort.Search(int(l.length)-1, func(i int) bool { return l.at(int32(i)+1).id > event })
	return int32(n) + 1
}

// store adds the entry of an event about an asset and gives its position.
func (w *World) store(a *asset, e entry) int32 {
	w.last++
	e.id, e.asset, e.beforeAsset = w.last, a.number, a.last
	a.last, a.touched = w.log.append(e), e.at
	return a.last
}

// micros is a time as Dagster's storage keeps it.
func micros(t time.Time) int64 { return t.UnixMicro() }
