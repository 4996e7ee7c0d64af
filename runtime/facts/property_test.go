package facts_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"auto/runtime/facts"
	"auto/vm"
	"auto/vm/bits"
	"auto/vm/code"
	"auto/vm/space"

	"pgregory.net/rapid"
)

var (
	someAssets = rapid.SampledFrom([]string{"A", "B", "P", "F", "D", "E", "X", "O", "Y", "gone"})
	someChecks = rapid.SampledFrom([]string{"A:c", "P:u", "P:p", "gone:c"})
	someKeys   = rapid.SampledFrom([]string{"", "a", "b", "a", "b", "x", "y", "z"})
	someRuns   = rapid.SampledFrom([]string{"", "r1", "r2", "r3", "r4"})
	versions   = rapid.SampledFrom([]string{"", "1", "2"})
	statuses   = rapid.SampledFrom([]facts.Status{facts.Queued, facts.Started, facts.Success, facts.Failure, facts.Canceled})
)

// someEvent draws an event that is dated around an instant.
func someEvent(t *rapid.T, around time.Time) facts.Event {
	at := around.Add(time.Duration(rapid.IntRange(-90, 0).Draw(t, "at")) * time.Second)
	asset, key, run := someAssets.Draw(t, "asset"), someKeys.Draw(t, "key"), someRuns.Draw(t, "run")
	switch rapid.IntRange(0, 11).Draw(t, "event") {
	case 0, 1, 2:
		return facts.Materialized{Asset: asset, Partition: key, Run: run, DataVersion: versions.Draw(t, "version"), At: at}
	case 3:
		return facts.Observed{Asset: asset, Partition: key, DataVersion: versions.Draw(t, "version"), At: at}
	case 4:
		return facts.RunStarted{Run: run, Assets: []string{asset, "A"}, Checks: []string{someChecks.Draw(t, "check")}, Partition: key, Tags: map[string]string{"t": run}, At: at}
	case 5, 6:
		return facts.RunStatus{Run: run, Status: statuses.Draw(t, "status"), At: at}
	case 7:
		return facts.Checked{Check: someChecks.Draw(t, "check"), Partition: key, Run: run, Passed: rapid.Bool().Draw(t, "passed"), At: at}
	case 8:
		return facts.Planned{Asset: asset, Partition: key, Run: run, At: at}
	case 9:
		return facts.Wiped{Asset: asset, At: at}
	case 10:
		return facts.Backfill{ID: run, Targets: targets(asset, key), Materialized: targets(asset, someKeys.Draw(t, "done")), Status: rapid.SampledFrom([]facts.Status{facts.Started, facts.Completed}).Draw(t, "backfill"), At: at}
	}
	if rapid.Bool().Draw(t, "add") {
		return facts.DynamicPartitions{Name: "k", Add: []string{key}, At: at}
	}
	return facts.Freshness{Asset: asset, State: rapid.SampledFrom([]string{"pass", "warn", "fail"}).Draw(t, "state"), At: at}
}

// lastingFacts are the questions of the properties that are not about what is new,
// newFacts those that are.
var (
	lastingFacts = []code.Fact{
		{Kind: code.Missing}, {Kind: code.RunInProgress}, {Kind: code.BackfillInProgress}, {Kind: code.ExecutionFailed},
		{Kind: code.CheckPassed}, {Kind: code.CheckFailed},
		{Kind: code.FreshnessPassed}, {Kind: code.FreshnessWarned}, {Kind: code.FreshnessFailed},
		{Kind: code.InLatestTimeWindow},
		{Kind: code.ExecutedWithTags, TagValues: map[string]string{"t": "r1"}},
	}
	newFacts = []code.Fact{
		{Kind: code.NewlyUpdated}, {Kind: code.DataVersionChanged},
		{Kind: code.AnyNewUpdateHasRunTags, TagKeys: []string{"t"}},
		{Kind: code.AllNewUpdatesHaveTags, TagValues: map[string]string{"t": "r1"}},
	}
	everyFact = slices.Concat(lastingFacts, newFacts)
)

// snapshot writes every fact about an entity.
func snapshot(s *space.Space, entity int, known vm.Facts, list []code.Fact, since vm.Since) string {
	e := &s.Entities[entity]
	text := e.Key
	for _, f := range list {
		set := known.Set(f, since)
		text += fmt.Sprintf(" %d:", f.Kind)
		for n := range e.Keys.Total() {
			if set.Has(e.Bit + n) {
				text += fmt.Sprintf("%q", e.Keys.Key(n))
			}
		}
	}
	for n := range e.Keys.Total() {
		at, ok := known.UpdatedAt(entity, n)
		text += fmt.Sprint(" ", at.Unix(), ok)
	}
	for root := range s.Entities {
		n, ok := known.LatestRunSelects(entity, root)
		text += fmt.Sprint(" ", n, ok)
	}
	return text
}

// TestIncremental: looking at what events touched gives what looking at everything gives,
// and what is not reported as changed has not changed.
func TestIncremental(t *testing.T) { rapid.Check(t, incremental) }

// FuzzIncremental is the same with histories that a fuzzer finds.
func FuzzIncremental(f *testing.F) {
	f.Add([]byte("a history of events"))
	f.Fuzz(rapid.MakeFuzz(incremental))
}

func incremental(t *rapid.T) {
	p := &pair{T: t, slow: facts.New(), quick: facts.New(), before: map[string]string{}}
	for n := range rapid.IntRange(1, 6).Draw(t, "ticks") {
		at := noon.Add(time.Duration(n) * time.Minute)
		for range rapid.IntRange(0, 6).Draw(t, "events") {
			p.apply(someEvent(t, at))
		}
		p.tick(at)
	}
}

// pair are two worlds with one history: one is laid out anew at every tick.
type pair struct {
	*rapid.T
	slow, quick *facts.World
	space       *space.Space // of the quick one, nil where it has to be another
	since       vm.Since
	before      map[string]string // snapshots of the tick before
}

func (p *pair) apply(e facts.Event) {
	slow, quick := p.slow.Apply(e), p.quick.Apply(e)
	if (slow == nil) != (quick == nil) {
		p.Fatalf("%+v: %v and %v", e, slow, quick)
	}
	switch e.(type) {
	case facts.Backfill, facts.DynamicPartitions:
		p.space = nil
		clear(p.before)
	}
}

func (p *pair) tick(at time.Time) {
	anew, err := space.New(space.Input{Graph: testGraph(p), At: at, Dynamic: p.slow.Dynamic, Undefined: p.slow.Undefined()})
	if err != nil {
		p.Fatal(err)
	}
	if p.space == nil {
		p.space = anew
	}
	slow, quick := p.slow.Facts(anew, at), p.quick.Facts(p.space, at)
	for i := range anew.Entities {
		one, two := snapshot(anew, i, slow, everyFact, p.since), snapshot(p.space, i, quick, everyFact, p.since)
		if one != two {
			p.Fatalf("anew %s\nstep by step %s", one, two)
		}
		p.compareChanged(i, snapshot(p.space, i, quick, lastingFacts, p.since))
	}
	if slow.LastEvent() != quick.LastEvent() {
		p.Fatal("different events")
	}
	p.since = vm.Since{At: at, Event: slow.LastEvent()}
}

func (p *pair) compareChanged(entity int, now string) {
	key := p.space.Entities[entity].Key
	if old, ok := p.before[key]; ok && old != now && !slices.Contains(p.quick.Changed(), entity) {
		p.Fatalf("not reported: %s\nwas %s", now, old)
	}
	p.before[key] = now
}

// TestQuietTick: where nothing happened nothing is new and nothing has changed.
func TestQuietTick(t *testing.T) {
	w := facts.New()
	for _, e := range do(run("r1", "a", "P"), made("P", "a", "r1"), made("A", "", "")) {
		if err := w.Apply(dated(e, noon)); err != nil {
			t.Fatal(err)
		}
	}
	s := spaceOf(t, w, noon)
	first := w.Facts(s, noon)
	if len(w.Changed()) != len(s.Entities) {
		t.Error("a first look is at everything, not at", w.Changed())
	}
	since := vm.Since{At: noon.Add(time.Minute), Event: first.LastEvent()}
	known := w.Facts(s, noon.Add(2*time.Minute))
	if changed := w.Changed(); len(changed) != 0 {
		t.Error("changed:", changed)
	}
	for _, f := range newFacts {
		if set := known.Set(f, since); set != nil {
			t.Errorf("%v: %v", f, set)
		}
	}
}

// TestSeed: a snapshot is one event, and a materialization like others.
func TestSeed(t *testing.T) {
	w := facts.New()
	s := spaceOf(t, w, noon)
	p, _ := s.Find("P")
	a, _ := s.Find("A")
	seed := func(entity int, numbers ...int) {
		t.Helper()
		set := bits.New(64)
		for _, n := range numbers {
			set.Add(n)
		}
		if err := w.Seed(s, entity, set, noon); err != nil {
			t.Fatal(err)
		}
	}
	seed(p, 1)
	seed(a, 0)
	known := w.Facts(s, noon)
	said := say(s, known)
	if !said["P missing a"] || said["A missing"] {
		t.Error(said)
	}
	if known.LastEvent() != 2 {
		t.Error("events:", known.LastEvent())
	}
	if set := known.Set(code.Fact{Kind: code.NewlyUpdated}, vm.Since{At: noon}); !set.Has(s.Entities[p].Bit+1) || !set.Has(s.Entities[a].Bit) || set.Count() != 2 {
		t.Error("new:", set)
	}
	if at, ok := known.UpdatedAt(p, 1); !ok || !at.Equal(noon) {
		t.Error(at, ok)
	}
	if err := w.Apply(facts.Wiped{Asset: "P", At: noon}); err != nil {
		t.Fatal(err)
	}
	if said := say(s, w.Facts(s, noon)); !said["P missing a b"] {
		t.Error(said)
	}
	if err := w.Seed(s, p, nil, noon); err == nil {
		t.Error("a second seed is accepted")
	}
}

// TestRefused: what cannot have happened changes nothing.
func TestRefused(t *testing.T) {
	w := facts.New()
	if err := w.Apply(run("r1", "", "A")); err != nil {
		t.Fatal(err)
	}
	for _, e := range []facts.Event{
		run("r1", "", "A"), run("", "", "A"), to("r2", facts.Success), to("r1", facts.Completed),
		checked("A", "", "", true), facts.Backfill{ID: "b", Status: facts.Queued},
		facts.Freshness{Asset: "A", State: "stale"}, nil,
	} {
		if err := w.Apply(e); err == nil {
			t.Errorf("%+v is accepted", e)
		}
	}
	s := spaceOf(t, w, noon)
	if last := w.Facts(s, noon).LastEvent(); last != 1 {
		t.Error("events:", last)
	}
}
