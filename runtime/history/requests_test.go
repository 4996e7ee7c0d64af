package history_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/runtime/history"
	"auto/runtime/journal"
	"auto/runtime/request"
	"auto/runtime/store"
	"auto/runtime/store/sqlite"

	"github.com/google/go-cmp/cmp"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func open(t *testing.T) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Owner{PID: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// decide stores a request for assets at a minute after the start.
func decide(t *testing.T, s *sqlite.Store, minute int, partition string, assets ...string) {
	t.Helper()
	at := start.Add(time.Duration(minute) * time.Minute)
	r := request.Request{ID: fmt.Sprintf("%032d", minute), RunKey: fmt.Sprint(minute), Selection: assets, Partition: partition, DecidedAt: at, RunConfig: map[string]any{}}
	if _, err := s.Decide(t.Context(), store.Record{At: at, Kind: journal.KindTick, Body: []byte(`{}`)}, []store.Entry{{Request: r, Delivery: store.Due, NextAt: at}}); err != nil {
		t.Fatal(err)
	}
}

// report stores an event of a run at a minute after the start.
func report(t *testing.T, s *sqlite.Store, minute int, e events.Event) {
	t.Helper()
	e.Type, e.At = events.Run, start.Add(time.Duration(minute)*time.Minute)
	body, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Take(t.Context(), e.At, journal.KindEvents, []store.Item{{Body: body}}); err != nil {
		t.Fatal(err)
	}
}

// TestRequests: the newest requests of a partition, with what was heard of their runs.
func TestRequests(t *testing.T) {
	s := open(t)
	tagged := func(minute int) map[string]string {
		return map[string]string{events.RequestTag: fmt.Sprintf("%032d", minute)}
	}
	decide(t, s, 1, "x", "a", "b")
	report(t, s, 2, events.Event{RunID: "r1", Status: facts.Started, Tags: tagged(1)})
	decide(t, s, 3, "y", "a")
	report(t, s, 4, events.Event{RunID: "r1", Status: facts.Failure}) // known by its start
	decide(t, s, 5, "x", "a")
	report(t, s, 6, events.Event{RunID: "r2", Status: facts.Success, RequestID: fmt.Sprintf("%032d", 5)})
	report(t, s, 7, events.Event{RunID: "other", Status: facts.Success})
	decide(t, s, 8, "", "c")

	for _, c := range []struct {
		key, partition string
		minute, limit  int
		want           string
	}{
		{"a", "", 9, 9, "1 r1 failure, 3 - , 5 r2 success, "},
		{"a", "x", 9, 9, "1 r1 failure, 5 r2 success, "},
		{"a", "x", 9, 1, "5 r2 success, "},
		{"a", "x", 5, 9, "1 r1 failure, 5 - , "},
		{"a", "x", 3, 9, "1 r1 started, "},
		{"b", "x", 9, 9, "1 r1 failure, "},
		{"c", "any", 9, 9, "8 - , "}, // a request without partitions makes all of the asset
		{"a", "", 0, 9, ""},
		{"d", "", 9, 9, ""},
	} {
		sent, err := history.Requests(t.Context(), s, c.key, c.partition, start.Add(time.Duration(c.minute)*time.Minute), c.limit)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, one := range sent {
			id := one.Run.ID
			if id == "" {
				id = "-"
			}
			got += fmt.Sprintf("%s %s %s, ", one.Request.RunKey, id, one.Run.Status)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s[%s] at %d: %s", c.key, c.partition, c.minute, diff)
		}
	}
}

// TestOldRequests: those before many others are found, and what was reported of them.
func TestOldRequests(t *testing.T) {
	s := open(t)
	for minute := range 400 {
		decide(t, s, minute, "", fmt.Sprint("asset", minute))
		if minute%3 == 0 {
			report(t, s, minute, events.Event{RunID: fmt.Sprint("run", minute), Status: facts.Success, RequestID: fmt.Sprintf("%032d", minute)})
		}
	}
	for range 20 {
		minute := rand.IntN(400)
		sent, err := history.Requests(t.Context(), s, fmt.Sprint("asset", minute), "", start.Add(24*time.Hour), 5)
		if err != nil || len(sent) != 1 || sent[0].Request.RunKey != fmt.Sprint(minute) {
			t.Fatal(minute, sent, err)
		}
		if heard := sent[0].Run.ID != ""; heard != (minute%3 == 0) {
			t.Errorf("minute %d: %+v", minute, sent[0].Run)
		}
	}
	if at, ok, err := history.Begins(t.Context(), s); err != nil || !ok || !at.Equal(start) {
		t.Error(at, ok, err)
	}
	if _, ok, err := history.Begins(t.Context(), open(t)); err != nil || ok {
		t.Error(ok, err)
	}
}
