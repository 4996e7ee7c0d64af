package bench_test

import (
	"testing"
	"time"

	"auto/internal/bench"
	"auto/runtime/engine"
)

// The benchmarks time whole ticks: what is known is looked up, conditions are evaluated,
// and what they request is grouped into runs. machine-ns/op is the evaluation alone.
// What testdata/measure.py times of Dagster lies between the two: it looks up what is known
// while it evaluates, but compiles nothing and groups no runs.

func BenchmarkFirst(b *testing.B)  { each(b, first) }
func BenchmarkIdle(b *testing.B)   { each(b, idle) }
func BenchmarkBusy(b *testing.B)   { each(b, busy) }
func BenchmarkSettle(b *testing.B) { each(b, settle) }

func each(b *testing.B, run func(b *testing.B, w *bench.Workload, p *bench.Player)) {
	for _, w := range bench.All() {
		b.Run(w.Name, func(b *testing.B) {
			p := player(b, w)
			apply(b, p, w.Ticks[0])
			b.ReportAllocs()
			run(b, w, p)
		})
	}
}

// timer sums up how long the machine evaluated.
type timer struct {
	b    *testing.B
	took time.Duration
}

func (t *timer) tick(p *bench.Player, at time.Time) {
	t.took += evaluate(t.b, p, at).Took
}

func (t *timer) report() {
	t.b.ReportMetric(float64(t.took.Nanoseconds())/float64(t.b.N), "machine-ns/op")
}

// first compiles the conditions and evaluates without a cursor.
func first(b *testing.B, w *bench.Workload, p *bench.Player) {
	t := timer{b: b}
	for b.Loop() {
		p.Engine = engine.Engine{Now: time.Now}
		t.tick(p, w.Ticks[0].At)
	}
	t.report()
}

func idle(b *testing.B, w *bench.Workload, p *bench.Player) {
	t := timer{b: b}
	evaluate(b, p, w.Ticks[0].At)
	at := w.Ticks[1].At
	evaluate(b, p, at)
	for b.Loop() {
		at = at.Add(time.Millisecond)
		t.tick(p, at)
	}
	t.report()
}

// BenchmarkNewWindow is the tick at which each of 50 assets has a partition more, of 43,800.
func BenchmarkNewWindow(b *testing.B) {
	w := bench.Growing(5, 10, 5)
	p := player(b, w)
	apply(b, p, w.Ticks[0])
	at, t := w.Ticks[0].At, timer{b: b}
	evaluate(b, p, at)
	b.ReportAllocs()
	for b.Loop() {
		at = at.Add(time.Hour)
		t.tick(p, at)
	}
	t.report()
}

// busy times the ticks with events, and settle those after them. Each pair is an hour
// after the pair before, so that a schedule has ticked again.
func busy(b *testing.B, w *bench.Workload, p *bench.Player)   { pairs(b, w, p, true) }
func settle(b *testing.B, w *bench.Workload, p *bench.Player) { pairs(b, w, p, false) }

func pairs(b *testing.B, w *bench.Workload, p *bench.Player, busy bool) {
	evaluate(b, p, w.Ticks[0].At)
	tick, t, untimed := w.Ticks[2], timer{b: b}, timer{b: b}
	for b.Loop() {
		b.StopTimer()
		apply(b, p, tick)
		after := tick.At.Add(30 * time.Second)
		if busy {
			b.StartTimer()
			t.tick(p, tick.At)
			b.StopTimer()
			untimed.tick(p, after)
		} else {
			untimed.tick(p, tick.At)
			b.StartTimer()
			t.tick(p, after)
			b.StopTimer()
		}
		tick.At = tick.At.Add(time.Hour)
		b.StartTimer()
	}
	t.report()
}
