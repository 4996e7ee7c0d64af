package stale_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"auto/runtime/events"
	"auto/runtime/stale"
	"auto/vm/bits"
	"auto/vm/graph"
	"auto/vm/space"
)

// wide gives assets of 10,000 partitions that depend on one asset without, and on each
// other.
func wide(b *testing.B, assets int) (*stale.Tracker, *space.Space) {
	keys := make([]string, 10_000)
	for i := range keys {
		keys[i] = fmt.Sprintf("k%04d", i)
	}
	p, err := graph.NewPartitions(graph.Spec{Type: graph.Static, Keys: keys})
	if err != nil {
		b.Fatal(err)
	}
	list := []graph.Asset{{Key: "config", External: true}, {Key: "first", Partitions: p}}
	for i := range assets {
		list = append(list, graph.Asset{Key: fmt.Sprintf("a%d", i), Partitions: p, Deps: []graph.Dep{{Key: "config"}, {Key: "first"}}})
	}
	g, problems := graph.New(list, nil)
	if len(problems) > 0 {
		b.Fatal(problems)
	}
	s, err := space.New(space.Input{Graph: g, At: begin})
	if err != nil {
		b.Fatal(err)
	}
	t := stale.New()
	t.Follow(g, func(asset string) bool { return asset[0] == 'a' })
	t.Tick(s, begin)
	return t, s
}

// BenchmarkUpdateOfOne: one partition of a dependency of 1,000 assets of 10,000 partitions
// is updated.
func BenchmarkUpdateOfOne(b *testing.B) {
	t, _ := wide(b, 1000)
	seq := int64(0)
	for b.Loop() {
		seq++
		t.Happened(seq, &events.Event{Type: events.Materialization, Asset: "first", Partition: fmt.Sprintf("k%04d", seq%10_000), At: begin})
	}
}

// BenchmarkUpdateOfAll: an update outdates 1,000 assets of 10,000 partitions, which are
// laid out, requested, and laid out again.
func BenchmarkUpdateOfAll(b *testing.B) {
	t, s := wide(b, 1000)
	all := bits.New(s.Bits)
	all.AddRange(0, s.Bits)
	seq := int64(0)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for b.Loop() {
		seq++
		t.Happened(seq, &events.Event{Type: events.Materialization, Asset: "config", At: begin})
		t.Tick(s, begin)
		t.Decided(s, all, seq)
		t.Tick(s, begin)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc))/(1<<20), "MB")
}

// BenchmarkIdle: a tick before which nothing happened.
func BenchmarkIdle(b *testing.B) {
	t, s := wide(b, 1000)
	at := begin
	for b.Loop() {
		at = at.Add(30 * time.Second)
		t.Tick(s, at)
		t.Changed(0)
	}
}
