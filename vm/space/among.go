package space

import (
	"iter"
	"sort"

	"auto/vm/bits"
)

// At gives the entity that has a bit of the space, which has to be one that an entity has.
func (s *Space) At(bit int) int {
	i := sort.Search(len(s.byBit), func(i int) bool { return s.Entities[s.byBit[i]].Bit > bit })
	return s.byBit[i-1]
}

// Among gives the entities that a set of the space has something of, in the order of their
// bits.
func (s *Space) Among(set bits.Set) iter.Seq[int] {
	return func(yield func(int) bool) {
		for bit := set.Next(0); bit >= 0; {
			entity := s.At(bit)
			e := &s.Entities[entity]
			if !yield(entity) {
				return
			}
			bit = set.Next(e.Bit + max(e.Keys.Total(), 1))
		}
	}
}
