package bench_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"auto/internal/bench"
	"auto/runtime/facts"
)

// BenchmarkDays is the life of 1,000 assets for 90 days with a tick every 30 seconds: 100
// chains of ten assets with eager(), the first of each updated four times a day from
// outside. What a tick requests is made by runs, an asset on every tick.
func BenchmarkDays(b *testing.B) {
	const days = 90
	for b.Loop() {
		l := newLife(b, bench.Chains(100, 10))
		for range days * 24 * 60 * 2 {
			l.tick()
		}
		l.report(days)
	}
}

// life plays the world of a workload of chains.
type life struct {
	*testing.B
	w     *bench.Workload
	p     *bench.Player
	at    time.Time
	ticks int
	// due are events by the tick before which they come.
	due map[int][]facts.Event
	// idle, runs and events count; took is the time of ticks alone, folding that of events
	// and of forgetting.
	idle, runs, events int
	took, folding      time.Duration
}

func newLife(b *testing.B, w *bench.Workload) *life {
	l := &life{B: b, w: w, p: player(b, w), at: w.Ticks[0].At, due: map[int][]facts.Event{}}
	for _, a := range w.Assets {
		l.happen(facts.Materialized{Asset: a.Key, At: l.at.Add(-time.Hour)})
	}
	return l
}

func (l *life) happen(e facts.Event) {
	l.events++
	if err := l.p.World().Apply(e); err != nil {
		l.Fatal(err)
	}
}

// tick has everything happen that is due, evaluates, and plans what the runs do.
func (l *life) tick() {
	began := time.Now()
	for i := range 100 {
		if (l.ticks+i*29)%(24*60*2/4) == 0 {
			l.happen(facts.Materialized{Asset: l.w.Assets[i*10].Key, At: l.at})
		}
	}
	for _, e := range l.due[l.ticks] {
		l.happen(e)
	}
	delete(l.due, l.ticks)
	l.folding += time.Since(began)
	began = time.Now()
	r := evaluate(l.B, l.p, l.at)
	l.took += time.Since(began)
	for _, run := range r.Runs {
		l.launch(run.Assets)
	}
	if r.Idle {
		l.idle++
	} else {
		began = time.Now()
		l.p.World().Compact(facts.Horizon{Event: l.p.Engine.Asked(), Runs: l.p.World().LastEvent()})
		l.folding += time.Since(began)
	}
	l.at = l.at.Add(30 * time.Second)
	l.ticks++
}

// launch starts a run, which makes an asset on every tick.
func (l *life) launch(assets []string) {
	l.runs++
	id, at := fmt.Sprint("run", l.runs), l.at.Add(time.Second)
	l.happen(facts.RunStarted{Run: id, Assets: assets, At: at})
	for i, key := range assets {
		l.later(i+1, facts.Materialized{Asset: key, Run: id, At: at.Add(time.Duration(i) * 30 * time.Second)})
	}
	l.later(len(assets), facts.RunStatus{Run: id, Status: facts.Success, At: at.Add(time.Duration(len(assets)) * 30 * time.Second)})
}

func (l *life) later(ticks int, e facts.Event) {
	l.due[l.ticks+ticks] = append(l.due[l.ticks+ticks], e)
}

func (l *life) report(days int) {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	l.ReportMetric(l.took.Seconds(), "ticking-s")
	l.ReportMetric(l.folding.Seconds(), "folding-s")
	l.ReportMetric(float64(l.took.Nanoseconds())/float64(l.ticks), "ns/tick")
	l.ReportMetric(float64(l.ticks), "ticks")
	l.ReportMetric(float64(l.idle), "idle-ticks")
	l.ReportMetric(float64(l.runs)/float64(days), "runs/day")
	l.ReportMetric(float64(l.events), "events")
	l.ReportMetric(float64(m.HeapAlloc)/1e6, "heap-MB")
}
