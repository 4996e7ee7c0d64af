package bench_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"auto/internal/bench"
	"auto/runtime/facts"
)

// many is a graph of 1,000 assets with 10,000 partitions each, all with eager().
func many(b *testing.B) (*bench.Workload, *bench.Player) {
	w := bench.Wide(1_000, 10_000)
	p := player(b, w)
	evaluate(b, p, w.Ticks[0].At.AddDate(-1, 0, 0)) // from now on it is known which assets have the same partitions
	began := time.Now()
	if err := materialize(w, p.World()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(time.Since(began).Nanoseconds())/float64(w.Pairs()), "ns/pair")
	return w, p
}

// materialize has all partitions made: those of every second asset by runs of 1,000
// partitions, those of the others by reports one by one, a millisecond after each other,
// as of many assets at once.
func materialize(w *bench.Workload, world *facts.World) error {
	at := w.Ticks[0].At.Add(-24 * time.Hour)
	for i, key := range w.Keys {
		for n := range w.Assets {
			at = at.Add(time.Millisecond)
			var err error
			switch {
			case n%2 == 0:
				err = world.Apply(facts.Materialized{Asset: w.Assets[n].Key, Partition: key, At: at})
			case i%1000 == 0:
				err = byRun(world, w.Assets[n].Key, w.Keys[i:min(i+1000, len(w.Keys))], at)
			}
			if err != nil {
				return err
			}
		}
		if i%10 == 0 {
			world.Compact(facts.Horizon{Event: world.LastEvent(), Runs: world.LastEvent()})
		}
	}
	return nil
}

// byRun has partitions of an asset made by one run.
func byRun(world *facts.World, asset string, keys []string, at time.Time) error {
	run := fmt.Sprintf("%s-%s", asset, keys[0])
	events := []facts.Event{facts.RunStarted{Run: run, Assets: []string{asset}, Unplanned: true, At: at}}
	for _, key := range keys {
		events = append(events, facts.Planned{Asset: asset, Partition: key, Run: run, At: at})
	}
	for i, key := range keys {
		events = append(events, facts.Materialized{Asset: asset, Partition: key, Run: run, At: at.Add(time.Duration(i) * 7 * time.Millisecond)})
	}
	events = append(events, facts.RunStatus{Run: run, Status: facts.Success, At: at.Add(time.Hour)})
	for _, e := range events {
		if err := world.Apply(e); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkMany measures 10 million partitions: the memory of all (world, space, programs
// and machine), a snapshot, a tick without an event, and one after an event.
func BenchmarkMany(b *testing.B) {
	w, p := many(b)
	at := w.Ticks[0].At
	for range 3 {
		evaluate(b, p, at)
		at = at.Add(time.Second)
	}
	b.Run("memory", bench.Memory)
	b.Run("snapshot", func(b *testing.B) {
		size := 0
		for b.Loop() {
			var text bytes.Buffer
			if err := p.World().Save(&text); err != nil {
				b.Fatal(err)
			}
			size = text.Len()
		}
		b.ReportMetric(float64(size)/float64(w.Pairs()), "bytes/pair")
	})
	b.Run("load", func(b *testing.B) {
		var text bytes.Buffer
		if err := p.World().Save(&text); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if _, err := facts.Load(bytes.NewReader(text.Bytes())); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("idle", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if r := evaluate(b, p, at); !r.Idle {
				b.Fatal("not idle")
			}
			at = at.Add(time.Millisecond)
		}
	})
	for _, n := range []int{0, 500, 999} {
		b.Run(fmt.Sprintf("event/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := p.World().Apply(facts.Materialized{Asset: w.Assets[n].Key, Partition: w.Keys[7], At: at}); err != nil {
					b.Fatal(err)
				}
				evaluate(b, p, at)
				at = at.Add(time.Millisecond)
			}
		})
	}
}
