package engine

import "auto/vm/bits"

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

// EachRequested calls yield for each entity of which something is requested, in the order
// of the space, with its partitions from bit 0 on.
func (r *Result) EachRequested(yield func(entity int, set bits.Set)) {
	for i := range r.Space.Entities {
		if e := &r.Space.Entities[i]; r.Requested.NextIn(e.Bit, e.Bit+e.Keys.Total()) >= 0 {
			yield(i, r.RequestedOf(i))
		}
	}
}
