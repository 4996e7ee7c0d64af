package sqlite

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"auto/runtime/request"
	"auto/runtime/store"
)

// failing are ways in which a store fails: each breaks it and gives what mends it.
var failing = map[string]struct {
	kind    Kind
	failing func(t *testing.T, s *Store) (mend func())
}{
	"full": {Full, func(t *testing.T, s *Store) func() {
		var pages int
		if err := s.writer.QueryRowContext(t.Context(), "PRAGMA page_count").Scan(&pages); err != nil {
			t.Fatal(err)
		}
		limit := func(n int) { pragma(t, s, fmt.Sprintf("max_page_count = %d", n)) }
		limit(pages)
		return func() { limit(1 << 20) }
	}},
	"read-only": {Denied, func(t *testing.T, s *Store) func() {
		pragma(t, s, "query_only = 1")
		return func() { pragma(t, s, "query_only = 0") }
	}},
	"locked": {Busy, func(t *testing.T, s *Store) func() {
		pragma(t, s, "busy_timeout = 0")
		other, err := connect(s.path, "_txlock=immediate")
		if err != nil {
			t.Fatal(err)
		}
		tx, err := other.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		return func() {
			if err := tx.Rollback(); err != nil {
				t.Error(err)
			}
			if err := other.Close(); err != nil {
				t.Error(err)
			}
		}
	}},
	// The device takes no further byte: what the process may write to a file is bounded at
	// what the files have.
	"device": {Device, func(t *testing.T, s *Store) func() {
		info, err := os.Stat(s.path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		signal.Ignore(syscall.SIGXFSZ)
		var before syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
			t.Fatal(err)
		}
		limit := func(to syscall.Rlimit) {
			if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &to); err != nil {
				t.Fatal(err)
			}
		}
		bound := before
		bound.Cur = uint64(info.Size())
		limit(bound)
		return func() { limit(before); signal.Reset(syscall.SIGXFSZ) }
	}},
}

func pragma(t *testing.T, s *Store, text string) {
	t.Helper()
	if _, err := s.writer.ExecContext(t.Context(), "PRAGMA "+text); err != nil {
		t.Fatal(err)
	}
}

// big is a text that needs new pages whatever is packed.
func big(n int) []byte {
	var text bytes.Buffer
	for i := range 40_000 {
		fmt.Fprintf(&text, "%x,", (i+1)*(n+1)*2654435761)
	}
	return text.Bytes()
}

// bulky is a record and a request that are large.
func bulky(n int) (store.Record, store.Entry) {
	id := fmt.Sprintf("%032x", n)
	return store.Record{At: at, Kind: "tick", Body: big(n)}, store.Entry{Delivery: store.Due, NextAt: at,
		Request: request.Request{ID: id, RunKey: id, Selection: []string{"a"}, RunConfig: map[string]any{}, DecidedAt: at}}
}

// writes are the methods that must do all or nothing; n makes what they write new.
var writes = map[string]func(ctx context.Context, s *Store, n int) error{
	"take": func(ctx context.Context, s *Store, n int) error {
		body := fmt.Appendf(nil, "%q", big(n))
		_, err := s.Take(ctx, at, "events", []store.Item{{ID: fmt.Sprint("e", n), Body: body}, {ID: fmt.Sprint("f", n), Body: body}})
		return err
	},
	"decide": func(ctx context.Context, s *Store, n int) error {
		record, entry := bulky(n)
		_, err := s.Decide(ctx, record, []store.Entry{entry})
		return err
	},
	"note": func(ctx context.Context, s *Store, n int) error {
		_, err := s.Note(ctx, store.Record{At: at, Kind: "pause", Body: big(n)})
		return err
	},
	"text": func(ctx context.Context, s *Store, n int) error { _, err := s.PutText(ctx, big(n)); return err },
	"snapshot": func(ctx context.Context, s *Store, n int) error {
		return s.PutSnapshot(ctx, store.Snapshot{Seq: int64(n), At: at, Body: big(n)})
	},
	"marks": func(ctx context.Context, s *Store, n int) error {
		return s.PutMarks(ctx, map[string][]byte{fmt.Sprint("a", n): big(n), fmt.Sprint("b", n): nil, fmt.Sprint("c", n): big(n)})
	},
}

// counted are the numbers of rows of all tables that conditions and marks have.
func counted(t *testing.T, s *Store) (out [6]int) {
	t.Helper()
	err := s.db.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM journal), (SELECT count(*) FROM items), (SELECT count(*) FROM requests),
		(SELECT count(*) FROM texts), (SELECT count(*) FROM snapshots), (SELECT count(*) FROM bookmarks)`).Scan(&out[0], &out[1], &out[2], &out[3], &out[4], &out[5])
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestFailures: whatever fails, the error says what to do, nothing is half done, what was
// acknowledged stays, and the store goes on when the cause is gone.
func TestFailures(t *testing.T) {
	for name, failure := range failing {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := opened(t, dir)
			for name, write := range writes {
				if err := write(t.Context(), s, 1); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
			}
			before := counted(t, s)
			mend := failure.failing(t, s)
			for name, write := range writes {
				if err := write(t.Context(), s, 2); err == nil || kindOf(t, err) != failure.kind {
					t.Errorf("%s: %v", name, err)
				}
			}
			mend()
			if after := counted(t, s); after != before {
				t.Errorf("%v rows, want %v", after, before)
			}
			for name, write := range writes {
				if err := write(t.Context(), s, 2); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
			reopened(t, s, dir, before)
		})
	}
}

// reopened: twice as much as before is there after a restart.
func reopened(t *testing.T, s *Store, dir string, before [6]int) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = opened(t, dir)
	defer s.Close()
	for i, n := range counted(t, s) {
		if n != 2*before[i] {
			t.Errorf("table %d has %d rows, want %d", i, n, 2*before[i])
		}
	}
	if got, err := s.Take(t.Context(), at, "events", []store.Item{{ID: "e1", Body: []byte("1")}, {ID: "f2", Body: []byte("2")}}); got.Duplicates != 2 || err != nil {
		t.Errorf("%+v %v", got, err)
	}
}

// TestFullWhileTaking: of events that come until the store is full, those that were
// acknowledged are there, and no others.
func TestFullWhileTaking(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	pragma(t, s, "max_page_count = 60")
	acknowledged := 0
	for {
		_, err := s.Take(t.Context(), at, "events", []store.Item{{ID: fmt.Sprint(acknowledged), Body: fmt.Append(nil, acknowledged)}})
		if err != nil {
			if kindOf(t, err) != Full {
				t.Error(err)
			}
			break
		}
		acknowledged++
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = opened(t, dir)
	defer s.Close()
	n := 0
	err := s.Records(t.Context(), 0, []string{"events"}, func(r store.Record) error {
		if want := fmt.Sprintf(`{"events":[%d]}`, n); string(r.Body) != want {
			t.Errorf("%s, want %s", r.Body, want)
		}
		n++
		return nil
	})
	if err != nil || n != acknowledged || n == 0 {
		t.Errorf("%d of %d: %v", n, acknowledged, err)
	}
}

// TestDamagedConditions: what is kept in gzip is checked when it is read.
func TestDamagedConditions(t *testing.T) {
	s := opened(t, t.TempDir())
	defer s.Close()
	name, err := s.PutText(t.Context(), []byte("text"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.PutSnapshot(t.Context(), store.Snapshot{Seq: 1, At: at, Body: []byte("state")}); err != nil {
		t.Fatal(err)
	}
	packed, err := pack([]byte("state"))
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range [][]byte{{}, []byte("no gzip"), packed[:len(packed)-3], bytes.Replace(packed, packed[12:13], []byte{'~'}, 1)} {
		for _, table := range []string{"texts", "snapshots"} {
			if _, err := s.writer.ExecContext(t.Context(), "UPDATE "+table+" SET body = ?", body); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Text(t.Context(), name); err == nil || kindOf(t, err) != Damaged {
			t.Error(err)
		}
		if _, _, err := s.Snapshot(t.Context(), at); err == nil || kindOf(t, err) != Damaged {
			t.Error(err)
		}
	}
	// It can be read, and is not what it is called.
	if _, err := s.writer.ExecContext(t.Context(), "UPDATE texts SET body = ?", packed); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Text(t.Context(), name); err == nil || kindOf(t, err) != Damaged {
		t.Error(err)
	}
}

// TestDamagedPages: a file whose pages are broken takes nothing in, and says so.
func TestDamagedPages(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	for n := range 3 {
		for name, write := range writes {
			if err := write(t.Context(), s, n); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	const kept = 24 * 4096 // the schema and the first page of each table
	path := filepath.Join(dir, FileName)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := kept; i < len(text); i++ {
		text[i] = 0xa5
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	s = opened(t, dir)
	defer s.Close()
	for name, write := range writes {
		if err := write(t.Context(), s, 9); err == nil || kindOf(t, err) != Damaged {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTakeWaits: those that come while another transaction is under way are stored
// together, each as a record of its own, and a failure is everyone's.
func TestTakeWaits(t *testing.T) {
	s := opened(t, t.TempDir())
	defer s.Close()
	for round, want := range []int{3, 3} {
		s.takes.turn.Lock()
		results := make(chan error, 3)
		for i := range 3 {
			go func() {
				_, err := s.Take(t.Context(), at, "events", []store.Item{{ID: fmt.Sprint(round, i), Body: []byte("1")}})
				results <- err
			}()
		}
		for waiting := 0; waiting < 3; {
			s.takes.mu.Lock()
			waiting = len(s.takes.waiting)
			s.takes.mu.Unlock()
			runtime.Gosched()
		}
		pragma(t, s, fmt.Sprintf("query_only = %d", round))
		s.takes.turn.Unlock()
		for range 3 {
			if err := <-results; (err != nil) != (round == 1) {
				t.Errorf("round %d: %v", round, err)
			}
		}
		if got := counted(t, s); got[0] != want || got[1] != want {
			t.Errorf("round %d: %v", round, got)
		}
	}
}
