package engine

import (
	"slices"

	"auto/vm/bits"
)

// RequestedOf gives the partitions of an entity that are requested, from bit 0 on. It
// stays as it is on the next tick.
func (r *Result) RequestedOf(entity int) bits.Set {
	e := &r.Space.Entities[entity]
	total := e.Keys.Total()
	out := bits.New(total)
	end := e.Bit + total
	for i := r.Requested.NextIn(e.Bit, end); i >= 0; i = r.Requested.NextIn(i+1, end) {
		out.Add(i - e.Bit)
	}
	return out
}

// Entities gives the entities that something is requested of, by their numbers in the
// space, in ascending order. It costs as much as there are words in the requested set and
// not more with more entities.
func (r *Result) Entities() []int {
	return slices.Sorted(r.Space.Among(r.Requested))
}

// EachRequested calls yield for each of them, with its partitions from bit 0 on.
func (r *Result) EachRequested(yield func(entity int, set bits.Set)) {
	for _, i := range r.Entities() {
		yield(i, r.RequestedOf(i))
	}
}
