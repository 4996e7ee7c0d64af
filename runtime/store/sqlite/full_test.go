package sqlite

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"auto/runtime/request"
	"auto/runtime/store"
)

var at = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// filled gives a tick with some versions.
func filled(n int) store.Tick {
	tick := store.Tick{Block: store.Block{Name: "x"}, At: at}
	for i := range n {
		tick.Versions = append(tick.Versions, store.Version{Block: "x", Current: true, State: store.Skipped, FirstSeen: at, DecidedAt: at,
			File: request.File{Bucket: "b", Key: fmt.Sprintf("landing/sales/file_%06d.csv", i), ETag: "9e107d9d372bb6826bd81d3542a419d6", LastModified: at}})
	}
	return tick
}

func opened(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(t.Context(), dir, Owner{PID: 1})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// kindOf gives the kind of an error, and fails where it does not say what to do.
func kindOf(t *testing.T, err error) Kind {
	t.Helper()
	failed, ok := errors.AsType[*Error](err)
	if !ok || failed.Message == "" || failed.Help == "" {
		t.Fatalf("%v is no explained error", err)
	}
	return failed.Kind
}

// TestFull: a store that cannot grow says so, keeps what it has, and goes on when there
// is room.
func TestFull(t *testing.T) {
	s := opened(t, t.TempDir())
	defer s.Close()
	for _, size := range []int{40, 100_000} {
		if _, err := s.writer.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", size)); err != nil {
			t.Fatal(err)
		}
		err := s.Commit(t.Context(), filled(2000))
		if size == 40 && kindOf(t, err) != Full || size != 40 && err != nil {
			t.Errorf("with %d pages: %v", size, err)
		}
	}
	n := 0
	if err := s.Keys(t.Context(), "x", func(string) error { n++; return nil }); err != nil || n != 2000 {
		t.Errorf("%d keys, %v", n, err)
	}
}

// TestDamagedInside: a file whose header is whole and whose pages are not.
func TestDamagedInside(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	if err := s.Commit(t.Context(), filled(2000)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, FileName)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const kept = 20 * 4096 // the schema and the first pages
	copy(text[kept:], bytes.Repeat([]byte{0xa5}, len(text)-kept))
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	s = opened(t, dir)
	defer s.Close()
	if kind := kindOf(t, s.Versions(t.Context(), store.FileFilter{}, func(store.Version) error { return nil })); kind != Damaged {
		t.Errorf("kind %d", kind)
	}
}

// TestDenied: the state folder cannot be made, because a file is in its place.
func TestDenied(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state")
	if err := os.WriteFile(folder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), folder, Owner{PID: 1})
	if kind := kindOf(t, err); kind != Denied {
		t.Errorf("kind %d", kind)
	}
}

// TestReadOnly: a store that may not be written says so.
func TestReadOnly(t *testing.T) {
	s := opened(t, t.TempDir())
	defer s.Close()
	if _, err := s.writer.ExecContext(t.Context(), "PRAGMA query_only = 1"); err != nil {
		t.Fatal(err)
	}
	if kind := kindOf(t, s.Commit(t.Context(), filled(1))); kind != Denied {
		t.Errorf("kind %d", kind)
	}
}

// TestFolderNames: a folder may have any name.
func TestFolderNames(t *testing.T) {
	for _, name := range []string{"a b", "100%", "q?mode=ro", "#x", "é", "a&b=c"} {
		dir := filepath.Join(t.TempDir(), name)
		s := opened(t, dir)
		if err := s.Commit(t.Context(), filled(1)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(filepath.Join(dir, FileName)); err != nil {
			t.Error(err)
		}
	}
}

// TestDurable: a commit is on the disk when it has been made.
func TestDurable(t *testing.T) {
	s := opened(t, t.TempDir())
	defer s.Close()
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
		var got string
		if err := s.writer.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s, want %s: %v", pragma, got, want, err)
		}
	}
}

// TestPlans: what runs often reads by an index, and sorts nothing that may be long.
func TestPlans(t *testing.T) {
	s := opened(t, t.TempDir())
	defer s.Close()
	for query, want := range map[string]string{
		"SELECT key FROM versions WHERE block = ? AND current = 1 AND gone_at IS NULL ORDER BY key":                        "SEARCH versions USING COVERING INDEX versions_gone (block=? AND current=? AND gone_at=?)",
		"SELECT count(*) FROM requests WHERE block = ? AND delivery = 'held'":                                              "SEARCH requests USING COVERING INDEX requests_held (block=?)",
		"SELECT min(next_at) FROM requests WHERE delivery = 'due' AND next_at > ?":                                         "SEARCH requests USING COVERING INDEX requests_next (next_at>?)",
		"SELECT body FROM requests r WHERE r.delivery = 'due' AND +r.next_at <= ? ORDER BY r.priority DESC, r.seq LIMIT ?": "SCAN r USING INDEX requests_due",
		"SELECT count(*) FROM requests WHERE block = ? AND released_at >= ?":                                               "SEARCH requests USING COVERING INDEX requests_released (block=? AND released_at>?)",
		"SELECT seq FROM journal WHERE block = ? AND at < ? LIMIT ?":                                                       "SEARCH journal USING COVERING INDEX journal_block (block=? AND at<?)",
		"SELECT body FROM journal WHERE seq > ? AND +block = '' ORDER BY seq":                                              "SEARCH journal USING INTEGER PRIMARY KEY (rowid>?)",
		"DELETE FROM items WHERE seq <= ?":                                                                                 "SEARCH items USING COVERING INDEX items_seq (seq<?)",
		"DELETE FROM requests WHERE block = '' AND delivery = 'delivered' AND done_at < ? AND record <= ?":                 "SEARCH requests USING INDEX requests_done (block=? AND done_at<?)",
		"SELECT key FROM versions WHERE block = ? AND current IN (0, 1) AND gone_at < ? LIMIT ?":                           "SEARCH versions USING COVERING INDEX versions_gone (block=? AND current=? AND gone_at<?)",
	} {
		var id, parent, unused int
		var plan string
		if err := s.writer.QueryRowContext(t.Context(), "EXPLAIN QUERY PLAN "+strings.ReplaceAll(query, "?", "1")).Scan(&id, &parent, &unused, &plan); err != nil || plan != want {
			t.Errorf("%s\n got %s\nwant %s %v", query, plan, want, err)
		}
	}
}
