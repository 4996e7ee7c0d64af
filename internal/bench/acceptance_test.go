package bench_test

import (
	"testing"
	"time"

	"auto/internal/bench"
	"auto/vm/graph"
)

// The benchmarks of examples/acceptance: S13, S14 and S15.

func BenchmarkAcceptanceFirst(b *testing.B) { acceptance(b, first) }
func BenchmarkAcceptanceIdle(b *testing.B)  { acceptance(b, idle) }
func BenchmarkAcceptanceBusy(b *testing.B)  { acceptance(b, busy) }

func acceptance(b *testing.B, run func(b *testing.B, w *bench.Workload, p *bench.Player)) {
	for _, w := range bench.Acceptance() {
		b.Run(w.Name, func(b *testing.B) {
			p := player(b, w)
			apply(b, p, w.Ticks[0])
			b.ReportAllocs()
			run(b, w, p)
		})
	}
}

// Of S13: observations in an hour of each of nine assets, and ticks of an hour.
const (
	observations  = 3_500
	observedTicks = 120
)

// BenchmarkAcceptanceObserved is an hour of S13: ticks every 30 seconds, and before each the
// observations of its time, which change nothing.
func BenchmarkAcceptanceObserved(b *testing.B) {
	w := bench.Observed(9)
	p := player(b, w)
	apply(b, p, w.Ticks[0])
	at := w.Ticks[0].At
	evaluate(b, p, at)
	b.ReportAllocs()
	for b.Loop() {
		at = hour(b, p, w, at)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*observedTicks), "ns/tick")
}

// hour plays an hour of S13, and gives its end.
func hour(t testing.TB, p *bench.Player, w *bench.Workload, at time.Time) time.Time {
	t.Helper()
	sources := len(w.Assets) / 2
	for i := range observedTicks {
		at = at.Add(30 * time.Second)
		count := observations*sources*(i+1)/observedTicks - observations*sources*i/observedTicks
		if err := p.Observe(w, count, at.Add(-time.Second)); err != nil {
			t.Fatal(err)
		}
		evaluate(t, p, at)
	}
	return at
}

// TestObserved: observations that change nothing launch what the first one did, and no more.
func TestObserved(t *testing.T) {
	w := bench.Observed(9)
	p := player(t, w)
	apply(t, p, w.Ticks[0])
	at := w.Ticks[0].At
	evaluate(t, p, at)
	if err := p.Observe(w, 9, at.Add(29*time.Second)); err != nil {
		t.Fatal(err)
	}
	evaluate(t, p, at.Add(30*time.Second))
	for range 3 {
		at = at.Add(time.Minute)
		if err := p.Observe(w, 90, at.Add(-time.Second)); err != nil {
			t.Fatal(err)
		}
		if r := evaluate(t, p, at); r.Requested.Next(0) >= 0 {
			t.Errorf("at %s something is requested", at)
		}
	}
}

// TestAcceptanceGraphs: the workloads have the sizes that they are named for, and fit.
func TestAcceptanceGraphs(t *testing.T) {
	for _, w := range append(bench.Acceptance(), bench.Observed(9)) {
		if _, problems := graph.New(w.Assets, nil); len(problems) > 0 {
			t.Errorf("%s: %v", w.Name, problems)
		}
	}
}
