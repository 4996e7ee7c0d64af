// Package seen is what one files block remembers of the keys of its source, in memory:
// enough to tell in a listing of a million keys which ones are not as they were.
package seen

import (
	"hash/maphash"
	"time"

	"auto/runtime/sources"
)

// State is what is known of a key's newest version.
type State uint8

const (
	// Unknown: the key is not remembered.
	Unknown State = iota
	// Settling: seen, and not decided.
	Settling
	// Decided: decided, whatever came of it.
	Decided
	// Left: decided never to be taken as it is.
	Left
	// Gone: decided, and no longer listed.
	Gone
)

// entry is one key: 32 bytes.
type entry struct {
	key     [2]uint64
	version uint64
	// decided is when the version was decided, in seconds since 1970.
	decided uint32
	// mark is the listing that had the key last, in the upper 24 bits, and the state.
	mark uint32
}

const (
	chunkSize  = 4096
	stateBits  = 8
	listings   = 1 << 24
	firstTable = 1024
)

// Set remembers keys by hashes whose seeds are made anew in each process, so that no one
// can choose keys that collide: 128 bits of the key and 64 of its version. It is not safe
// for concurrent use.
type Set struct {
	seeds   [3]maphash.Seed
	chunks  [][]entry
	count   int
	table   []uint32 // 1 + index of an entry, 0 for free; its size is a power of two
	listing uint32
	// present counts the keys that a listing must show again: neither unknown nor gone.
	present int
	// shown counts those that the present listing has shown.
	shown int
}

// New gives an empty set.
func New() *Set {
	return &Set{seeds: [3]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed(), maphash.MakeSeed()}, table: make([]uint32, firstTable)}
}

// Len is the number of keys, gone ones included.
func (s *Set) Len() int { return s.count }

func (s *Set) hash(key string) [2]uint64 {
	return [2]uint64{maphash.String(s.seeds[0], key), maphash.String(s.seeds[1], key)}
}

// version hashes what tells versions of a key apart in every listing.
func (s *Set) version(o sources.Object) uint64 {
	var h maphash.Hash
	h.SetSeed(s.seeds[2])
	h.WriteString(o.ETag)
	maphash.WriteComparable(&h, [2]int64{o.LastModified.UnixNano(), o.Size})
	return h.Sum64()
}

func (s *Set) at(i uint32) *entry { return &s.chunks[i/chunkSize][i%chunkSize] }

// find gives the entry of a key, and the place in the table where it is or belongs.
func (s *Set) find(key [2]uint64) (*entry, int) {
	mask := len(s.table) - 1
	for i := int(key[0]) & mask; ; i = (i + 1) & mask {
		at := s.table[i]
		if at == 0 {
			return nil, i
		}
		if e := s.at(at - 1); e.key == key {
			return e, i
		}
	}
}

// grow doubles the table.
func (s *Set) grow() {
	s.table = make([]uint32, 2*len(s.table))
	for i := range uint32(s.count) {
		_, place := s.find(s.at(i).key)
		s.table[place] = i + 1
	}
}

func (e *entry) state() State { return State(e.mark) }

func (e *entry) set(state State) { e.mark = e.mark>>stateBits<<stateBits | uint32(state) }

func (s State) present() int {
	if s == Settling || s == Decided || s == Left {
		return 1
	}
	return 0
}

// Put remembers an object's version in a state.
func (s *Set) Put(o sources.Object, state State, decided time.Time) {
	key := s.hash(o.Key)
	e, place := s.find(key)
	if e == nil {
		if s.count*8 >= len(s.table)*7 {
			s.grow()
			_, place = s.find(key)
		}
		e = s.add(place, key)
	}
	s.present += state.present() - e.state().present()
	if shown := e.mark>>stateBits == s.listing; shown && state.present() != e.state().present() {
		s.shown += state.present() - e.state().present()
	}
	e.version, e.decided = s.version(o), uint32(max(decided.Unix(), 0))
	e.set(state)
}

func (s *Set) add(place int, key [2]uint64) *entry {
	if s.count%chunkSize == 0 {
		s.chunks = append(s.chunks, make([]entry, 0, chunkSize))
	}
	last := len(s.chunks) - 1
	s.chunks[last] = append(s.chunks[last], entry{key: key, mark: s.listing << stateBits})
	s.count++
	s.table[place] = uint32(s.count)
	return &s.chunks[last][len(s.chunks[last])-1]
}

// Drop marks a key as unknown; it takes room until the set is made anew.
func (s *Set) Drop(key string) {
	if e, _ := s.find(s.hash(key)); e != nil {
		s.present -= e.state().present()
		if e.mark>>stateBits == s.listing {
			s.shown -= e.state().present()
		}
		e.set(Unknown)
	}
}

// Begin begins a new listing.
func (s *Set) Begin() {
	s.listing = (s.listing + 1) % listings
	if s.listing == 0 {
		s.listing = 1
		for i := range uint32(s.count) {
			s.at(i).mark = uint32(s.at(i).state())
		}
	}
	s.shown = 0
}

// Observe notes that the listing shows an object. It gives what is known of the key,
// whether this is the version that was known, and the second in which that was decided.
func (s *Set) Observe(o sources.Object) (state State, same bool, decided time.Time) {
	e, _ := s.find(s.hash(o.Key))
	if e == nil {
		return Unknown, false, time.Time{}
	}
	if e.mark>>stateBits != s.listing {
		e.mark = s.listing<<stateBits | uint32(e.state())
		s.shown += e.state().present()
	}
	return e.state(), e.version == s.version(o), time.Unix(int64(e.decided), 0)
}

// Missing is how many keys the listing should have shown and has not, so far.
func (s *Set) Missing() int { return s.present - s.shown }

// Shown reports whether the listing has shown a key.
func (s *Set) Shown(key string) bool {
	e, _ := s.find(s.hash(key))
	return e != nil && e.mark>>stateBits == s.listing
}
