package space

import (
	"auto/vm/bits"
	"auto/vm/graph"
)

// Absence is what a dependency may lack of what its dependent requires.
type Absence uint8

const (
	// Nonexistent is all that Dagster reports of a single partition, as its
	// required_but_nonexistent_subset: keys that an identity mapping does not find, and time
	// windows before the first or after the last. Windows that an offset leads to beyond
	// either end are not among them.
	Nonexistent Absence = iota + 1
	// ToCome is the time windows that will be partitions once they have ended, also where an
	// offset leads to them; not what is before the start or after the end of the definition,
	// and can never exist.
	ToCome
	// keyed is Nonexistent in a dimension, where what Dagster finds no key for does not count.
	keyed
)

// Lacking gives the partitions of a dependent, from bit 0 on, that require something by a
// mapping which the dependency lacks; nil is the default mapping. Where either side has no
// partitions nothing is required by key. It fails where Dagster refuses the mapping, with a
// *graph.FieldError.
func Lacking(down, up *Keys, m *graph.Mapping, what Absence) (bits.Set, error) {
	mapping := graph.DefaultMapping(up.Definition(), down.Definition())
	if m != nil {
		mapping = *m
	}
	if err := mapping.Fits(up.Definition(), down.Definition()); err != nil {
		return nil, err
	}
	set := bits.New(down.Total())
	if down != nil && up != nil {
		what.add(set, down, up, mapping)
	}
	return set, nil
}

// Lacking gives the partitions of one entity that require something of another which this
// one lacks, from bit 0 on: by the mapping that down declares for up, or the default one.
// The caller does not write to it. It fails as Lacking of keys does.
func (s *Space) Lacking(down, up int, what Absence) (bits.Set, error) {
	key := lackingKey{relationKey{s.Entities[down].Keys, s.Entities[up].Keys, s.mapping(down, up)}, what}
	s.mu.Lock()
	defer s.mu.Unlock()
	if set, ok := s.lacking[key]; ok {
		return set, nil
	}
	set, err := Lacking(key.down, key.up, key.mapping, what)
	if err == nil {
		s.lacking[key] = set
	}
	return set, err
}

type lackingKey struct {
	relationKey
	what Absence
}

// add adds what lacks something to a set of the dependent's. What stands for all partitions,
// the last or some of them requires no more than there is.
func (a Absence) add(set bits.Set, down, up *Keys, m graph.Mapping) {
	switch m.Kind {
	case graph.MapTimeWindow:
		if !m.AllowNonexistent {
			a.addWindows(set, down, up, m)
		}
	case graph.MapIdentity:
		a.addKeys(set, down, up)
	case graph.MapMultiToSingle, graph.MapMulti:
		a.addDimensions(set, down, up, m)
	}
}

// addWindows: the dependent's windows are moved as windowsUp has it.
func (a Absence) addWindows(set bits.Set, down, up *Keys, m graph.Mapping) {
	if m.StartOffset == 0 && m.EndOffset == 0 && down.definition.Same(up.definition) {
		return
	}
	n, reach := down.defined, max(abs(m.StartOffset), abs(m.EndOffset))
	starts := down.definition.Starts(-reach, n+1+reach)
	if len(starts) < n+1+2*reach {
		return // the schedule ends
	}
	for i := range n {
		begin, end := starts[reach+i+m.StartOffset], starts[reach+i+1+m.EndOffset]
		if a != ToCome {
			begin, end = up.within(begin, m.StartOffset), up.within(end, m.EndOffset)
		}
		if a.isIn(up, begin, end, m.StartOffset == 0 && m.EndOffset == 0) {
			set.Add(i)
		}
	}
}

// isIn reports whether windows that overlap an interval, which no offset moved where it is
// plain, are absent.
func (a Absence) isIn(up *Keys, begin, end int64, plain bool) bool {
	switch a {
	case ToCome:
		return up.comes(begin, end)
	case keyed:
		if plain && end <= up.definition.Begin() {
			return up.definition.Ceil(begin) < end // which it has not widened to whole windows
		}
	}
	outside := up.defined == 0 || begin < up.bounds[0] || end > up.bounds[up.defined]
	return outside && up.overlaps(begin, end)
}

// within keeps a time that was moved by an offset from going beyond the partitions there are.
func (k *Keys) within(t int64, offset int) int64 {
	switch {
	case k.defined == 0:
		return t
	case offset < 0:
		return max(t, k.bounds[0])
	case offset > 0:
		return min(t, k.bounds[k.defined])
	}
	return t
}

// overlaps reports whether any window overlaps an interval. Offsets can make it empty, or end
// before it begins: it stands for the window then that has both ends within.
func (k *Keys) overlaps(begin, end int64) bool {
	return begin < end || k.definition.Floor(begin) < k.definition.Ceil(end)
}

// comes reports whether windows that overlap an interval are still to come.
func (k *Keys) comes(begin, end int64) bool {
	next := k.next()
	return end > next && k.overlaps(begin, end) && k.definition.Ever(max(k.definition.Floor(begin), next))
}

// next gives when the first window begins that is no partition yet.
func (k *Keys) next() int64 {
	if k.defined > 0 {
		return k.bounds[k.defined]
	}
	return k.definition.Starts(0, 1)[0]
}

// addKeys: between equal definitions no key is looked for.
func (a Absence) addKeys(set bits.Set, down, up *Keys) {
	if down.definition.Same(up.definition) {
		return
	}
	found := sharedKeys(up, down)
	for i := range down.Total() {
		if len(found.image(i)) == 0 && (a != ToCome || up.keyComes(down.Key(i))) {
			set.Add(i)
		}
	}
}

// keyComes reports whether a key is that of a window still to come.
func (k *Keys) keyComes(key string) bool {
	start, ok := k.definition.StartOf(key)
	return ok && start >= k.next() && k.definition.Ever(start)
}

// addDimensions: a key of two dimensions lacks what one of its parts does.
func (a Absence) addDimensions(set bits.Set, down, up *Keys, m graph.Mapping) {
	if a == Nonexistent {
		a = keyed
	}
	lower, upper, links := linked(down, up, m)
	for _, l := range links {
		parts := bits.New(lower.dimensions[l.down].Total())
		a.add(parts, lower.dimensions[l.down], upper.dimensions[l.up], l.mapping)
		if parts.IsEmpty() {
			continue
		}
		for i := range down.Total() {
			first, second, ok := lower.split(i)
			if ok && parts.Has([2]int{first, second}[l.down]) {
				set.Add(i)
			}
		}
	}
}
