package backlog

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"auto/compiler"
	"auto/compiler/files"
	"auto/runtime/journal"
)

// everything is a ledger with something of all that a snapshot holds.
func everything(t testing.TB) *Ledger {
	t.Helper()
	l := New()
	policies := map[string]Policy{
		"p": {"p", &compiler.Clauses{
			Limits: []files.Limit{{Count: 2, Per: time.Hour}}, AtMost: []files.Limit{{Count: 1, Per: time.Minute}},
			Retry: compiler.Retry{Times: 2, After: time.Minute}, Missed: compiler.MissedAll,
		}},
		"q": {"q", &compiler.Clauses{HaltAbove: 1, Missed: compiler.MissedNone}},
	}
	owner := map[string]string{"a": "p", "b": "p", "c": "q", "e": "q"}
	l.Use(policies, func(key string) string { return owner[key] })
	l.Pause(journal.Pause{Selection: `assets("d")`, Keys: []string{"d", "b"}, Until: start.Add(time.Hour), Reason: "maintenance"}, start)
	l.Decide(Decided{"p", []Pair{{"a", ""}, {"b", "one"}, {"b", "two"}}, start, time.Time{}})
	l.Decide(Decided{"q", []Pair{{"c", "one"}, {"c", "two"}}, start, time.Time{}})
	launches, _ := l.Release(start, newWorld())
	l.Launched("request", launches)
	at := start.Add(time.Second)
	l.Decide(Decided{"p", []Pair{{"a", ""}, {"b", "one"}}, at, time.Time{}})
	l.Decide(Decided{"q", []Pair{{"e", ""}}, at, start})
	return l
}

func TestSnapshotIsReadBack(t *testing.T) {
	want, err := json.Marshal(everything(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"halts", "assets", "runs", "pauses", "dropped", "queue", "held", "sent", "pairs"} {
		if !strings.Contains(string(want), `"`+part+`":`) {
			t.Errorf("the snapshot has no %s: %s", part, want)
		}
	}
	l := New()
	if err := json.Unmarshal(want, l); err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("read and written again:\n%s\n%s", want, got)
	}
}

func TestBadSnapshots(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no object":       {`[]`, "cannot unmarshal"},
		"version":         {`{"version":2}`, "version 2, not 1"},
		"no version":      {`{}`, "version 0, not 1"},
		"asset twice":     {`{"version":1,"assets":[{"key":"a"},{"key":"a"}]}`, `asset "a": it is there twice`},
		"partition twice": {`{"version":1,"assets":[{"key":"a","owed":[{"partition":"x","queue":[{"at":1}]},{"partition":"x","queue":[{"at":1}]}]}]}`, `partition "x": it is not in order`},
		"nothing owed":    {`{"version":1,"assets":[{"key":"a","owed":[{"partition":"x"}]}]}`, `partition "x": nothing of it is owed`},
		"launches":        {`{"version":1,"assets":[{"key":"a","sent":[[2,1],[1,1]]}]}`, "its launches are not in order"},
		"counts":          {`{"version":1,"assets":[{"key":"a","sent":[[2,0]]}]}`, "a number of launches is 0"},
		"pair":            {`{"version":1,"assets":[{"key":"a","pairs":[{"launched":[]}]}]}`, `partition "": its launches are not in order`},
		"pair twice":      {`{"version":1,"assets":[{"key":"a","pairs":[{"launched":[1]},{"launched":[1]}]}]}`, `partition "": it is there twice`},
		"run's asset":     {`{"version":1,"runs":[{"request":"r","pairs":[{"key":"a","at":1}]}]}`, `run "r": there is no asset "a"`},
		"run twice":       {`{"version":1,"assets":[{"key":"a"}],"runs":[{"request":"r","pairs":[{"key":"a","at":1}]},{"request":"r"}]}`, `run "r": it is there twice`},
		"two runs":        {`{"version":1,"assets":[{"key":"a"}],"runs":[{"request":"r","pairs":[{"key":"a","at":1}]},{"request":"s","pairs":[{"key":"a","at":1}]}]}`, `asset "a", partition "": it is there twice`},
		"empty run":       {`{"version":1,"runs":[{"request":"r"}]}`, `run "r": it has no pairs`},
		"retry":           {`{"version":1,"assets":[{"key":"a","owed":[{"queue":[{"at":1,"retry":-1}]}]}]}`, `partition "": a retry is -1`},
	} {
		t.Run(name, func(t *testing.T) {
			l := everything(t)
			before, _ := l.Count()
			err := json.Unmarshal([]byte(c.text), l)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if after, _ := l.Count(); after != before {
				t.Errorf("%d pairs are owed after the error, %d before", after, before)
			}
		})
	}
}

// FuzzSnapshot: what can be read is written the same way again, and goes on.
func FuzzSnapshot(f *testing.F) {
	text, err := json.Marshal(everything(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(text))
	f.Add(`{"version":1,"now":5,"assets":[{"key":"a","policy":"p","owed":[{"queue":[{"at":1,"retry":2,"not_before":9}],"held":[{"at":3}]}],"sent":[[4,1]]}]}`)
	f.Add(`{"version":1,"pauses":[{"selection":"","reason":"","keys":null,"from":0,"until":0}],"dropped":[{"policy":"p","key":"a","at":0,"reason":""}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		l := New()
		if json.Unmarshal([]byte(text), l) != nil {
			return
		}
		first := write(t, l)
		again := New()
		if err := json.Unmarshal([]byte(first), again); err != nil {
			t.Fatalf("%v\n%s", err, first)
		}
		if second := write(t, again); second != first {
			t.Fatalf("read and written again:\n%s\n%s", first, second)
		}
		goOn(l)
	})
}

func write(t *testing.T, l *Ledger) string {
	text, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func goOn(l *Ledger) {
	c := &compiler.Clauses{
		PerTick: 3, Limits: []files.Limit{{Count: 2, Per: time.Hour}}, AtMost: []files.Limit{{Count: 1, Per: time.Minute}},
		Retry: compiler.Retry{Times: 2, After: time.Minute}, Missed: compiler.MissedAll,
	}
	l.Use(map[string]Policy{"p": {"p", c}}, func(string) string { return "p" })
	w := newWorld()
	l.Waiting(start, w)
	l.Decide(Decided{"p", []Pair{{"a", ""}, {"b", "one"}}, start, time.Time{}})
	launches, _ := l.Release(start, w)
	l.Launched("another request", launches)
	l.Resume(journal.Resume{Keys: []string{"a", "b"}}, start)
	l.Give(l.Take(func(key string) bool { return key == "a" }))
	l.Release(start.Add(time.Minute), w)
}
