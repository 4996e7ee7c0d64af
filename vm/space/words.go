package space

import (
	"math/bits"

	set "auto/vm/bits"
)

// word gives 64 bits of a set from a position on; bits beyond its words are 0.
func word(s set.Set, at int) uint64 {
	i, shift := at>>6, uint(at&63)
	if i >= len(s) {
		return 0
	}
	w := s[i] >> shift
	if shift > 0 && i+1 < len(s) {
		w |= s[i+1] << (64 - shift)
	}
	return w
}

// orRange puts n bits of src, from a position on, into dst.
func orRange(dst set.Set, to int, src set.Set, from, n int) {
	if n <= 0 {
		return
	}
	if head := to & 63; head != 0 { // up to a word of dst
		m := min(64-head, n)
		dst[to>>6] |= word(src, from) & (1<<m - 1) << head
		to, from, n = to+m, from+m, n-m
	}
	orWords(dst[to>>6:][:n>>6], src, from)
	if tail := n & 63; tail > 0 {
		whole := n - tail
		dst[(to+whole)>>6] |= word(src, from+whole) & (1<<tail - 1)
	}
}

// orWords puts bits of src, from a position on, into all of dst.
func orWords(dst, src set.Set, from int) {
	src, shift := src[min(from>>6, len(src)):], uint(from&63)
	if shift == 0 {
		for i := range min(len(dst), len(src)) {
			dst[i] |= src[i]
		}
		return
	}
	n := min(len(dst), len(src)-1)
	for i := range n {
		dst[i] |= src[i]>>shift | src[i+1]<<(64-shift)
	}
	if n >= 0 && n < len(dst) {
		dst[n] |= src[n] >> shift // nothing is behind the last word
	}
}

// run gives the first run of bits that are set between two positions, hi and hi where
// there is none.
func run(s set.Set, lo, hi int) (first, end int) {
	first = s.Next(lo)
	if first < 0 || first >= hi {
		return hi, hi
	}
	for end = first; end < hi; {
		ones := bits.TrailingZeros64(^word(s, end))
		if end += ones; ones < 64 {
			break
		}
	}
	return first, min(end, hi)
}

// anyIn reports whether a bit is set between two positions.
func anyIn(s set.Set, lo, hi int) bool {
	i := s.Next(lo)
	return i >= 0 && i < hi
}
