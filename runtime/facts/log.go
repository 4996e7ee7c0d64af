package facts

import (
	"crypto/sha256"
	"encoding/binary"
	"sort"
	"time"
)

// kind is what an entry of a log is about.
type kind uint8

const (
	materialized kind = iota + 1
	observed
	planned
	seeded // materialized, the partitions of one Seed
)

// entry is an event about an asset.
type entry struct {
	id int64 // of the event
	at int64 // microseconds
	// version stands for the data version, 0 for none.
	version uint64
	// key and run are numbers; key 0 is no partition, run 0 from outside.
	key, run int32
	// before is the position of the entry with a data version that came before this one,
	// of the same partition.
	before int32
	kind   kind
}

// class is the kind by which its latest is known.
func (e *entry) class() kind {
	if e.kind == seeded {
		return materialized
	}
	return e.kind
}

// log has the entries of one asset in the order of the events, from position 1 on;
// position 0 is none, an empty entry. Nearly all of them lie packed.
type log struct {
	packed []*chunk
	tail   []entry
}

// at gives the entry of a position.
func (l *log) at(position int32) entry {
	if position <= 0 {
		return entry{}
	}
	i := int(position - 1)
	if c := i / chunkSize; c < len(l.packed) {
		return l.packed[c].at(i % chunkSize)
	}
	return l.tail[i-len(l.packed)*chunkSize]
}

// id gives the event of a position, 0 of none.
func (l *log) id(position int32) int64 {
	i := int(position - 1)
	if c := i / chunkSize; position > 0 && c < len(l.packed) {
		return l.packed[c].id(i % chunkSize)
	}
	return l.at(position).id
}

// last gives the last position, 0 where there is none.
func (l *log) last() int32 { return int32(len(l.packed)*chunkSize + len(l.tail)) }

// append adds an entry and gives its position.
func (l *log) append(e entry) int32 {
	l.tail = append(l.tail, e)
	if len(l.tail) == chunkSize {
		l.packed = append(l.packed, pack(l.tail))
		l.tail = l.tail[:0]
	}
	return l.last()
}

// since gives the position of the first entry whose event has a greater id.
func (l *log) since(event int64) int32 {
	return 1 + int32(sort.Search(int(l.last()), func(i int) bool { return l.id(int32(i)+1) > event }))
}

// store adds the entry of an event about an asset and gives its position.
func (w *World) store(a *asset, e entry) int32 {
	w.last++
	e.id = w.last
	a.touched = e.at
	w.newest.put(a)
	return a.log.append(e)
}

// versionOf gives what stands for a data version: they are only told apart, and there is
// a new one for each update.
func versionOf(text string) uint64 {
	if text == "" {
		return 0
	}
	sum := sha256.Sum256([]byte(text))
	return max(1, binary.LittleEndian.Uint64(sum[:]))
}

// micros is a time as Dagster's storage keeps it.
func micros(t time.Time) int64 { return t.UnixMicro() }

// recency has assets in the order of their last events, the latest first.
type recency struct{ first *asset }

// put makes an asset the first.
func (r *recency) put(a *asset) {
	if r.first == a {
		return
	}
	if a.newer != nil {
		a.newer.older = a.older
		if a.older != nil {
			a.older.newer = a.newer
		}
	}
	a.newer, a.older = nil, r.first
	if r.first != nil {
		r.first.newer = a
	}
	r.first = a
}

// since walks the assets that have entries after an event.
func (r *recency) since(event int64, visit func(a *asset)) {
	for a := r.first; a != nil && a.log.id(a.log.last()) > event; a = a.older {
		visit(a)
	}
}
