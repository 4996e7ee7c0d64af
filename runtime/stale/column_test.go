package stale

import (
	"maps"
	"slices"
	"testing"

	"auto/vm/bits"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestColumn holds a column against a map.
func TestColumn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c column
		slow := map[int]int64{}
		number, id := rapid.IntRange(0, 200), rapid.Int64Range(1, 5)
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			change(t, &c, slow, number, id)
			fast := map[int]int64{}
			last := -1
			c.each(func(n int, id int64) {
				if n <= last {
					t.Fatalf("%d comes after %d", n, last)
				}
				fast[n], last = id, n
			})
			if diff := cmp.Diff(slow, fast); diff != "" {
				t.Fatal(diff)
			}
			n := number.Draw(t, "asked")
			if _, has := slow[n]; c.has(n) != has || c.get(n) != slow[n] || c.isEmpty() != (len(slow) == 0) {
				t.Fatalf("%d: has %v, get %d, empty %v", n, c.has(n), c.get(n), c.isEmpty())
			}
		}
	})
}

func change(t *rapid.T, c *column, slow map[int]int64, number *rapid.Generator[int], id *rapid.Generator[int64]) {
	numbers := rapid.SliceOf(number).Draw(t, "numbers")
	if rapid.Bool().Draw(t, "all") {
		numbers = slices.Collect(func(yield func(int) bool) {
			for n := range 192 {
				if !yield(n) {
					return
				}
			}
		})
	}
	set := bits.New(256)
	for _, n := range numbers {
		set.Add(n)
	}
	at := id.Draw(t, "id")
	switch rapid.IntRange(0, 4).Draw(t, "step") {
	case 0:
		c.putAll(set, at)
		for n := set.Next(0); n >= 0; n = set.Next(n + 1) {
			slow[n] = at
		}
	case 1:
		c.removeUpTo(set, at)
		maps.DeleteFunc(slow, func(n int, id int64) bool { return set.Has(n) && id <= at })
	case 2:
		n := number.Draw(t, "n")
		c.set(n, at)
		slow[n] = at
	case 3:
		n := number.Draw(t, "n")
		c.remove(n)
		delete(slow, n)
	case 4:
		*c = c.moved(func(n int) (int, bool) { return n + 1, n%7 > 0 && n < 200 })
		moved := map[int]int64{}
		for n, id := range slow {
			if n%7 > 0 && n < 200 {
				moved[n+1] = id
			}
		}
		clear(slow)
		maps.Copy(slow, moved)
	}
}
