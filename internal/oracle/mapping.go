package oracle

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"auto/vm/graph"
)

// inferred gives the mapping of a dependency: the one that it names, or the default one
// (infer_partition_mapping).
func inferred(m *graph.Mapping, down, up *definition) graph.Mapping {
	if m != nil {
		return *m
	}
	if down == nil || up == nil {
		return graph.Mapping{Kind: graph.MapAll}
	}
	if _, ok := singleDimension(up, down); ok {
		return graph.Mapping{Kind: graph.MapMultiToSingle}
	}
	if up.IsTime() && down.IsTime() {
		return graph.Mapping{Kind: graph.MapTimeWindow}
	}
	return graph.Mapping{Kind: graph.MapIdentity}
}

// relation is a mapping between the definitions of a dependent and a dependency. Either
// may be nil.
type relation struct {
	graph.Mapping
	down, up *definition
}

// Up gives the partitions of the dependency that some of the dependent depend on.
func (r relation) Up(s Subset) (Subset, error) {
	if s.Empty() {
		return empty(r.up), nil
	}
	if r.up == nil {
		return full(r.up), nil
	}
	return r.upstream(s)
}

// Down gives the partitions of the dependent that depend on some of the dependency.
func (r relation) Down(s Subset) (Subset, error) {
	switch {
	case r.up != nil && r.down != nil:
		return r.downstream(s)
	case s.Empty():
		return empty(r.down), nil
	}
	return full(r.down), nil
}

func (r relation) refused() error {
	return fmt.Errorf("a %s mapping does not suit these partitions", r.Kind)
}

func (r relation) upstream(s Subset) (Subset, error) {
	switch r.Kind {
	case graph.MapAll:
		return full(r.up), nil
	case graph.MapLast:
		return of(r.up, r.lastKey()), nil
	case graph.MapSpecific:
		return of(r.up, setOf(r.Keys)), nil
	case graph.MapStatic:
		return r.staticUp(s)
	case graph.MapIdentity:
		if r.down == nil {
			return Subset{}, r.refused()
		}
		return identity(r.down, r.up, s), nil
	case graph.MapTimeWindow:
		return r.timeWindow(r.down, r.up, s, r.StartOffset, r.EndOffset, true)
	}
	return r.dimensionwise(r.down, r.up, s, relation.Up)
}

func (r relation) downstream(s Subset) (Subset, error) {
	switch r.Kind {
	case graph.MapAll:
		return r.allIf(s.Len() > 0), nil
	case graph.MapLast:
		return r.allIf(slices.ContainsFunc(sorted(r.lastKey()), s.Has)), nil
	case graph.MapSpecific:
		return r.allIf(slices.ContainsFunc(r.Keys, s.Has)), nil
	case graph.MapStatic:
		return r.staticDown(s), nil
	case graph.MapIdentity:
		return identity(r.up, r.down, s), nil
	case graph.MapTimeWindow:
		return r.timeWindow(r.up, r.down, s, -r.EndOffset, -r.StartOffset, false)
	}
	return r.dimensionwise(r.up, r.down, s, relation.Down)
}

// allIf gives all partitions of the dependent, one by one, or none.
func (r relation) allIf(yes bool) Subset {
	if yes {
		return all(r.down)
	}
	return empty(r.down)
}

func (r relation) lastKey() map[string]bool {
	if len(r.up.keys) == 0 {
		return nil
	}
	return setOf(r.up.keys[len(r.up.keys)-1:])
}

// identity: equal keys, which of one definition is the subset itself.
func identity(from, to *definition, s Subset) Subset {
	if from.Same(to.Partitions) {
		return s
	}
	return of(to, filter(setOf(to.keys), s.Has))
}

func (r relation) staticUp(s Subset) (Subset, error) {
	up := map[string]bool{}
	for key, downs := range r.Static {
		if r.down != nil && slices.ContainsFunc(downs, s.Has) {
			up[key] = true
		}
	}
	return of(r.up, up), nil
}

func (r relation) staticDown(s Subset) Subset {
	var down []string
	for key := range s.keys {
		down = append(down, r.Static[key]...)
	}
	return of(r.down, setOf(down))
}

// timeWindow is TimeWindowPartitionMapping: stretches of windows, moved by the offsets in
// windows of the dependent, and the windows of the other side that they touch.
func (r relation) timeWindow(from, to *definition, s Subset, start, end int, up bool) (Subset, error) {
	if from == nil || to == nil || !from.IsTime() || !to.IsTime() || zoneOf(from.Partitions) != zoneOf(to.Partitions) {
		return Subset{}, r.refused()
	}
	keys := map[string]bool{}
	if start == 0 && end == 0 && from.Same(to.Partitions) {
		return Subset{form: windowed, keys: s.keys}, nil
	}
	for _, w := range from.stretches(s) {
		if up {
			w = to.touched(from, from.moved(w, start, end, to))
		} else {
			w = to.moved(to.touched(from, w), start, end, to)
		}
		to.addWithin(keys, w)
	}
	return of(to, keys), nil
}

// stretches gives the windows of a subset, joined where they follow each other.
func (d *definition) stretches(s Subset) []window {
	var list []window
	for key := range s.keys {
		if start, end, ok := d.Window(key); ok {
			list = append(list, window{start, end})
		}
	}
	slices.SortFunc(list, func(a, b window) int { return a.start.Compare(b.start) })
	var joined []window
	for _, w := range list {
		if n := len(joined); n > 0 && joined[n-1].end.Equal(w.start) {
			joined[n-1].end = w.end
		} else {
			joined = append(joined, w)
		}
	}
	return joined
}

// moved moves both ends of a stretch by numbers of windows, but not beyond the bounds of
// what it is mapped to.
func (d *definition) moved(w window, start, end int, bounds *definition) window {
	return window{d.moveTo(w.start, start, bounds), d.moveTo(w.end, end, bounds)}
}

func (d *definition) moveTo(t time.Time, offset int, bounds *definition) time.Time {
	for range offset {
		t = d.after(t)
	}
	for range -offset {
		t = d.before(t)
	}
	if len(bounds.windows) == 0 {
		return t
	}
	if first := bounds.windows[0].start; offset < 0 && t.Before(first) {
		return first
	}
	if last := bounds.windows[len(bounds.windows)-1].end; offset > 0 && t.After(last) {
		return last
	}
	return t
}

// touched widens a stretch of another definition to whole windows, unless both have the
// same schedule.
func (d *definition) touched(from *definition, w window) window {
	if scheduleText(d.Partitions) == scheduleText(from.Partitions) {
		return w
	}
	return window{d.schedule.Prev(w.start), d.schedule.Next(w.end)}
}

// addWithin adds the partitions whose windows lie in a stretch.
func (d *definition) addWithin(keys map[string]bool, w window) {
	for i, own := range d.windows {
		if !own.start.Before(w.start) && own.start.Before(w.end) {
			keys[d.keys[i]] = true
		}
	}
}

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
	pairs, err := r.pairs()
	if err != nil {
		return Subset{}, err
	}
	if s.form == every {
		return full(to), nil
	}
	keys := map[string]bool{}
	for key := range s.keys {
		mapped := map[string][]string{}
		for _, pair := range pairs {
			fromName, toName := pair.up, pair.down
			if from == r.down {
				fromName, toName = pair.down, pair.up
			}
			for _, p := range from.parts(key) {
				if p.name != fromName {
					continue
				}
				inner := relation{pair.Mapping, r.down.dimension(pair.down), r.up.dimension(pair.up)}
				got, err := direction(inner, of(p.of, map[string]bool{p.key: true}))
				if err != nil {
					return Subset{}, err
				}
				mapped[toName] = sorted(got.keys)
			}
		}
		to.addProduct(keys, mapped)
	}
	return of(to, keys), nil
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

// pair relates two dimensions, "" where a side has only one.
type pair struct {
	graph.Mapping
	down, up string
}

// pairs gives the dimensions that a mapping relates (get_dimension_dependencies).
func (r relation) pairs() ([]pair, error) {
	if r.down == nil {
		return nil, r.refused()
	}
	if r.Kind == graph.MapMultiToSingle {
		p, ok := singleDimension(r.up, r.down)
		if !ok {
			return nil, r.refused()
		}
		return []pair{p}, nil
	}
	if r.down.dimensions == nil || r.up.dimensions == nil {
		return nil, r.refused()
	}
	var pairs []pair
	for up, target := range r.Dimensions {
		inner := graph.Mapping{Kind: graph.MapIdentity}
		if target.Mapping != nil {
			inner = *target.Mapping
		}
		pairs = append(pairs, pair{inner, target.Dimension, up})
	}
	return pairs, nil
}

// singleDimension finds the dimension of a definition with two that one with one is
// related to: the only one that is equal, else the only one of time windows where the
// other is of time windows too.
func singleDimension(up, down *definition) (pair, bool) {
	if (up.dimensions == nil) == (down.dimensions == nil) {
		return pair{}, false
	}
	multi, one := up, down
	if up.dimensions == nil {
		multi, one = down, up
	}
	kind := graph.MapIdentity
	found := multi.dimensionsThat(func(d *definition) bool { return d.Same(one.Partitions) })
	if len(found) == 0 && one.IsTime() {
		kind = graph.MapTimeWindow
		found = multi.dimensionsThat(func(d *definition) bool { return d.IsTime() })
	}
	if len(found) != 1 {
		return pair{}, false
	}
	if multi == up {
		return pair{graph.Mapping{Kind: kind}, "", found[0]}, true
	}
	return pair{graph.Mapping{Kind: kind}, found[0], ""}, true
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
