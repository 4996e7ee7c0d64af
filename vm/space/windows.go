package space

import (
	"slices"
	"sort"
)

// windows relates time windows that overlap, moved by offsets in windows of the dependent,
// which is Dagster's TimeWindowPartitionMapping. Upwards a run of windows goes from the
// start of its first one moved by the start offset to the end of its last one moved by the
// end offset, and takes in all windows that overlap that; downwards the run is widened to
// the windows that overlap it, which are then moved the other way.
func windows(down, up *Keys, startOffset, endOffset int) (upward, downward way) {
	if startOffset == 0 && endOffset == 0 && down.definition.Same(up.definition) {
		return equalKeys(up, down), equalKeys(down, up)
	}
	if down.defined == 0 || up.defined == 0 {
		return nothing, nothing
	}
	return windowsUp(down, up, startOffset, endOffset), windowsDown(down, up, startOffset, endOffset)
}

func windowsUp(down, up *Keys, startOffset, endOffset int) way {
	n, reach := down.defined, max(abs(startOffset), abs(endOffset))
	starts := down.definition.Starts(-reach, n+1+reach)
	if len(starts) < n+1+2*reach {
		return nothing // the schedule ends
	}
	w := runs{make([]int32, n), make([]int32, n)}
	for i := range n {
		w.lo[i] = int32(up.clip(floor(up.bounds, starts[reach+i+startOffset])))
		w.hi[i] = int32(up.clip(ceil(up.bounds, starts[reach+i+1+endOffset])))
	}
	return w.simple(up.defined)
}

func windowsDown(down, up *Keys, startOffset, endOffset int) way {
	n, reach := up.defined, max(abs(startOffset), abs(endOffset))
	starts := down.definition.Starts(-reach, down.defined+1+reach)
	w := runs{make([]int32, n), make([]int32, n)}
	for i := range n {
		w.lo[i] = int32(down.clip(floor(starts, up.bounds[i]) - reach - endOffset))
		w.hi[i] = int32(down.clip(ceil(starts, up.bounds[i+1]) - reach - startOffset))
	}
	return w.simple(down.defined)
}

func abs(i int) int { return max(i, -i) }

// floor gives the number of the window that has t in it, -1 before the first.
func floor(bounds []int64, t int64) int {
	return sort.Search(len(bounds), func(i int) bool { return bounds[i] > t }) - 1
}

// ceil gives the number of the window after the one that has the time just before t in it.
func ceil(bounds []int64, t int64) int {
	i, _ := slices.BinarySearch(bounds, t)
	return i
}

// clip gives the nearest number from 0 to that of the defined keys.
func (k *Keys) clip(i int) int { return min(max(i, 0), k.defined) }

// simple gives the way as a shift where it is one.
func (w runs) simple(limit int) way {
	single := slices.IndexFunc(w.lo, func(int32) bool { return true })
	for i := range w.lo {
		if w.hi[i]-w.lo[i] == 1 {
			single = i
			break
		}
	}
	s := shift{len(w.lo), int(w.lo[single]) - single, limit}
	for i := range w.lo {
		lo, hi := min(max(i+s.by, 0), limit), min(max(i+s.by+1, 0), limit)
		if int(w.lo[i]) != lo || int(w.hi[i]) != hi {
			return w
		}
	}
	return s
}
