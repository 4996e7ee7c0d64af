package sensor_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"auto/compiler"
	"auto/compiler/files"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/runtime/params"
	"auto/runtime/rules"
	"auto/runtime/sensor"
	"auto/runtime/sources"
	"auto/runtime/store"
	"auto/runtime/store/sqlite"

	"github.com/google/go-cmp/cmp"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// bucket is a simulated bucket.
type bucket struct {
	objects  map[string]sources.Object
	pageSize int
	// order gives the keys of a listing; nil sorts them.
	order func(keys []string)
	// failAfter is the number of pages after which a listing fails, below 0 for never.
	failAfter int
	stats     int
}

func newBucket() *bucket {
	return &bucket{objects: map[string]sources.Object{}, pageSize: 1000, failAfter: -1}
}

func (b *bucket) Bucket() string { return "landing" }

func (b *bucket) put(key, etag string, modified int) {
	b.objects[key] = sources.Object{Key: key, ETag: etag, Size: int64(len(etag)), LastModified: start.Add(time.Duration(modified) * time.Second)}
}

var errListing = errors.New("the listing broke off")

func (b *bucket) List(_ context.Context, prefix string, yield func([]sources.Object) error) (sources.Stats, error) {
	var keys []string
	for key := range b.objects {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	if b.order != nil {
		b.order(keys)
	}
	var stats sources.Stats
	for page := 0; ; page++ {
		stats.Calls++
		if page == b.failAfter {
			return stats, errListing
		}
		n := min(b.pageSize, len(keys))
		objects := make([]sources.Object, n)
		for i, key := range keys[:n] {
			objects[i] = b.objects[key]
		}
		stats.Keys += n
		if err := yield(objects); err != nil {
			return stats, err
		}
		if keys = keys[n:]; len(keys) == 0 {
			return stats, nil
		}
	}
}

func (b *bucket) Stat(_ context.Context, key string) (sources.Object, error) {
	b.stats++
	o, ok := b.objects[key]
	if !ok {
		return o, sources.Missing("landing", key)
	}
	o.VersionID = "v-" + o.ETag
	return o, nil
}

func (b *bucket) Move(context.Context, string, string) error { return nil }

// fataler is what a test and a property have in common.
type fataler interface {
	Helper()
	Fatal(args ...any)
}

// program compiles the clauses of a block.
func program(t fataler, clauses string) *files.Program {
	t.Helper()
	text := "files inbound from s3(\"landing\") every 10s {\n    always move\n" + clauses + "\n}"
	trees, found := parse.Files([]*source.File{source.New("test.auto", text)})
	policies, more := compiler.Compile(compiler.Input{Files: trees})
	if found = append(found, more...); len(found) > 0 {
		t.Fatal(found[0])
	}
	return policies.Files[0]
}

func open(t testing.TB, dir string) store.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), dir, sqlite.Owner{PID: 1, Command: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// world is a block with its bucket and store.
type world struct {
	*bucket
	*sensor.Sensor
	store store.Store
}

func newWorld(t testing.TB, clauses string) *world {
	t.Helper()
	b, s := newBucket(), open(t, t.TempDir())
	t.Cleanup(func() { s.Close() })
	p := program(t, clauses)
	return &world{b, &sensor.Sensor{Program: p, Source: b, Store: s, Decider: &rules.Decider{Program: p}}, s}
}

// restart forgets what is in memory.
func (w *world) restart() {
	w.Sensor = &sensor.Sensor{Program: w.Program, Source: w.bucket, Store: w.store, Decider: w.Decider}
}

// tick ticks at a second and gives the keys that runs are requested for.
func (w *world) tick(t testing.TB, second int) []string {
	t.Helper()
	report, err := w.Tick(t.Context(), start.Add(time.Duration(second)*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	if report.Failed != nil && !errors.Is(report.Failed, errListing) {
		t.Fatal(report.Failed)
	}
	keys := []string{}
	for _, e := range report.Entries {
		keys = append(keys, e.Request.File.Key)
	}
	slices.Sort(keys)
	return keys
}

func (w *world) expect(t testing.TB, second int, want ...string) {
	t.Helper()
	if want == nil {
		want = []string{}
	}
	if diff := cmp.Diff(want, w.tick(t, second)); diff != "" {
		t.Errorf("at %d s: %s", second, diff)
	}
}

// The tests below are the cases of what has to come out when files become assets.

func TestM08Marker(t *testing.T) {
	w := newWorld(t, "")
	w.objects["sales/"] = sources.Object{Key: "sales/"}
	w.expect(t, 0)
}

func TestM13NewEtag(t *testing.T) {
	w := newWorld(t, "")
	w.put("a", "1", 1)
	w.expect(t, 10, "a")
	w.put("a", "2", 2)
	w.expect(t, 20, "a")
	w.put("a", "2", 3) // touched only
	w.expect(t, 30)
}

func TestM14SameAgain(t *testing.T) {
	w := newWorld(t, "")
	w.put("a", "1", 1)
	w.expect(t, 10, "a")
	w.expect(t, 20)
	w.restart()
	w.expect(t, 30)
}

func TestM15TwoFiles(t *testing.T) {
	w := newWorld(t, "")
	w.put("a", "1", 1)
	w.put("b", "1", 1)
	w.expect(t, 10, "a", "b")
}

func TestM21EqualTimes(t *testing.T) {
	w := newWorld(t, "")
	w.put("a", "1", 10)
	w.put("b", "1", 11)
	w.expect(t, 20, "a", "b")
	w.put("c", "1", 11)
	w.expect(t, 30, "c")
}

func TestM22BackDated(t *testing.T) {
	w := newWorld(t, "")
	w.put("a", "1", 100)
	w.expect(t, 110, "a")
	w.put("old", "1", -100_000)
	w.expect(t, 120, "old")
}

func TestM23DiesBetween(t *testing.T) {
	w := newWorld(t, "")
	for _, key := range []string{"a", "b", "c"} {
		w.put(key, "1", 1)
	}
	w.expect(t, 10, "a", "b", "c")
	due, err := w.store.Due(t.Context(), start.Add(time.Minute), 10)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.store.Finish(t.Context(), store.Outcome{ID: due[0].Request.ID, At: start, Delivery: store.Delivered}); err != nil {
		t.Fatal(err)
	}
	w.restart()
	w.put("d", "1", 2)
	w.expect(t, 20, "d")
	count := 0
	if err := w.store.Entries(t.Context(), store.EntryFilter{}, func(store.Entry) error { count++; return nil }); err != nil || count != 4 {
		t.Errorf("%d requests, %v", count, err)
	}
}

func TestM25GoneAtDelivery(t *testing.T) {
	w := newWorld(t, "")
	w.put("a", "1", 1)
	w.expect(t, 10, "a")
	delete(w.objects, "a")
	w.expect(t, 20)
	due, err := w.store.Due(t.Context(), start.Add(time.Minute), 10)
	if err != nil || len(due) != 1 || !due[0].Request.Gone {
		t.Errorf("%+v %v", due, err)
	}
}

func TestM26Calls(t *testing.T) {
	w := newWorld(t, "    existing skip")
	for i := range 2500 {
		w.put(fmt.Sprintf("%05d", i), "1", 1)
	}
	w.expect(t, 10)
	w.put("new", "1", 2)
	report, err := w.Tick(t.Context(), start.Add(20*time.Second))
	if err != nil || report.Calls != 3 || report.Keys != 2501 || report.Requested != 1 {
		t.Errorf("%+v %v", report, err)
	}
}

func TestM27Settles(t *testing.T) {
	w := newWorld(t, "    settled 60s")
	w.put("a", "1", 1)
	w.expect(t, 10)
	w.put("a", "12", 2) // grows
	w.expect(t, 40)
	w.restart()
	w.expect(t, 90)
	w.expect(t, 100, "a")
	w.expect(t, 200)
}

func TestVanishesWhileSettling(t *testing.T) {
	w := newWorld(t, "    settled 60s")
	w.put("a", "1", 1)
	w.expect(t, 10)
	delete(w.objects, "a")
	w.expect(t, 30)
	w.put("a", "1", 1)
	w.expect(t, 80)
	w.expect(t, 140, "a")
}

func TestM29ComesBack(t *testing.T) {
	for _, mode := range []string{"never", "on new etag"} {
		w := newWorld(t, "    redeliver "+mode)
		w.put("a", "1", 1)
		w.expect(t, 10, "a")
		delete(w.objects, "a")
		w.expect(t, 20)
		w.put("a", "1", 1) // a listing that was late
		w.expect(t, 30)
		delete(w.objects, "a")
		w.expect(t, 40)
		w.restart()
		w.put("a", "1", 45)
		w.expect(t, 50, "a")
	}
}

func TestM30FirstListing(t *testing.T) {
	fill := func(w *world, n int) {
		for i := range n {
			w.put(fmt.Sprintf("%05d", i), "1", 1)
		}
	}
	w := newWorld(t, "")
	fill(w, 101)
	var undeclared *sensor.FirstListingError
	if _, err := w.Tick(t.Context(), start); !errors.As(err, &undeclared) || undeclared.Files != 101 {
		t.Errorf("%v", err)
	}
	w = newWorld(t, "    existing skip")
	fill(w, 101)
	w.expect(t, 10)
	w.put("new", "1", 2)
	w.expect(t, 20, "new")
	w = newWorld(t, "    existing take\n    limit 40 per tick")
	fill(w, 101)
	for i, want := range []int{40, 40, 21, 0} {
		report, err := w.Tick(t.Context(), start.Add(time.Duration(i)*10*time.Second))
		if err != nil || report.Released != want {
			t.Errorf("tick %d released %d, want %d: %v", i, report.Released, want, err)
		}
	}
}

func TestFirstListingBreaksOff(t *testing.T) {
	w := newWorld(t, "    existing skip")
	w.pageSize, w.failAfter = 1, 1
	w.put("a", "1", 1)
	w.put("b", "1", 1)
	w.expect(t, 10)
	w.failAfter = -1
	w.put("c", "1", 2) // still the first day
	w.expect(t, 20)
	w.put("d", "1", 3)
	w.expect(t, 30, "d")
}

func TestM31Retention(t *testing.T) {
	w := newWorld(t, "")
	w.Retention = 24 * time.Hour
	w.put("stays", "1", 1)
	w.put("goes", "1", 1)
	w.expect(t, 10, "goes", "stays")
	due, err := w.store.Due(t.Context(), start.Add(time.Minute), 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range due {
		if err := w.store.Finish(t.Context(), store.Outcome{ID: e.Request.ID, At: start, Delivery: store.Delivered}); err != nil {
			t.Fatal(err)
		}
	}
	delete(w.objects, "goes")
	w.expect(t, 20)
	w.tick(t, 10*86400)
	w.restart()
	w.expect(t, 11*86400)
	w.put("goes", "1", 1)
	w.expect(t, 12*86400, "goes")
}

func TestRedeliver(t *testing.T) {
	w := newWorld(t, "    redeliver never")
	w.put("a", "1", 1)
	w.expect(t, 10, "a")
	w.put("a", "2", 2)
	w.expect(t, 20)
	w = newWorld(t, "    redeliver always")
	w.put("a", "1", 1)
	w.expect(t, 10, "a")
	w.expect(t, 20, "a")
	w = newWorld(t, "    redeliver after 60s")
	w.put("a", "1", 1)
	w.expect(t, 10, "a")
	w.put("a", "2", 2)
	w.expect(t, 20)
	w.restart()
	w.expect(t, 69)
	w.expect(t, 70, "a")
	w.expect(t, 129)
	w.expect(t, 130, "a")
}

func TestOnceDecidedNeverAgain(t *testing.T) {
	w := newWorld(t, "")
	w.put("a", "1", 1)
	w.expect(t, 10, "a")
	w.put("a", "2", 2)
	w.expect(t, 20, "a")
	w.put("a", "1", 1) // restored as it was
	w.expect(t, 30)
}

func TestForget(t *testing.T) {
	w := newWorld(t, "")
	w.put("sales/a", "1", 1)
	w.put("b", "1", 1)
	w.expect(t, 10, "b", "sales/a")
	if n, err := w.store.Forget(t.Context(), "", "sales/*", start); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	w.expect(t, 20, "sales/a")
}

func TestHalt(t *testing.T) {
	w := newWorld(t, "    halt above 2 per tick")
	for _, key := range []string{"a", "b", "c"} {
		w.put(key, "1", 1)
	}
	w.expect(t, 10, "a", "b", "c")
	w.put("d", "1", 2)
	w.expect(t, 20, "d")
	if due, err := w.store.Due(t.Context(), start.Add(time.Hour), 10); err != nil || len(due) != 0 {
		t.Errorf("%d due, %v", len(due), err)
	}
	if err := w.store.Resume(t.Context(), "inbound", start.Add(25*time.Second)); err != nil {
		t.Fatal(err)
	}
	w.expect(t, 30)
	if due, err := w.store.Due(t.Context(), start.Add(time.Hour), 10); err != nil || len(due) != 4 {
		t.Errorf("%d due, %v", len(due), err)
	}
}

func TestPauseAndOrder(t *testing.T) {
	w := newWorld(t, "    pause until \"2026-01-01T00:01:00Z\" because \"a move\"\n    limit 1 per 10s\n    order newest first")
	w.put("old", "1", 1)
	w.put("new", "1", 2)
	w.expect(t, 10, "new", "old")
	for i, want := range []string{"", "new", "", "old"} {
		w.tick(t, []int{20, 60, 69, 70}[i])
		due, err := w.store.Due(t.Context(), start.Add(time.Hour), 1)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(due) > 0 {
			got = due[0].Request.File.Key
			if err := w.store.Finish(t.Context(), store.Outcome{ID: due[0].Request.ID, At: start, Delivery: store.Delivered}); err != nil {
				t.Fatal(err)
			}
		}
		if got != want {
			t.Errorf("step %d: %q, want %q", i, got, want)
		}
	}
}

func TestVersionID(t *testing.T) {
	w := newWorld(t, "    run_key \"{key}@{version_id}\"")
	w.put("a", "1", 1)
	w.expect(t, 10, "a")
	w.expect(t, 20)
	if w.stats != 1 {
		t.Errorf("%d calls of Stat", w.stats)
	}
	due, err := w.store.Due(t.Context(), start.Add(time.Minute), 1)
	if err != nil || due[0].Request.RunKey != "a@v-1" {
		t.Errorf("%+v %v", due, err)
	}
}

func TestIdleWritesNothing(t *testing.T) {
	w := newWorld(t, "    settled 60s")
	w.put("a", "1", 1)
	w.expect(t, 10)
	records := func() int {
		n := 0
		if err := w.store.Journal(t.Context(), 0, func(r store.Record) error {
			n++
			if !json.Valid(r.Body) {
				t.Errorf("journal: %s", r.Body)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := records()
	w.expect(t, 20)
	w.expect(t, 30)
	if after := records(); after != before {
		t.Errorf("idle ticks wrote %d records", after-before)
	}
}

// TestRefused: a run that lacks parameters is parked with the reason, whatever else would
// hold it back, and no limit lets it go.
func TestRefused(t *testing.T) {
	for _, clause := range []string{"", "    limit 1 per tick", "    halt above 1 per tick", "    pause until \"2026-01-01T00:01:00Z\" because \"a move\""} {
		w := newWorld(t, clause)
		d := params.Decl{Type: params.String, Required: true}
		w.Decider.Params.Jobs = []*params.Job{{Name: "j", Assets: []string{"move"}, Schema: params.Schema{{Name: params.Name{Asset: "move", Param: "to"}, Decl: d}}}}
		w.put("a", "1", 1)
		w.put("b", "1", 1)
		w.expect(t, 10, "a", "b")
		w.expect(t, 100)
		parked := 0
		err := w.store.Entries(t.Context(), store.EntryFilter{Delivery: store.Refused}, func(e store.Entry) error {
			parked++
			if e.Reason != e.Request.Refused.Reason || !strings.Contains(e.Reason, "`move.to` has no value") || e.DoneAt.IsZero() {
				t.Errorf("%q: %+v", clause, e)
			}
			return nil
		})
		if err != nil || parked != 2 {
			t.Errorf("%q: %d parked, %v", clause, parked, err)
		}
	}
}
