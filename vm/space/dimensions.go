package space

import "auto/vm/graph"

// side is a side of a relation by dimensions: two, of which one has a single key, which is
// a nil one, where the definition has only one.
type side struct {
	keys       *Keys
	dimensions [2]*Keys
}

// sideOf lays keys of one dimension along the given one.
func sideOf(k *Keys, along int) side {
	s := side{keys: k, dimensions: k.dimensions}
	if k.definition.Type != graph.Multi {
		s.dimensions[along] = k
	}
	return s
}

// defined is a side without undefined keys.
func (s side) defined() side {
	for i, k := range s.dimensions {
		if k != nil {
			c := *k
			c.undefined = nil
			s.dimensions[i] = &c
		}
	}
	return s
}

// split gives the numbers of a key's parts, and false where it has no two.
func (s side) split(number int) (first, second int, ok bool) {
	switch {
	case s.dimensions[1] == nil:
		return number, 0, true
	case s.dimensions[0] == nil:
		return 0, number, true
	case number < s.keys.defined:
		columns := s.dimensions[1].defined
		return number / columns, number % columns, true
	}
	a, b, ok := splitKey(s.keys.Key(number))
	if !ok {
		return 0, 0, false
	}
	first, _ = s.dimensions[0].Index(a) // undefined parts have numbers
	second, _ = s.dimensions[1].Index(b)
	return first, second, true
}

// join gives the number of a key by those of its parts, and false where there is none.
func (s side) join(first, second int) (int, bool) {
	switch {
	case s.dimensions[1] == nil:
		return first, true
	case s.dimensions[0] == nil:
		return second, true
	case first < s.dimensions[0].defined && second < s.dimensions[1].defined:
		return first*s.dimensions[1].defined + second, true
	}
	return s.keys.Index(s.dimensions[0].Key(first) + "|" + s.dimensions[1].Key(second))
}

// link says that two dimensions are related by a mapping.
type link struct {
	down, up int
	mapping  graph.Mapping
}

// dimensions relates definitions of which at least one has two dimensions. Dagster maps
// each key by itself: the parts of it that are in linked dimensions to those that the
// link gives, and what is not linked to everything.
func dimensions(down, up *Keys, m graph.Mapping) (upward, downward way) {
	lower, upper, links := linked(down, up, m)
	ups, downs := images(lower.defined(), upper.defined(), links)
	upward, downward = makeGrid(upper, lower, ups), makeGrid(lower, upper, downs)
	if len(down.undefined)+len(up.undefined) == 0 {
		return upward, downward
	}
	ups, downs = images(lower, upper, links)
	return with(upward, undefinedParts(upper, lower, ups)), with(downward, undefinedParts(lower, upper, downs))
}

// linked lays out the sides and says what the mapping links. Of a multi_to_single mapping
// Dagster does not look at the dimension that it names, but at what can be inferred.
func linked(down, up *Keys, m graph.Mapping) (lower, upper side, links []link) {
	if m.Kind == graph.MapMulti {
		for i, name := range up.definition.DimensionNames() {
			if to, ok := m.Dimensions[name]; ok {
				links = append(links, link{down.dimension(to.Dimension), i, orIdentity(to.Mapping)})
			}
		}
		return sideOf(down, 0), sideOf(up, 0), links
	}
	multi := up
	if down.definition.Type == graph.Multi {
		multi = down
	}
	along := multi.dimension(graph.DefaultMapping(up.definition, down.definition).Dimension)
	lower, upper = sideOf(down, along), sideOf(up, along)
	kind := graph.MapTimeWindow
	if lower.dimensions[along].definition.Same(upper.dimensions[along].definition) {
		kind = graph.MapIdentity
	}
	return lower, upper, []link{{along, along, graph.Mapping{Kind: kind}}}
}

func orIdentity(m *graph.Mapping) graph.Mapping {
	if m == nil {
		return graph.Mapping{Kind: graph.MapIdentity}
	}
	return *m
}

// dimension gives the number of a dimension by its name.
func (k *Keys) dimension(name string) int {
	if k.definition.DimensionNames()[0] == name {
		return 0
	}
	return 1
}

// image is how a dimension of a source is related to one of a target.
type image struct {
	to  int
	way way
}

// images gives for each dimension of the lower side what it is related to on the upper
// one, and the other way round.
func images(lower, upper side, links []link) (ups, downs [2]image) {
	crossed := len(links) > 0 && links[0].down != links[0].up
	for i := range 2 {
		j := i
		if crossed {
			j = 1 - i
		}
		a, b := lower.dimensions[i], upper.dimensions[j]
		ups[i] = image{j, fill{anyOf(a), allOf(b)}}
		downs[j] = image{i, fill{anyOf(b), allOf(a)}}
	}
	for _, l := range links {
		upward, downward := ways(lower.dimensions[l.down], upper.dimensions[l.up], l.mapping)
		ups[l.down].way, downs[l.up].way = singles(upward), singles(downward)
	}
	return ups, downs
}

// undefinedParts relates the undefined keys of a source by their parts.
func undefinedParts(target, source side, images [2]image) (p pairs) {
	for number := source.keys.defined; number < source.keys.Total(); number++ {
		first, second, ok := source.split(number)
		if !ok {
			continue
		}
		parts := [2][]int{}
		parts[images[0].to] = numbers(images[0].way.image(first))
		parts[images[1].to] = numbers(images[1].way.image(second))
		for _, i := range parts[0] {
			for _, j := range parts[1] {
				if to, ok := target.join(i, j); ok {
					p = append(p, [2]int32{int32(number), int32(to)})
				}
			}
		}
	}
	return p
}

// numbers lists what is in spans.
func numbers(spans []span) (list []int) {
	for _, s := range spans {
		for i := s.lo; i < s.hi; i++ {
			list = append(list, int(i))
		}
	}
	return list
}
