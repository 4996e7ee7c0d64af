package sensor_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"auto/runtime/journal"
	"auto/runtime/store"

	"github.com/google/go-cmp/cmp"
)

// ran tells that a run of a request ended with a status, at a second.
func (w *world) ran(t testing.TB, second int, status, request string) {
	t.Helper()
	at := start.Add(time.Duration(second) * time.Second)
	body := fmt.Sprintf(`{"type":"run","at":%q,"run_id":"r-%s-%d","status":%q,"tags":{"auto/request":%q}}`, at.Format(time.RFC3339Nano), request, second, status, request)
	if _, err := w.store.Take(t.Context(), at, journal.KindEvents, []store.Item{{Body: []byte(body)}}); err != nil {
		t.Fatal(err)
	}
}

// requests gives the requests of the store in the order of decision.
func (w *world) requests(t testing.TB) (all []store.Entry) {
	t.Helper()
	if err := w.store.Entries(t.Context(), store.EntryFilter{}, func(e store.Entry) error { all = append(all, e); return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

// keys gives the run keys of the requests, and checks that each has its own tag.
func (w *world) keys(t testing.TB) (keys []string) {
	t.Helper()
	for _, e := range w.requests(t) {
		if e.Request.Tags["auto/request"] != e.Request.ID {
			t.Errorf("%s has the tag %q", e.Request.ID, e.Request.Tags["auto/request"])
		}
		keys = append(keys, e.Request.RunKey)
	}
	return keys
}

// TestRetry: a run that failed is launched again as often as the block says, with waits
// that double.
func TestRetry(t *testing.T) {
	w := newWorld(t, "    existing take\n    run_key \"{key}@{etag}\"\n    retry 2 after 1m up to 90s")
	w.put("a.csv", "1", 0)
	w.tick(t, 10)
	first := w.requests(t)[0].Request
	w.ran(t, 20, "failure", first.ID)
	for _, step := range []struct {
		second int
		want   []string
	}{
		{30, []string{"a.csv@1"}},
		{79, []string{"a.csv@1"}},
		{80, []string{"a.csv@1", "a.csv@1/retry-1"}},
		{90, []string{"a.csv@1", "a.csv@1/retry-1"}},
	} {
		w.tick(t, step.second)
		if diff := cmp.Diff(step.want, w.keys(t)); diff != "" {
			t.Fatalf("at %d: %s", step.second, diff)
		}
	}
	again := w.requests(t)[1].Request
	if again.Retry != 1 || again.File != first.File || !again.DecidedAt.Equal(first.DecidedAt) {
		t.Errorf("the retry is of another file: %+v", again)
	}
	w.ran(t, 100, "failure", again.ID)
	w.restart()
	w.tick(t, 189)
	if n := len(w.requests(t)); n != 2 {
		t.Fatalf("the wait did not double: %d requests", n)
	}
	w.tick(t, 190) // bounded by `up to`
	last := w.requests(t)[2].Request
	w.ran(t, 200, "failure", last.ID)
	w.tick(t, 1000)
	if diff := cmp.Diff([]string{"a.csv@1", "a.csv@1/retry-1", "a.csv@1/retry-2"}, w.keys(t)); diff != "" {
		t.Error(diff)
	}
}

// TestNoRetry: what is no failure of a run of the block is not launched again.
func TestNoRetry(t *testing.T) {
	for name, tell := range map[string]func(w *world, id string){
		"success":  func(w *world, id string) { w.ran(t, 20, "success", id) },
		"canceled": func(w *world, id string) { w.ran(t, 20, "canceled", id) },
		"foreign":  func(w *world, id string) { w.ran(t, 20, "failure", "somebody-else") },
		"success after all": func(w *world, id string) {
			w.ran(t, 20, "failure", id)
			w.ran(t, 25, "success", id)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "    existing take\n    retry 1 after 10s")
			w.put("a.csv", "1", 0)
			w.tick(t, 10)
			tell(w, w.requests(t)[0].Request.ID)
			w.tick(t, 30)
			w.tick(t, 300)
			if n := len(w.requests(t)); n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// TestOldFailures: runs that failed before the block had the clause stay as they are.
func TestOldFailures(t *testing.T) {
	w := newWorld(t, "    existing take")
	w.put("a.csv", "1", 0)
	w.tick(t, 10)
	w.ran(t, 20, "failure", w.requests(t)[0].Request.ID)
	w.Program = program(t, "    existing take\n    retry 1 after 10s")
	w.restart()
	w.tick(t, 100)
	w.tick(t, 200)
	if n := len(w.requests(t)); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// TestRetryHolds: a retry keeps the limits of its block, and its pause.
func TestRetryHolds(t *testing.T) {
	w := newWorld(t, "    existing take\n    limit 1 per 1h\n    retry 1 after 10s")
	w.put("a.csv", "1", 0)
	w.tick(t, 10)
	w.ran(t, 20, "failure", w.requests(t)[0].Request.ID)
	w.tick(t, 40)
	if e := w.requests(t)[1]; e.Delivery != store.Held {
		t.Errorf("the retry is %s", e.Delivery)
	}
	w.tick(t, 3700)
	if e := w.requests(t)[1]; e.Delivery != store.Due {
		t.Errorf("the retry is %s", e.Delivery)
	}
}

// forgetful is a store that fails to keep marks.
type forgetful struct{ store.Store }

var errMarks = errors.New("the mark was not kept")

func (forgetful) PutMarks(context.Context, map[string][]byte) error { return errMarks }

// TestRetryOnce: dying between the request and what is remembered of it doubles nothing.
func TestRetryOnce(t *testing.T) {
	w := newWorld(t, "    existing take\n    retry 1 after 10s")
	w.put("a.csv", "1", 0)
	w.tick(t, 10)
	w.ran(t, 20, "failure", w.requests(t)[0].Request.ID)
	w.Store = forgetful{w.store}
	for range 2 {
		if _, err := w.Tick(t.Context(), start.Add(40*time.Second)); !errors.Is(err, errMarks) {
			t.Fatal(err)
		}
	}
	w.restart()
	w.tick(t, 50)
	w.tick(t, 60)
	if n := len(w.requests(t)); n != 2 {
		t.Errorf("%d requests", n)
	}
}
