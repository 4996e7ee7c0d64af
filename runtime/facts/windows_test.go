package facts_test

import (
	"testing"
	"time"

	"auto/runtime/facts"
	"auto/vm"
	"auto/vm/graph"
	"auto/vm/space"

	"pgregory.net/rapid"
)

// TestWindows: where windows come and go, a world that has seen others before answers as
// one that sees these first.
func TestWindows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hours := func() *graph.Partitions {
			p, err := graph.NewPartitions(graph.Spec{Type: graph.Hourly, Start: "2026-01-10"})
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		graphOf := func(p *graph.Partitions) *graph.Graph {
			g, problems := graph.New([]graph.Asset{{Key: "A", Partitions: p}, {Key: "B", Partitions: hours()}, {Key: "C"}}, nil)
			if problems != nil {
				t.Fatal(problems)
			}
			return g
		}
		w, g := facts.New(), graphOf(hours())
		for range rapid.IntRange(1, 6).Draw(t, "ticks") {
			if rapid.Bool().Draw(t, "reload") {
				g = graphOf(hours())
			}
			for range rapid.IntRange(0, 4).Draw(t, "events") {
				key := noon.Add(time.Duration(rapid.IntRange(-15, 6).Draw(t, "hour")) * time.Hour).Format("2006-01-02-15:04")
				e := facts.Materialized{Asset: rapid.SampledFrom([]string{"A", "B", "C"}).Draw(t, "asset"), Partition: key, At: noon}
				if err := w.Apply(e); err != nil {
					t.Fatal(err)
				}
			}
			at := noon.Add(time.Duration(rapid.IntRange(-5, 5).Draw(t, "now")) * time.Hour)
			undefined := map[string][]string{"A": {noon.Format("2006-01-02-15:04")}}
			s, err := space.New(space.Input{Graph: g, At: at, Undefined: undefined})
			if err != nil {
				t.Fatal(err)
			}
			first := reloaded(t, w)
			for i := range s.Entities {
				one := snapshot(s, i, first.Facts(s, at), everyFact, vm.Since{At: noon})
				two := snapshot(s, i, w.Facts(s, at), everyFact, vm.Since{At: noon})
				if one != two {
					t.Fatalf("at first sight %s\nas it goes on %s", one, two)
				}
			}
		}
	})
}
