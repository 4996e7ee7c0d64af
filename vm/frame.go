package vm

import (
	"auto/vm/bits"
	"auto/vm/code"
	"auto/vm/space"
)

// frame is where a block is run: over entities without partitions side by side, a bit
// each, or over the partitions of one entity.
type frame struct {
	block    *code.Block
	segments []segment
	packed   bool
	words    int
	// defined are the bits of partitions that the definition has; ghosts is set where
	// there are bits of others, too.
	defined bits.Set
	ghosts  bool
	// each is everything as the partitions that there are, one by one.
	each register
	// foreign: the entity is no asset with the dynamic partitions that the root has.
	foreign bool
	// keyed: some of its time windows may be held key by key.
	keyed bool
	// windowed: the partitions are time windows.
	windowed bool
	// timeless: the entity has no time dimension.
	timeless bool
	// direct is the word of the space from which on the frame has the same layout, -1
	// where its bits are gathered from all over.
	direct  int
	gathers []int32
	// shared has the entities that one run could execute with the root.
	shared bits.Set

	parent *frame
	// links relate the segments to those of the caller. Where both frames are packed
	// there are none: parents has for each bit the caller's, reach all that occur.
	links   []link
	parents []int32
	reach   bits.Set
	// alike: each partition is related to the one of the same number of the caller's, and
	// nothing else.
	alike bool

	// runs is that of the batch when the block was run last.
	runs      uint64
	calls     [][]*frame // by position of the calling instruction, nil where there is none
	lacks     []register // by position of the instruction, nil where there is none
	slots     []slot     // of the states of the block
	registers []register
	// returned is what the block returned when it was run last.
	returned register
	buffers  bits.Set
	numbers  []uint16 // of the program's states among those of their block
	// room is for what an operator over several entities maps to this one of its caller,
	// in and out for one bit.
	room    bits.Set
	in, out [1]uint64
}

// segment is an entity in a frame.
type segment struct {
	entity, root int32
	parent       int32 // segment of the calling frame
	order        int32 // among those of the parent
	bit, size    int32
}

// link relates the partitions of a segment to those of its parent.
type link struct {
	relation *space.Relation
	// down: the entity depends on the parent's, so that asking goes downward.
	down bool
}

// kind tells a subset that is plain from one that its words have to be looked at for.
type kind uint8

// The kinds: nothing; everything, standing for whatever partitions there are (Dagster's
// AllPartitionsSubset: it is not empty even where there are none, and cuts off nothing,
// keys that no definition has included); each partition that there is; words.
const (
	empty kind = iota
	every
	full
	mixed
)

// register is a subset of a frame's partitions. Its words may be those of another
// register, a fact or a state; they are nil where it is empty.
type register struct {
	kind kind
	// keyed: of time windows, but held key by key (see classify).
	keyed bool
	words bits.Set
}

// newFrame lays out a frame of entities without partitions, or of one that has some.
func newFrame(s *space.Space, segments []segment, occupied bits.Set) *frame {
	f := &frame{segments: segments, packed: s.Entities[segments[0].entity].Keys == nil, direct: -1}
	if f.packed {
		f.pack(s, occupied)
		return f
	}
	e := &s.Entities[segments[0].entity]
	size := sizeOf(e.Keys)
	segments[0].size = int32(size)
	f.words, f.direct = bits.Words(size), e.Bit>>6
	f.defined = bits.New(size)
	f.defined.AddRange(0, e.Keys.Len())
	f.each = f.judge(f.defined)
	f.windowed = e.Keys.Definition().IsTime()
	f.ghosts, f.timeless = e.Keys.Total() > e.Keys.Len(), !e.Keys.HasTime()
	return f
}

// sizeOf gives how many bits an entity has: one where it has no partition.
func sizeOf(keys *space.Keys) int { return max(keys.Total(), 1) }

// pack lays entities side by side. Where they lie like that in the space, and alone in
// their words, nothing has to be gathered.
func (f *frame) pack(s *space.Space, occupied bits.Set) {
	n := len(f.segments)
	f.words, f.timeless = bits.Words(n), true
	f.defined = bits.New(n)
	f.defined.AddRange(0, n)
	f.each = register{kind: full, words: f.defined}
	first := s.Entities[f.segments[0].entity].Bit
	alike := first&63 == 0
	for i := range f.segments {
		at := s.Entities[f.segments[i].entity].Bit
		f.segments[i].bit, f.segments[i].size = int32(i), 1
		f.gathers = append(f.gathers, int32(at))
		alike = alike && at == first+i
	}
	for i, w := range f.defined {
		alike = alike && occupied[first>>6+i]&^w == 0
	}
	if alike {
		f.direct, f.gathers = first>>6, nil
	}
}

// relate finds where the bits of a packed frame belong in a packed caller.
func (f *frame) relate() {
	if !f.packed || !f.parent.packed {
		f.alike = !f.packed && !f.parent.packed && f.links[0].relation.IsIdentity()
		return
	}
	f.parents, f.reach = make([]int32, len(f.segments)), make(bits.Set, f.parent.words)
	for i, seg := range f.segments {
		f.parents[i] = seg.parent
		f.reach.Add(int(seg.parent))
	}
}

// take gives the frame's part of a set of the space, put together in room where it does
// not lie there as it is.
func (f *frame) take(room, set bits.Set) bits.Set {
	if f.direct >= 0 {
		return set[f.direct : f.direct+f.words]
	}
	collect(room, set, f.gathers)
	return room
}

// collect puts the bits of a set at some places side by side.
func collect(to, from bits.Set, at []int32) {
	for w := 0; len(at) > 0; w++ {
		var word uint64
		n := min(len(at), 64)
		for i, bit := range at[:n] {
			word |= from[bit>>6] >> (bit & 63) & 1 << i
		}
		to[w], at = word, at[n:]
	}
}

// scatter writes a subset of the frame into a set of the space.
func (f *frame) scatter(to, from bits.Set) {
	if f.direct >= 0 {
		copy(to[f.direct:f.direct+f.words], from)
		return
	}
	for i, at := range f.gathers {
		if from.Has(i) {
			to.Add(int(at))
		} else {
			to.Remove(int(at))
		}
	}
}

// unite adds a subset of the frame to a set of the space.
func (f *frame) unite(to, from bits.Set) {
	if f.direct >= 0 {
		to = to[f.direct : f.direct+f.words]
		to.Or(to, from)
		return
	}
	for i, at := range f.gathers {
		if from.Has(i) {
			to.Add(int(at))
		}
	}
}

// read gives the subset of a segment, from bit 0 on; good until the next read.
func (f *frame) read(set bits.Set, segment int) bits.Set {
	if !f.packed {
		return set
	}
	f.in[0] = set[segment>>6] >> (segment & 63) & 1
	return f.in[:]
}

// put writes the subset of a segment, from bit 0 on, into a set of the frame.
func (f *frame) put(set bits.Set, segment int, subset bits.Set) {
	switch {
	case !f.packed:
		copy(set, subset)
	case subset.Has(0):
		set.Add(segment)
	default:
		set.Remove(segment)
	}
}
