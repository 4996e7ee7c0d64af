package oracle

import (
	"strings"

	"auto/vm/graph"
)

// part is one dimension's share of a key; name is "" where there is one dimension only.
type part struct {
	name, key string
	of        *definition
}

// parts takes a key apart.
func (d *definition) parts(key string) []part {
	if d.dimensions == nil {
		return []part{{"", key, d}}
	}
	texts := strings.Split(key, "|")
	var parts []part
	for i, name := range d.DimensionNames() {
		if i < len(texts) {
			parts = append(parts, part{name, texts[i], d.dimensions[name]})
		}
	}
	return parts
}

// dimension gives a dimension by name, "" for a definition that has only one.
func (d *definition) dimension(name string) *definition {
	if name == "" {
		return d
	}
	return d.dimensions[name]
}

// dimensionwise is BaseMultiPartitionMapping: each key is taken apart, each dimension
// mapped by itself, and dimensions of the other side that nothing maps to take any key.
func (r relation) dimensionwise(from, to *definition, s Subset, direction func(relation, Subset) (Subset, error)) (Subset, error) {
	if s.form == every {
		return full(to), nil
	}
	pairs, err := r.pairs()
	if err != nil {
		return Subset{}, err
	}
	keys := map[string]bool{}
	for key := range s.keys {
		mapped := map[string][]string{}
		for _, p := range pairs {
			there, err := direction(p.relation, p.side(from == r.down).of(key, from))
			if err != nil {
				return Subset{}, err
			}
			mapped[string(p.side(from != r.down))] = sorted(there.keys)
		}
		to.addProduct(keys, mapped)
	}
	return of(to, keys), nil
}

// side names a dimension, "" where there is one only.
type side string

// of gives the dimension's share of a key, as a subset of it.
func (s side) of(key string, d *definition) Subset {
	for _, p := range d.parts(key) {
		if p.name == string(s) {
			return of(p.of, map[string]bool{p.key: true})
		}
	}
	return empty(d.dimension(string(s)))
}

// pair relates two dimensions.
type pair struct {
	relation
	lower, upper side
}

func (p pair) side(lower bool) side {
	if lower {
		return p.lower
	}
	return p.upper
}

// pair makes the relation of two dimensions.
func (r relation) pair(m graph.Mapping, lower, upper string) pair {
	return pair{relation{m, r.down.dimension(lower), r.up.dimension(upper)}, side(lower), side(upper)}
}

// addProduct adds the keys made of any of the given keys of each dimension, and of any
// key of those that are not given.
func (d *definition) addProduct(keys map[string]bool, given map[string][]string) {
	if d.dimensions == nil {
		for _, key := range given[""] {
			keys[key] = true
		}
		return
	}
	choices := make([][]string, 2)
	for i, name := range d.DimensionNames() {
		var ok bool
		if choices[i], ok = given[name]; !ok {
			choices[i] = d.dimensions[name].keys
		}
	}
	for _, first := range choices[0] {
		for _, second := range choices[1] {
			keys[first+"|"+second] = true
		}
	}
}

// pairs gives the dimensions that a mapping relates (get_dimension_dependencies).
func (r relation) pairs() ([]pair, error) {
	if r.Kind == graph.MapMultiToSingle {
		name, kind, ok := singleDimension(r.up, r.down)
		switch {
		case !ok:
			return nil, r.refused()
		case r.up.dimensions == nil:
			return []pair{r.pair(graph.Mapping{Kind: kind}, name, "")}, nil
		}
		return []pair{r.pair(graph.Mapping{Kind: kind}, "", name)}, nil
	}
	var pairs []pair
	for up, target := range r.Dimensions {
		inner := graph.Mapping{Kind: graph.MapIdentity}
		if target.Mapping != nil {
			inner = *target.Mapping
		}
		if r.up.dimensions[up] == nil || r.down.dimensions[target.Dimension] == nil {
			return nil, r.refused()
		}
		pairs = append(pairs, r.pair(inner, target.Dimension, up))
	}
	return pairs, nil
}

// singleDimension finds the dimension of a definition with two that one with one is
// related to, and how: the only one that is equal, else the only one of time windows where
// the other is of time windows too.
func singleDimension(up, down *definition) (name string, kind graph.MappingKind, ok bool) {
	if (up.dimensions == nil) == (down.dimensions == nil) {
		return "", "", false
	}
	multi, one := up, down
	if up.dimensions == nil {
		multi, one = down, up
	}
	kind = graph.MapIdentity
	found := multi.dimensionsThat(func(d *definition) bool { return d.Same(one.Partitions) })
	if len(found) == 0 && one.IsTime() {
		kind = graph.MapTimeWindow
		found = multi.dimensionsThat(func(d *definition) bool { return d.IsTime() })
	}
	if len(found) != 1 {
		return "", "", false
	}
	return found[0], kind, true
}

func (d *definition) dimensionsThat(ok func(*definition) bool) []string {
	var names []string
	for _, name := range d.DimensionNames() {
		if ok(d.dimensions[name]) {
			names = append(names, name)
		}
	}
	return names
}
