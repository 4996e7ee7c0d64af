package bench_test

import (
	"runtime"
	"testing"
	"time"

	"auto/internal/bench"
	"auto/vm"
	"auto/vm/code"
)

// TestNoAllocation: a warm tick allocates nothing, whether something happened or not,
// once what is new has been looked up.
func TestNoAllocation(t *testing.T) {
	for _, w := range bench.All() {
		p := player(t, w)
		apply(t, p, w.Ticks[0])
		at, world := w.Ticks[0].At, p.World()
		evaluate(t, p, at)
		m, s := p.Engine.Machine()
		last := vm.Since{At: at, Event: world.Facts(s, at).LastEvent()}
		tick := func() uint64 {
			f := world.Facts(s, at)
			f.Set(code.Fact{Kind: code.NewlyUpdated}, last)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			m.Tick(f, at)
			runtime.ReadMemStats(&after)
			last = vm.Since{At: at, Event: f.LastEvent()}
			at = at.Add(time.Second)
			return after.Mallocs - before.Mallocs
		}
		for range 5 { // warm
			apply(t, p, w.Ticks[2])
			tick()
		}
		busy := func() uint64 { apply(t, p, w.Ticks[2]); return tick() }
		if n := least(busy); n > 0 {
			t.Errorf("%s: a busy tick allocates %d times", w.Name, n)
		}
		tick()
		if n := least(tick); n > 0 {
			t.Errorf("%s: an idle tick allocates %d times", w.Name, n)
		}
	}
}

// least gives the fewest allocations of some ticks: the runtime counts its own, too.
func least(tick func() uint64) uint64 { return min(tick(), tick(), tick()) }
