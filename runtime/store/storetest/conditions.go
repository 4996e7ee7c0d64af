package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"auto/runtime/request"
	"auto/runtime/store"

	"github.com/google/go-cmp/cmp"
)

// conditions are the tests of what conditions keep.
var conditions = map[string]func(*testing.T, store.Store, func() store.Store){
	"Take": take, "TakeTogether": takeTogether, "TakeBad": takeBad, "Decide": decide, "Decided": decided, "Mixed": mixed,
	"Texts": texts, "Snapshots": snapshots, "Alive": alive, "PruneConditions": pruneConditions, "PruneDelivered": pruneDelivered, "PruneTexts": pruneTexts,
}

func items(ids ...string) []store.Item {
	var list []store.Item
	for _, id := range ids {
		list = append(list, store.Item{ID: id, Body: fmt.Appendf(nil, "{ \"size\": %d }", len(id))})
	}
	return list
}

func taken(t *testing.T, s store.Store, ids ...string) store.Taken {
	t.Helper()
	got, err := s.Take(t.Context(), start, "events", items(ids...))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// records gives the kinds and bodies of the records of some kinds, one a line.
func records(t *testing.T, s store.Reader, kinds ...string) string {
	t.Helper()
	var lines []string
	last := int64(0)
	err := s.Records(t.Context(), 0, kinds, func(r store.Record) error {
		if r.Seq <= last || r.Block != "" {
			t.Errorf("%+v after %d", r, last)
		}
		last = r.Seq
		lines = append(lines, r.Kind+" "+string(r.Body))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// take: an ID is taken once, across calls, within one and after a restart; "" is no one's.
func take(t *testing.T, s store.Store, reopen func() store.Store) {
	first := taken(t, s, "a", "", "b\x00\xff", "a", "")
	if first.Seq == 0 || first.Duplicates != 1 {
		t.Errorf("%+v", first)
	}
	s = reopen()
	if again := taken(t, s, "b\x00\xff", "a"); again != (store.Taken{Duplicates: 2}) {
		t.Errorf("%+v", again)
	}
	if next := taken(t, s, "a", "c"); next.Seq <= first.Seq || next.Duplicates != 1 {
		t.Errorf("%+v", next)
	}
	if none := taken(t, s); none != (store.Taken{}) {
		t.Errorf("%+v", none)
	}
	want := `events {"events":[{"size":1},{"size":0},{"size":3},{"size":0}]}` + "\n" + `events {"events":[{"size":1}]}`
	got := records(t, s)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// takeTogether: of many that bring the same at once, each is taken once, in one record.
func takeTogether(t *testing.T, s store.Store, reopen func() store.Store) {
	const callers, each = 16, 20
	var under sync.WaitGroup
	var mu sync.Mutex
	fresh, seqs := 0, map[int64]bool{}
	for range callers {
		under.Go(func() {
			for i := range each {
				got, err := s.Take(context.Background(), start, "events", items(fmt.Sprint(i)))
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				if got.Seq != 0 {
					fresh++
					seqs[got.Seq] = true
				}
				mu.Unlock()
			}
		})
	}
	under.Wait()
	if lines := strings.Split(records(t, reopen()), "\n"); fresh != each || len(seqs) != each || len(lines) != each {
		t.Errorf("%d of %d were new, in %d records of %d", fresh, each, len(seqs), len(lines))
	}
}

// takeBad: a body that is no JSON stops the call before any change, and an ended context
// too.
func takeBad(t *testing.T, s store.Store, _ func() store.Store) {
	list := append(items("a"), store.Item{ID: "b", Body: []byte(`{"x":`)})
	if _, err := s.Take(t.Context(), start, "events", list); err == nil || !strings.Contains(err.Error(), `"b"`) {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Take(ended, start, "events", items("a")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if got := records(t, s); got != "" {
		t.Error(got)
	}
	if got := taken(t, s, "a"); got.Duplicates != 0 {
		t.Errorf("%+v", got)
	}
}

// launch is a request of conditions.
func launch(n, priority int) store.Entry {
	id := fmt.Sprintf("%032x", n)
	return store.Entry{Delivery: store.Due, NextAt: start, ReleasedAt: start, Request: request.Request{
		ID: id, RunKey: id, Sensor: "default", Policies: []string{"p"}, Selection: []string{"a"}, Partition: "2026-01-01",
		Tags: map[string]string{"auto/request": id}, RunConfig: map[string]any{}, Priority: priority, DecidedAt: start,
	}}
}

func decideAll(t *testing.T, s store.Store, body string, list ...store.Entry) int64 {
	t.Helper()
	seq, err := s.Decide(t.Context(), store.Record{At: start, Kind: "tick", Body: []byte(body)}, list)
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

// decide: the record and its requests, or nothing.
func decide(t *testing.T, s store.Store, reopen func() store.Store) {
	first := decideAll(t, s, "1", launch(1, 0), launch(2, 5), launch(1, 9))
	bad := launch(3, 0)
	bad.Request.RunConfig = map[string]any{"x": func() {}}
	ofBlock := launch(4, 0)
	ofBlock.Request.Block = "x"
	for _, e := range []store.Entry{bad, ofBlock} {
		if _, err := s.Decide(t.Context(), store.Record{At: start, Kind: "tick", Body: []byte("2")}, []store.Entry{launch(5, 0), e}); err == nil {
			t.Errorf("%+v was stored", e)
		}
	}
	if _, err := s.Decide(t.Context(), store.Record{At: start, Kind: "tick", Block: "x"}, nil); err == nil {
		t.Error("a record of a block was stored")
	}
	s = reopen()
	if last := decideAll(t, s, "3"); last != first+1 {
		t.Errorf("record %d after %d: a number was lost", last, first)
	}
	if got := records(t, s, "tick"); got != "tick 1\ntick 3" {
		t.Error(got)
	}
	due, err := s.Due(t.Context(), start, 10)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]store.Entry{launch(2, 5), launch(1, 0)}, due); diff != "" {
		t.Error(diff)
	}
}

// decided: requests of conditions go through the outbox like those of files blocks, and
// are never decided anew.
func decided(t *testing.T, s store.Store, _ func() store.Store) {
	decideAll(t, s, "1", launch(1, 0), launch(2, 0))
	one, two := launch(1, 0).Request.ID, launch(2, 0).Request.ID
	if n, err := s.Begin(t.Context(), one); n != 1 || err != nil {
		t.Error(n, err)
	}
	for id, delivery := range map[string]store.Delivery{one: store.Delivered, two: store.Refused} {
		if err := s.Finish(t.Context(), store.Outcome{ID: id, At: start, Delivery: delivery, Reason: "why"}); err != nil {
			t.Fatal(err)
		}
	}
	decideAll(t, s, "2", launch(1, 0), launch(2, 0))
	if due, err := s.Due(t.Context(), start, 10); len(due) != 0 || err != nil {
		t.Errorf("%+v %v", due, err)
	}
	if changed, err := s.Retry(t.Context(), two, start); !changed || err != nil {
		t.Error(changed, err)
	}
	if due, err := s.Due(t.Context(), start, 10); len(due) != 1 || due[0].Request.ID != two || err != nil {
		t.Errorf("%+v %v", due, err)
	}
	if e, err := s.Entry(t.Context(), one); err != nil || e.Delivery != store.Delivered || e.Attempts != 1 || e.Request.Gone {
		t.Errorf("%+v %v", e, err)
	}
}

// mixed: what files blocks write is no record of conditions, and neither retention
// touches the other's.
func mixed(t *testing.T, s store.Store, _ func() store.Store) {
	commit(t, s, store.Tick{Journal: []store.Record{{At: start, Kind: "events", Block: "x", Body: []byte("0")}}, Entries: []store.Entry{entry(file("a", "1", 1), "k", store.Due)}})
	decideAll(t, s, "1", launch(1, 0))
	if _, err := s.Note(t.Context(), store.Record{At: start, Kind: "pause", Body: []byte("2")}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Note(t.Context(), store.Record{Block: "x"}); err == nil {
		t.Error("a record of a block was noted")
	}
	later := start.Add(time.Hour)
	for _, id := range []string{launch(1, 0).Request.ID, entry(file("a", "1", 1), "k", store.Due).Request.ID} {
		if err := s.Finish(t.Context(), store.Outcome{ID: id, At: start, Delivery: store.Delivered}); err != nil {
			t.Fatal(err)
		}
	}
	for block, want := range map[string]int{"": 0, "x": 3} {
		if n, err := s.Prune(t.Context(), block, later, 100); n != want || err != nil {
			t.Errorf("%q: %d, %v", block, n, err)
		}
	}
	if got := records(t, s, "pause", "tick", "events"); got != "tick 1\npause 2" {
		t.Error(got)
	}
	if list := entries(t, s, store.EntryFilter{}); len(list) != 1 || list[0].Request.Sensor == "" {
		t.Errorf("%+v", list)
	}
}

func texts(t *testing.T, s store.Store, reopen func() store.Store) {
	known := map[string]string{}
	for _, text := range []string{"", "on eager()\x00\xff", strings.Repeat("long ", 100_000), ""} {
		name, err := s.PutText(t.Context(), []byte(text))
		if err != nil || len(name) != 64 {
			t.Fatal(name, err)
		}
		known[name] = text
	}
	s = reopen()
	for name, want := range known {
		if got, err := s.Text(t.Context(), name); err != nil || string(got) != want {
			t.Errorf("%d bytes of %d: %v", len(got), len(want), err)
		}
	}
	if _, err := s.Text(t.Context(), "none"); !errors.Is(err, store.ErrNotFound) || len(known) != 3 {
		t.Error(err, len(known))
	}
}

func snapshots(t *testing.T, s store.Store, reopen func() store.Store) {
	if _, found, err := s.Snapshot(t.Context(), start); found || err != nil {
		t.Error(found, err)
	}
	for i, body := range []string{"", strings.Repeat("state ", 1<<16), "third", "again"} {
		seq := min(int64(i), 2)
		if err := s.PutSnapshot(t.Context(), store.Snapshot{Seq: 10 * seq, At: start.Add(time.Duration(seq) * time.Hour), Body: []byte(body)}); err != nil {
			t.Fatal(err)
		}
	}
	s = reopen()
	for _, test := range []struct {
		at   time.Duration
		seq  int64
		size int
	}{{-time.Hour, 0, 0}, {0, 0, 0}, {time.Hour - 1, 0, 0}, {time.Hour, 10, 6 << 16}, {24 * time.Hour, 20, 5}} {
		got, found, err := s.Snapshot(t.Context(), start.Add(test.at))
		if err != nil || !found || got.Seq != test.seq || len(got.Body) != test.size || !got.At.Equal(start.Add(time.Duration(test.seq/10)*time.Hour)) {
			t.Errorf("at %s: %d bytes after %d at %s, %v", test.at, len(got.Body), got.Seq, got.At, err)
		}
	}
}

func alive(t *testing.T, s store.Store, reopen func() store.Store) {
	for _, at := range []time.Time{{}, start, start.Add(time.Hour)} {
		if !at.IsZero() {
			if err := s.Alive(t.Context(), at); err != nil {
				t.Fatal(err)
			}
		}
		s = reopen()
		if got, err := s.LastAlive(t.Context()); err != nil || !got.Equal(at) {
			t.Error(got, err)
		}
	}
	if got := records(t, s); got != "" {
		t.Error(got)
	}
}

func note(t *testing.T, s store.Store, kind, body string) int64 {
	t.Helper()
	seq, err := s.Note(t.Context(), store.Record{At: start, Kind: kind, Body: []byte(body)})
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

func snapshot(t *testing.T, s store.Store, seq int64, at time.Time) {
	t.Helper()
	if err := s.PutSnapshot(t.Context(), store.Snapshot{Seq: seq, At: at, Body: fmt.Append(nil, seq)}); err != nil {
		t.Fatal(err)
	}
}

func forgetBefore(t *testing.T, s store.Store, before time.Time, want int) {
	t.Helper()
	if n, err := s.PruneConditions(t.Context(), before); err != nil || n != want {
		t.Errorf("%d records were pruned, want %d: %v", n, want, err)
	}
}

// pruneConditions: what the oldest snapshot that is needed stands for goes, all that came
// after it stays, and so do the policies that were in force.
func pruneConditions(t *testing.T, s store.Store, reopen func() store.Store) {
	day := 24 * time.Hour
	note(t, s, "policies", `1`)
	note(t, s, "policies", `2`)
	taken(t, s, "a")
	for i := range 600 {
		note(t, s, "tick", fmt.Sprint(i))
	}
	forgetBefore(t, s, start.Add(9*day), 0) // no snapshot stands for them
	first := taken(t, s, "b").Seq
	snapshot(t, s, first, start.Add(day))
	second := taken(t, s, "c").Seq
	snapshot(t, s, second, start.Add(2*day))
	forgetBefore(t, s, start.Add(day-1), 0)
	forgetBefore(t, s, start.Add(2*day-1), 603) // all up to first but for the policies
	forgetBefore(t, s, start.Add(2*day-1), 0)
	s = reopen()
	if got := records(t, s); got != "policies 2\n"+`events {"events":[{"size":1}]}` {
		t.Error(got)
	}
	if got, found, err := s.Snapshot(t.Context(), start); err != nil || !found || got.Seq != first {
		t.Errorf("%+v %v", got, err)
	}
	if got := taken(t, s, "a", "b", "c"); got.Duplicates != 1 || got.Seq <= second {
		t.Errorf("%+v", got)
	}
	note(t, s, "policies", `3`)
	last := note(t, s, "tick", "")
	snapshot(t, s, last, start.Add(3*day))
	forgetBefore(t, s, start.Add(3*day), 4)
	if got := records(t, s); got != "policies 3" {
		t.Error(got)
	}
	if got := taken(t, s, "d").Seq; got != last+1 {
		t.Errorf("record %d after %d", got, last)
	}
}

// pruneDelivered: what was delivered goes with the record that decided it.
func pruneDelivered(t *testing.T, s store.Store, _ func() store.Store) {
	decideAll(t, s, "1", launch(1, 0), launch(2, 0), launch(3, 0))
	kept := decideAll(t, s, "2", launch(4, 0))
	decideAll(t, s, "3", launch(5, 0))
	for n, at := range map[int]time.Time{1: start, 3: start.Add(time.Hour), 4: start, 5: start} {
		if err := s.Finish(t.Context(), store.Outcome{ID: launch(n, 0).Request.ID, At: at, Delivery: store.Delivered}); err != nil {
			t.Fatal(err)
		}
	}
	snapshot(t, s, kept, start)
	if _, err := s.PruneConditions(t.Context(), start.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, e := range entries(t, s, store.EntryFilter{}) {
		got += strings.TrimLeft(e.Request.ID, "0") + " "
	}
	if got != "2 3 5 " { // not delivered, delivered later, decided later
		t.Error(got)
	}
}

// pruneTexts: a text stays while policies name it, or may be about to.
func pruneTexts(t *testing.T, s store.Store, _ func() store.Store) {
	put := func(text string) string {
		name, err := s.PutText(t.Context(), []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return name
	}
	old, both, again := put("old"), put("both"), put("again")
	policies := func(names ...string) int64 {
		return note(t, s, "policies", fmt.Sprintf(`{"texts":{"a.auto":%q}}`, strings.Join(names, `","b.auto":"`)))
	}
	policies(old, both)
	fresh := put("fresh")
	last := policies(both, fresh)
	snapshot(t, s, last, start)
	put("again")
	coming := put("coming")
	forgetBefore(t, s, start, 1)
	for name, want := range map[string]error{old: store.ErrNotFound, both: nil, fresh: nil, again: nil, coming: nil} {
		if _, err := s.Text(t.Context(), name); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
}
