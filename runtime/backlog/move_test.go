package backlog

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"auto/compiler"
	"auto/compiler/files"
	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/runtime/journal"
)

// TestMove: what is kept about a key goes with it to another ledger.
func TestMove(t *testing.T) {
	clauses := &compiler.Clauses{
		AtMost: []files.Limit{{Count: 1, Per: 10 * time.Minute}}, Retry: compiler.Retry{Times: 1, After: time.Minute}, Missed: compiler.MissedLast,
	}
	policies := map[string]Policy{"p": {"p", clauses}}
	all := func(string) string { return "p" }
	w := newWorld()
	from := New()
	from.Use(policies, all)
	from.Decide(Decided{"p", []Pair{{"a", ""}, {"b", "one"}, {"c", "one"}}, start, time.Time{}})
	launches, _ := from.Release(start, w)
	from.Launched("request", launches)
	from.Pause(journal.Pause{Keys: []string{"a", "b"}, Until: start.Add(5 * time.Minute), Reason: "maintenance"}, start)
	at := start.Add(time.Minute)
	from.Decide(Decided{"p", []Pair{{"a", ""}, {"b", "one"}}, at, time.Time{}})

	to := New()
	to.Use(policies, all)
	from.Settle(at)
	to.Give(from.Take(func(key string) bool { return key != "b" }))

	if diff := cmp.Diff([]string{"b/one running", "b/one paused"}, keysWaiting(from.Waiting(at, w))); diff != "" {
		t.Error("left behind:", diff)
	}
	if diff := cmp.Diff([]string{"a running", "c/one running", "a paused"}, keysWaiting(to.Waiting(at, w))); diff != "" {
		t.Error("moved:", diff)
	}
	for _, l := range []*Ledger{from, to} {
		l.Happened(&events.Event{Type: events.Run, Status: facts.Failure, RequestID: "request", At: at})
	}
	// The run of c failed, but it was launched less than 10 minutes ago.
	if launches, _ := to.Release(start.Add(9*time.Minute), w); len(launches) > 0 {
		t.Errorf("launched too often: %v", launches)
	}
	got, _ := to.Release(start.Add(10*time.Minute), w)
	want := []Launch{
		{Pair{"a", ""}, "p", start, at, 0, false},
		{Pair{"c", "one"}, "p", start, start, 1, false},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Launch{}), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

func keysWaiting(list []Owed) []string {
	var out []string
	for _, o := range list {
		word := " paused"
		if o.Running != "" {
			word = " running"
		}
		out = append(out, name(o.Pair)+word)
	}
	return out
}

// TestGiveOfTheSamePair: two ledgers that both owe a pair owe it once together.
func TestGiveOfTheSamePair(t *testing.T) {
	policies := map[string]Policy{"p": {"p", &compiler.Clauses{PerTick: 1, HaltAbove: 2, Missed: compiler.MissedLast}}}
	var ledgers [2]*Ledger
	for i := range ledgers {
		at := start.Add(time.Duration(i) * time.Minute)
		ledgers[i] = New()
		ledgers[i].Use(policies, func(string) string { return "p" })
		ledgers[i].Decide(Decided{"p", []Pair{{"b", "one"}, {"b", "two"}}, at, time.Time{}})
		ledgers[i].Pause(journal.Pause{Keys: []string{"a"}, Until: start.Add(time.Hour), Reason: "maintenance"}, start)
		ledgers[i].Decide(Decided{"p", []Pair{{"a", ""}}, at, time.Time{}})
		ledgers[i].Decide(Decided{"p", []Pair{{"b", "one"}, {"b", "two"}, {"b", "three"}, {"b", "four"}, {"b", "five"}}, at, time.Time{}})
	}
	l, at := ledgers[0], start.Add(2*time.Minute)
	l.Give(ledgers[1])
	if diff := cmp.Diff(l.Halted(), []string{"p"}); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(l.Pauses(at), []journal.Pause{{Keys: []string{"a"}, Until: start.Add(time.Hour), Reason: "maintenance"}}); diff != "" {
		t.Error(diff)
	}
	l.Resume(journal.Resume{Keys: []string{"a", "b"}}, at)
	for _, want := range []string{"a", "b/one", "b/two", "b/three", "b/four", "b/five", ""} {
		got, _ := l.Release(at, newWorld())
		switch {
		case len(got) == 0 && want == "":
		case len(got) != 1 || name(got[0].Pair) != want || !got[0].Since.Equal(start) || !got[0].DecidedAt.Equal(start.Add(time.Minute)):
			t.Errorf("%v, want %s", got, want)
		}
		at = at.Add(time.Second)
	}
}

// TestPulledAlong: what an execution set pulls along has no policy of its own, and stays owed
// across a restart as long as the policy does that it was decided under.
func TestPulledAlong(t *testing.T) {
	clauses := &compiler.Clauses{PerTick: 1, Missed: compiler.MissedLast}
	owner := func(key string) string { return map[string]string{"a": "p"}[key] }
	l := New()
	l.Use(map[string]Policy{"p": {"p", clauses}}, owner)
	l.Decide(Decided{"p", []Pair{{"a", ""}, {"pulled", ""}}, start, time.Time{}})
	if got, _ := l.Release(start, newWorld()); len(got) != 1 || got[0].Key != "a" {
		t.Fatal(got)
	}
	read := New()
	if err := json.Unmarshal([]byte(write(t, l)), read); err != nil {
		t.Fatal(err)
	}
	read.Use(map[string]Policy{"p": {"p", clauses}}, owner)
	at := start.Add(time.Minute)
	got, dropped := read.Release(at, newWorld())
	if len(dropped) > 0 || len(got) != 1 || got[0].Key != "pulled" {
		t.Error(got, dropped)
	}
	l.Settle(at)
	l.Use(map[string]Policy{}, owner)
	if _, dropped := l.Release(at, newWorld()); len(dropped) != 1 || dropped[0].Reason != "the policy `p` is gone" {
		t.Error(dropped)
	}
}
