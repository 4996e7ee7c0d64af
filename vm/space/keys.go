// Package space lays all partitions of all assets and checks into one space of bits, at
// one instant, and relates the partitions of one to those of another.
package space

import (
	"slices"
	"strings"
	"sync"
	"time"

	"auto/vm/graph"
)

// Keys are the partitions that a definition has at an instant, numbered from 0 in its
// order: of time, of declaration, of addition; of two dimensions the first is outermost.
// After them come the undefined ones: keys that the definition does not have (any more)
// but that something known is about, sorted. A nil *Keys is that of an asset without
// partitions: one bit, without a key. Keys are immutable and safe for concurrent use.
type Keys struct {
	definition *graph.Partitions
	defined    int
	// bounds are the starts of time windows and the end of the last, in unix seconds.
	bounds []int64
	// names are static and dynamic keys; places are those of dynamic ones.
	names  []string
	places func() map[string]int
	// dimensions of two; their undefined keys are the parts of this one's.
	dimensions [2]*Keys
	undefined  []string // sorted
}

// NewKeys lists the partitions of a definition, nil for none, that exist at an instant.
// dynamic gives the keys of a dynamic definition by its name in order of addition;
// undefined are further keys to have room for, in any order; those the definition has
// are left out.
func NewKeys(p *graph.Partitions, at time.Time, dynamic func(name string) []string, undefined []string) *Keys {
	if p == nil {
		return nil
	}
	k := &Keys{definition: p}
	switch {
	case p.IsTime():
		k.addWindows(at)
	case p.Type == graph.Static:
		k.names, k.defined = p.Keys, len(p.Keys)
	case p.Type == graph.Dynamic:
		k.addNames(dynamic(p.Name))
	default:
		k.addDimensions(at, dynamic, undefined)
	}
	k.addUndefined(undefined)
	return k
}

// addWindows adds the time windows. A definition whose schedule ends has no end of the
// last window and does without it.
func (k *Keys) addWindows(at time.Time) {
	n := k.definition.Windows(at)
	if bounds := k.definition.Starts(0, n+1); len(bounds) == n+1 {
		k.bounds, k.defined = bounds, n
	}
}

func (k *Keys) addNames(names []string) {
	k.names, k.defined = names, len(names)
	k.places = sync.OnceValue(func() map[string]int {
		places := make(map[string]int, len(names))
		for i, name := range names {
			places[name] = i
		}
		return places
	})
}

func (k *Keys) addDimensions(at time.Time, dynamic func(string) []string, undefined []string) {
	var parts [2][]string
	for _, key := range undefined {
		if first, second, ok := splitKey(key); ok {
			parts[0], parts[1] = append(parts[0], first), append(parts[1], second)
		}
	}
	for i, name := range k.definition.DimensionNames() {
		k.dimensions[i] = NewKeys(k.definition.Dimensions[name], at, dynamic, parts[i])
	}
	k.defined = k.dimensions[0].Len() * k.dimensions[1].Len()
}

// splitKey parts the key of two dimensions.
func splitKey(key string) (first, second string, ok bool) {
	first, second, ok = strings.Cut(key, "|")
	return first, second, ok && !strings.Contains(second, "|")
}

func (k *Keys) addUndefined(keys []string) {
	if len(keys) == 0 {
		return
	}
	keys = slices.DeleteFunc(slices.Clone(keys), func(key string) bool {
		_, defined := k.place(key)
		return defined
	})
	slices.Sort(keys)
	k.undefined = slices.Compact(keys)
}

// Len gives the number of partitions that the definition has; 1 for nil.
func (k *Keys) Len() int {
	if k == nil {
		return 1
	}
	return k.defined
}

// Total is Len and the number of undefined keys.
func (k *Keys) Total() int {
	if k == nil {
		return 1
	}
	return k.defined + len(k.undefined)
}

// Key gives the key of a number below Total; "" for nil.
func (k *Keys) Key(i int) string {
	switch {
	case k == nil:
		return ""
	case i >= k.defined:
		return k.undefined[i-k.defined]
	case k.names != nil:
		return k.names[i]
	case k.bounds != nil:
		return k.definition.KeyFrom(k.bounds[i])
	}
	inner := k.dimensions[1].defined
	return k.dimensions[0].Key(i/inner) + "|" + k.dimensions[1].Key(i%inner)
}

// Index gives the number of a key, and false where there is none.
func (k *Keys) Index(key string) (int, bool) {
	if k == nil {
		return 0, key == ""
	}
	if i, ok := k.place(key); ok {
		return i, true
	}
	i, ok := slices.BinarySearch(k.undefined, key)
	return k.defined + i, ok
}

// place gives the number of a key that the definition has.
func (k *Keys) place(key string) (int, bool) {
	switch k.definition.Type {
	case graph.Static:
		return k.definition.Position(key)
	case graph.Dynamic:
		i, ok := k.places()[key]
		return i, ok
	case graph.Multi:
		return k.pair(key)
	}
	start, ok := k.definition.StartOf(key)
	if !ok {
		return 0, false
	}
	i, ok := slices.BinarySearch(k.bounds, start)
	return i, ok && i < k.defined
}

func (k *Keys) pair(key string) (int, bool) {
	first, second, ok := splitKey(key)
	if !ok {
		return 0, false
	}
	i, inFirst := k.dimensions[0].place(first)
	j, inSecond := k.dimensions[1].place(second)
	return i*k.dimensions[1].defined + j, inFirst && inSecond
}

// Definition is what the keys are of, nil for none.
func (k *Keys) Definition() *graph.Partitions {
	if k == nil {
		return nil
	}
	return k.definition
}
