package sqlite

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"auto/runtime/failpoint"
	"auto/runtime/store"
)

// takes gathers what is to be taken while a transaction is under way, for the next one:
// what costs time is to have it on the disk, and that is paid once for all of them.
type takes struct {
	turn sync.Mutex // held by who stores

	mu      sync.Mutex
	waiting []*take
}

// take is one call of Take.
type take struct {
	at    time.Time
	kind  string
	items []item
	// done, taken and err are set by who stored it.
	done  bool
	taken store.Taken
	err   error
}

// item has its body in its shortest form. An id of nil is no one's.
type item struct{ id, body []byte }

// Take implements store.Conditions.
func (s *Store) Take(ctx context.Context, at time.Time, kind string, items []store.Item) (store.Taken, error) {
	t := &take{at: at, kind: kind}
	for _, in := range items {
		var body bytes.Buffer
		if err := json.Compact(&body, in.Body); err != nil {
			return store.Taken{}, fmt.Errorf("the item %q cannot be taken: its body is no JSON: %w", in.ID, err)
		}
		t.items = append(t.items, item{identity(in.ID), body.Bytes()})
	}
	if err := ctx.Err(); err != nil || len(items) == 0 {
		return store.Taken{}, err
	}
	s.takes.mu.Lock()
	s.takes.waiting = append(s.takes.waiting, t)
	s.takes.mu.Unlock()
	s.takes.turn.Lock()
	defer s.takes.turn.Unlock()
	if !t.done {
		// Those of others must not fail because this caller gives up.
		s.takeWaiting(context.WithoutCancel(ctx))
	}
	return t.taken, t.err
}

// identity gives what is kept of an ID: enough that no two are ever the same.
func identity(id string) []byte {
	if id == "" {
		return nil
	}
	sum := sha256.Sum256([]byte(id))
	return sum[:len(sum)/2]
}

// takeWaiting stores all that waits, in order, in one transaction; where that fails, all
// of it fails.
func (s *Store) takeWaiting(ctx context.Context) {
	s.takes.mu.Lock()
	list := s.takes.waiting
	s.takes.waiting = nil
	s.takes.mu.Unlock()
	failpoint.Hit("store.take.before")
	err := s.transact(ctx, func(tx *sql.Tx) error {
		err := takeAll(ctx, tx, list)
		failpoint.Hit("store.take.staged")
		return err
	})
	failpoint.Hit("store.take.after")
	for _, t := range list {
		t.done, t.err = true, err
		if err != nil {
			t.taken = store.Taken{}
		}
	}
}

func takeAll(ctx context.Context, tx *sql.Tx, list []*take) error {
	known, err := tx.PrepareContext(ctx, `INSERT INTO items (id, seq) VALUES (?, ?) ON CONFLICT DO NOTHING`)
	if err != nil {
		return err
	}
	defer known.Close()
	for _, t := range list {
		if err := t.store(ctx, tx, known); err != nil {
			return err
		}
	}
	return nil
}

// store stores the items that are new as one record. Its number is known before it is
// written: there is one writer.
func (t *take) store(ctx context.Context, tx *sql.Tx, known *sql.Stmt) error {
	last, err := lastRecord(ctx, tx)
	if err != nil {
		return err
	}
	body := []byte(`{"events":[`)
	fresh := 0
	for _, in := range t.items {
		if in.id != nil {
			n, err := affected(known.ExecContext(ctx, in.id, last+1))
			if err != nil {
				return err
			}
			if n == 0 {
				t.taken.Duplicates++
				continue
			}
		}
		if fresh++; fresh > 1 {
			body = append(body, ',')
		}
		body = append(body, in.body...)
	}
	if fresh == 0 {
		return nil
	}
	t.taken.Seq, err = appendRecord(ctx, tx, store.Record{At: t.at, Kind: t.kind, Body: append(body, `]}`...)})
	return err
}

// lastRecord gives the number of the newest record that there ever was.
func lastRecord(ctx context.Context, tx *sql.Tx) (last int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'journal'), 0)`).Scan(&last)
	return last, err
}
