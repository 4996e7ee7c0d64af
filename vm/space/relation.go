package space

import (
	"auto/vm/bits"
	"auto/vm/graph"
)

// Relation says which partitions of a dependency (up) belong to which of its dependent
// (down). Both directions are Dagster's, and need not be the inverse of each other. A
// Relation is immutable and safe for concurrent use; Up and Down do not allocate.
type Relation struct {
	up, down way
	// allUp and allDown are what the whole other side relates to, where a set stands for
	// it by what it is and not by what it holds.
	allUp, allDown []span
	identity       bool
	// forAllUp and forAllDown: what is not empty maps to something that stands for all;
	// keepsAll: what stands for all does.
	forAllUp, forAllDown, keepsAll bool
}

// Relate makes the relation of a dependent to a dependency by a mapping; nil is the
// default one. It fails where Dagster refuses the mapping, with a *graph.FieldError.
func Relate(down, up *Keys, m *graph.Mapping) (*Relation, error) {
	mapping := graph.DefaultMapping(up.Definition(), down.Definition())
	if m != nil {
		mapping = *m
	}
	if err := mapping.Fits(up.Definition(), down.Definition()); err != nil {
		return nil, err
	}
	r := &Relation{}
	if down == nil || up == nil {
		r.up, r.down = unpartitioned(down, up, mapping)
	} else {
		r.up, r.down = ways(down, up, mapping)
	}
	r.allUp, r.allDown = whole(up, down, r.up, mapping.Kind, true), whole(down, up, r.down, mapping.Kind, false)
	r.forAllUp = up != nil && mapping.Kind == graph.MapAll
	r.forAllDown = down != nil && up == nil
	r.keepsAll = down != nil && up != nil && (mapping.Kind == graph.MapMulti || mapping.Kind == graph.MapMultiToSingle ||
		mapping.Kind == graph.MapIdentity && down.definition.Same(up.definition))
	n := down.Total()
	r.identity = n == up.Total() && r.up == way(shift{n, 0, n}) && r.down == way(shift{n, 0, n})
	return r, nil
}

// Up adds to dst, bits of the dependency, the partitions that those in src, bits of the
// dependent, depend on. Sets begin at bit 0 with number 0 of their Keys.
func (r *Relation) Up(dst, src bits.Set) { r.up.add(dst, 0, src, 0) }

// Down adds to dst, bits of the dependent, the partitions that depend on those in src.
func (r *Relation) Down(dst, src bits.Set) { r.down.add(dst, 0, src, 0) }

// UpAll is Up of a set that stands for all partitions of the dependent as Dagster's
// AllPartitionsSubset does. It differs from Up of all that there are: it is never empty,
// not even where there are none, and goes through mappings of dimensions to everything.
func (r *Relation) UpAll(dst bits.Set) { addSpans(dst, 0, r.allUp) }

// DownAll is Down of a set that stands for all partitions of the dependency.
func (r *Relation) DownAll(dst bits.Set) { addSpans(dst, 0, r.allDown) }

// IsIdentity reports whether both directions relate each number to itself and nothing
// else, and both sides have as many numbers.
func (r *Relation) IsIdentity() bool { return r.identity }

// anyOf is a trigger on all numbers of keys, those of undefined ones included.
func anyOf(k *Keys) []span { return []span{{0, int32(k.Total())}} }

// allOf is all partitions that keys have defined.
func allOf(k *Keys) []span { return []span{{0, int32(k.Len())}} }

// unpartitioned relates two sides of which one has no partitions: downwards everything,
// upwards what the mapping says where the dependency has partitions.
func unpartitioned(down, up *Keys, m graph.Mapping) (upward, downward way) {
	targets := allOf(up)
	if up != nil {
		switch m.Kind {
		case graph.MapLast:
			targets = last(up)
		case graph.MapSpecific:
			targets = specific(up, m.Keys)
		case graph.MapStatic:
			targets = nil
		}
	}
	if down == nil && up == nil {
		return shift{1, 0, 1}, shift{1, 0, 1}
	}
	return fill{anyOf(down), targets}, fill{anyOf(up), allOf(down)}
}

// ways relates two sides that both have partitions.
func ways(down, up *Keys, m graph.Mapping) (upward, downward way) {
	switch m.Kind {
	case graph.MapTimeWindow:
		return windows(down, up, m.StartOffset, m.EndOffset)
	case graph.MapAll:
		return fill{anyOf(down), allOf(up)}, fill{anyOf(up), allOf(down)}
	case graph.MapLast:
		return fill{anyOf(down), last(up)}, fill{last(up), allOf(down)}
	case graph.MapSpecific:
		keys := specific(up, m.Keys)
		return fill{anyOf(down), keys}, fill{keys, allOf(down)}
	case graph.MapStatic:
		return static(down, up, m.Static)
	case graph.MapMultiToSingle, graph.MapMulti:
		return dimensions(down, up, m)
	}
	return equalKeys(up, down), equalKeys(down, up)
}

// last gives the last partition, nothing where there is none.
func last(k *Keys) []span {
	if k.defined == 0 {
		return nil
	}
	return []span{one(k.defined - 1)}
}

// specific gives the partitions of some keys. Of keys that a definition does not have,
// Dagster leaves out those of time windows only.
func specific(k *Keys, keys []string) (spans []span) {
	for _, key := range keys {
		if i, ok := k.Index(key); ok && (i < k.defined || !k.definition.IsTime()) {
			spans = append(spans, one(i))
		}
	}
	return spans
}

// static relates by a map from upstream keys to downstream ones.
func static(down, up *Keys, m map[string][]string) (upward, downward way) {
	uppers, lowers := make([][]span, down.Total()), make([][]span, up.Total())
	for i := range up.defined {
		for _, key := range m[up.Key(i)] {
			if j, ok := down.Index(key); ok {
				uppers[j], lowers[i] = append(uppers[j], one(i)), append(lowers[i], one(j))
			}
		}
	}
	return makeLists(len(uppers), func(i int) []span { return uppers[i] }), makeLists(len(lowers), func(i int) []span { return lowers[i] })
}

// equalKeys relates the keys of one side to the same ones of another. Between equal
// definitions these are undefined ones too, else only such as the target defines.
func equalKeys(target, source *Keys) way {
	switch n := source.defined; {
	case !target.definition.Same(source.definition):
		return sharedKeys(target, source)
	case n == target.defined && sameUndefined(target, source):
		return shift{source.Total(), 0, source.Total()}
	default:
		return with(shift{n, 0, target.defined}, undefinedPairs(target, source))
	}
}

// whole gives what a side relates to on the other where it stands for all partitions.
func whole(target, source *Keys, w way, kind graph.MappingKind, upward bool) []span {
	toAny, isFill := w.(fill)
	switch {
	case upward && isFill && target != nil:
		return toAny.targets
	case target == nil, source == nil, kind == graph.MapMulti, kind == graph.MapMultiToSingle:
		return allOf(target)
	}
	all, image := bits.New(source.Total()), bits.New(target.Total())
	all.AddRange(0, source.Len())
	w.add(image, 0, all, 0)
	var spans []span
	for at := 0; ; {
		first, end := run(image, at, target.Total())
		if first == end {
			return spans
		}
		spans = append(spans, span{int32(first), int32(end)})
		at = end
	}
}

// ForAll reports whether what a set that is not empty maps to stands for all partitions of
// the other side, as Dagster's AllPartitionsSubset does: up or down, of a set that stands
// for all itself or of one that holds some.
func (r *Relation) ForAll(upward, all bool) bool {
	if upward {
		return r.forAllUp || all && r.keepsAll
	}
	return r.forAllDown || all && r.keepsAll
}
