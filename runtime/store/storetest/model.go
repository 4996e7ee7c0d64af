package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"auto/runtime/store"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// Model holds a store against a slow one in memory: whatever is done in whatever order,
// and however often the store is opened again, both have kept the same of conditions.
func Model(t *testing.T, open func(t *testing.T) (store.Store, func() store.Store)) {
	rapid.Check(t, func(r *rapid.T) {
		s, reopen := open(t)
		m := &model{t: r, store: s, reopen: reopen, known: map[string]int64{}, requests: map[string]decision{}, texts: map[string]int64{}, snapshots: map[int64]time.Time{}}
		r.Repeat(map[string]func(*rapid.T){
			"take": m.take, "note": m.note, "decide": m.decide, "deliver": m.deliver, "text": m.text, "snapshot": m.snapshot, "prune": m.prune,
			"open": func(*rapid.T) { m.store = m.reopen() }, "": m.check,
		})
		m.fail(m.store.Close())
	})
}

// model has what a store has to have.
type model struct {
	t      *rapid.T
	store  store.Store
	reopen func() store.Store

	last      int64
	records   []store.Record
	known     map[string]int64    // by ID of an item, its record
	requests  map[string]decision // by ID
	texts     map[string]int64    // by name, the newest record when it was put
	snapshots map[int64]time.Time
}

type decision struct {
	record    int64
	delivered time.Time
}

// hour is one of some days.
func hour(t *rapid.T) time.Time {
	return start.Add(time.Duration(rapid.IntRange(0, hours-1).Draw(t, "hour")) * time.Hour)
}

const hours = 60

func (m *model) fail(err error) {
	if err != nil {
		m.t.Fatal(err)
	}
}

// append is a record with the next number.
func (m *model) append(kind, body string) {
	m.last++
	m.records = append(m.records, store.Record{Seq: m.last, At: start, Kind: kind, Body: []byte(body)})
}

func (m *model) take(t *rapid.T) {
	var list []store.Item
	var fresh []string
	want := store.Taken{}
	for range rapid.IntRange(0, 4).Draw(t, "items") {
		id := rapid.SampledFrom([]string{"", "a", "b", "c", "d", "e"}).Draw(t, "id")
		body := fmt.Sprintf("%q", id)
		list = append(list, store.Item{ID: id, Body: []byte(body)})
		if _, known := m.known[id]; known {
			want.Duplicates++
			continue
		}
		if id != "" {
			m.known[id] = m.last + 1
		}
		fresh = append(fresh, body)
	}
	if len(fresh) > 0 {
		m.append("events", `{"events":[`+strings.Join(fresh, ",")+`]}`)
		want.Seq = m.last
	}
	got, err := m.store.Take(context.Background(), start, "events", list)
	m.fail(err)
	if got != want {
		t.Fatalf("taken %+v, want %+v", got, want)
	}
}

func (m *model) note(t *rapid.T) {
	names := slices.Sorted(maps.Keys(m.texts))
	body := fmt.Sprintf("%q", names[:rapid.IntRange(0, len(names)).Draw(t, "names")])
	kind := rapid.SampledFrom([]string{"policies", "pause"}).Draw(t, "kind")
	m.append(kind, body)
	seq, err := m.store.Note(context.Background(), store.Record{At: start, Kind: kind, Body: []byte(body)})
	m.fail(err)
	if seq != m.last {
		t.Fatalf("record %d, want %d", seq, m.last)
	}
}

func (m *model) decide(t *rapid.T) {
	m.append("tick", "{}")
	var list []store.Entry
	for _, n := range rapid.SliceOfN(rapid.IntRange(1, 9), 0, 3).Draw(t, "requests") {
		e := launch(n, 0)
		list = append(list, e)
		if _, known := m.requests[e.Request.ID]; !known {
			m.requests[e.Request.ID] = decision{record: m.last}
		}
	}
	seq, err := m.store.Decide(context.Background(), store.Record{At: start, Kind: "tick", Body: []byte("{}")}, list)
	m.fail(err)
	if seq != m.last {
		t.Fatalf("record %d, want %d", seq, m.last)
	}
}

func (m *model) deliver(t *rapid.T) {
	id, at := launch(rapid.IntRange(1, 9).Draw(t, "request"), 0).Request.ID, hour(t)
	err := m.store.Finish(context.Background(), store.Outcome{ID: id, At: at, Delivery: store.Delivered})
	d, known := m.requests[id]
	if !known {
		if !errors.Is(err, store.ErrNotFound) {
			t.Fatal(err)
		}
		return
	}
	m.fail(err)
	d.delivered = at
	m.requests[id] = d
	m.append("delivery", fmt.Sprintf(`{"outcome":"delivered","reason":"","request":%q}`, id))
	m.records[len(m.records)-1].At = at
}

func (m *model) text(t *rapid.T) {
	text := rapid.SampledFrom([]string{"", "one", "two", "three"}).Draw(t, "text")
	sum := sha256.Sum256([]byte(text))
	name, err := m.store.PutText(context.Background(), []byte(text))
	m.fail(err)
	if name != hex.EncodeToString(sum[:]) {
		t.Fatal(name)
	}
	m.texts[name] = m.last
}

func (m *model) snapshot(t *rapid.T) {
	at := hour(t)
	m.fail(m.store.PutSnapshot(context.Background(), store.Snapshot{Seq: m.last, At: at, Body: []byte("{}")}))
	m.snapshots[m.last] = at
}

// newest gives the newest snapshot at or before an instant.
func (m *model) newest(at time.Time) (seq int64, found bool) {
	for s, taken := range m.snapshots {
		if !taken.After(at) && (!found || s > seq) {
			seq, found = s, true
		}
	}
	return seq, found
}

func (m *model) prune(t *rapid.T) {
	before := hour(t)
	n, err := m.store.PruneConditions(context.Background(), before)
	m.fail(err)
	want := 0
	if kept, found := m.newest(before); found {
		want = m.forget(kept, before)
	}
	m.thin()
	if n != want {
		t.Fatalf("%d records were pruned, want %d", n, want)
	}
}

func (m *model) forget(kept int64, before time.Time) int {
	policies := int64(0)
	for _, r := range m.records {
		if r.Kind == "policies" && r.Seq <= kept {
			policies = r.Seq
		}
	}
	had := len(m.records)
	m.records = slices.DeleteFunc(m.records, func(r store.Record) bool { return r.Seq <= kept && r.Seq != policies })
	maps.DeleteFunc(m.known, func(_ string, seq int64) bool { return seq <= kept })
	maps.DeleteFunc(m.snapshots, func(seq int64, _ time.Time) bool { return seq < kept })
	maps.DeleteFunc(m.requests, func(_ string, d decision) bool {
		return !d.delivered.IsZero() && d.delivered.Before(before) && d.record <= kept
	})
	maps.DeleteFunc(m.texts, func(name string, seq int64) bool { return seq < kept && !m.names(name) })
	return had - len(m.records)
}

// thin leaves one snapshot a day of those older than a day.
func (m *model) thin() {
	latest, first := time.Time{}, map[time.Time]int64{}
	for seq, at := range m.snapshots {
		day := at.Truncate(24 * time.Hour)
		if other, some := first[day]; !some || seq < other {
			first[day] = seq
		}
		if at.After(latest) {
			latest = at
		}
	}
	maps.DeleteFunc(m.snapshots, func(seq int64, at time.Time) bool {
		return at.Before(latest.Add(-24*time.Hour)) && first[at.Truncate(24*time.Hour)] != seq
	})
}

// names reports whether policies have a text.
func (m *model) names(text string) bool {
	return slices.ContainsFunc(m.records, func(r store.Record) bool { return r.Kind == "policies" && strings.Contains(string(r.Body), text) })
}

// check compares all that can be read.
func (m *model) check(t *rapid.T) {
	ctx := context.Background()
	var records []store.Record
	m.fail(m.store.Records(ctx, 0, nil, func(r store.Record) error { records = append(records, r); return nil }))
	if !reflect.DeepEqual(m.records, records) { // far quicker than cmp
		if diff := cmp.Diff(m.records, records, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	}
	requests := map[string]decision{}
	m.fail(m.store.Entries(ctx, store.EntryFilter{}, func(e store.Entry) error {
		requests[e.Request.ID] = decision{m.requests[e.Request.ID].record, e.DoneAt}
		return nil
	}))
	if diff := cmp.Diff(m.requests, requests, cmp.AllowUnexported(decision{})); diff != "" {
		t.Fatal(diff)
	}
	for _, text := range []string{"", "one", "two", "three"} {
		sum := sha256.Sum256([]byte(text))
		name := hex.EncodeToString(sum[:])
		got, err := m.store.Text(ctx, name)
		if _, known := m.texts[name]; known != (err == nil) || err == nil && string(got) != text {
			t.Fatalf("%q: known %v, %q %v", text, known, got, err)
		}
	}
	m.checkSnapshots(t)
}

func (m *model) checkSnapshots(t *rapid.T) {
	for i := range hours / 6 {
		at := start.Add(time.Duration(i*6) * time.Hour)
		want, found := m.newest(at)
		if !found && len(m.snapshots) > 0 {
			want, found = slices.Min(slices.Collect(maps.Keys(m.snapshots))), true
		}
		got, some, err := m.store.Snapshot(context.Background(), at)
		if err != nil || some != found || some && got.Seq != want {
			t.Fatalf("the snapshot at %s is %d, want %d %v: %v", at, got.Seq, want, found, err)
		}
	}
}
