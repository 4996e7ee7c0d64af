package oracle

import (
	"fmt"
	"slices"

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
	if _, _, ok := singleDimension(up, down); ok {
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
		if r.Fits(r.up.Partitions, nil) != nil {
			return Subset{}, r.refused() // no key of time windows
		}
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
	if r.down == nil {
		return Subset{}, r.refused()
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
