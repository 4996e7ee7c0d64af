//go:build soak

package state_test

import (
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"auto/internal/dagster"
	"auto/internal/program"
	"auto/vm/graph"
)

var (
	assetCount     = flag.Int("assets", 50, "assets of TestFigures")
	partitionCount = flag.Int("partitions", 1000, "partitions of each")
)

// TestFigures measures the first load of assets with partitions that are all materialized,
// an idle poll, and polls after one and after all assets were written.
func TestFigures(t *testing.T) {
	assets, partitions := *assetCount, *partitionCount
	d := dagster.Start(t, dagster.Options{Files: map[string]string{"many.py": manyAssets(assets, partitions)}, Locations: map[string]string{"many": "many.py"}})
	l := newLive(d, manyGraph(t, assets, partitions))
	keys := make([]string, partitions)
	for i := range keys {
		keys[i] = fmt.Sprint("p", i)
	}
	began := time.Now()
	for i := range assets {
		for some := range slices.Chunk(keys, 50) {
			d.Report(t, fmt.Sprint("a", i), some...)
		}
	}
	t.Logf("%d materializations reported in %s", assets*partitions, time.Since(began).Round(time.Second))
	poll := func(what string) (calls int) {
		r := l.poll(t)
		t.Logf("%s: %d calls, %d events, %s", what, r.Calls, r.Events, r.Took.Round(time.Millisecond))
		return r.Calls
	}
	poll("first load")
	for range 5 {
		poll("idle")
	}
	d.Report(t, "a0", "p0")
	poll("one asset")
	for i := range assets {
		d.Report(t, fmt.Sprint("a", i), "p1")
	}
	poll("all assets")
	program.Eventually(t, time.Minute, "all is read once more", func() bool { return poll("after that") > 1 })
	poll("idle")
}

func manyAssets(assets, partitions int) string {
	return fmt.Sprintf(`import dagster as dg

keys = dg.StaticPartitionsDefinition([f"p{i}" for i in range(%d)])


def make(name):
    @dg.asset(name=name, partitions_def=keys)
    def made():
        return dg.MaterializeResult()

    return made


defs = dg.Definitions(assets=[make(f"a{i}") for i in range(%d)])
`, partitions, assets)
}

func manyGraph(t testing.TB, assets, count int) *graph.Graph {
	keys := make([]string, count)
	for i := range keys {
		keys[i] = fmt.Sprint("p", i)
	}
	p := partitions(t, graph.Spec{Type: graph.Static, Keys: keys})
	list := make([]graph.Asset, assets)
	for i := range list {
		list[i] = graph.Asset{Key: fmt.Sprint("a", i), Repository: "many/__repository__", Partitions: p}
	}
	return newGraph(t, list...)
}
