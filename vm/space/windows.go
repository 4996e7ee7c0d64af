package space

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
	first, last := cursor{bounds: up.bounds}, cursor{bounds: up.bounds}
	for i := range n {
		w.lo[i] = up.clip(first.floor(starts[reach+i+startOffset]))
		w.hi[i] = up.clip(last.ceil(starts[reach+i+1+endOffset]))
	}
	return w.simple(up.defined)
}

func windowsDown(down, up *Keys, startOffset, endOffset int) way {
	n, reach := up.defined, max(abs(startOffset), abs(endOffset))
	starts := down.definition.Starts(-reach, down.defined+1+reach)
	w := runs{make([]int32, n), make([]int32, n)}
	first, last := cursor{bounds: starts}, cursor{bounds: starts}
	for i := range n {
		w.lo[i] = down.clip(first.floor(up.bounds[i]) - reach - endOffset)
		w.hi[i] = down.clip(last.ceil(up.bounds[i+1]) - reach - startOffset)
	}
	return w.simple(down.defined)
}

func abs(i int) int { return max(i, -i) }

// cursor finds windows by times that ascend.
type cursor struct {
	bounds []int64
	next   int
}

// floor gives the number of the window that has t in it, -1 before the first.
func (c *cursor) floor(t int64) int {
	for c.next < len(c.bounds) && c.bounds[c.next] <= t {
		c.next++
	}
	return c.next - 1
}

// ceil gives the number of the window after the one that has the time just before t in it.
func (c *cursor) ceil(t int64) int {
	for c.next < len(c.bounds) && c.bounds[c.next] < t {
		c.next++
	}
	return c.next
}

// clip gives the nearest number from 0 to that of the defined keys.
func (k *Keys) clip(i int) int32 { return int32(min(max(i, 0), k.defined)) }
