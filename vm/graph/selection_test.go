package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func TestSelections(t *testing.T) {
	g := world(t)
	mart := graph.Groups(true, "mart")
	for name, test := range map[string]struct {
		s    graph.Selection
		want string
	}{
		"zero": {graph.Selection{}, ""}, "all": {graph.All(false), "mart/orders stage/orders"}, "all external": {graph.All(true), "mart/orders raw/orders report stage/orders"},
		"assets": {graph.Assets("raw/orders", "nothing"), "raw/orders"}, "tag": {graph.Tag(false, "tier", "gold"), "mart/orders"}, "kind": {graph.Kind(false, "s3"), ""}, "kind external": {graph.Kind(true, "s3"), "raw/orders"},
		"groups": {graph.Groups(false, "mart", "stage"), "mart/orders stage/orders"},
		"owner":  {graph.Owner("team:x"), "raw/orders"}, "prefix": {graph.KeyPrefixes(true, "raw", "mar"), "raw/orders"}, "prefix whole": {graph.KeyPrefixes(true, "report"), "report"},
		"or": {mart.Or(graph.Assets("stage/orders")), "mart/orders report stage/orders"}, "and": {mart.And(graph.Assets("report")), "report"}, "minus": {mart.Minus(graph.Assets("report")), "mart/orders"},
		"upstream": {graph.Assets("report").Upstream(-1), "mart/orders stage/orders"}, "upstream 1": {graph.Assets("report").Upstream(1), "mart/orders"}, "upstream 0": {graph.Assets("report").Upstream(0), ""},
		"upstream external": {graph.Assets("raw/orders").Upstream(-1), ""},
		"downstream":        {graph.Assets("raw/orders").Downstream(-1), "mart/orders raw/orders report stage/orders"}, "downstream 1": {graph.Assets("raw/orders").Downstream(1), "raw/orders stage/orders"},
		"roots": {mart.Roots(), "mart/orders"}, "sinks": {mart.Sinks(), "report"}, "materializable": {graph.All(true).Materializable(), "mart/orders stage/orders"},
		"roots through others": {graph.Assets("raw/orders", "report").Roots(), "raw/orders"}, "sinks through others": {graph.Assets("raw/orders", "report").Sinks(), "report"},
		"checks": {graph.Checks("mart/orders:c1", "x:c"), "mart/orders:c1"}, "checks for": {graph.ChecksFor("report"), "report:c1"}, "all checks": {graph.AllChecks(), "mart/orders:c1 mart/orders:c2 report:c1"},
		"checks or": {graph.Checks("report:c1").Or(graph.Assets("report")), "report report:c1"}, "checks minus": {graph.AllChecks().Minus(graph.ChecksFor("mart/orders")), "report:c1"},
	} {
		if got := strings.Join(test.s.Resolve(g), " "); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// TestSelectionIsPure: a selection can be used in several others.
func TestSelectionIsPure(t *testing.T) {
	g := world(t)
	all := graph.All(true)
	all.Minus(graph.Assets("report")).Resolve(g)
	all.Roots().Resolve(g)
	all.Upstream(-1).Resolve(g)
	if got := all.Resolve(g); len(got) != 4 {
		t.Error(got)
	}
}

// TestSelectionsByDefinition holds random selections over random graphs against the
// definition of each part.
func TestSelectionsByDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := naive{reach: map[[2]string]int{}}
		for i := range rapid.IntRange(1, 8).Draw(t, "assets") {
			a := graph.Asset{Key: fmt.Sprintf("a%d", i), Group: rapid.SampledFrom([]string{"g", "h"}).Draw(t, "group"), External: rapid.IntRange(0, 4).Draw(t, "external") == 0}
			for _, up := range n.assets {
				if rapid.IntRange(0, 2).Draw(t, "dep") == 0 {
					a.Deps = append(a.Deps, graph.Dep{Key: up.Key})
				}
			}
			n.add(a)
		}
		g, problems := graph.New(n.assets, nil)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		s, want := n.draw(t, 3)
		got := s.Resolve(g)
		slices.Sort(want)
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}

// naive is a graph with the length of the shortest way up between any two assets.
type naive struct {
	assets []graph.Asset
	reach  map[[2]string]int
}

func (n *naive) add(a graph.Asset) {
	for _, d := range a.Deps {
		for _, up := range n.assets {
			length, ok := n.reach[[2]string{d.Key, up.Key}]
			if d.Key == up.Key {
				length, ok = 0, true
			}
			at := [2]string{a.Key, up.Key}
			if known, has := n.reach[at]; ok && (!has || length+1 < known) {
				n.reach[at] = length + 1
			}
		}
	}
	n.assets = append(n.assets, a)
}

// within reports whether a way from one asset up to another has at most depth steps.
func (n *naive) within(from, to string, depth int) bool {
	length, ok := n.reach[[2]string{from, to}]
	return ok && (depth < 0 || length <= depth)
}

func (n *naive) filter(keep func(a graph.Asset) bool) (keys []string) {
	for _, a := range n.assets {
		if keep(a) {
			keys = append(keys, a.Key)
		}
	}
	return keys
}

// draw gives a random selection, and its keys.
func (n *naive) draw(t *rapid.T, deep int) (graph.Selection, []string) {
	if deep == 0 {
		external, group := rapid.Bool().Draw(t, "include"), rapid.SampledFrom([]string{"g", "h"}).Draw(t, "of")
		if rapid.Bool().Draw(t, "one") {
			key := rapid.SampledFrom(n.assets).Draw(t, "asset").Key
			return graph.Assets(key), []string{key}
		}
		return graph.Groups(external, group), n.filter(func(a graph.Asset) bool { return a.Group == group && (external || !a.External) })
	}
	s, set := n.draw(t, deep-1)
	in := func(key string) bool { return slices.Contains(set, key) }
	some := func(ok func(key string) bool) bool { return slices.ContainsFunc(set, ok) }
	depth := rapid.IntRange(-1, 2).Draw(t, "depth")
	switch rapid.IntRange(0, 6).Draw(t, "operator") {
	case 0:
		other, more := n.draw(t, deep-1)
		return s.Or(other), n.filter(func(a graph.Asset) bool { return in(a.Key) || slices.Contains(more, a.Key) })
	case 1:
		other, more := n.draw(t, deep-1)
		return s.And(other), n.filter(func(a graph.Asset) bool { return in(a.Key) && slices.Contains(more, a.Key) })
	case 2:
		other, less := n.draw(t, deep-1)
		return s.Minus(other), n.filter(func(a graph.Asset) bool { return in(a.Key) && !slices.Contains(less, a.Key) })
	case 3:
		return s.Upstream(depth), n.filter(func(a graph.Asset) bool {
			return !a.External && (in(a.Key) || some(func(key string) bool { return n.within(key, a.Key, depth) }))
		})
	case 4:
		return s.Downstream(depth), n.filter(func(a graph.Asset) bool {
			return in(a.Key) || some(func(key string) bool { return n.within(a.Key, key, depth) })
		})
	case 5:
		return s.Roots(), n.filter(func(a graph.Asset) bool {
			return in(a.Key) && !some(func(key string) bool { return n.within(a.Key, key, -1) })
		})
	}
	return s.Sinks(), n.filter(func(a graph.Asset) bool {
		return in(a.Key) && !some(func(key string) bool { return n.within(key, a.Key, -1) })
	})
}

// BenchmarkResolve selects in a graph of 10,000 assets.
func BenchmarkResolve(b *testing.B) {
	assets := make([]graph.Asset, 10_000)
	for i := range assets {
		assets[i] = graph.Asset{Key: fmt.Sprintf("layer%d/a%d", i/1000, i), Group: fmt.Sprintf("g%d", i%100)}
		if i >= 1000 {
			assets[i].Deps = []graph.Dep{{Key: assets[i-1000].Key}, {Key: assets[i-999].Key}}
		}
	}
	g, problems := graph.New(assets, nil)
	if len(problems) > 0 {
		b.Fatal(problems)
	}
	s := graph.Groups(false, "g1", "g2").Upstream(-1).Minus(graph.KeyPrefixes(false, "layer0"))
	for b.Loop() {
		s.Resolve(g)
	}
}
