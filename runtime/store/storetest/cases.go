package storetest

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"auto/runtime/request"
	"auto/runtime/store"

	"github.com/google/go-cmp/cmp"
)

// keys: those that the newest listing had, in order of their bytes.
func keys(t *testing.T, s store.Store, _ func() store.Store) {
	commit(t, s, store.Tick{Versions: []store.Version{
		version(file("\xff", "1", 1), store.Requested), version(file("a/b", "1", 1), store.Settling), version(file("a", "1", 1), store.Skipped), lost(version(file("b", "1", 1), store.Requested)),
	}})
	got := []string{}
	if err := s.Keys(t.Context(), "x", func(key string) error { got = append(got, key); return nil }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "a/b", "\xff"}, got); diff != "" {
		t.Error(diff)
	}
}

// times: instants are kept to the nanosecond, the zero time and the bounds too.
func times(t *testing.T, s store.Store, reopen func() store.Store) {
	var want []store.Version
	for key, at := range map[string]time.Time{
		"zero": {}, "earliest": store.Earliest, "latest": store.Latest, "epoch": time.Unix(0, 0).UTC(), "nano": time.Unix(0, 1).UTC(),
	} {
		v := version(request.File{Bucket: "b", Key: key, LastModified: at}, store.Requested)
		v.FirstSeen, v.DecidedAt, v.GoneAt = at, at, at
		want = append(want, v)
	}
	commit(t, s, store.Tick{Versions: want})
	s = reopen()
	for _, w := range want {
		got, found, err := s.Version(t.Context(), "x", w.File)
		if err != nil || !found {
			t.Fatal(w.File.Key, found, err)
		}
		if diff := cmp.Diff(w, got); diff != "" {
			t.Error(diff)
		}
	}
}

// resumed: a halt is stored by the tick that halts, and by no later one that had not
// heard of its end.
func resumed(t *testing.T, s store.Store, _ func() store.Store) {
	commit(t, s, store.Tick{Block: store.Block{HaltedAt: start}})
	if err := s.Resume(t.Context(), "x", start.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	late := store.Tick{Block: store.Block{Name: "x", HaltedAt: start}, At: start.Add(2 * time.Second)}
	if err := s.Commit(t.Context(), late); err != nil {
		t.Fatal(err)
	}
	if b, err := s.Block(t.Context(), "x"); err != nil || !b.HaltedAt.IsZero() {
		t.Errorf("%+v %v", b, err)
	}
}

// requests come back as they were decided.
func requests(t *testing.T, s store.Store, reopen func() store.Store) {
	want := entry(file("a <b>&\x01\u2028é", "1", 1), "k\x00 \"é", store.Held)
	want.Reason = "held"
	r := &want.Request
	r.Job, r.Rules, r.Partition, r.Priority, r.MoveTo = "j", []string{"r1", "r2"}, "2026-01-01", -3, "to/a"
	r.AddPartitions = map[string][]string{"customers": {"acme"}}
	r.Tags = map[string]string{"team": "sales"}
	r.Params = map[string]any{"n": json.Number("9007199254740993"), "list": []any{"x", true, nil}}
	r.RunConfig = map[string]any{"ops": map[string]any{"move": map[string]any{"config": map[string]any{"size": json.Number("1")}}}}
	commit(t, s, store.Tick{Entries: []store.Entry{want}})
	got, err := reopen().Entry(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// again: a decision that is made twice is one request, whose attempts go on.
func again(t *testing.T, s store.Store, _ func() store.Store) {
	e := entry(file("a", "1", 1), "k", store.Due)
	commit(t, s, store.Tick{Entries: []store.Entry{e}})
	if _, err := s.Begin(t.Context(), e.Request.ID); err != nil {
		t.Fatal(err)
	}
	commit(t, s, store.Tick{Entries: []store.Entry{e}})
	list := entries(t, s, store.EntryFilter{})
	if len(list) != 1 || list[0].Delivery != store.Due || list[0].Attempts != 1 {
		t.Errorf("%+v", list)
	}
}

// gone: a request tells whether the newest listing has its key.
func gone(t *testing.T, s store.Store, _ func() store.Store) {
	f := file("a", "1", 1)
	v := version(f, store.Requested)
	commit(t, s, store.Tick{Versions: []store.Version{v}, Entries: []store.Entry{entry(f, "k", store.Due)}})
	for _, step := range []struct {
		version store.Version
		want    bool
	}{
		{lost(v), true},
		{version(file("a", "2", 2), store.Settling), false}, // another version is there
		{lost(version(file("a", "2", 2), store.Requested)), true},
		{v, false},
	} {
		commit(t, s, store.Tick{Versions: []store.Version{step.version}})
		due, err := s.Due(t.Context(), start, 1)
		if err != nil || len(due) != 1 || due[0].Request.Gone != step.want {
			t.Errorf("want gone %v: %+v %v", step.want, due, err)
		}
	}
}

func lost(v store.Version) store.Version {
	v.GoneAt = start
	return v
}

// replaced: of a key that is listed, the versions that were replaced go after the
// retention, and the one that is listed stays.
func replaced(t *testing.T, s store.Store, _ func() store.Store) {
	commit(t, s, store.Tick{Versions: []store.Version{version(file("a", "1", 1), store.Requested)}})
	commit(t, s, store.Tick{Versions: []store.Version{version(file("a", "2", 2), store.Requested)}})
	for i, want := range []string{"1 2 ", "2 ", "2 "} {
		if _, err := s.Prune(t.Context(), "x", start.Add(time.Duration(i)), 10); err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, v := range all(t, s, store.FileFilter{History: true}) {
			got += v.File.ETag + " "
		}
		if got != want {
			t.Errorf("after pruning what was before %d ns: %s, want %s", i, got, want)
		}
	}
}

// newest: a key's newest version stays while earlier ones of it do, so that a key that
// is known has a newest.
func newest(t *testing.T, s store.Store, _ func() store.Store) {
	e := entry(file("a", "1", 1), "k", store.Due)
	old, current := lost(version(file("a", "1", 1), store.Requested)), lost(version(file("a", "2", 2), store.Requested))
	old.Current, old.Request = false, e.Request.ID
	commit(t, s, store.Tick{Versions: []store.Version{old, current}, Entries: []store.Entry{e}})
	for _, want := range []int{2, 0} {
		for range 3 { // what depends on another goes in a later pass
			if _, err := s.Prune(t.Context(), "x", start.Add(time.Hour), 10); err != nil {
				t.Fatal(err)
			}
		}
		if list := all(t, s, store.FileFilter{History: true}); len(list) != want {
			t.Errorf("%d versions, want %d", len(list), want)
		}
		if err := s.Finish(t.Context(), store.Outcome{ID: e.Request.ID, At: start, Delivery: store.Delivered}); want > 0 && err != nil {
			t.Fatal(err)
		}
	}
}

// yield may read, and its error stops the call and is given back.
func yield(t *testing.T, s store.Store, _ func() store.Store) {
	commit(t, s, store.Tick{
		Versions: []store.Version{version(file("a", "1", 1), store.Requested), version(file("b", "1", 1), store.Requested)},
		Entries:  []store.Entry{entry(file("a", "1", 1), "k", store.Due)},
	})
	enough, calls := errors.New("enough"), 0
	err := s.Versions(t.Context(), store.FileFilter{}, func(store.Version) error {
		return s.Entries(t.Context(), store.EntryFilter{}, func(store.Entry) error {
			return s.Keys(t.Context(), "x", func(string) error { calls++; return enough })
		})
	})
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("%d calls, %v", calls, err)
	}
}
