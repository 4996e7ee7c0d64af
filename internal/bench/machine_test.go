package bench_test

import (
	"testing"
	"time"

	"auto/compiler/condition"
	"auto/internal/bench"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/runtime/engine"
	"auto/runtime/facts"
	"auto/vm/bits"
	"auto/vm/graph"
	"auto/vm/space"
)

// ours is a workload on the machine.
type ours struct {
	engine.Input
	engine engine.Engine
	work   *bench.Workload
}

func newOurs(tb testing.TB, w *bench.Workload) *ours {
	tb.Helper()
	g, problems := graph.New(w.Assets, nil)
	if len(problems) > 0 {
		tb.Fatal(problems[0].Message)
	}
	o := &ours{work: w, Input: engine.Input{Graph: g, World: facts.New(), Conditions: map[string]*condition.Node{}}}
	o.engine.Now = time.Now
	built := map[string]*condition.Node{}
	for _, a := range w.Assets {
		if a.Condition == "" {
			continue
		}
		if built[a.Condition] == nil {
			e, found := parse.Expr(source.New("condition", a.Condition))
			n, more := condition.Build(e, condition.Env{Graph: g})
			if n == nil {
				tb.Fatal(found, more)
			}
			built[a.Condition] = n
		}
		o.Conditions[a.Key] = built[a.Condition]
	}
	o.seed(tb)
	return o
}

// seed has everything materialized.
func (o *ours) seed(tb testing.TB) {
	s, err := space.New(space.Input{Graph: o.Graph, At: o.work.Ticks[0].At, Dynamic: o.World.Dynamic})
	if err != nil {
		tb.Fatal(err)
	}
	for i := range s.Entities {
		all := bits.New(s.Entities[i].Keys.Total())
		all.AddRange(0, s.Entities[i].Keys.Len())
		if err := o.World.Seed(s, i, all, o.work.Ticks[0].At.Add(-time.Second)); err != nil {
			tb.Fatal(err)
		}
	}
}

// update applies the updates of a tick, but those that seed has.
func (o *ours) update(tb testing.TB, t bench.Tick, at time.Time) {
	for _, u := range t.Updates {
		keys := u.Partitions
		if u.All || t.Name == "first" {
			continue
		}
		if keys == nil {
			keys = []string{""}
		}
		for _, key := range keys {
			if err := o.World.Apply(facts.Materialized{Asset: u.Asset, Partition: key, At: at.Add(-time.Second)}); err != nil {
				tb.Fatal(err)
			}
		}
	}
}

func (o *ours) tick(tb testing.TB, at time.Time) *engine.Result {
	o.At = at
	r, err := o.engine.Tick(o.Input, engine.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// TestRequestsAsDagster: on every workload and tick as much is requested as Dagster does.
func TestRequestsAsDagster(t *testing.T) {
	measured, err := bench.Measured()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range bench.All() {
		o := newOurs(t, w)
		for _, tick := range w.Ticks {
			o.update(t, tick, tick.At)
			r := o.tick(t, tick.At)
			got := r.Requested.Count()
			if want, ok := measured[w.Name].Ticks[tick.Name]; ok && got != want.Requested {
				t.Errorf("%s: %s: %d requested, Dagster requests %d", w.Name, tick.Name, got, want.Requested)
			}
			t.Logf("%s: %s: %d requested, evaluated in %v", w.Name, tick.Name, got, r.Took)
		}
	}
}

// BenchmarkTick measures ticks of each workload: first is without a cursor and with the
// machine being linked, idle when nothing happened, busy with one of a hundred pairs
// updated since, settle the one after. Loading what changed is part of each.
func BenchmarkTick(b *testing.B) {
	for _, w := range bench.All() {
		b.Run(w.Name+"/first", func(b *testing.B) {
			var took time.Duration
			for b.Loop() {
				b.StopTimer()
				o := newOurs(b, w)
				b.StartTimer()
				took += o.tick(b, w.Ticks[0].At).Took
			}
			b.ReportMetric(float64(took.Nanoseconds())/float64(b.N), "evaluation-ns/op")
		})
		for _, name := range []string{"idle", "busy", "settle"} {
			b.Run(w.Name+"/"+name, func(b *testing.B) { benchmarkTick(b, w, name) })
		}
	}
}

func benchmarkTick(b *testing.B, w *bench.Workload, name string) {
	o := newOurs(b, w)
	at := w.Ticks[0].At
	pass := func() time.Time { at = at.Add(time.Second); return at }
	for range 3 {
		o.tick(b, pass())
	}
	busy := w.Ticks[2]
	var took time.Duration
	for b.Loop() {
		b.StopTimer()
		if name != "idle" {
			o.update(b, busy, at)
		}
		if name == "settle" {
			o.tick(b, pass())
		}
		b.StartTimer()
		took += o.tick(b, pass()).Took
	}
	b.ReportMetric(float64(took.Nanoseconds())/float64(b.N), "evaluation-ns/op")
}
