package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"auto/runtime/failpoint"
	"auto/runtime/store"
)

// Commit implements store.Store.
func (s *Store) Commit(ctx context.Context, t store.Tick) error {
	failpoint.Hit("store.commit.before")
	err := s.transact(ctx, func(tx *sql.Tx) error {
		for _, step := range []func(context.Context, *sql.Tx, store.Tick) error{dropUnseen, putVersions, putEntries, putJournal, putBlock} {
			if err := step(ctx, tx, t); err != nil {
				return err
			}
		}
		failpoint.Hit("store.commit.staged")
		return nil
	})
	failpoint.Hit("store.commit.after")
	return err
}

func putBlock(ctx context.Context, tx *sql.Tx, t store.Tick) error {
	var halted any
	if t.Block.HaltedAt.Equal(t.At) {
		halted = nanos(t.At)
	}
	_, err := exec(ctx, tx, `INSERT INTO blocks (name, listed, last_tick, halted_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET listed = max(listed, excluded.listed), last_tick = excluded.last_tick, halted_at = coalesce(excluded.halted_at, halted_at)`,
		t.Block.Name, t.Block.Listed, nanos(t.At), halted)
	return err
}

func putVersions(ctx context.Context, tx *sql.Tx, t store.Tick) error {
	if len(t.Versions) == 0 {
		return nil
	}
	retire, err := tx.PrepareContext(ctx, `UPDATE versions SET current = 0, gone_at = coalesce(gone_at, ?) WHERE block = ? AND key = ? AND current = 1`)
	if err != nil {
		return err
	}
	defer retire.Close()
	put, err := tx.PrepareContext(ctx, `INSERT OR REPLACE INTO versions (`+versionColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer put.Close()
	for _, v := range t.Versions {
		if v.Current {
			if _, err := retire.ExecContext(ctx, nanos(t.At), v.Block, []byte(v.File.Key)); err != nil {
				return err
			}
		}
		if err := putVersion(ctx, put, v); err != nil {
			return err
		}
	}
	return nil
}

func putVersion(ctx context.Context, put *sql.Stmt, v store.Version) error {
	_, err := put.ExecContext(ctx, v.Block, []byte(v.File.Key), []byte(v.File.ETag), part(v.File.LastModified), v.File.Bucket, v.File.Size, v.File.VersionID,
		string(v.State), v.Reason, v.Request, nanos(v.FirstSeen), nanos(v.DecidedAt), v.Current, v.Returned, nanos(v.GoneAt))
	return err
}

func dropUnseen(ctx context.Context, tx *sql.Tx, t store.Tick) error {
	for _, f := range t.Unseen {
		if _, err := exec(ctx, tx, `DELETE FROM versions WHERE block = ? AND key = ? AND etag = ? AND last_modified = ? AND state = 'settling'`,
			t.Block.Name, []byte(f.Key), []byte(f.ETag), part(f.LastModified)); err != nil {
			return err
		}
	}
	return nil
}

func putEntries(ctx context.Context, tx *sql.Tx, t store.Tick) error {
	if len(t.Entries) == 0 {
		return nil
	}
	owner, err := tx.PrepareContext(ctx, `SELECT id FROM requests WHERE block = ? AND claim = ? AND id <> ?`)
	if err != nil {
		return err
	}
	defer owner.Close()
	put, err := tx.PrepareContext(ctx, `INSERT INTO requests (`+requestColumns+`)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET run_key = excluded.run_key, claim = excluded.claim, move_to = excluded.move_to, priority = excluded.priority, body = excluded.body,
		delivery = excluded.delivery, next_at = excluded.next_at, released_at = excluded.released_at, done_at = excluded.done_at, reason = excluded.reason`)
	if err != nil {
		return err
	}
	defer put.Close()
	for _, e := range t.Entries {
		claim, err := claim(ctx, owner, &e)
		if err != nil {
			return err
		}
		if err := putEntry(ctx, put, e, claim); err != nil {
			return err
		}
	}
	return nil
}

// claim gives the run key that a request has for itself, nil for none; a run whose run
// key is taken is parked.
func claim(ctx context.Context, owner *sql.Stmt, e *store.Entry) (any, error) {
	if e.Request.RunKey == "" || e.Request.MoveTo != "" {
		return nil, nil
	}
	claim, other := []byte(e.Request.RunKey), ""
	err := owner.QueryRowContext(ctx, e.Request.Block, claim, e.Request.ID).Scan(&other)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return claim, nil
	case err != nil:
		return nil, err
	}
	e.Delivery, e.DoneAt = store.Refused, e.Request.DecidedAt
	e.Reason = fmt.Sprintf("The run key `%s` was used by request %s.", e.Request.RunKey, other)
	return nil, nil
}

func putEntry(ctx context.Context, put *sql.Stmt, e store.Entry, claim any) error {
	row, err := requestRow(e, claim)
	if err != nil {
		return err
	}
	_, err = put.ExecContext(ctx, row...)
	return err
}

// requestColumns are those of a new request; attempts is not in its row.
const requestColumns = `id, block, run_key, claim, key, etag, last_modified, move_to, priority, body, delivery, attempts, next_at, released_at, done_at, reason`

func requestRow(e store.Entry, claim any) ([]any, error) {
	body, err := json.Marshal(e.Request)
	if err != nil {
		return nil, err
	}
	f := e.Request.File
	return []any{e.Request.ID, e.Request.Block, []byte(e.Request.RunKey), claim, []byte(f.Key), []byte(f.ETag), part(f.LastModified),
		[]byte(e.Request.MoveTo), e.Request.Priority, body, string(e.Delivery), nanos(e.NextAt), nanos(e.ReleasedAt), nanos(e.DoneAt), e.Reason}, nil
}

func putJournal(ctx context.Context, tx *sql.Tx, t store.Tick) error {
	for _, r := range t.Journal {
		if _, err := appendRecord(ctx, tx, r); err != nil {
			return err
		}
	}
	return nil
}

// appendRecord gives the number of the record.
func appendRecord(ctx context.Context, tx *sql.Tx, r store.Record) (seq int64, err error) {
	result, err := tx.ExecContext(ctx, `INSERT INTO journal (at, kind, block, body) VALUES (?, ?, ?, ?)`, nanos(r.At), r.Kind, r.Block, r.Body)
	if err != nil {
		return 0, err
	}
	return result.LastInsertId()
}

// Append implements store.Store.
func (s *Store) Append(ctx context.Context, r store.Record) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		_, err := appendRecord(ctx, tx, r)
		return err
	})
}

const recordColumns = `seq, at, kind, block, body`

func scanRecord(r row) (store.Record, error) {
	var out store.Record
	var at sql.NullInt64
	err := r.Scan(&out.Seq, &at, &out.Kind, &out.Block, &out.Body)
	out.At = instant(at)
	return out, err
}

// Journal implements store.Reader.
func (s *Reader) Journal(ctx context.Context, after int64, yield func(store.Record) error) error {
	return read(ctx, s, scanRecord, yield, `SELECT `+recordColumns+` FROM journal WHERE seq > ? ORDER BY seq`, after)
}
