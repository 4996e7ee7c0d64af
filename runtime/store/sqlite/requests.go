package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"auto/runtime/store"
)

// entryColumns end with whether the newest complete listing lacks the file.
const entryColumns = `r.body, r.delivery, r.attempts, r.next_at, r.released_at, r.done_at, r.reason,
	EXISTS (SELECT 1 FROM versions v WHERE v.block = r.block AND v.key = r.key AND v.current = 1 AND v.gone_at IS NOT NULL)`

func scanEntry(r row) (store.Entry, error) {
	var e store.Entry
	var body []byte
	var next, released, done sql.NullInt64
	var gone bool
	if err := r.Scan(&body, &e.Delivery, &e.Attempts, &next, &released, &done, &e.Reason, &gone); err != nil {
		return e, err
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&e.Request); err != nil {
		return e, err
	}
	e.NextAt, e.ReleasedAt, e.DoneAt = instant(next), instant(released), instant(done)
	e.Request.Attempt, e.Request.Gone = e.Attempts, gone
	return e, nil
}

func (s *Reader) entries(ctx context.Context, yield func(store.Entry) error, query string, args ...any) error {
	return read(ctx, s, scanEntry, yield, "SELECT "+entryColumns+" FROM requests r "+query, args...)
}

// change makes one statement a transaction of its own, and gives the rows that it
// changed.
func (s *Store) change(ctx context.Context, query string, args ...any) (n int, err error) {
	err = s.write(ctx, func(tx *sql.Tx) (err error) {
		n, err = exec(ctx, tx, query, args...)
		return err
	})
	return n, err
}

// Release implements store.Store.
func (s *Store) Release(ctx context.Context, block string, at time.Time, limit int, newest bool) (int, error) {
	order := "last_modified"
	if newest {
		order = "last_modified DESC"
	}
	return s.change(ctx, `UPDATE requests SET delivery = 'due', next_at = ?1, released_at = ?1, reason = '' WHERE seq IN (
		SELECT seq FROM requests WHERE block = ?2 AND delivery = 'held' ORDER BY priority DESC, `+order+`, seq LIMIT ?3)`, nanos(at), block, limit)
}

// Released implements store.Reader.
func (s *Reader) Released(ctx context.Context, block string, since time.Time) (int, error) {
	n, _, err := first(ctx, s, number, `SELECT count(*) FROM requests WHERE block = ? AND released_at >= ?`, block, nanos(since))
	return n, err
}

// Due implements store.Reader. The + has SQLite read in order until there is enough, by
// the index that has it, and not sort all that is due.
func (s *Reader) Due(ctx context.Context, at time.Time, limit int) (due []store.Entry, err error) {
	err = s.entries(ctx, func(e store.Entry) error {
		due = append(due, e)
		return nil
	}, `WHERE r.delivery = 'due' AND +r.next_at <= ? ORDER BY r.priority DESC, r.seq LIMIT ?`, nanos(at), limit)
	return due, err
}

// NextDue implements store.Reader.
func (s *Reader) NextDue(ctx context.Context, after time.Time) (time.Time, bool, error) {
	scan := func(r row) (n sql.NullInt64, err error) {
		err = r.Scan(&n)
		return n, err
	}
	n, _, err := first(ctx, s, scan, `SELECT min(next_at) FROM requests WHERE delivery = 'due' AND next_at > ?`, nanos(after))
	return instant(n), n.Valid, err
}

// Begin implements store.Store.
func (s *Store) Begin(ctx context.Context, id string) (attempt int, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `UPDATE requests SET attempts = attempts + 1 WHERE id = ? RETURNING attempts`, id).Scan(&attempt)
		if errors.Is(err, sql.ErrNoRows) {
			return store.ErrNotFound
		}
		return err
	})
	return attempt, err
}

// Finish implements store.Store.
func (s *Store) Finish(ctx context.Context, o store.Outcome) error {
	var done any
	if o.Delivery != store.Due {
		done = nanos(o.At)
	}
	return s.write(ctx, func(tx *sql.Tx) error {
		var block string
		err := tx.QueryRowContext(ctx, `UPDATE requests SET delivery = ?, next_at = ?, done_at = ?, reason = ? WHERE id = ? RETURNING block`,
			string(o.Delivery), nanos(o.NextAt), done, o.Reason, o.ID).Scan(&block)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return store.ErrNotFound
		case err != nil || o.Delivery == store.Due:
			return err
		}
		return record(ctx, tx, o.At, "delivery", block, map[string]any{"request": o.ID, "outcome": o.Delivery, "reason": o.Reason})
	})
}

// record writes a journal record of something that no tick did.
func record(ctx context.Context, tx *sql.Tx, at time.Time, kind, block string, body map[string]any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	_, err = appendRecord(ctx, tx, store.Record{At: at, Kind: kind, Block: block, Body: text})
	return err
}

// Retry implements store.Store.
func (s *Store) Retry(ctx context.Context, id string, at time.Time) (changed bool, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		var block string
		err := tx.QueryRowContext(ctx, `UPDATE requests SET delivery = 'due', next_at = ?1, released_at = coalesce(released_at, ?1), done_at = NULL, reason = ''
			WHERE id = ?2 AND delivery IN ('held', 'parked') RETURNING block`, nanos(at), id).Scan(&block)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return nil
		case err != nil:
			return err
		}
		changed = true
		return record(ctx, tx, at, "retry", block, map[string]any{"request": id})
	})
	if err == nil && !changed {
		_, err = s.Entry(ctx, id)
	}
	return changed, err
}

// Entries implements store.Reader.
func (s *Reader) Entries(ctx context.Context, f store.EntryFilter, yield func(store.Entry) error) error {
	where, args := "1", []any{}
	if f.Block != "" {
		where, args = where+" AND block = ?", append(args, f.Block)
	}
	if f.Delivery != "" {
		where, args = where+" AND delivery = ?", append(args, string(f.Delivery))
	}
	limit := f.Limit
	if limit == 0 {
		limit = -1
	}
	return s.entries(ctx, yield, "WHERE r.seq IN (SELECT seq FROM requests WHERE "+where+" ORDER BY seq DESC LIMIT ?) ORDER BY r.seq", append(args, limit)...)
}

// Entry implements store.Reader.
func (s *Reader) Entry(ctx context.Context, id string) (store.Entry, error) {
	if id == "" || strings.Trim(id, "0123456789abcdef") != "" {
		return store.Entry{}, store.ErrNotFound
	}
	var found []store.Entry
	err := s.entries(ctx, func(e store.Entry) error {
		found = append(found, e)
		return nil
	}, "WHERE r.id >= ? AND r.id < ? LIMIT 2", id, id+"g")
	if err == nil && len(found) != 1 {
		err = store.ErrNotFound
	}
	if err != nil {
		return store.Entry{}, err
	}
	return found[0], nil
}
