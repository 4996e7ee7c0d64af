package facts_test

import (
	"fmt"
	"testing"
	"time"

	"auto/runtime/facts"
	"auto/vm"
	"auto/vm/bits"
	"auto/vm/code"
	"auto/vm/space"

	"github.com/google/go-cmp/cmp"
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
	p.compareUpdates(s)
	p.evaluations = append(p.evaluations, vm.Since{At: at, Event: whole.LastEvent()})
}

func (p *twins) compareUpdates(s *space.Space) {
	for i := range s.Entities {
		e := &s.Entities[i]
		for n := range e.Keys.Total() {
			whole, ok := p.whole.LastUpdated(e.Key, e.Keys.Key(n))
			short, ok2 := p.short.LastUpdated(e.Key, e.Keys.Key(n))
			if ok != ok2 || !whole.Equal(short) {
				p.Fatalf("%s %q: updated at %v %v, and %v %v", e.Key, e.Keys.Key(n), whole, ok, short, ok2)
			}
		}
	}
}

// TestKept: what a later question is about is kept, however much is forgotten.
func TestKept(t *testing.T) {
	at := func(minute int) time.Time { return noon.Add(time.Duration(minute) * time.Minute) }
	start := func(minute int, run string, assets ...string) facts.RunStarted {
		return facts.RunStarted{Run: run, Assets: assets, Tags: map[string]string{"t": run}, At: at(minute)}
	}
	made := func(minute int, asset, key, run string) facts.Materialized {
		return facts.Materialized{Asset: asset, Partition: key, Run: run, At: at(minute)}
	}
	ended := func(minute int, run string, s facts.Status) facts.RunStatus {
		return facts.RunStatus{Run: run, Status: s, At: at(minute)}
	}
	tagged := code.Fact{Kind: code.ExecutedWithTags, TagValues: map[string]string{"t": "r1"}}
	failed := code.Fact{Kind: code.ExecutionFailed}
	for _, c := range []struct {
		name          string
		before, after []facts.Event
		fact          code.Fact
		want          []string // "asset key"
	}{
		{"the run of the latest materialization",
			[]facts.Event{start(0, "r1", "A"), made(1, "A", "", "r1"), ended(2, "r1", facts.Success)}, nil, tagged, []string{"A "}},
		{"that of the one before, which a wipe shows again",
			[]facts.Event{start(0, "r1", "A"), made(3, "A", "", "r1"), ended(4, "r1", facts.Success), made(1, "A", "", "")},
			[]facts.Event{facts.Wiped{Asset: "A", At: at(2)}, made(2, "A", "", "")}, tagged, nil},
		{"a run that failed",
			[]facts.Event{start(0, "r1", "A"), ended(2, "r1", facts.Failure)}, nil, failed, []string{"A "}},
		{"a run that made the asset before it failed, of a partition that another run made anew",
			[]facts.Event{start(0, "r1", "A"), made(1, "A", "a", "r1"), made(2, "A", "a", ""), ended(3, "r1", facts.Failure)},
			[]facts.Event{facts.Wiped{Asset: "A", At: noon.Add(-time.Hour)}}, failed, nil},
		{"a run that failed for a partition",
			[]facts.Event{facts.Planned{Asset: "P", Partition: "a", Run: "r1", At: at(0)}, facts.RunStarted{Run: "r1", At: at(0)}, ended(1, "r1", facts.Failure), facts.Planned{Asset: "P", Partition: "b", Run: "", At: at(2)}},
			nil, failed, []string{"P a"}},
		{"a run in progress that fails later",
			[]facts.Event{start(0, "r1", "A")}, []facts.Event{ended(2, "r1", facts.Failure)}, failed, []string{"A "}},
		{"a run that made what is older than the latest fails",
			[]facts.Event{facts.Planned{Asset: "P", Partition: "a", Run: "r1", At: at(0)}, facts.RunStarted{Run: "r1", At: at(0)}, made(1, "P", "a", "")},
			[]facts.Event{ended(2, "r1", facts.Failure)}, failed, nil},
	} {
		for _, forgets := range []bool{false, true} {
			w := facts.New()
			apply(t, w, c.before)
			s := spaceOf(t, w, noon)
			if forgets {
				w.Compact(facts.Horizon{Event: w.LastEvent(), Runs: w.LastEvent(), All: true})
				w = reloaded(t, w)
			}
			apply(t, w, c.after)
			if diff := cmp.Diff(c.want, holders(s, w.Facts(s, noon).Set(c.fact, vm.Since{}))); diff != "" {
				t.Errorf("%s (forgets: %v): -want +got\n%s", c.name, forgets, diff)
			}
		}
	}
}

func apply(t *testing.T, w *facts.World, events []facts.Event) {
	t.Helper()
	for _, e := range events {
		if err := w.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
}

// holders lists the partitions of a set.
func holders(s *space.Space, set bits.Set) (all []string) {
	for i := range s.Entities {
		e := &s.Entities[i]
		for n := range e.Keys.Len() {
			if set.Has(e.Bit + n) {
				all = append(all, e.Key+" "+e.Keys.Key(n))
			}
		}
	}
	return all
}

// TestSuccessOfSeveral: a run in progress may succeed when a later one does not.
func TestSuccessOfSeveral(t *testing.T) {
	w := facts.New()
	at := func(minute int) time.Time { return noon.Add(time.Duration(minute) * time.Minute) }
	apply(t, w, []facts.Event{
		facts.RunStarted{Run: "r1", At: at(1)}, facts.RunStarted{Run: "r2", At: at(2)},
		facts.Materialized{Asset: "P", Partition: "a", Run: "r1", At: at(3)},
		facts.Materialized{Asset: "P", Partition: "a", Run: "r2", At: at(4)},
		facts.RunStatus{Run: "r2", Status: facts.Failure, At: at(5)},
	})
	w.Compact(facts.Horizon{Event: w.LastEvent(), Runs: w.LastEvent(), All: true})
	if got, ok := w.Succeeded("P", "a"); ok {
		t.Error("succeeded:", got)
	}
	apply(t, w, []facts.Event{facts.RunStatus{Run: "r1", Status: facts.Success, At: at(6)}})
	if got, ok := w.Succeeded("P", "a"); !ok || !got.Equal(at(1)) {
		t.Error("succeeded:", got, ok)
	}
	w.Compact(facts.Horizon{Event: w.LastEvent(), Runs: w.LastEvent(), All: true})
	w.Compact(facts.Horizon{Event: w.LastEvent(), Runs: w.LastEvent(), All: true})
	if w.Entries() != 1 {
		t.Error("kept:", w.Entries())
	}
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
