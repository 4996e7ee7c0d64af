package dispatch

import (
	"encoding/binary"
	"slices"

	"auto/vm/space"
)

// splitter parts the entities of runs that would be too large.
type splitter struct {
	space *space.Space
	// known has what was made of entities before: the partitions of an asset are often
	// launched together, all with the same other assets.
	known map[string][][]int
}

func newSplitter(s *space.Space) *splitter { return &splitter{s, map[string][][]int{}} }

// parts gives entities, ascending and each once, in parts of at most limit, 0 for no limit;
// each part ascending. None is in an earlier part than one that it depends on. Entities that
// execute as one unit, and what lies between them, are in one part, which may be larger
// then.
func (s *splitter) parts(entities []int, limit int) [][]int {
	if limit == 0 || len(entities) <= limit {
		return [][]int{entities}
	}
	key := make([]byte, 0, 4*len(entities))
	for _, n := range append([]int{limit}, entities...) {
		key = binary.AppendUvarint(key, uint64(n))
	}
	if known, ok := s.known[string(key)]; ok {
		return known
	}
	parts := fill(newOrder(s.space, entities).units, limit)
	s.known[string(key)] = parts
	return parts
}

// fill puts units into parts, one after the other.
func fill(units [][]int, limit int) (parts [][]int) {
	var part []int
	for _, unit := range units {
		if len(part) > 0 && len(part)+len(unit) > limit {
			parts, part = append(parts, part), nil
		}
		part = append(part, unit...)
	}
	parts = append(parts, part)
	for _, part := range parts {
		slices.Sort(part)
	}
	return parts
}

// order finds the units that cannot be parted, dependencies first: the strongly connected
// parts (Tarjan) of the graph in which an entity leads to its dependencies and to the one
// before it in its execution set, the first one to the last.
type order struct {
	space *space.Space
	leads map[int][]int
	// visited numbers the entities as they are met; low is the least number that is
	// reached from one, of those that are in no unit yet.
	visited, low map[int]int
	open         []int
	units        [][]int
}

// newOrder finds the units of entities, which are ascending: so, where there are no
// execution sets, every entity is a unit, in order.
func newOrder(s *space.Space, entities []int) *order {
	o := &order{space: s, leads: map[int][]int{}, visited: map[int]int{}, low: map[int]int{}}
	sets := map[int][]int{} // by the first of the whole set
	for _, e := range entities {
		o.leads[e] = slices.DeleteFunc(slices.Clone(s.Deps(e)), func(dep int) bool { _, ok := slices.BinarySearch(entities, dep); return !ok })
		if set := s.ExecutionSet(e); len(set) > 0 {
			sets[set[0]] = append(sets[set[0]], e)
		}
	}
	for _, set := range sets {
		for i, e := range set {
			o.leads[e] = append(o.leads[e], set[(i+len(set)-1)%len(set)])
		}
	}
	for _, e := range entities {
		if o.visited[e] == 0 {
			o.visit(e)
		}
	}
	return o
}

func (o *order) visit(entity int) {
	number := len(o.visited) + 1
	o.visited[entity], o.low[entity] = number, number
	o.open = append(o.open, entity)
	for _, to := range o.leads[entity] {
		switch {
		case o.visited[to] == 0:
			o.visit(to)
			o.low[entity] = min(o.low[entity], o.low[to])
		case slices.Contains(o.open, to):
			o.low[entity] = min(o.low[entity], o.visited[to])
		}
	}
	if o.low[entity] == number {
		at := slices.Index(o.open, entity)
		o.units = append(o.units, slices.Clone(o.open[at:]))
		o.open = o.open[:at]
	}
}
