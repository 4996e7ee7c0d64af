// Package spell finds the word that was meant by one that is unknown.
package spell

import (
	"math"
	"slices"
	"strings"
)

// Nearest gives the candidate with the fewest edits (insert, delete, replace, swap of
// neighbours, by bytes) from name, and false where every candidate is more than a third
// of the longer word away. Case costs nothing but the tie with a word that is exactly
// the same. Of equal candidates the first wins.
func Nearest(name string, candidates []string) (string, bool) {
	lower := strings.ToLower(name)
	best, bestCost := "", math.MaxInt
	var t table
	for _, c := range candidates {
		limit := min(max(1, max(len(name), len(c))/3), len(name)-1, bestCost/2)
		edits, near := t.distance(lower, strings.ToLower(c), limit)
		cost := 2 * edits
		if edits == 0 && name != c {
			cost = 1
		}
		if near && cost < bestCost {
			best, bestCost = c, cost
		}
	}
	return best, bestCost < math.MaxInt
}

// table has the rows of a distance's computation, so that candidates share them.
type table struct{ before, last, row []int }

func (t *table) reset(width int) {
	t.before, t.last, t.row = slices.Grow(t.before[:0], width)[:width], slices.Grow(t.last[:0], width)[:width], slices.Grow(t.row[:0], width)[:width]
	for j := range t.last {
		t.last[j] = j
	}
}

// distance gives the optimal string alignment distance of two words, and false as soon
// as it is above the limit.
func (t *table) distance(a, b string, limit int) (int, bool) {
	if diff := len(a) - len(b); max(diff, -diff) > limit {
		return 0, false
	}
	a, b = trim(a, b)
	t.reset(len(b) + 1)
	least := 0
	for i := 1; i <= len(a); i++ {
		lastLeast := least
		least = t.next(a, b, i)
		if min(least, lastLeast) > limit {
			return 0, false
		}
		t.before, t.last, t.row = t.last, t.row, t.before
	}
	return t.last[len(b)], t.last[len(b)] <= limit
}

// trim cuts off what two words begin and end with alike, which costs nothing.
func trim(a, b string) (string, string) {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for a != "" && b != "" && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return a, b
}

// next fills the row of a's first i bytes, and gives its least distance.
func (t *table) next(a, b string, i int) int {
	t.row[0] = i
	least := i
	for j := 1; j <= len(b); j++ {
		change := 1
		if a[i-1] == b[j-1] {
			change = 0
		}
		t.row[j] = min(t.last[j]+1, t.row[j-1]+1, t.last[j-1]+change)
		if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
			t.row[j] = min(t.row[j], t.before[j-2]+1)
		}
		least = min(least, t.row[j])
	}
	return least
}
