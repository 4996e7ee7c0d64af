package bench_test

import (
	"testing"
	"time"

	"auto/internal/bench"
	"auto/runtime/engine"
)

func player(t testing.TB, w *bench.Workload) *bench.Player {
	t.Helper()
	p, err := bench.NewPlayer(w)
	if err != nil {
		t.Fatal(err)
	}
	p.Engine.Now = time.Now
	return p
}

func evaluate(t testing.TB, p *bench.Player, at time.Time) *engine.Result {
	t.Helper()
	r, err := p.Evaluate(at)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func apply(t testing.TB, p *bench.Player, tick bench.Tick) {
	t.Helper()
	if err := p.Apply(tick); err != nil {
		t.Fatal(err)
	}
}

// TestRequestsAsDagster: the ticks request as many partitions as Dagster does.
func TestRequestsAsDagster(t *testing.T) {
	measured, err := bench.Measured()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range bench.All() {
		p := player(t, w)
		for _, tick := range w.Ticks {
			apply(t, p, tick)
			r := evaluate(t, p, tick.At)
			if got, want := r.Requested.Count(), measured[w.Name].Ticks[tick.Name].Requested; got != want {
				t.Errorf("%s: %d requested on the tick %s, want %d", w.Name, got, tick.Name, want)
			}
		}
	}
}
