package space

import (
	"slices"
	"time"
)

// Holds reports whether the space is that of another instant, too: no window has come and
// no dynamic key came or went.
func (s *Space) Holds(at time.Time, dynamic func(name string) []string) bool {
	return !slices.ContainsFunc(s.keys, func(k *Keys) bool { return !k.holds(at, dynamic) })
}

func (k *Keys) holds(at time.Time, dynamic func(name string) []string) bool {
	switch {
	case k.dimensions[0] != nil:
		return k.dimensions[0].holds(at, dynamic) && k.dimensions[1].holds(at, dynamic)
	case k.definition.IsTime():
		return k.definition.Windows(at) == k.defined
	case k.places != nil:
		return slices.Equal(k.names, dynamic(k.definition.Name))
	}
	return true
}
