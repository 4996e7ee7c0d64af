// Package bits has sets of small numbers as words, and what the machine does with them.
package bits

import "math/bits"

// Set has number i in it where bit i%64 of word i/64 is set. Numbers beyond its words are
// not in it.
type Set []uint64

// Words gives how many words hold n bits.
func Words(n int) int { return (n + 63) / 64 }

// New gives an empty set for the numbers below n.
func New(n int) Set { return make(Set, Words(n)) }

// Has reports whether i is in the set.
func (s Set) Has(i int) bool { return i>>6 < len(s) && s[i>>6]>>(i&63)&1 == 1 }

// Add puts i into the set, which must have room for it.
func (s Set) Add(i int) { s[i>>6] |= 1 << (i & 63) }

// Remove takes i out of the set, which must have room for it.
func (s Set) Remove(i int) { s[i>>6] &^= 1 << (i & 63) }

// AddRange puts the numbers from lo up to but not hi into the set.
func (s Set) AddRange(lo, hi int) {
	if lo >= hi {
		return
	}
	first, last := lo>>6, (hi-1)>>6
	head, tail := ^uint64(0)<<(lo&63), ^uint64(0)>>(63-(hi-1)&63)
	if first == last {
		s[first] |= head & tail
		return
	}
	s[first] |= head
	for i := first + 1; i < last; i++ {
		s[i] = ^uint64(0)
	}
	s[last] |= tail
}

// Clear empties the set.
func (s Set) Clear() { clear(s) }

// IsEmpty reports whether nothing is in the set.
func (s Set) IsEmpty() bool {
	for _, w := range s {
		if w != 0 {
			return false
		}
	}
	return true
}

// Count gives how many numbers are in the set.
func (s Set) Count() (n int) {
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// Next gives the first number in the set that is i or greater, -1 where there is none.
func (s Set) Next(i int) int {
	if i < 0 {
		i = 0
	}
	at := i >> 6
	if at >= len(s) {
		return -1
	}
	for w := s[at] &^ (1<<(i&63) - 1); ; w = s[at] {
		if w != 0 {
			return at<<6 + bits.TrailingZeros64(w)
		}
		if at++; at == len(s) {
			return -1
		}
	}
}

// NextIn gives the first number at or after i and below end, -1 for none. It looks no
// further than end, however long the set is.
func (s Set) NextIn(i, end int) int {
	if n := s[:min(Words(end), len(s))].Next(i); n < end {
		return n
	}
	return -1
}

// And makes s the numbers in both a and b; all have the same length. It reports whether
// there are any.
func (s Set) And(a, b Set) bool {
	a, b = a[:len(s)], b[:len(s)]
	var any uint64
	for i := range s {
		w := a[i] & b[i]
		s[i], any = w, any|w
	}
	return any != 0
}

// AndNot makes s the numbers in a and not in b; all have the same length. It reports
// whether there are any.
func (s Set) AndNot(a, b Set) bool {
	a, b = a[:len(s)], b[:len(s)]
	var any uint64
	for i := range s {
		w := a[i] &^ b[i]
		s[i], any = w, any|w
	}
	return any != 0
}

// Or makes s the numbers in a or b; all have the same length.
func (s Set) Or(a, b Set) {
	a, b = a[:len(s)], b[:len(s)]
	for i := range s {
		s[i] = a[i] | b[i]
	}
}

// Equal reports whether two sets of the same length have the same numbers.
func (s Set) Equal(o Set) bool {
	for i, w := range s {
		if w != o[i] {
			return false
		}
	}
	return true
}
