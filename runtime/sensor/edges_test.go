package sensor_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"auto/runtime/request"
	"auto/runtime/sensor"
	"auto/runtime/sources"
	"auto/runtime/store"

	"github.com/google/go-cmp/cmp"
)

// records counts the records of the journal.
func records(t *testing.T, s store.Store) (n int) {
	t.Helper()
	if err := s.Journal(t.Context(), 0, func(store.Record) error { n++; return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestSkippedIsNotTakenAgain: what was never taken is not taken again.
func TestSkippedIsNotTakenAgain(t *testing.T) {
	for _, mode := range []string{"always", "after 60s"} {
		w := newWorld(t, "    existing skip\n    redeliver "+mode)
		w.put("a", "1", 1)
		w.expect(t, 10)
		w.expect(t, 100)
		w.put("a", "2", 2)
		w.expect(t, 200, "a")
		w.expect(t, 300, "a")
		w.put("a", "1", 1) // as it was skipped
		w.expect(t, 400)
		w.expect(t, 500)
	}
}

// TestRedeliverAfterIsExact: the time since the decision counts to the nanosecond.
func TestRedeliverAfterIsExact(t *testing.T) {
	w := newWorld(t, "    redeliver after 10s")
	w.put("a", "1", 1)
	for _, step := range []struct {
		at   time.Duration
		want int
	}{{10*time.Second + 900*time.Millisecond, 1}, {20*time.Second + 899*time.Millisecond, 0}, {20*time.Second + 900*time.Millisecond, 1}} {
		report, err := w.Tick(t.Context(), start.Add(step.at))
		if err != nil || report.Requested != step.want {
			t.Errorf("at %v: %d requested, want %d: %v", step.at, report.Requested, step.want, err)
		}
	}
}

func TestRedeliveryKeepsTheFirstSight(t *testing.T) {
	w := newWorld(t, "    redeliver always")
	w.put("a", "1", 1)
	w.expect(t, 10, "a")
	w.expect(t, 20, "a")
	v, _, err := w.store.Version(t.Context(), "inbound", w.version("a"))
	if err != nil || !v.FirstSeen.Equal(start.Add(10*time.Second)) || !v.DecidedAt.Equal(start.Add(20*time.Second)) {
		t.Errorf("%+v %v", v, err)
	}
}

// TestOddVersions: what a listing shows oddly is taken in once, and then idle.
func TestOddVersions(t *testing.T) {
	for name, o := range map[string]sources.Object{
		"no time":       {ETag: "1"},
		"far past":      {ETag: "1", LastModified: time.Date(1500, 1, 1, 0, 0, 0, 0, time.UTC)},
		"far future":    {ETag: "1", LastModified: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)},
		"no etag":       {LastModified: start},
		"with a zone":   {ETag: "1", LastModified: start.In(time.FixedZone("x", 3600))},
		"with versions": {ETag: "1", LastModified: start, VersionID: "v1"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "")
			o.Key = "a"
			w.objects["a"] = o
			w.expect(t, 10, "a")
			before := records(t, w.store)
			w.expect(t, 20)
			w.restart()
			w.expect(t, 30)
			w.expect(t, 40)
			if after := records(t, w.store); after != before {
				t.Errorf("idle ticks wrote %d records", after-before)
			}
		})
	}
}

// TestOnlyTheSizeChanges: etag and last_modified are the identity, so nothing is
// decided; the new size is remembered, once.
func TestOnlyTheSizeChanges(t *testing.T) {
	w := newWorld(t, "")
	w.put("a", "1", 1)
	w.expect(t, 10, "a")
	o := w.objects["a"]
	o.Size = 99
	w.objects["a"] = o
	w.expect(t, 20)
	before := records(t, w.store)
	w.expect(t, 30)
	if after := records(t, w.store); after != before {
		t.Errorf("idle ticks wrote %d records", after-before)
	}
	if v, _, err := w.store.Version(t.Context(), "inbound", w.version("a")); err != nil || v.File.Size != 99 || v.State != store.Requested {
		t.Errorf("%+v %v", v, err)
	}
}

// TestComparesWithTheNewest: a version is compared with the one that the key had
// before, which need not be the one that was decided last.
func TestComparesWithTheNewest(t *testing.T) {
	w := newWorld(t, "    settled 5s")
	w.put("a", "1", 1)
	w.expect(t, 10)
	w.expect(t, 20, "a")
	w.put("a", "2", 2)
	w.expect(t, 30)
	w.expect(t, 40, "a")
	w.put("a", "1", 1) // restored
	w.expect(t, 50)
	w.put("a", "2", 3)
	w.expect(t, 60)
	w.put("a", "2", 4) // while it settled
	w.expect(t, 70)
	w.expect(t, 80, "a")
}

// TestOrderOfDecision: without a limit too, older files go first unless the block says
// otherwise.
func TestOrderOfDecision(t *testing.T) {
	for clause, want := range map[string][]string{"": {"b", "c", "a"}, "    order newest first": {"a", "c", "b"}} {
		w := newWorld(t, clause)
		w.put("a", "1", 3)
		w.put("b", "1", 1)
		w.put("c", "1", 2)
		w.tick(t, 10)
		due, err := w.store.Due(t.Context(), start.Add(time.Minute), 10)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range due {
			got = append(got, e.Request.File.Key)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", clause, diff)
		}
	}
}

// TestResumeWhileListing: what lifts a halt while a tick is under way is not undone.
func TestResumeWhileListing(t *testing.T) {
	w := newWorld(t, "    halt above 1 per tick")
	w.put("a", "1", 1)
	w.put("b", "1", 1)
	w.expect(t, 10, "a", "b")
	w.put("c", "1", 2)
	w.order = func(keys []string) {
		slices.Sort(keys)
		if err := w.store.Resume(t.Context(), "inbound", start.Add(15*time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	w.expect(t, 20, "c")
	w.order = nil
	if b, err := w.store.Block(t.Context(), "inbound"); err != nil || !b.HaltedAt.IsZero() {
		t.Errorf("%+v %v", b, err)
	}
	w.expect(t, 30)
	if due, err := w.store.Due(t.Context(), start.Add(time.Hour), 10); err != nil || len(due) != 3 {
		t.Errorf("%d due, %v", len(due), err)
	}
}

// refusing is a source that does not show single objects.
type refusing struct{ *bucket }

var errStat = errors.New("access denied")

func (r refusing) Stat(context.Context, string) (sources.Object, error) {
	return sources.Object{}, errStat
}

// TestStatFails: a file that cannot be looked at is reported, and taken when it can be.
func TestStatFails(t *testing.T) {
	w := newWorld(t, "    run_key \"{key}@{version_id}\"")
	w.expect(t, 0)
	w.put("a", "1", 1)
	w.Source = refusing{w.bucket}
	report, err := w.Tick(t.Context(), start.Add(10*time.Second))
	if err != nil || !errors.Is(report.Failed, errStat) || len(report.Entries) != 0 {
		t.Errorf("%+v %v", report, err)
	}
	w.Source = w.bucket
	w.expect(t, 20, "a")
}

// TestUndeclaredStops: a block that does not say what existing files are for lists
// them once.
func TestUndeclaredStops(t *testing.T) {
	w := newWorld(t, "")
	for i := range 101 {
		w.put(fmt.Sprint(i), "1", 1)
	}
	for _, calls := range []int{1, 0, 0} {
		report, err := w.Tick(t.Context(), start)
		var undeclared *sensor.FirstListingError
		if !errors.As(err, &undeclared) || undeclared.Files != 101 || report.Calls != calls {
			t.Errorf("%d calls, want %d: %v", report.Calls, calls, err)
		}
	}
	if n := records(t, w.store); n != 0 {
		t.Errorf("%d records", n)
	}
}

// TestPartialListing: a listing that breaks off shows what is new, and nothing gone.
func TestPartialListing(t *testing.T) {
	w := newWorld(t, "")
	w.pageSize = 1
	w.put("b", "1", 1)
	w.put("c", "1", 1)
	w.expect(t, 10, "b", "c")
	w.put("a", "1", 2)
	delete(w.objects, "c")
	w.failAfter = 1
	report, err := w.Tick(t.Context(), start.Add(20*time.Second))
	if err != nil || !errors.Is(report.Failed, errListing) || report.Requested != 1 || report.Gone != 0 {
		t.Errorf("%+v %v", report, err)
	}
	w.failAfter = -1
	report, err = w.Tick(t.Context(), start.Add(30*time.Second))
	if err != nil || report.Gone != 1 || report.Requested != 0 {
		t.Errorf("%+v %v", report, err)
	}
}

// TestPrunedReturns: what was forgotten after its retention is new, without a restart.
func TestPrunedReturns(t *testing.T) {
	w := newWorld(t, "")
	w.Retention = 24 * time.Hour
	w.put("a", "1", 1)
	w.expect(t, 10, "a")
	due, err := w.store.Due(t.Context(), start.Add(time.Minute), 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.store.Finish(t.Context(), store.Outcome{ID: due[0].Request.ID, At: start, Delivery: store.Delivered}); err != nil {
		t.Fatal(err)
	}
	delete(w.objects, "a")
	w.expect(t, 20)
	w.expect(t, 3*86400)
	w.put("a", "1", 1)
	w.expect(t, 3*86400+10, "a")
}

// version gives an object as the store names it.
func (w *world) version(key string) request.File {
	o := w.objects[key]
	return request.File{Bucket: "landing", Key: key, ETag: o.ETag, LastModified: o.LastModified, Size: o.Size}
}
