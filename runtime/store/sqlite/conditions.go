package sqlite

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"auto/runtime/failpoint"
	"auto/runtime/store"
)

// Decide implements store.Conditions.
func (s *Store) Decide(ctx context.Context, r store.Record, entries []store.Entry) (seq int64, err error) {
	if r.Block != "" {
		return 0, errBlock
	}
	failpoint.Hit("store.decide.before")
	err = s.transact(ctx, func(tx *sql.Tx) (err error) {
		if seq, err = appendRecord(ctx, tx, r); err != nil {
			return err
		}
		err = putDecided(ctx, tx, seq, entries)
		failpoint.Hit("store.decide.staged")
		return err
	})
	failpoint.Hit("store.decide.after")
	if err != nil {
		return 0, err
	}
	return seq, nil
}

// errBlock: a record of conditions was given with the name of a files block.
var errBlock = errors.New("a record of conditions belongs to no files block")

func putDecided(ctx context.Context, tx *sql.Tx, record int64, entries []store.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	put, err := tx.PrepareContext(ctx, `INSERT INTO requests (`+requestColumns+`, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`)
	if err != nil {
		return err
	}
	defer put.Close()
	for _, e := range entries {
		if e.Request.Block != "" {
			return fmt.Errorf("the request %s: %w", e.Request.ID, errBlock)
		}
		row, err := requestRow(e, nil)
		if err != nil {
			return err
		}
		if _, err := put.ExecContext(ctx, append(row, record)...); err != nil {
			return err
		}
	}
	return nil
}

// Note implements store.Conditions.
func (s *Store) Note(ctx context.Context, r store.Record) (seq int64, err error) {
	if r.Block != "" {
		return 0, errBlock
	}
	err = s.write(ctx, func(tx *sql.Tx) (err error) {
		seq, err = appendRecord(ctx, tx, r)
		return err
	})
	if err != nil {
		return 0, err
	}
	return seq, nil
}

// Records implements store.ConditionsReader. The + has SQLite read the journal in order,
// and not sort all that is of no block.
func (s *Reader) Records(ctx context.Context, after int64, kinds []string, yield func(store.Record) error) error {
	list, err := json.Marshal(kinds)
	if err != nil {
		return err
	}
	return read(ctx, s, scanRecord, yield, `SELECT `+recordColumns+` FROM journal WHERE seq > ?1 AND +block = ''
		AND (?2 = 0 OR kind IN (SELECT value FROM json_each(?3))) ORDER BY seq`, after, len(kinds), string(list))
}

// PutText implements store.Conditions.
func (s *Store) PutText(ctx context.Context, text []byte) (string, error) {
	body, err := pack(text)
	if err != nil {
		return "", err
	}
	name := textName(text)
	err = s.write(ctx, func(tx *sql.Tx) error {
		last, err := lastRecord(ctx, tx)
		if err != nil {
			return err
		}
		_, err = exec(ctx, tx, `INSERT INTO texts (name, seq, body) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq`, name, last, body)
		return err
	})
	if err != nil {
		return "", err
	}
	return name, nil
}

func textName(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Text implements store.ConditionsReader.
func (s *Reader) Text(ctx context.Context, name string) ([]byte, error) {
	body, found, err := first(ctx, s, blob, `SELECT body FROM texts WHERE name = ?`, name)
	switch {
	case err != nil:
		return nil, err
	case !found:
		return nil, store.ErrNotFound
	}
	text, err := unpack(body)
	if err == nil && textName(text) != name {
		err = errors.New("its SHA-256 is not its name")
	}
	if err != nil {
		return nil, s.damaged("the text "+name, err)
	}
	return text, nil
}

// PutSnapshot implements store.Conditions.
func (s *Store) PutSnapshot(ctx context.Context, snapshot store.Snapshot) error {
	body, err := pack(snapshot.Body)
	if err != nil {
		return err
	}
	failpoint.Hit("store.snapshot.before")
	err = s.transact(ctx, func(tx *sql.Tx) error {
		_, err := exec(ctx, tx, `INSERT OR REPLACE INTO snapshots (seq, at, body) VALUES (?, ?, ?)`, snapshot.Seq, part(snapshot.At), body)
		failpoint.Hit("store.snapshot.staged")
		return err
	})
	failpoint.Hit("store.snapshot.after")
	return err
}

// Snapshot implements store.ConditionsReader.
func (s *Reader) Snapshot(ctx context.Context, at time.Time) (store.Snapshot, bool, error) {
	scan := func(r row) (out store.Snapshot, err error) {
		var at sql.NullInt64
		err = r.Scan(&out.Seq, &at, &out.Body)
		out.At = instant(at)
		return out, err
	}
	found, some, err := first(ctx, s, scan, `SELECT seq, at, body FROM snapshots
		WHERE seq = coalesce((SELECT max(seq) FROM snapshots WHERE at <= ?), (SELECT min(seq) FROM snapshots))`, part(at))
	if err != nil || !some {
		return store.Snapshot{}, false, err
	}
	if found.Body, err = unpack(found.Body); err != nil {
		return store.Snapshot{Seq: found.Seq, At: found.At}, false, s.damaged(fmt.Sprintf("the snapshot after record %d", found.Seq), err)
	}
	return found, true, nil
}

// Alive implements store.Conditions.
func (s *Store) Alive(ctx context.Context, at time.Time) error {
	_, err := s.change(ctx, `INSERT OR REPLACE INTO marks (name, at) VALUES ('alive', ?)`, nanos(at))
	return err
}

// LastAlive implements store.ConditionsReader.
func (s *Reader) LastAlive(ctx context.Context) (time.Time, error) {
	scan := func(row row) (n sql.NullInt64, err error) {
		err = row.Scan(&n)
		return n, err
	}
	n, _, err := first(ctx, s, scan, `SELECT at FROM marks WHERE name = 'alive'`)
	return instant(n), err
}

// blob scans a row of one value.
func blob(r row) (b []byte, err error) {
	err = r.Scan(&b)
	return b, err
}

// pack gives a text in gzip.
func pack(text []byte) ([]byte, error) {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

func unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return text, r.Close()
}
