package automation_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"auto/runtime/events"
	"auto/runtime/history"
	"auto/runtime/live"
	"auto/runtime/project"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// life is a daemon that ticks every ten seconds, and now and then is not there.
type life struct {
	*rapid.T
	*rig
	policies string
	events   int
}

var whens = []string{
	"keep_up_to_date()", "eager()", `cron_tick_passed("*/2 * * * *")`, `on_cron("*/2 * * * *")`, "stale()", "missing() & ~in_progress()", "any_deps_updated()",
}

var holds = []string{"", "", "limit 1 per tick", "quiet 25s", "at most 1 per 1m", "missed all", "missed none", "retry 1 after 10s", "halt above 1 per tick"}

func drawPolicies(t *rapid.T) string {
	text := ""
	for _, key := range []string{"a", "b"} {
		text += fmt.Sprintf("policy %s for assets(%q) {\n    when %s\n    %s\n}\n", key, key,
			rapid.SampledFrom(whens).Draw(t, "when"), rapid.SampledFrom(holds).Draw(t, "clause"))
	}
	return text + rapid.SampledFrom([]string{"", `sensor two for assets("b") every 10s` + "\n"}).Draw(t, "sensors")
}

func begin(t *rapid.T) *life {
	l := &life{T: t, policies: drawPolicies(t)}
	l.rig = open(t, t.Context(), newMemory(), start.Add(7*time.Second), l.policies, nil)
	l.pass(1)
	return l
}

// step lets ten seconds pass, with what happens in them, and ticks.
func (l *life) step() {
	for range rapid.IntRange(0, 2).Draw(l.T, "events") {
		l.events++
		e := events.Event{ID: fmt.Sprint(l.events), Type: events.Materialization, Asset: rapid.SampledFrom([]string{"raw", "raw", "a"}).Draw(l.T, "asset"), At: l.now.Now()}
		if _, err := l.Events(l.Context(), []events.Event{e}); err != nil {
			l.Fatal(err)
		}
	}
	l.pass(1)
}

// pass lets ticks come.
func (l *life) pass(ticks int) {
	for range ticks {
		l.now.Set(l.now.Now().Add(10 * time.Second))
		if err := l.Once(l.Context()); err != nil {
			l.Fatal(err)
		}
		if err := l.Alive(l.Context()); err != nil {
			l.Fatal(err)
		}
	}
}

func (l *life) live() {
	switch rapid.IntRange(0, 9).Draw(l.T, "step") {
	case 0, 1, 2, 3, 4:
		l.step()
	case 5:
		l.pass(13)
	case 6:
		if err := l.Save(l.Context()); err != nil {
			l.Fatal(err)
		}
	case 7:
		if _, err := l.Pause(l.Context(), "a", l.now.Now().Add(30*time.Second), "x"); err != nil {
			l.Fatal(err)
		}
	case 8:
		l.restart(l.policies)
		l.pass(1)
	case 9:
		l.policies += "# more\n"
		if err := l.Reload(l.Context(), fixture(l.T, l.policies)); err != nil {
			l.Fatal(err)
		}
	}
}

// restart is an end without notice, and a start after a while.
func (l *life) restart(policies string) {
	at := l.now.Now().Add(time.Duration(rapid.SampledFrom([]int{1, 70, 250}).Draw(l.T, "gap")) * time.Second)
	l.rig = open(l.T, l.Context(), l.store, at, policies, nil)
}

func (l *life) load() live.Loader { return history.Loader(l.Context(), l.store, "project") }

// TestPlanIsWhatComes: what a plan says is launched is what a daemon launches next, whether
// it runs and is reloaded or starts again.
func TestPlanIsWhatComes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := begin(t)
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			l.live()
		}
		// The ticks of a minute or so that changed nothing are not known: no moment is in it.
		for l.now.Now().Unix()%120 < 70 || l.now.Now().Unix()%120 > 100 {
			l.pass(1)
		}
		next, restarted := drawPolicies(t), rapid.Bool().Draw(t, "restarted")
		l.now.Set(l.now.Now().Add(time.Second))
		if restarted {
			l.now.Set(l.now.Now().Add(10 * time.Minute))
		}
		present, err := history.Present(t.Context(), l.store, l.load(), l.now.Now())
		if err != nil {
			t.Fatal(err)
		}
		fresh := fixture(t, next)
		planned, err := history.Plan(present, nil, live.NewSetup(fresh), l.now.Now())
		if err != nil {
			t.Fatal(err)
		}
		var plan []string
		for _, one := range slices.Concat(planned.New, planned.Same) {
			plan = append(plan, one.Asset)
		}
		slices.Sort(plan)
		before := l.store.launched()
		l.deploy(next, fresh, restarted)
		comes := l.store.launched()
		for _, key := range before {
			comes = slices.Delete(comes, slices.Index(comes, key), slices.Index(comes, key)+1)
		}
		if diff := cmp.Diff(plan, comes, cmp.Transformer("all", func(s []string) string { return fmt.Sprint(s) })); diff != "" {
			t.Fatalf("what comes is not as planned: %s\n%s\n%s", diff, l.dump(), next)
		}
	})
}

func (l *life) deploy(next string, fresh *project.Project, restarted bool) {
	if restarted {
		l.rig = open(l.T, l.Context(), l.store, l.now.Now(), next, nil)
	} else if err := l.Reload(l.Context(), fresh); err != nil {
		l.Fatal(err)
	}
	if err := l.Once(l.Context()); err != nil {
		l.Fatal(err)
	}
}

func (l *life) dump() (text string) {
	for _, r := range l.store.records {
		text += fmt.Sprintf("%d %s %s %s\n", r.Seq, r.At.Format(time.TimeOnly), r.Kind, r.Body)
	}
	return text + l.policies
}

// TestSamePoliciesMakeNoDifference: the policies that were in force would have launched what
// was launched, gaps and all.
func TestSamePoliciesMakeNoDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := begin(t)
		var from time.Time
		steps := rapid.IntRange(1, 25).Draw(t, "steps")
		middle := rapid.IntRange(0, steps-1).Draw(t, "from")
		for i := range steps {
			l.live()
			if i == middle {
				from = l.now.Now()
			}
		}
		d, err := history.Compared(t.Context(), l.store, l.load(), live.NewSetup(fixture(t, l.policies+"# the same\n")), from, l.now.Now())
		if err != nil {
			t.Fatal(err)
		}
		if len(d.More)+len(d.Less) > 0 || d.Old != d.New {
			t.Fatalf("since %s: %d and %d, more %+v less %+v\n%s", from, d.Old, d.New, d.More, d.Less, l.dump())
		}
		sound(t, l.store)
	})
}
