package random_test

import (
	"testing"

	"auto/internal/random"
	"auto/runtime/scenario"
)

// TestDraw: every seed gives a scenario, and the same one again.
func TestDraw(t *testing.T) {
	for seed := range uint64(200) {
		s, err := random.Draw(seed)
		if err != nil {
			t.Error(err)
			continue
		}
		again, err := random.Draw(seed)
		if err != nil || scenario.Write(s) != scenario.Write(again) {
			t.Errorf("seed %d gives another scenario: %v", seed, err)
		}
	}
}
