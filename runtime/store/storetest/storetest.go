// Package storetest is what every store has to pass.
package storetest

import (
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"auto/runtime/request"
	"auto/runtime/store"

	"github.com/google/go-cmp/cmp"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 123456789, time.UTC)

// Run holds a store against the conformance tests; open gives an empty one each time,
// and reopen the same one again.
func Run(t *testing.T, open func(t *testing.T) (store.Store, func() store.Store)) {
	tests := map[string]func(*testing.T, store.Store, func() store.Store){
		"Versions": versions, "Current": current, "Atomic": atomic, "RunKeys": runKeys, "Outbox": outbox, "Order": order, "Limits": limits,
		"Forget": forget, "Prune": prune, "Blocks": blocks, "Journal": journal, "Unknown": unknown,
		"Keys": keys, "Times": times, "Resumed": resumed, "Requests": requests, "Again": again, "Gone": gone, "Replaced": replaced, "Newest": newest, "Yield": yield,
	}
	maps.Copy(tests, conditions)
	maps.Copy(tests, parameters)
	maps.Copy(tests, marks)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s, reopen := open(t)
			test(t, s, reopen)
		})
	}
}

func file(key, etag string, modified int) request.File {
	return request.File{Bucket: "b", Key: key, ETag: etag, Size: 3, LastModified: start.Add(time.Duration(modified) * time.Nanosecond)}
}

func version(f request.File, state store.State) store.Version {
	v := store.Version{Block: "x", File: f, State: state, FirstSeen: start, Current: true}
	if state != store.Settling {
		v.DecidedAt = start
	}
	return v
}

func entry(f request.File, key string, delivery store.Delivery) store.Entry {
	e := store.Entry{Delivery: delivery, Request: request.Request{
		ID: request.ID("x", f, start), Block: "x", RunKey: key, Selection: []string{"a"}, RunConfig: map[string]any{}, File: f, DecidedAt: start,
	}}
	if delivery == store.Due {
		e.NextAt, e.ReleasedAt = start, start
	}
	return e
}

func commit(t *testing.T, s store.Store, tick store.Tick) {
	t.Helper()
	tick.Block.Name, tick.At = "x", start
	if err := s.Commit(t.Context(), tick); err != nil {
		t.Fatal(err)
	}
}

func all(t *testing.T, s store.Store, f store.FileFilter) []store.Version {
	t.Helper()
	var list []store.Version
	if err := s.Versions(t.Context(), f, func(v store.Version) error { list = append(list, v); return nil }); err != nil {
		t.Fatal(err)
	}
	return list
}

func entries(t *testing.T, s store.Store, f store.EntryFilter) []store.Entry {
	t.Helper()
	var list []store.Entry
	if err := s.Entries(t.Context(), f, func(e store.Entry) error { list = append(list, e); return nil }); err != nil {
		t.Fatal(err)
	}
	return list
}

func keysOf(list []store.Version) []string {
	keys := []string{}
	for _, v := range list {
		keys = append(keys, v.File.Key)
	}
	return keys
}

func versions(t *testing.T, s store.Store, reopen func() store.Store) {
	want := []store.Version{version(file("a\x00\xff\n", "1", 1), store.Requested), version(file("b/c", "", 2), store.Settling), version(file("é", "3", 3), store.Parked)}
	want[2].Reason, want[2].Request, want[2].File.VersionID, want[1].Returned = "why", "id", "v", true
	commit(t, s, store.Tick{Versions: want})
	s = reopen()
	if diff := cmp.Diff(want, all(t, s, store.FileFilter{})); diff != "" {
		t.Error(diff)
	}
	for _, test := range []struct {
		filter store.FileFilter
		want   []string
	}{
		{store.FileFilter{Block: "y"}, []string{}}, {store.FileFilter{State: store.Parked}, []string{"é"}}, {store.FileFilter{Key: "b/c"}, []string{"b/c"}},
		{store.FileFilter{Glob: "b/*"}, []string{"b/c"}}, {store.FileFilter{Limit: 1, After: "a\x00\xff\n"}, []string{"b/c"}},
	} {
		if diff := cmp.Diff(test.want, keysOf(all(t, s, test.filter))); diff != "" {
			t.Errorf("%+v: %s", test.filter, diff)
		}
	}
	if err := s.Versions(t.Context(), store.FileFilter{Glob: "{"}, nil); err == nil {
		t.Error("a wrong glob is no error")
	}
	if v, ok, err := s.Version(t.Context(), "x", file("b/c", "", 2)); !ok || err != nil || v.State != store.Settling {
		t.Errorf("%+v %v %v", v, ok, err)
	}
}

// current: of a key one version is, and the one before is gone with the tick.
func current(t *testing.T, s store.Store, _ func() store.Store) {
	commit(t, s, store.Tick{Versions: []store.Version{version(file("a", "1", 1), store.Requested)}})
	commit(t, s, store.Tick{Versions: []store.Version{version(file("a", "2", 2), store.Settling)}})
	if list := all(t, s, store.FileFilter{}); len(list) != 1 || list[0].File.ETag != "2" {
		t.Errorf("%+v", list)
	}
	history := all(t, s, store.FileFilter{History: true})
	if len(history) != 2 || history[0].Current || history[0].GoneAt.IsZero() {
		t.Errorf("%+v", history)
	}
	commit(t, s, store.Tick{Unseen: []request.File{file("a", "2", 2), file("a", "1", 1)}})
	if history := all(t, s, store.FileFilter{History: true}); len(history) != 1 || history[0].File.ETag != "1" {
		t.Errorf("a decided version is not unseen: %+v", history)
	}
}

// atomic: a tick that cannot be stored whole is not stored at all.
func atomic(t *testing.T, s store.Store, _ func() store.Store) {
	bad := entry(file("b", "1", 1), "k", store.Due)
	bad.Request.RunConfig = map[string]any{"x": func() {}}
	err := s.Commit(t.Context(), store.Tick{Block: store.Block{Name: "x", Listed: true}, At: start, Versions: []store.Version{version(file("b", "1", 1), store.Requested)}, Entries: []store.Entry{bad}})
	if err == nil {
		t.Fatal("a request without a JSON form was stored")
	}
	if list := all(t, s, store.FileFilter{History: true}); len(list) != 0 {
		t.Errorf("%+v", list)
	}
}

func runKeys(t *testing.T, s store.Store, _ func() store.Store) {
	commit(t, s, store.Tick{Entries: []store.Entry{entry(file("a", "1", 1), "k", store.Due)}})
	commit(t, s, store.Tick{Entries: []store.Entry{entry(file("b", "1", 1), "k", store.Due)}})
	list := entries(t, s, store.EntryFilter{})
	if len(list) != 2 || list[0].Delivery != store.Due || list[1].Delivery != store.Refused || list[1].Reason == "" {
		t.Errorf("%+v", list)
	}
}

func outbox(t *testing.T, s store.Store, reopen func() store.Store) {
	commit(t, s, store.Tick{Entries: []store.Entry{entry(file("a", "1", 1), "k1", store.Due), entry(file("b", "1", 1), "k2", store.Due)}})
	due, err := s.Due(t.Context(), start, 10)
	if err != nil || len(due) != 2 {
		t.Fatal(due, err)
	}
	a, b := due[0].Request.ID, due[1].Request.ID
	for want := 1; want <= 2; want++ {
		if n, err := s.Begin(t.Context(), a); n != want || err != nil {
			t.Errorf("attempt %d: %d %v", want, n, err)
		}
	}
	later := start.Add(time.Minute)
	for _, o := range []store.Outcome{{ID: a, At: start, Delivery: store.Due, NextAt: later, Reason: "busy"}, {ID: b, At: start, Delivery: store.Refused, Reason: "no"}} {
		if err := s.Finish(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	s = reopen()
	if next, ok, err := s.NextDue(t.Context(), start); !ok || !next.Equal(later) || err != nil {
		t.Errorf("%v %v %v", next, ok, err)
	}
	if due, err := s.Due(t.Context(), start, 10); len(due) != 0 || err != nil {
		t.Errorf("%+v %v", due, err)
	}
	if changed, err := s.Retry(t.Context(), b, later); !changed || err != nil {
		t.Errorf("%v %v", changed, err)
	}
	if due, err := s.Due(t.Context(), later, 10); len(due) != 2 || due[0].Attempts != 2 || err != nil {
		t.Errorf("%+v %v", due, err)
	}
	if err := s.Finish(t.Context(), store.Outcome{ID: a, At: later, Delivery: store.Delivered}); err != nil {
		t.Fatal(err)
	}
	if changed, err := s.Retry(t.Context(), a, later); changed || err != nil {
		t.Errorf("a delivered request is due again: %v %v", changed, err)
	}
	if e, err := s.Entry(t.Context(), a[:8]); err != nil || e.Delivery != store.Delivered || !e.DoneAt.Equal(later) {
		t.Errorf("%+v %v", e, err)
	}
}

// order: by priority, then by decision.
func order(t *testing.T, s store.Store, _ func() store.Store) {
	var list []store.Entry
	for i, priority := range []int{0, 5, 0, 5} {
		e := entry(file(fmt.Sprint(i), "1", 9-i), fmt.Sprint(i), store.Due)
		e.Request.Priority = priority
		list = append(list, e)
	}
	commit(t, s, store.Tick{Entries: list})
	due, err := s.Due(t.Context(), start, 10)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, e := range due {
		got += e.Request.File.Key
	}
	if got != "1302" {
		t.Errorf("order %s", got)
	}
}

func limits(t *testing.T, s store.Store, _ func() store.Store) {
	var list []store.Entry
	for i := range 3 {
		list = append(list, entry(file(fmt.Sprint(i), "1", i), fmt.Sprint(i), store.Held))
	}
	commit(t, s, store.Tick{Entries: list})
	if b, err := s.Block(t.Context(), "x"); b.Held != 3 || err != nil {
		t.Errorf("%+v %v", b, err)
	}
	if n, err := s.Release(t.Context(), "x", start, 1, true); n != 1 || err != nil {
		t.Error(n, err)
	}
	due, err := s.Due(t.Context(), start, 10)
	if err != nil || len(due) != 1 || due[0].Request.File.Key != "2" {
		t.Errorf("%+v %v", due, err)
	}
	for since, want := range map[time.Time]int{start: 1, start.Add(1): 0} {
		if n, err := s.Released(t.Context(), "x", since); n != want || err != nil {
			t.Error(n, err)
		}
	}
}

func forget(t *testing.T, s store.Store, _ func() store.Store) {
	commit(t, s, store.Tick{
		Versions: []store.Version{version(file("a/1", "1", 1), store.Requested), version(file("b", "1", 1), store.Requested)},
		Entries:  []store.Entry{entry(file("a/1", "1", 1), "k", store.Due)},
	})
	before, err := s.Block(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.Forget(t.Context(), "", "a/*", start); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if after, err := s.Block(t.Context(), "x"); after.Forgets == before.Forgets || err != nil {
		t.Error("the block is not told", err)
	}
	if keys := keysOf(all(t, s, store.FileFilter{History: true})); len(keys) != 1 || keys[0] != "b" {
		t.Error(keys)
	}
	e := entry(file("a/1", "1", 1), "k", store.Due)
	e.Request.ID = request.ID("x", e.Request.File, start.Add(time.Hour))
	commit(t, s, store.Tick{Entries: []store.Entry{e}})
	if list := entries(t, s, store.EntryFilter{Delivery: store.Due}); len(list) != 2 {
		t.Errorf("the run key is not free: %+v", list)
	}
}

func prune(t *testing.T, s store.Store, _ func() store.Store) {
	gone := version(file("gone", "1", 1), store.Requested)
	gone.GoneAt = start
	e := entry(file("gone", "1", 1), "k", store.Due)
	gone.Request = e.Request.ID
	commit(t, s, store.Tick{Versions: []store.Version{gone, version(file("listed", "1", 1), store.Requested)}, Entries: []store.Entry{e}})
	later := start.Add(time.Hour)
	if n, err := s.Prune(t.Context(), "x", later, 10); n != 0 || err != nil {
		t.Errorf("%d pruned of what is not delivered, %v", n, err)
	}
	if err := s.Finish(t.Context(), store.Outcome{ID: e.Request.ID, At: start, Delivery: store.Delivered}); err != nil {
		t.Fatal(err)
	}
	for { // what depends on another goes in a later pass
		n, err := s.Prune(t.Context(), "x", later, 10)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	if keys := keysOf(all(t, s, store.FileFilter{History: true})); len(keys) != 1 || keys[0] != "listed" {
		t.Error(keys)
	}
	if list := entries(t, s, store.EntryFilter{}); len(list) != 0 {
		t.Errorf("%+v", list)
	}
}

func blocks(t *testing.T, s store.Store, reopen func() store.Store) {
	if b, err := s.Block(t.Context(), "x"); err != nil || b != (store.Block{Name: "x"}) {
		t.Errorf("%+v %v", b, err)
	}
	commit(t, s, store.Tick{Block: store.Block{Listed: true, HaltedAt: start}})
	commit(t, s, store.Tick{})
	s = reopen()
	if b, err := s.Block(t.Context(), "x"); err != nil || !b.Listed || !b.HaltedAt.Equal(start) || !b.LastTick.Equal(start) {
		t.Errorf("%+v %v", b, err)
	}
	if err := s.Resume(t.Context(), "x", start); err != nil {
		t.Fatal(err)
	}
	if b, err := s.Block(t.Context(), "x"); err != nil || !b.HaltedAt.IsZero() {
		t.Errorf("%+v %v", b, err)
	}
}

func journal(t *testing.T, s store.Store, reopen func() store.Store) {
	commit(t, s, store.Tick{Journal: []store.Record{{At: start, Kind: "files", Block: "x", Body: []byte("1")}, {At: start, Kind: "files", Block: "x", Body: []byte("2")}}})
	if err := s.Append(t.Context(), store.Record{At: start, Kind: "policies", Body: []byte("3")}); err != nil {
		t.Fatal(err)
	}
	bodies, last := "", int64(0)
	err := reopen().Journal(t.Context(), 0, func(r store.Record) error {
		if r.Seq <= last || !r.At.Equal(start) {
			t.Errorf("%+v after %d", r, last)
		}
		bodies, last = bodies+string(r.Body), r.Seq
		return nil
	})
	if err != nil || bodies != "123" {
		t.Errorf("%s %v", bodies, err)
	}
}

func unknown(t *testing.T, s store.Store, _ func() store.Store) {
	for _, id := range []string{"", "zz", "abc%", "00000000000000000000000000000000"} {
		if _, err := s.Entry(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%q: %v", id, err)
		}
		if _, err := s.Retry(t.Context(), id, start); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
	if _, err := s.Begin(t.Context(), "none"); !errors.Is(err, store.ErrNotFound) {
		t.Error(err)
	}
	if err := s.Finish(t.Context(), store.Outcome{ID: "none", At: start, Delivery: store.Delivered}); !errors.Is(err, store.ErrNotFound) {
		t.Error(err)
	}
}
