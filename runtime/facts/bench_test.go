package facts_test

import (
	"fmt"
	"testing"
	"time"

	"auto/runtime/facts"
	"auto/vm"
	"auto/vm/bits"
	"auto/vm/code"
	"auto/vm/graph"
	"auto/vm/space"
)

// chain is a world with assets, of some partitions each or none.
func chain(b *testing.B, assets, partitions int) (*facts.World, *space.Space, *graph.Graph) {
	b.Helper()
	var p *graph.Partitions
	if partitions > 0 {
		var err error
		start := noon.AddDate(0, 0, -partitions).Format(time.DateOnly)
		if p, err = graph.NewPartitions(graph.Spec{Type: graph.Daily, Start: start}); err != nil {
			b.Fatal(err)
		}
	}
	list := make([]graph.Asset, assets)
	for i := range list {
		list[i] = graph.Asset{Key: fmt.Sprintf("asset/%05d", i), Partitions: p}
	}
	g, problems := graph.New(list, nil)
	if len(problems) > 0 {
		b.Fatal(problems)
	}
	w := facts.New()
	return w, layOut(b, w, g, noon), g
}

func layOut(b *testing.B, w *facts.World, g *graph.Graph, at time.Time) *space.Space {
	b.Helper()
	s, err := space.New(space.Input{Graph: g, At: at, Dynamic: w.Dynamic, Undefined: w.Undefined()})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// seedAll makes everything materialized.
func seedAll(b *testing.B, w *facts.World, s *space.Space) {
	b.Helper()
	for i := range s.Entities {
		n := s.Entities[i].Keys.Len()
		set := bits.New(n)
		set.AddRange(0, n)
		if err := w.Seed(s, i, set, noon.Add(-time.Hour)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEvents applies 20,000 materializations and takes them up in one tick.
func BenchmarkEvents(b *testing.B) {
	for _, shape := range [][2]int{{10_000, 0}, {100, 100}} {
		b.Run(fmt.Sprintf("%dx%d", shape[0], shape[1]), func(b *testing.B) {
			w, s, _ := chain(b, shape[0], shape[1])
			w.Facts(s, noon)
			events := make([]facts.Event, 20_000)
			for i := range events {
				e := &s.Entities[i%len(s.Entities)]
				events[i] = facts.Materialized{Asset: e.Key, Partition: e.Keys.Key(i / len(s.Entities) % e.Keys.Len()), At: noon}
			}
			b.ReportAllocs()
			for b.Loop() {
				since := vm.Since{At: noon, Event: w.Facts(s, noon).LastEvent()}
				for _, e := range events {
					if err := w.Apply(e); err != nil {
						b.Fatal(err)
					}
				}
				w.Facts(s, noon).Set(code.Fact{Kind: code.NewlyUpdated}, since)
			}
		})
	}
}

// BenchmarkQuiet is a tick at which nothing happened, over 2 million partitions.
func BenchmarkQuiet(b *testing.B) {
	w, s, _ := chain(b, 10_000, 200)
	seedAll(b, w, s)
	known := w.Facts(s, noon)
	b.ReportAllocs()
	for b.Loop() {
		since := vm.Since{At: noon, Event: known.LastEvent()}
		known = w.Facts(s, noon)
		known.Set(code.Fact{Kind: code.Missing}, vm.Since{})
		known.Set(code.Fact{Kind: code.NewlyUpdated}, since)
	}
}

// BenchmarkNewSpace is a tick at which each of 10,000 assets has one window more than
// before, of about 200.
func BenchmarkNewSpace(b *testing.B) {
	w, s, g := chain(b, 10_000, 200)
	seedAll(b, w, s)
	w.Facts(s, noon)
	spaces := []*space.Space{layOut(b, w, g, noon.AddDate(0, 0, 1)), layOut(b, w, g, noon.AddDate(0, 0, 2))}
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		w.Facts(spaces[n%2], noon)
		n++
	}
}

// BenchmarkSeed restores a snapshot of 2 million partitions.
func BenchmarkSeed(b *testing.B) {
	_, s, _ := chain(b, 10_000, 200)
	b.ReportAllocs()
	for b.Loop() {
		w := facts.New()
		seedAll(b, w, s)
		w.Facts(s, noon)
	}
}
