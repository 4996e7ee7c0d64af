package space_test

import (
	"fmt"
	"slices"
	"testing"

	"auto/vm/bits"
	"auto/vm/graph"
	"auto/vm/space"

	"pgregory.net/rapid"
)

// TestAmong: the entities of a set are those that have one of its bits.
func TestAmong(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []graph.Asset
		for i := range rapid.IntRange(1, 8).Draw(t, "assets") {
			a := graph.Asset{Key: fmt.Sprint("a", i)}
			if n := rapid.IntRange(0, 70).Draw(t, "keys"); n > 0 {
				spec := graph.Spec{Type: graph.Static}
				for k := range n {
					spec.Keys = append(spec.Keys, fmt.Sprint(k))
				}
				p, err := graph.NewPartitions(spec)
				if err != nil {
					t.Fatal(err)
				}
				a.Partitions = p
			}
			if i > 0 && rapid.Bool().Draw(t, "deep") {
				a.Deps = []graph.Dep{{Key: fmt.Sprint("a", i-1)}}
			}
			list = append(list, a)
		}
		g, problems := graph.New(list, nil)
		if problems != nil {
			t.Fatal(problems)
		}
		group := rapid.SliceOfN(rapid.IntRange(0, 2), len(list), len(list)).Draw(t, "groups")
		s, err := space.New(space.Input{Graph: g, Group: func(key string) int { return group[int(key[1]-'0')] }})
		if err != nil {
			t.Fatal(err)
		}
		set, want := bits.New(s.Bits), []int(nil)
		for i := range s.Entities {
			e := &s.Entities[i]
			if rapid.Bool().Draw(t, "some") {
				want = append(want, i)
				set.Add(e.Bit + rapid.IntRange(0, e.Keys.Total()-1).Draw(t, "number"))
				set.Add(e.Bit + rapid.IntRange(0, e.Keys.Total()-1).Draw(t, "number"))
			}
		}
		if got := slices.Sorted(s.Among(set)); !slices.Equal(got, want) {
			t.Fatalf("%v, not %v", got, want)
		}
		for range s.Among(set) {
			break // it ends where the caller does
		}
	})
}
