package space

import (
	"slices"
	"time"

	"auto/vm/graph"
)

// Holds reports whether a space of the same graph at another instant, with other keys of
// dynamic definitions, would have the same partitions.
func (s *Space) Holds(at time.Time, dynamic func(name string) []string) bool {
	seen := map[*Keys]bool{}
	for i := range s.Entities {
		k := s.Entities[i].Keys
		if k == nil || seen[k] {
			continue
		}
		seen[k] = true
		if !k.holds(at, dynamic) {
			return false
		}
	}
	return true
}

func (k *Keys) holds(at time.Time, dynamic func(name string) []string) bool {
	switch {
	case k.definition.IsTime():
		return k.definition.Windows(at) == k.defined
	case k.definition.Type == graph.Dynamic:
		return slices.Equal(k.names, dynamic(k.definition.Name))
	case k.definition.Type == graph.Multi:
		return k.dimensions[0].holds(at, dynamic) && k.dimensions[1].holds(at, dynamic)
	}
	return true
}
