package facts

import (
	"auto/vm/bits"
	"auto/vm/graph"
	"auto/vm/space"
)

// way leads from slots to numbers of partitions and back.
type way struct {
	keys    *space.Keys
	slots   *slots
	numbers []int32 // by slot, -1 for none
	places  []int32 // by number, the slot + 1, 0 where it was not asked for
}

type wayKey struct {
	keys  *space.Keys
	slots *slots
}

// number gives the number of a slot's partition, -1 for none.
func (y *way) number(names *table, slot int) int {
	return int(y.upTo(names, slot+1)[slot])
}

// upTo gives the numbers of at least the slots below n.
func (y *way) upTo(names *table, n int) []int32 {
	for at := len(y.numbers); at < n; at++ {
		y.numbers = append(y.numbers, y.find(names, at))
	}
	return y.numbers
}

// slot gives the slot of a partition by its number, a new one where it has none.
func (y *way) slot(names *table, number int) int {
	if y.places == nil {
		y.places = make([]int32, y.keys.Total())
	}
	if y.places[number] == 0 {
		y.places[number] = 1 + int32(y.slots.slot(names.number(y.keys.Key(number))))
	}
	return int(y.places[number] - 1)
}

// slotsOf gives the slots of partitions by their numbers.
func (y *way) slotsOf(names *table, set bits.Set) bits.Set {
	var list bits.Set
	for n := set.Next(0); n >= 0; n = set.Next(n + 1) {
		slot := y.slot(names, n)
		list = grown(list, slot)
		list.Add(slot)
	}
	return list
}

// grown gives a set with room for a number.
func grown(set bits.Set, number int) bits.Set {
	for len(set) < bits.Words(number+1) {
		set = append(set, 0)
	}
	return set
}

// way finds the way from slots to keys, and makes it where there is none yet.
func (w *World) way(keys *space.Keys, s *slots) *way {
	key := wayKey{keys, s}
	found := w.ways[key]
	if found == nil {
		found = &way{keys: keys, slots: s}
		for k, old := range w.ways {
			if k.slots == s && found.numbers == nil {
				found.follow(w.names, old)
			}
		}
		w.ways[key] = found
	}
	return found
}

// follow takes over what an earlier way found out, where the definition is the same and only
// windows have come since: they are behind the others, whose numbers stay.
func (y *way) follow(names *table, old *way) {
	p := y.keys.Definition()
	if p.Type == graph.Multi || p.Type == graph.Dynamic || !p.Same(old.keys.Definition()) {
		return
	}
	y.numbers = make([]int32, len(old.numbers), len(old.numbers)+len(old.numbers)/8)
	for slot, number := range old.numbers {
		if number < 0 || int(number) >= min(old.keys.Len(), y.keys.Len()) {
			number = y.find(names, slot)
		}
		y.numbers[slot] = number
	}
}

// find looks up the number of a slot's partition, -1 for none.
func (y *way) find(names *table, slot int) int32 {
	if number, ok := y.keys.Index(names.texts[y.slots.keys[slot]]); ok {
		return int32(number)
	}
	return -1
}

// share lets an asset share the slots of its definition. It does so once: slots serve
// any definition, only not as well.
func (w *World) share(a *asset, keys *space.Keys) {
	if a.shares {
		return
	}
	s := w.slots[keys.Definition()]
	if s == nil {
		s = newSlots()
		w.slots[keys.Definition()] = s
	}
	a.move(s)
}

// move puts what is known about an asset at other slots.
func (a *asset) move(to *slots) {
	from := a.slots
	a.slots, a.shares = to, true
	place := make([]int, len(from.keys))
	for slot, key := range from.keys {
		place[slot] = to.slot(key)
	}
	for _, c := range []*column{&a.materialized, &a.observed, &a.planned, &a.version} {
		old := *c
		*c = nil
		for slot, position := range old {
			if position != 0 {
				a.set(c, place[slot], position)
			}
		}
	}
}

// define notes the definition of an asset. With another definition Dagster works out the
// status of all partitions anew, and no earlier failure is left.
func (a *asset) define(keys *space.Keys) {
	if keys == nil {
		return
	}
	if a.keys != nil && !sameKeys(a.keys, keys) || a.defined != "" && a.defined != definitionOf(keys) {
		a.failed = nil
	}
	a.keys, a.defined = keys, ""
}

// sameKeys reports whether Dagster gives the definitions of keys one identifier
// (get_serializable_unique_identifier): that of time windows is of what they are made of,
// that of others of the keys.
func sameKeys(a, b *space.Keys) bool {
	p, q := a.Definition(), b.Definition()
	if p != q && !p.Same(q) {
		return false
	}
	return !hasDynamic(p) || equalKeys(a, b)
}

func hasDynamic(p *graph.Partitions) bool {
	for _, d := range p.Dimensions {
		if hasDynamic(d) {
			return true
		}
	}
	return p.Type == graph.Dynamic
}

func equalKeys(a, b *space.Keys) bool {
	if a == b {
		return true
	}
	if a.Len() != b.Len() {
		return false
	}
	for i := range a.Len() {
		if a.Key(i) != b.Key(i) {
			return false
		}
	}
	return true
}
