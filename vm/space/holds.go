package space

import (
	"slices"
	"time"

	"auto/vm/graph"
)

// Holds reports whether the space is that of another instant, too: no window has come and
// no dynamic key came or went. It looks at each of the definitions once, however many
// assets have equal ones.
func (s *Space) Holds(at time.Time, dynamic func(name string) []string) bool {
	return !slices.ContainsFunc(s.moving, func(k *Keys) bool { return !k.holds(at, dynamic) })
}

func (k *Keys) holds(at time.Time, dynamic func(name string) []string) bool {
	if k.definition.IsTime() {
		return k.definition.Windows(at) == k.defined
	}
	now := dynamic(k.definition.Name)
	if len(now) == len(k.names) && (len(now) == 0 || &now[0] == &k.names[0]) {
		return true // keys that are listed are not written over
	}
	return slices.Equal(k.names, now)
}

// addMoving finds the keys that another instant may change, of equal definitions those of
// one.
func (s *Space) addMoving() {
	known := map[string]bool{}
	var add func(k *Keys)
	add = func(k *Keys) {
		switch {
		case k.dimensions[0] != nil:
			add(k.dimensions[0])
			add(k.dimensions[1])
		case k.definition.IsTime() || k.definition.Type == graph.Dynamic:
			if id := k.definition.Identity(); !known[id] {
				known[id] = true
				s.moving = append(s.moving, k)
			}
		}
	}
	for _, k := range s.keys {
		add(k)
	}
}
