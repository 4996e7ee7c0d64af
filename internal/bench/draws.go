package bench

import "slices"

// draws is the state of a generator of numbers that look random: splitmix64, which stays
// the same whatever the standard library does.
type draws uint64

// below gives a number from 0 to n-1.
func (d *draws) below(n int) int {
	*d += 0x9E3779B97F4A7C15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return int((z ^ z>>31) % uint64(n))
}

// some gives k different numbers from 0 to n-1 in order, all where n is not above k.
func (d *draws) some(n, k int) []int {
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	k = min(k, n)
	for i := range k {
		j := i + d.below(n-i)
		numbers[i], numbers[j] = numbers[j], numbers[i]
	}
	slices.Sort(numbers[:k])
	return numbers[:k]
}
