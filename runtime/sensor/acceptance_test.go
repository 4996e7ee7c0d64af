package sensor_test

import (
	"strings"
	"testing"

	"auto/runtime/store"
)

// The acceptance scenarios of examples/acceptance that are about files.

// TestS08: a file is rewritten, two are new, two have the same second, the newest one is
// deleted, and one comes with an old date: each version is requested once.
func TestS08(t *testing.T) {
	w := newWorld(t, "")
	w.put("A", "1", 1)
	w.put("pair1", "1", 5)
	w.expect(t, 10, "A", "pair1")
	w.put("A", "2", 11)
	w.put("B", "1", 11)
	w.put("C", "1", 12)
	w.put("pair2", "1", 5)
	w.expect(t, 20, "A", "B", "C", "pair2")
	delete(w.objects, "C") // the newest, by which others remember where they are
	w.put("old", "1", -100_000)
	w.expect(t, 30, "old")
	w.restart()
	w.expect(t, 40)
}

// TestS09: a run key that was used before does not make a request vanish: it is parked, and
// says why.
func TestS09(t *testing.T) {
	w := newWorld(t, `run_key "{key}@{last_modified}"`)
	w.put("A", "1", 1)
	w.expect(t, 10, "A")
	w.put("A", "2", 1) // rewritten within the second
	w.expect(t, 20, "A")
	var parked []store.Entry
	err := w.store.Entries(t.Context(), store.EntryFilter{Delivery: store.Refused}, func(e store.Entry) error {
		parked = append(parked, e)
		return nil
	})
	if err != nil || len(parked) != 1 || parked[0].Request.File.ETag != "2" || !strings.Contains(parked[0].Reason, "run key") {
		t.Errorf("%v, parked: %+v", err, parked)
	}
}
