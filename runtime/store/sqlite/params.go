package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"auto/runtime/request"
	"auto/runtime/store"
)

// PutParams implements store.Params.
func (s *Store) PutParams(ctx context.Context, kind string, e store.ParamsEdit) (seq int64, err error) {
	err = s.write(ctx, func(tx *sql.Tx) (err error) {
		var newest int64
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM params WHERE job = ?`, e.Job).Scan(&newest); err != nil {
			return err
		}
		if e.Version != newest+1 {
			return store.ErrConflict
		}
		if seq, err = appendRecord(ctx, tx, store.Record{At: e.At, Kind: kind, Body: e.Body}); err != nil {
			return err
		}
		_, err = exec(ctx, tx, `INSERT INTO params (job, version, at, body) VALUES (?, ?, ?, ?)`, e.Job, e.Version, nanos(e.At), e.Body)
		return err
	})
	if err != nil {
		return 0, err
	}
	return seq, nil
}

func scanParams(r row) (e store.ParamsEdit, err error) {
	var at sql.NullInt64
	err = r.Scan(&e.Job, &e.Version, &at, &e.Body)
	e.At = instant(at)
	return e, err
}

// Params implements store.ParamsReader.
func (s *Reader) Params(ctx context.Context, job string, version int64) (store.ParamsEdit, bool, error) {
	return first(ctx, s, scanParams, `SELECT job, version, at, body FROM params WHERE job = ?1 AND (?2 = 0 OR version = ?2) ORDER BY version DESC LIMIT 1`, job, version)
}

// ParamsInForce implements store.ParamsReader.
func (s *Reader) ParamsInForce(ctx context.Context, yield func(store.ParamsEdit) error) error {
	return read(ctx, s, scanParams, yield, `SELECT job, max(version), at, body FROM params GROUP BY job ORDER BY job`)
}

// ParamsHistory implements store.ParamsReader.
func (s *Reader) ParamsHistory(ctx context.Context, job string, yield func(store.ParamsEdit) error) error {
	return read(ctx, s, scanParams, yield, `SELECT job, version, at, body FROM params WHERE job = ? ORDER BY version DESC`, job)
}

// Revise implements store.Params.
func (s *Store) Revise(ctx context.Context, r request.Request, at time.Time) (changed bool, err error) {
	body, err := json.Marshal(r)
	if err != nil {
		return false, err
	}
	err = s.write(ctx, func(tx *sql.Tx) error {
		var block string
		err := tx.QueryRowContext(ctx, `UPDATE requests SET body = ?1, delivery = 'due', next_at = ?2, released_at = ?2, done_at = NULL, reason = ''
			WHERE id = ?3 AND delivery = 'parked' RETURNING block`, body, nanos(at), r.ID).Scan(&block)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return nil
		case err != nil:
			return err
		}
		changed = true
		return record(ctx, tx, at, "retry", block, map[string]any{"request": r.ID})
	})
	if err == nil && !changed {
		_, err = s.Entry(ctx, r.ID)
	}
	return changed, err
}
