package vm

import (
	"slices"

	"auto/vm/bits"
	"auto/vm/code"
	"auto/vm/space"
)

// frame is where a block is run: over the partitions of some entities side by side. The
// entities without partitions come first, a bit each; each other one begins at a word.
type frame struct {
	block    *code.Block
	number   int // of the block
	segments []segment
	// ones is how many entities lie bit by bit at the beginning.
	ones  int
	words int
	// defined are the bits of partitions that the definitions have; ghosts is set where
	// there are others.
	defined bits.Set
	ghosts  bool
	// covered are all its bits.
	covered bits.Set
	// direct is the word of the space from which on the frame has the same layout, -1
	// where it has not; then the bits of ones and the words of copies are gathered.
	direct  int
	gathers []int32
	copies  []copied
	// shared has the entities that one run could execute with the root.
	shared bits.Set

	parent *frame
	// pairs is set where every entity and the one it is related to are single bits:
	// then parents has for each the parent's bit. Otherwise the links are followed.
	pairs   bool
	parents []int32
	links   []link
	// whole is set where the mapping of everything is everything, upward and downward.
	wholeUp, wholeDown bool

	// runs is that of the batch when the block was run last.
	runs      uint64
	calls     []*frame // by position of the calling instruction, nil for others
	states    []bits.Set
	versions  [][]string
	registers []register
	buffers   bits.Set
	// in, out and mapped are room for the subset of one segment.
	in, out [1]uint64
	mapped  bits.Set
	// taken and none are room for take and nothing.
	taken, none bits.Set
}

// segment is an entity in a frame.
type segment struct {
	entity, root int32
	parent       int32 // segment of the calling frame
	order        int32 // among the segments of the parent
	bit, size    int32
}

// copied is a run of words that the frame has from the space.
type copied struct{ to, from, words int32 }

// link relates the partitions of a segment to those of its parent.
type link struct {
	relation *space.Relation
	// down: the entity depends on the parent's, so that asking goes downward.
	down bool
}

// kind tells a register that is empty or full without a look at its words.
type kind uint8

const (
	empty kind = iota
	full
	mixed
)

// register is a subset of a frame's partitions. The words of a mixed one may be those of
// another register, a fact or a state.
type register struct {
	kind  kind
	words bits.Set
}

// layout places segments; those of entities without partitions have to come first.
func (f *frame) layout(s *space.Space, occupied bits.Set) {
	bit := 0
	for i := range f.segments {
		seg := &f.segments[i]
		keys := s.Entities[seg.entity].Keys
		if keys == nil {
			f.ones++
		} else {
			bit = (bit + 63) &^ 63
			f.ghosts = f.ghosts || keys.Total() > keys.Len()
		}
		seg.bit, seg.size = int32(bit), int32(sizeOf(keys))
		bit += int(seg.size)
	}
	f.words = bits.Words(bit)
	f.defined, f.covered = bits.New(bit), bits.New(bit)
	for _, seg := range f.segments {
		f.covered.AddRange(int(seg.bit), int(seg.bit+seg.size))
		f.defined.AddRange(int(seg.bit), int(seg.bit)+s.Entities[seg.entity].Keys.Len())
	}
	widest := 1
	for _, seg := range f.segments {
		widest = max(widest, bits.Words(int(seg.size)))
	}
	f.mapped = make(bits.Set, widest)
	f.source(s, occupied)
}

func sizeOf(keys *space.Keys) int {
	if keys == nil {
		return 1
	}
	return max(keys.Total(), 1)
}

// source finds out where the frame's bits are in the space.
func (f *frame) source(s *space.Space, occupied bits.Set) {
	f.direct = -1
	if len(f.segments) == 0 {
		return
	}
	first := s.Entities[f.segments[0].entity].Bit
	same := first&63 == 0
	for _, seg := range f.segments {
		same = same && s.Entities[seg.entity].Bit-first == int(seg.bit)
	}
	if same && f.alike(occupied[first>>6:]) {
		f.direct = first >> 6
		return
	}
	for i, seg := range f.segments {
		at := int32(s.Entities[seg.entity].Bit)
		if i < f.ones {
			f.gathers = append(f.gathers, at)
			continue
		}
		f.copies = append(f.copies, copied{seg.bit >> 6, at >> 6, int32(bits.Words(int(seg.size)))})
	}
}

// alike reports whether nothing else lies in the words of the frame.
func (f *frame) alike(occupied bits.Set) bool {
	for i, w := range f.covered {
		if occupied[i]&^w != 0 {
			return false
		}
	}
	return true
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
	for _, c := range f.copies {
		copy(to[c.from:c.from+c.words], from[c.to:c.to+c.words])
	}
}

// relate finds the short ways of the links.
func (f *frame) relate() {
	f.pairs = f.ones == len(f.segments)
	for _, seg := range f.segments {
		f.pairs = f.pairs && int(seg.parent) < f.parent.ones
	}
	if f.pairs {
		f.parents = make([]int32, len(f.segments))
		for i, seg := range f.segments {
			f.parents[i] = f.parent.segments[seg.parent].bit
		}
		f.wholeUp, f.wholeDown = true, true
		return
	}
	f.wholeUp, f.wholeDown = f.mapsWhole()
}

// mapsWhole reports whether asking about everything asks about everything, and all being
// true is all being true.
func (f *frame) mapsWhole() (up, down bool) {
	up, down = true, true
	for i := range f.segments {
		seg, parent := f.segments[i], f.parent.segments[f.segments[i].parent]
		all, theirs := f.definedOf(seg), f.parent.definedOf(parent)
		to, from := bits.New(int(seg.size)), bits.New(int(parent.size))
		f.links[i].ask(to, theirs)
		f.links[i].answer(from, all)
		up, down = up && to.Equal(all), down && from.Equal(theirs)
	}
	return up && !f.ghosts, down && !f.parent.ghosts
}

func (f *frame) definedOf(seg segment) bits.Set { return slices.Clone(f.read(f.defined, seg)) }

// ask adds to the entity's partitions those related to the parent's candidates.
func (l *link) ask(to, from bits.Set) {
	if l.down {
		l.relation.Down(to, from)
	} else {
		l.relation.Up(to, from)
	}
}

// answer adds to the parent's partitions those related to what the entity answered.
func (l *link) answer(to, from bits.Set) {
	if l.down {
		l.relation.Up(to, from)
	} else {
		l.relation.Down(to, from)
	}
}

// take gives the frame's part of a set of the space; good until the next take.
func (f *frame) take(set bits.Set) bits.Set {
	if f.direct >= 0 {
		return set[f.direct : f.direct+f.words]
	}
	if f.taken == nil {
		f.taken = make(bits.Set, f.words)
	}
	f.collect(f.taken, set)
	return f.taken
}

// collect puts the frame's part of a set of the space together.
func (f *frame) collect(to, set bits.Set) {
	collect(to, set, f.gathers)
	for _, c := range f.copies {
		copy(to[c.to:c.to+c.words], set[c.from:c.from+c.words])
	}
}

// nothing is the empty subset of the frame.
func (f *frame) nothing() bits.Set {
	if f.none == nil {
		f.none = make(bits.Set, f.words)
	}
	return f.none
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
	for _, c := range f.copies {
		part := to[c.from : c.from+c.words]
		part.Or(part, from[c.to:c.to+c.words])
	}
}
