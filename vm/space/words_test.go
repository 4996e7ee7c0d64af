package space

import (
	"testing"

	"pgregory.net/rapid"

	"auto/vm/bits"
)

func drawBits(t *rapid.T, label string) bits.Set {
	return rapid.SliceOfN(rapid.OneOf(rapid.Uint64(), rapid.SampledFrom([]uint64{0, ^uint64(0)})), 1, 6).Draw(t, label)
}

func TestRangesAreCopiedBitByBit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src, dst := bits.Set(drawBits(t, "src")), bits.Set(drawBits(t, "dst"))
		to := rapid.IntRange(0, len(dst)*64).Draw(t, "to")
		from := rapid.IntRange(0, len(src)*64+70).Draw(t, "from")
		n := rapid.IntRange(-1, len(dst)*64-to).Draw(t, "n")
		want := append(bits.Set{}, dst...)
		for i := range max(n, 0) {
			if src.Has(from + i) {
				want.Add(to + i)
			}
		}
		if orRange(dst, to, src, from, n); !dst.Equal(want) {
			t.Fatalf("%x, want %x", dst, want)
		}
	})
}

func TestRunsAreFoundBitByBit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := bits.Set(drawBits(t, "set"))
		lo := rapid.IntRange(0, len(s)*64).Draw(t, "lo")
		hi := rapid.IntRange(lo, len(s)*64).Draw(t, "hi")
		first := lo
		for first < hi && !s.Has(first) {
			first++
		}
		end := first
		for end < hi && s.Has(end) {
			end++
		}
		if gotFirst, gotEnd := run(s, lo, hi); gotFirst != first || gotEnd != end {
			t.Fatalf("the run is %d to %d, want %d to %d", gotFirst, gotEnd, first, end)
		}
		if anyIn(s, lo, hi) != (first < hi) {
			t.Fatal("a bit is missed, or found where there is none")
		}
	})
}
