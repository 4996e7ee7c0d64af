package space

import (
	"sort"
	"time"

	"auto/vm/bits"
)

// AddLatest puts the partitions into a set that are in the latest time window, or with a
// lookback those whose windows start within it before the end of the latest; all where
// there is no time dimension, or two. The set begins at bit 0 with number 0. It is
// Dagster's compute_latest_time_window_subset, where a lookback of 0 is none and is
// counted on the wall clock.
func (k *Keys) AddLatest(set bits.Set, lookback time.Duration) {
	switch k.timeDimension() {
	case itself:
		set.AddRange(k.latest(lookback), k.defined)
	case 0:
		set.AddRange(k.dimensions[0].latest(lookback)*k.dimensions[1].defined, k.defined)
	case 1:
		inner := k.dimensions[1]
		for row, from := 0, inner.latest(lookback); row < k.defined; row += inner.defined {
			set.AddRange(row+from, row+inner.defined)
		}
	default:
		set.AddRange(0, k.Len())
	}
}

// What timeDimension gives beside the number of a dimension.
const (
	itself = -1 - iota
	noTime
)

// timeDimension gives which of two dimensions is of time windows, where one is and the
// other is not.
func (k *Keys) timeDimension() int {
	switch {
	case k == nil:
		return noTime
	case k.definition.IsTime():
		return itself
	case k.dimensions[0] == nil || k.dimensions[0].definition.IsTime() == k.dimensions[1].definition.IsTime():
		return noTime
	case k.dimensions[0].definition.IsTime():
		return 0
	}
	return 1
}

// latest gives the first of the latest time windows.
func (k *Keys) latest(lookback time.Duration) int {
	if k.defined == 0 {
		return 0
	}
	if lookback == 0 {
		return k.defined - 1
	}
	from := k.definition.Earlier(k.bounds[k.defined], lookback)
	return sort.Search(k.defined, func(i int) bool { return !time.Unix(k.bounds[i], 0).Before(from) })
}

// HasTime reports whether the partitions have a time dimension.
func (k *Keys) HasTime() bool { return k.timeDimension() != noTime }
