package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"auto/runtime/store"
	"auto/runtime/store/sqlite"

	"github.com/google/go-cmp/cmp"
)

func openReader(t *testing.T, dir string) *sqlite.Reader {
	t.Helper()
	r, err := sqlite.OpenReader(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// bodies gives those of the records of conditions.
func bodies(t *testing.T, r store.Reader) (list []string) {
	t.Helper()
	if err := r.Records(t.Context(), 0, nil, func(r store.Record) error {
		list = append(list, string(r.Body))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return list
}

// TestReader: one that reads sees what the owner has committed, while the owner goes on,
// and after it has ended; and leaves the store to the next owner.
func TestReader(t *testing.T) {
	dir, now := t.TempDir(), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s, err := sqlite.Open(t.Context(), dir, owner)
	if err != nil {
		t.Fatal(err)
	}
	r := openReader(t, dir)
	var want []string
	write := func() {
		body := fmt.Sprintf(`{"events":[%d]}`, len(want))
		if _, err := s.Take(t.Context(), now, "events", []store.Item{{Body: fmt.Append(nil, len(want))}}); err != nil {
			t.Fatal(err)
		}
		want = append(want, body)
	}
	for range 3 {
		write()
		for _, reader := range []store.Reader{s, r, openReader(t, dir)} {
			if diff := cmp.Diff(want, bodies(t, reader)); diff != "" {
				t.Error(diff)
			}
		}
	}
	// A write while rows are read is not seen by them.
	before, seen := len(want), 0
	if err := r.Records(t.Context(), 0, nil, func(store.Record) error { seen++; write(); return nil }); err != nil || seen != before {
		t.Errorf("%d records of %d, %v", seen, before, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, reader := range []store.Reader{r, openReader(t, dir)} {
		if diff := cmp.Diff(want, bodies(t, reader)); diff != "" {
			t.Error(diff)
		}
	}
	if s, err = sqlite.Open(t.Context(), dir, owner); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	write()
	if diff := cmp.Diff(want, bodies(t, r)); diff != "" {
		t.Error(diff)
	}
}

// TestReaderAll: whatever the owner reads of a full store, a reader reads, too.
func TestReaderAll(t *testing.T) {
	dir, now := t.TempDir(), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s, err := sqlite.Open(t.Context(), dir, owner)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	name, err := s.PutText(t.Context(), []byte("text"))
	if err := errors.Join(err, s.PutMarks(t.Context(), map[string][]byte{"a": []byte("1"), "b": {}}), s.PutSnapshot(t.Context(), store.Snapshot{Seq: 1, At: now, Body: []byte("{}")}), s.Alive(t.Context(), now)); err != nil {
		t.Fatal(err)
	}
	all := func(r store.Reader) string {
		text, err1 := r.Text(t.Context(), name)
		snapshot, found, err2 := r.Snapshot(t.Context(), now)
		alive, err3 := r.LastAlive(t.Context())
		var marks []store.Mark
		err4 := r.Marks(t.Context(), "", func(m store.Mark) error { marks = append(marks, m); return nil })
		return fmt.Sprint(string(text), snapshot, found, alive, marks, err1, err2, err3, err4)
	}
	if diff := cmp.Diff(all(s), all(openReader(t, dir))); diff != "" {
		t.Error(diff)
	}
}

// TestReaderUnusable: what cannot be read says why, and what to do; and is left as it is.
func TestReaderUnusable(t *testing.T) {
	for name, test := range map[string]struct {
		kind    sqlite.Kind
		prepare func(t *testing.T, path string)
	}{
		"absent": {sqlite.Absent, func(*testing.T, string) {}},
		"empty":  {sqlite.Older, func(t *testing.T, path string) { put(t, path, "") }},
		"older": {sqlite.Older, func(t *testing.T, path string) {
			execute(t, path, "PRAGMA application_id = 0x6175746f; PRAGMA user_version = 1; CREATE TABLE journal (seq)")
		}},
		"newer": {sqlite.Newer, func(t *testing.T, path string) {
			execute(t, path, "PRAGMA application_id = 0x6175746f; PRAGMA user_version = 99")
		}},
		"foreign": {sqlite.Foreign, func(t *testing.T, path string) { execute(t, path, "CREATE TABLE other (x)") }},
		"damaged": {sqlite.Damaged, func(t *testing.T, path string) { put(t, path, strings.Repeat("no database ", 100)) }},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, sqlite.FileName)
			test.prepare(t, path)
			before, _ := os.ReadFile(path)
			_, err := sqlite.OpenReader(t.Context(), dir)
			if failed, ok := errors.AsType[*sqlite.Error](err); !ok || failed.Kind != test.kind || failed.Message == "" || failed.Help == "" {
				t.Errorf("%v", err)
			}
			if after, _ := os.ReadFile(path); !cmp.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

// TestReaderEnds: a context that has ended stops a reading.
func TestReaderEnds(t *testing.T) {
	dir := t.TempDir()
	s, err := sqlite.Open(t.Context(), dir, owner)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ended, cancel := context.WithCancel(t.Context())
	r := openReader(t, dir)
	cancel()
	if err := r.Records(ended, 0, nil, func(store.Record) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
