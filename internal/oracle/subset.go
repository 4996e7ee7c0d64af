package oracle

import (
	"maps"
	"slices"
)

// form is the class that Dagster holds a subset in. Classes differ in when they are empty
// and in what is left of them after an edit, so they are part of the meaning.
type form uint8

const (
	// single: of what has no partitions, the one or nothing (bool).
	single form = iota
	// every stands for all partitions that there are (AllPartitionsSubset).
	every
	// windowed: partitions of a definition of time windows (TimeWindowPartitionsSubset).
	windowed
	// keyed: a set of keys (DefaultPartitionsSubset).
	keyed
	// ranged: ranges of keys of a dynamic definition, as they were stored
	// (KeyRangesPartitionsSubset).
	ranged
)

// Subset is a set of partitions of one asset or check. It is not changed once made.
type Subset struct {
	form form
	// keys are the partitions; "" where there are no partitions.
	keys map[string]bool
	// inWindows, of every: the definition is one of time windows.
	inWindows bool
	// ranges, of ranged, with the name of the dynamic definition.
	ranges  []Range
	dynamic string
}

// Range is all keys from First to Last in order of addition.
type Range struct{ First, Last string }

// Partitioned reports whether the subset is of something with partitions.
func (s Subset) Partitioned() bool { return s.form != single }

// Has reports whether a partition, "" for none, is in the subset.
func (s Subset) Has(key string) bool { return s.keys[key] }

// Len gives the number of partitions.
func (s Subset) Len() int { return len(s.keys) }

// Empty is Dagster's is_empty: a subset that stands for all partitions never is, one of
// ranges is when it has no range.
func (s Subset) Empty() bool {
	switch s.form {
	case every:
		return false
	case ranged:
		return len(s.ranges) == 0
	}
	return len(s.keys) == 0
}

// asWindows reports whether two subsets are joined as time windows: the first is held so,
// and the second is, or stands for all windows.
func asWindows(s, o Subset) bool {
	return s.form == windowed && (o.form == windowed || o.form == every && o.inWindows)
}

// like gives a subset of some keys in the class that a changed s has.
func (s Subset) like(keys map[string]bool) Subset {
	switch {
	case s.form == ranged || s.form == every && !s.inWindows:
		return Subset{form: keyed, keys: keys}
	case s.form == every:
		return Subset{form: windowed, keys: keys}
	}
	return Subset{form: s.form, keys: keys}
}

// And is compute_intersection.
func (s Subset) And(o Subset) Subset {
	switch {
	case s.form == every:
		return o
	case asWindows(s, o):
	case o.Empty():
		return o
	case o.form == every:
		return s
	}
	return s.like(filter(s.keys, o.Has))
}

// Or is compute_union.
func (s Subset) Or(o Subset) Subset {
	switch {
	case s.form == every:
		return s
	case asWindows(s, o):
	case o.Empty():
		return s
	case o.form == every:
		return o
	}
	all := maps.Clone(s.keys)
	if all == nil {
		all = map[string]bool{}
	}
	maps.Copy(all, o.keys)
	return s.like(all)
}

// Minus is compute_difference.
func (s Subset) Minus(o Subset) Subset {
	switch {
	case s.form == every || asWindows(s, o):
	case o.Empty():
		return s
	case o.form == every:
		return s.none()
	}
	return s.like(filter(s.keys, func(key string) bool { return !o.Has(key) }))
}

// none gives an empty subset in the class of s.
func (s Subset) none() Subset {
	if s.form == ranged {
		return Subset{form: ranged, dynamic: s.dynamic}
	}
	return s.like(nil)
}

func filter(keys map[string]bool, keep func(key string) bool) map[string]bool {
	kept := map[string]bool{}
	for key := range keys {
		if keep(key) {
			kept[key] = true
		}
	}
	return kept
}

func setOf(keys []string) map[string]bool {
	set := map[string]bool{}
	for _, key := range keys {
		set[key] = true
	}
	return set
}

// sorted gives the members of a set by text.
func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
