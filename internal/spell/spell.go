// Package spell finds the word that was meant by one that is unknown.
package spell

import "strings"

// Nearest gives the candidate with the fewest edits (insert, delete, replace, swap of
// neighbours) from name, and false where all are more than a third of the longer
// word's letters away. Case counts half an edit's worth: it breaks ties only. Of equal
// candidates the first wins.
func Nearest(name string, candidates []string) (string, bool) {
	best, bestCost := "", -1
	for _, c := range candidates {
		limit := max(1, max(len(name), len(c))/3)
		if diff := len(name) - len(c); diff > limit || -diff > limit {
			continue
		}
		edits := distance(strings.ToLower(name), strings.ToLower(c))
		cost := 2 * edits
		if edits == 0 && name != c {
			cost = 1
		}
		if edits <= limit && edits < len(name) && (bestCost < 0 || cost < bestCost) {
			best, bestCost = c, cost
		}
	}
	return best, bestCost >= 0
}

// distance is the optimal string alignment distance of two words, in bytes.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
