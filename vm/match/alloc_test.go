//go:build !race

package match_test

import (
	"testing"

	"auto/vm/match"
)

// TestSetAllocates: a warm match allocates nothing. (The race detector lets pools forget at
// random.)
func TestSetAllocates(t *testing.T) {
	rules, keys := workload(1000)
	set := match.NewSet(rules)
	hits := make([]int32, 0, 16)
	for _, key := range keys {
		hits = set.Match(key, "sales", hits[:0])
	}
	i := 0
	if n := testing.AllocsPerRun(200, func() { hits = set.Match(keys[i%len(keys)], "sales", hits[:0]); i++ }); n > 0 {
		t.Errorf("a warm match allocates %v times", n)
	}
}
