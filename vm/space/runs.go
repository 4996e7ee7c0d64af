package space

import "auto/vm/bits"

// runs relates runs of numbers that follow each other: one from i to j to the span from
// lo[i] to hi[j], which holds nothing where hi is not above lo. This is how Dagster maps
// time windows, and with a start offset above the end offset it is not what the single
// numbers relate to. Both lo and hi ascend.
type runs struct{ lo, hi []int32 }

func (w runs) image(i int) []span {
	if i >= len(w.lo) || w.lo[i] >= w.hi[i] {
		return nil // a key that is of no window is related to none
	}
	return []span{{w.lo[i], w.hi[i]}}
}

func (w runs) add(dst bits.Set, to int, src bits.Set, from int) {
	for at, end := from, from+len(w.lo); ; {
		first, last := run(src, at, end)
		if first == end {
			return
		}
		dst.AddRange(to+int(w.lo[first-from]), to+int(w.hi[last-1-from]))
		at = last
	}
}

// single reports whether a run relates to what its numbers relate to one by one: their
// spans leave nothing out between them.
func (w runs) single() bool {
	for i := range w.lo {
		if w.lo[i] > w.hi[i] || i > 0 && w.lo[i] > w.hi[i-1] {
			return false
		}
	}
	return true
}

// singles gives the way that relates each number of a run on its own, as it is inside of
// two dimensions.
func singles(w way) way {
	if r, ok := w.(runs); ok && !r.single() {
		return makeLists(len(r.lo), r.image)
	}
	return w
}

// coarse is runs whose numbers relate one by one, to fewer numbers. After each number it
// goes on with the first that relates to more.
type coarse struct {
	runs
	// more has, for each number of the target and its end, the first number whose span
	// ends after it.
	more []int32
}

func makeCoarse(w runs, limit int) coarse {
	c := coarse{w, make([]int32, limit+1)}
	i := 0
	for end := range c.more {
		for i < len(w.hi) && int(w.hi[i]) <= end {
			i++
		}
		c.more[end] = int32(i)
	}
	return c
}

func (w coarse) add(dst bits.Set, to int, src bits.Set, from int) {
	end := from + len(w.lo)
	for i := src.Next(from); i >= 0 && i < end; {
		last := i + 1
		if word(src, i) == ^uint64(0) {
			_, last = run(src, i, end)
		}
		lo, hi := int(w.lo[i-from]), int(w.hi[last-1-from])
		if hi == lo+1 {
			dst.Add(to + lo)
		} else {
			dst.AddRange(to+lo, to+hi)
		}
		i = src.Next(max(from+int(w.more[hi]), last))
	}
}

// simple gives the way in its quickest form: a shift where it is one.
func (w runs) simple(limit int) way {
	if by, ok := w.shift(limit); ok {
		return shift{len(w.lo), by, limit}
	}
	if limit < len(w.lo) && w.single() {
		return makeCoarse(w, limit)
	}
	return w
}

// shift gives by how much all numbers are moved, where they all are by the same.
func (w runs) shift(limit int) (by int, ok bool) {
	for i := range w.lo {
		if w.hi[i]-w.lo[i] == 1 {
			by = int(w.lo[i]) - i
			break
		}
	}
	for i := range w.lo {
		lo, hi := min(max(i+by, 0), limit), min(max(i+by+1, 0), limit)
		if int(w.lo[i]) != lo || int(w.hi[i]) != hi {
			return 0, false
		}
	}
	return by, true
}
