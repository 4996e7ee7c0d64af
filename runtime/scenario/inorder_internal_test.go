package scenario

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestAligned: what is left of both lists when the differences are taken out is the same,
// and nothing more can be kept.
func TestAligned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := func(name string) []int { return rapid.SliceOfN(rapid.IntRange(0, 3), 0, 7).Draw(t, name) }
		want, got := list("want"), list("got")
		gone, extra := map[int]bool{}, map[int]bool{}
		same := func(i, j int) bool { return want[i] == got[j] }
		aligned(len(want), len(got), same, func(i int) { gone[i] = true }, func(j int) { extra[j] = true })
		left := func(list []int, out map[int]bool) string {
			var text string
			for i, n := range list {
				if !out[i] {
					text += fmt.Sprint(n)
				}
			}
			return text
		}
		if diff := cmp.Diff(left(want, gone), left(got, extra)); diff != "" {
			t.Fatal(diff)
		}
		if kept := len(want) - len(gone); kept != longest(want, got) {
			t.Fatalf("%v and %v: %d kept", want, got, kept)
		}
	})
}

// longest is the length of the longest common subsequence, tried one by one.
func longest(a, b []int) int {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	if a[0] == b[0] {
		return 1 + longest(a[1:], b[1:])
	}
	return max(longest(a[1:], b), longest(a, b[1:]))
}

// TestPlaceByPlace: it tells of nothing exactly where both lists are the same.
func TestPlaceByPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := func(name string) []int { return rapid.SliceOfN(rapid.IntRange(0, 1), 0, 3).Draw(t, name) }
		want, got, told := list("want"), list("got"), 0
		count := func(int) { told++ }
		placeByPlace(len(want), len(got), func(i, j int) bool { return want[i] == got[j] }, count, count)
		if same := fmt.Sprint(want) == fmt.Sprint(got); same != (told == 0) {
			t.Fatal(want, got, told)
		}
	})
}
