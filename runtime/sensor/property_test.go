package sensor_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"auto/runtime/rules"
	"auto/runtime/sensor"
	"auto/runtime/sources"
	"auto/runtime/store"
	"auto/runtime/store/sqlite"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// triple is what is decided once.
type triple struct {
	etag     string
	modified time.Time
}

// modelKey is what the model knows of a key.
type modelKey struct {
	decided map[triple]int // when it was decided
	skipped map[triple]bool
	last    *triple // the decided one that the key had last
	gone    bool
	pending *triple // settling
	since   int
}

// model is the meaning of a sensor's ticks, written down from docs/language.md with maps
// and without hashes, transactions or memory of listings.
type model struct {
	settled   int
	existing  string // "take" or "skip"
	redeliver string // "on new etag", "never", "always", or "after 20s"
	listed    bool
	keys      map[string]modelKey
}

func (m model) clone() model {
	c := m
	c.keys = map[string]modelKey{}
	for key, k := range m.keys {
		k.decided, k.skipped = maps.Clone(k.decided), maps.Clone(k.skipped)
		c.keys[key] = k
	}
	return c
}

// tick gives the keys that runs are requested for.
func (m *model) tick(at int, shown map[string]triple, complete bool) []string {
	requested := []string{}
	if !m.listed && !complete {
		return requested
	}
	first := !m.listed
	m.listed = true
	for key, v := range shown {
		if first && m.existing == "skip" {
			m.keys[key] = modelKey{decided: map[triple]int{v: at}, skipped: map[triple]bool{v: true}, last: &v}
		} else if m.observe(key, v, at) {
			requested = append(requested, key)
		}
	}
	for key, k := range m.keys {
		if _, ok := shown[key]; !ok && complete {
			k.pending, k.gone = nil, k.last != nil
			m.keys[key] = k
		}
	}
	slices.Sort(requested)
	return requested
}

func (m *model) observe(key string, v triple, at int) (requested bool) {
	k, ok := m.keys[key]
	if !ok {
		k = modelKey{decided: map[triple]int{}}
	}
	defer func() { m.keys[key] = k }()
	if k.pending == nil || *k.pending != v {
		if decided, ok := k.decided[v]; ok {
			k.last, k.gone, k.pending = &v, false, nil
			if k.skipped[v] || !m.elapsed(decided, at) {
				return false
			}
			k.decided[v] = at
			return true
		}
		returned := k.gone && v.modified.After(k.last.modified)
		if k.last != nil && !returned && !m.takes(v, k, at) {
			k.decided[v] = at
			if m.redeliver == "after 20s" {
				k.decided[v] = k.decided[*k.last]
			}
			k.last, k.gone, k.pending = &v, false, nil
			return false
		}
		k.pending, k.since = &v, at
		if m.settled > 0 {
			return false
		}
	}
	if at-k.since < m.settled {
		return false
	}
	k.decided[v] = at
	k.last, k.gone, k.pending = &v, false, nil
	return true
}

// elapsed reports whether what was decided is decided again.
func (m *model) elapsed(decided, at int) bool {
	return m.redeliver == "always" || m.redeliver == "after 20s" && at-decided >= 20
}

// takes reports whether a new version of a key that stayed is taken.
func (m *model) takes(v triple, k modelKey, at int) bool {
	if m.redeliver == "on new etag" {
		return v.etag != k.last.etag
	}
	return m.elapsed(k.decided[*k.last], at)
}

// failing is a store whose commits fail when it is told to: before they happen, or after
// as when the answer is lost.
type failing struct {
	store.Store
	before, after bool
}

var errCommit = errors.New("the commit failed")

func (f *failing) Commit(ctx context.Context, t store.Tick) error {
	if f.before {
		return errCommit
	}
	if err := f.Store.Commit(ctx, t); err != nil || !f.after {
		return err
	}
	return errCommit
}

// TestSimulatedBucket: whatever happens in a bucket and to listings, every version that
// listings show settled is decided exactly once, as the model says.
func TestSimulatedBucket(t *testing.T) {
	keys := []string{"a", "b/c", "ctl\x01\n", "é", "z+ %41"}
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "auto-sensor-")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		settled := rapid.SampledFrom([]int{0, 20}).Draw(t, "settled")
		existing := rapid.SampledFrom([]string{"take", "skip"}).Draw(t, "existing")
		redeliver := rapid.SampledFrom([]string{"on new etag", "never", "always", "after 20s"}).Draw(t, "redeliver")
		p := program(t, fmt.Sprintf("    existing %s\n    settled %ds\n    redeliver %s", existing, settled, redeliver))
		b := newBucket()
		opened, err := sqlite.Open(context.Background(), dir, sqlite.Owner{PID: 1})
		if err != nil {
			t.Fatal(err)
		}
		disk := &failing{Store: opened}
		defer func() { disk.Store.Close() }()
		s := &sensor.Sensor{Program: p, Source: b, Store: disk, Decider: &rules.Decider{Program: p}}
		m := model{settled: settled, existing: existing, redeliver: redeliver, keys: map[string]modelKey{}}
		at := 0
		for range rapid.IntRange(1, 25).Draw(t, "ticks") {
			for range rapid.IntRange(0, 3).Draw(t, "changes") {
				key := rapid.SampledFrom(keys).Draw(t, "key")
				if rapid.IntRange(0, 3).Draw(t, "delete") == 0 {
					delete(b.objects, key)
				} else {
					b.put(key, rapid.SampledFrom([]string{"1", "2"}).Draw(t, "etag"), rapid.IntRange(-1, 3).Draw(t, "modified"))
				}
			}
			at += rapid.SampledFrom([]int{5, 10, 30}).Draw(t, "wait")
			b.pageSize = rapid.IntRange(1, 3).Draw(t, "page size")
			b.failAfter = rapid.SampledFrom([]int{-1, -1, -1, 0, 1}).Draw(t, "fails")
			shuffle := rapid.Permutation(keys).Draw(t, "order")
			b.order = func(list []string) {
				slices.SortFunc(list, func(x, y string) int { return slices.Index(shuffle, x) - slices.Index(shuffle, y) })
			}
			switch rapid.IntRange(0, 8).Draw(t, "mishap") {
			case 0:
				disk.before = true
			case 1:
				disk.after = true
			case 2:
				s = &sensor.Sensor{Program: p, Source: b, Store: disk, Decider: s.Decider}
			case 3:
				if err := disk.Store.Close(); err != nil {
					t.Fatal(err)
				}
				if disk.Store, err = sqlite.Open(context.Background(), dir, sqlite.Owner{PID: 1}); err != nil {
					t.Fatal(err)
				}
				s = &sensor.Sensor{Program: p, Source: b, Store: disk, Decider: s.Decider}
			}
			report, err := s.Tick(context.Background(), start.Add(time.Duration(at)*time.Second))
			lost := errors.Is(err, errCommit)
			if err != nil && !lost {
				t.Fatal(err)
			}
			next := m.clone()
			want := next.tick(at, b.shown(), report.Failed == nil)
			if !lost || !disk.before {
				m = next
			}
			disk.before, disk.after = false, false
			if lost {
				continue
			}
			got := []string{}
			for _, e := range report.Entries {
				got = append(got, e.Request.File.Key)
			}
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("at %d s: %s", at, diff)
			}
		}
		checkStored(t, disk, m)
	})
}

// shown gives what the last listing showed.
func (b *bucket) shown() map[string]triple {
	keys := slices.Sorted(maps.Keys(b.objects))
	b.order(keys)
	if b.failAfter >= 0 && b.failAfter*b.pageSize < len(keys) {
		keys = keys[:b.failAfter*b.pageSize]
	}
	shown := map[string]triple{}
	for _, key := range keys {
		shown[key] = triple{b.objects[key].ETag, b.objects[key].LastModified}
	}
	return shown
}

// checkStored holds what is stored against the model: each decided version once, and no
// request twice.
func checkStored(t *rapid.T, s store.Store, m model) {
	decided := map[string]int{}
	err := s.Versions(context.Background(), store.FileFilter{History: true}, func(v store.Version) error {
		if v.State != store.Settling {
			decided[v.File.Key]++
			if _, ok := m.keys[v.File.Key].decided[triple{v.File.ETag, v.File.LastModified}]; !ok {
				t.Errorf("%q %s was decided, and should not have been", v.File.Key, v.File.ETag)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for key, k := range m.keys {
		if decided[key] != len(k.decided) {
			t.Errorf("%q: %d decided versions, want %d", key, decided[key], len(k.decided))
		}
	}
	seen := map[sources.Object]bool{}
	err = s.Entries(context.Background(), store.EntryFilter{}, func(e store.Entry) error {
		f := e.Request.File
		o := sources.Object{Key: f.Key, ETag: f.ETag, LastModified: f.LastModified}
		if seen[o] && (m.redeliver == "on new etag" || m.redeliver == "never") {
			t.Errorf("%q %s was requested twice", f.Key, f.ETag)
		}
		seen[o] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
