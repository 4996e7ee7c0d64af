package facts_test

import (
	"fmt"
	"testing"
	"time"

	"auto/runtime/facts"
	"auto/vm"
	"auto/vm/space"

	"pgregory.net/rapid"
)

// TestForget: a world that forgets, and that is saved and loaded, answers as one that
// remembers everything.
func TestForget(t *testing.T) { rapid.Check(t, forget) }

// FuzzForget is the same with histories that a fuzzer finds.
func FuzzForget(f *testing.F) {
	f.Add([]byte("a history of events"))
	f.Fuzz(rapid.MakeFuzz(forget))
}

func forget(t *rapid.T) {
	p := &twins{T: t, whole: facts.New(), short: facts.New()}
	for n := range rapid.IntRange(1, 8).Draw(t, "ticks") {
		at := noon.Add(time.Duration(n) * time.Minute)
		for range rapid.IntRange(0, 6).Draw(t, "events") {
			p.apply(denseEvent(t, at))
		}
		if rapid.Bool().Draw(t, "save before") {
			p.short = reloaded(t, p.short)
		}
		p.tick(at)
		if rapid.Bool().Draw(t, "forget") {
			first := rapid.IntRange(0, len(p.evaluations)-1).Draw(t, "horizon")
			p.evaluations = p.evaluations[first:]
			p.short.Compact(facts.Horizon{Event: p.evaluations[0].Event, Runs: -1, All: true})
		}
		if rapid.Bool().Draw(t, "save") {
			p.short = reloaded(t, p.short)
		}
	}
}

// denseEvent draws an event that has much to do with others: few assets, many wipes.
func denseEvent(t *rapid.T, around time.Time) facts.Event {
	if rapid.IntRange(0, 5).Draw(t, "any") == 0 {
		return someEvent(t, around)
	}
	at := around.Add(time.Duration(rapid.IntRange(-3, 0).Draw(t, "at")) * time.Minute)
	asset, key := rapid.SampledFrom([]string{"A", "P", "O", "Y"}).Draw(t, "asset"), rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "key")
	run := rapid.SampledFrom([]string{"", "r1", "r2", "r3"}).Draw(t, "run")
	switch rapid.IntRange(0, 8).Draw(t, "event") {
	case 0, 1, 2, 3:
		return facts.Materialized{Asset: asset, Partition: key, Run: run, DataVersion: versions.Draw(t, "version"), At: at}
	case 4:
		return facts.Planned{Asset: asset, Partition: key, Run: run, At: at}
	case 5:
		return facts.RunStatus{Run: run, Status: statuses.Draw(t, "status"), At: at}
	case 6:
		return facts.RunStarted{Run: run, Assets: []string{asset}, Partition: key, Tags: map[string]string{"t": run}, Unplanned: true, At: at}
	case 7:
		return facts.Observed{Asset: asset, Partition: key, DataVersion: versions.Draw(t, "version"), At: at}
	}
	return facts.Wiped{Asset: asset, At: at}
}

// twins are two worlds with one history, one of which forgets.
type twins struct {
	*rapid.T
	whole, short *facts.World
	// evaluations are those that may be asked since.
	evaluations []vm.Since
}

func (p *twins) apply(e facts.Event) {
	whole, short := p.whole.Apply(e), p.short.Apply(e)
	if (whole == nil) != (short == nil) {
		p.Fatalf("%+v: %v and %v", e, whole, short)
	}
}

func (p *twins) tick(at time.Time) {
	s, err := space.New(space.Input{Graph: testGraph(p), At: at, Dynamic: p.whole.Dynamic, Undefined: p.whole.Undefined()})
	if err != nil {
		p.Fatal(err)
	}
	whole, short := p.whole.Facts(s, at), p.short.Facts(s, at)
	if whole.LastEvent() != short.LastEvent() {
		p.Fatal("different events")
	}
	for _, since := range p.evaluations {
		for i := range s.Entities {
			one, two := snapshot(s, i, whole, everyFact, since), snapshot(s, i, short, everyFact, since)
			if one != two {
				p.Fatalf("since %v\nremembers %s\nforgets   %s", since, one, two)
			}
		}
	}
	p.evaluations = append(p.evaluations, vm.Since{At: at, Event: whole.LastEvent()})
}

// TestBounded: what is kept does not grow with the number of events.
func TestBounded(t *testing.T) {
	w := facts.New()
	do := func(e facts.Event) {
		t.Helper()
		if err := w.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	s := spaceOf(t, w, noon)
	entries, runs := 0, 0
	for n := range 5_000 {
		at, run := noon.Add(time.Duration(n)*time.Second), fmt.Sprint("run", n)
		key := []string{"a", "b"}[n%2]
		do(facts.RunStarted{Run: run, Assets: []string{"A"}, Checks: []string{"A:c"}, At: at})
		do(facts.RunStarted{Run: run + "p", Assets: []string{"P"}, Partition: key, At: at})
		do(facts.Materialized{Asset: "P", Partition: key, Run: run + "p", DataVersion: run, At: at})
		do(facts.Materialized{Asset: "A", Run: run, DataVersion: run, At: at})
		do(facts.Checked{Check: "A:c", Run: run, Passed: true, At: at})
		do(facts.RunStatus{Run: run, Status: facts.Success, At: at})
		do(facts.RunStatus{Run: run + "p", Status: facts.Failure, At: at})
		do(facts.Backfill{ID: run, Targets: map[string][]string{"P": {key}}, Status: facts.Completed, At: at})
		last := w.Facts(s, at).LastEvent()
		w.Compact(facts.Horizon{Event: last, Runs: last})
		entries, runs = max(entries, w.Entries()), max(runs, w.Runs())
	}
	if entries > 100 || runs > 700 {
		t.Error("kept:", entries, "entries and", runs, "runs")
	}
}
