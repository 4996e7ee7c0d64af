//go:build !race

package match_test

import (
	"fmt"
	"testing"

	"auto/vm/match"
)

// TestSetAllocates: a warm match allocates nothing, also where the folder changes. (The
// race detector lets pools forget at random.)
func TestSetAllocates(t *testing.T) {
	rules, keys := workload(1000)
	for i := range rules {
		if i%2 == 0 {
			rules[i].Folder = mustGlob(fmt.Sprintf("in%d/**", i), true)
		}
	}
	set := match.NewSet(rules)
	hits := make([]int32, 0, 16)
	i := 0
	next := func() {
		hits = set.Match(keys[i%200], []string{"sales", "in44/x", "in8"}[i%3], hits[:0])
		i++
	}
	for range 1000 {
		next()
	}
	if n := testing.AllocsPerRun(1000, next); n > 0 {
		t.Errorf("a warm match allocates %v times", n)
	}
}
