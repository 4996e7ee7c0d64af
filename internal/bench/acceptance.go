package bench

import (
	"fmt"
	"time"

	"auto/runtime/facts"
	"auto/vm/graph"
)

// Acceptance gives the workloads of reports about slow daemons (examples/acceptance, S14 and
// S15) at their sizes: Dagster is not measured on them here.
func Acceptance() []*Workload {
	return []*Workload{
		Layers("s14-guarded-1794", 1_794, "eager() & ~execution_failed()"),
		Layers("s15-eager-2000", 2_000, "eager()"), Daily(500, 6), HourlyChain(100, 6),
	}
}

// HourlyChain is a chain of n assets with hourly partitions of some years, eager().
func HourlyChain(n, years int) *Workload {
	w := &Workload{Name: fmt.Sprintf("hourly-chain-%dx%dy", n, years), About: fmt.Sprintf("a chain of %d assets, hourly partitions of %d years, eager()", n, years)}
	w.chain("a", n, w.window(graph.Hourly, years), "eager()")
	return w.finish(len(w.Assets))
}

// Observed has n observable assets, each with one that depends on it and has eager(). Its
// first tick materializes everything; Observe tells of further observations (S13).
func Observed(n int) *Workload {
	w := &Workload{Name: fmt.Sprintf("s13-observed-%d", n), About: fmt.Sprintf("%d observable assets, each with an eager() dependent", n)}
	for i := range n {
		source := graph.Asset{Key: fmt.Sprintf("source%d", i), Observable: true}
		copied := graph.Asset{Key: fmt.Sprintf("copy%d", i), Condition: "eager()", Deps: []graph.Dep{{Key: source.Key}}}
		w.Assets = append(w.Assets, source, copied)
	}
	return w.finish(len(w.Assets))
}

// Observe has the observable assets in turn be observed, count times in all, at an instant
// and with a data version that stays the same.
func (p *Player) Observe(w *Workload, count int, at time.Time) error {
	sources := len(w.Assets) / 2
	for i := range count {
		e := facts.Observed{Asset: fmt.Sprintf("source%d", i%sources), DataVersion: "v1", At: at}
		if err := p.world.Apply(e); err != nil {
			return err
		}
	}
	return nil
}
