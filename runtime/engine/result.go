package engine

import "auto/vm/bits"

// RequestedOf gives the partitions of an entity that are requested, from bit 0 on. It
// stays as it is on the next tick.
func (r *Result) RequestedOf(entity int) bits.Set {
	e := &r.Space.Entities[entity]
	total := e.Keys.Total()
	out := bits.New(total)
	for i := r.Requested.Next(e.Bit); i >= 0 && i < e.Bit+total; i = r.Requested.Next(i + 1) {
		out.Add(i - e.Bit)
	}
	return out
}
