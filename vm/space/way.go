package space

import (
	"slices"

	"auto/vm/bits"
)

// way is one direction of a relation. Its numbers are those of the Keys on both sides,
// and lie in sets from a position on, so that a way can relate one row of two dimensions.
// A way is immutable and does not allocate.
type way interface {
	// add puts what the numbers in src relate to into dst.
	add(dst bits.Set, to int, src bits.Set, from int)
	// image gives what a single number relates to, in ascending order.
	image(number int) []span
}

// span is the numbers from lo up to but not hi.
type span struct{ lo, hi int32 }

// one gives the span of a single number.
func one(i int) span { return span{int32(i), int32(i + 1)} }

// shift relates each number i below n to i+by, where that is from 0 to below limit.
type shift struct{ n, by, limit int }

func (w shift) add(dst bits.Set, to int, src bits.Set, from int) {
	lo, hi := max(0, -w.by), min(w.n, w.limit-w.by)
	orRange(dst, to+lo+w.by, src, from+lo, hi-lo)
}

func (w shift) image(i int) []span {
	if to := i + w.by; i < w.n && to >= 0 && to < w.limit {
		return []span{one(to)}
	}
	return nil
}

// fill relates any of the triggers to all of the targets.
type fill struct{ triggers, targets []span }

func (w fill) add(dst bits.Set, to int, src bits.Set, from int) {
	for _, t := range w.triggers {
		if anyIn(src, from+int(t.lo), from+int(t.hi)) {
			addSpans(dst, to, w.targets)
			return
		}
	}
}

func (w fill) image(i int) []span {
	for _, t := range w.triggers {
		if int(t.lo) <= i && i < int(t.hi) {
			return w.targets
		}
	}
	return nil
}

func addSpans(dst bits.Set, to int, spans []span) {
	for _, s := range spans {
		dst.AddRange(to+int(s.lo), to+int(s.hi))
	}
}

// nothing relates no number to any.
var nothing way = fill{}

// lists has for each number what it relates to: spans from starts[i] to starts[i+1].
type lists struct {
	starts []int32
	spans  []span
}

// makeLists makes lists of the images of n numbers.
func makeLists(n int, image func(i int) []span) lists {
	w := lists{starts: make([]int32, 1, n+1)}
	for i := range n {
		w.spans = append(w.spans, image(i)...)
		w.starts = append(w.starts, int32(len(w.spans)))
	}
	return w
}

func (w lists) image(i int) []span {
	if i+1 >= len(w.starts) {
		return nil
	}
	return w.spans[w.starts[i]:w.starts[i+1]]
}

func (w lists) add(dst bits.Set, to int, src bits.Set, from int) {
	end := from + len(w.starts) - 1
	for i := src.Next(from); i >= 0 && i < end; i = src.Next(i + 1) {
		addSpans(dst, to, w.image(i-from))
	}
}

// pairs relates single numbers, by the first of each pair.
type pairs [][2]int32

func (w pairs) add(dst bits.Set, to int, src bits.Set, from int) {
	for _, p := range w {
		if src.Has(from + int(p[0])) {
			dst.Add(to + int(p[1]))
		}
	}
}

func (w pairs) image(i int) (spans []span) {
	for _, p := range w {
		if int(p[0]) == i {
			spans = append(spans, one(int(p[1])))
		}
	}
	return spans
}

// both puts what two ways relate to together.
type both struct{ first, second way }

func (w both) add(dst bits.Set, to int, src bits.Set, from int) {
	w.first.add(dst, to, src, from)
	w.second.add(dst, to, src, from)
}

func (w both) image(i int) []span { return slices.Concat(w.first.image(i), w.second.image(i)) }

// with adds pairs to a way.
func with(w way, p pairs) way {
	if len(p) == 0 {
		return w
	}
	return both{w, p}
}
