package bits_test

import (
	"testing"

	"auto/vm/bits"

	"pgregory.net/rapid"
)

// TestNextIn: it is the first number of a stretch, as one by one finds it.
func TestNextIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		numbers := rapid.SliceOfN(rapid.IntRange(0, 299), 0, 5).Draw(t, "numbers")
		s := bits.New(300)
		for _, n := range numbers {
			s.Add(n)
		}
		lo, end := rapid.IntRange(0, 320).Draw(t, "lo"), rapid.IntRange(0, 320).Draw(t, "end")
		want := -1
		for i := lo; i < end && want < 0; i++ {
			if s.Has(i) {
				want = i
			}
		}
		if got := s.NextIn(lo, end); got != want {
			t.Fatalf("%v from %d to %d: %d, not %d", numbers, lo, end, got, want)
		}
	})
}
