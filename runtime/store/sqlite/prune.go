package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"regexp"
	"time"
)

// pruned is how many records one transaction removes, so that no tick waits long.
const pruned = 256

// PruneConditions implements store.Conditions.
func (s *Store) PruneConditions(ctx context.Context, before time.Time) (int, error) {
	kept, found, err := first(ctx, &s.Reader, whole, `SELECT seq FROM snapshots WHERE at <= ? ORDER BY seq DESC LIMIT 1`, part(before))
	if err != nil || !found {
		return 0, errors.Join(err, s.write(ctx, thinSnapshots(ctx)))
	}
	policies, _, err := first(ctx, &s.Reader, whole, `SELECT coalesce(max(seq), 0) FROM journal WHERE +block = '' AND kind = 'policies' AND seq <= ?`, kept)
	if err != nil {
		return 0, err
	}
	total := 0
	for {
		n, err := s.pruneRecords(ctx, kept, policies)
		if total += n; err != nil {
			return total, err
		}
		if n < pruned {
			break
		}
	}
	return total, s.pruneRest(ctx, kept, before)
}

// pruneRecords removes the first records up to kept, but for that of the policies in
// force, with the identities of their items.
func (s *Store) pruneRecords(ctx context.Context, kept, policies int64) (n int, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		var last sql.NullInt64
		if err := tx.QueryRowContext(ctx, `SELECT max(seq) FROM (SELECT seq FROM journal WHERE seq <= ? AND seq <> ? AND +block = '' ORDER BY seq LIMIT ?)`,
			kept, policies, pruned).Scan(&last); err != nil || !last.Valid {
			return err
		}
		if _, err := exec(ctx, tx, `DELETE FROM items WHERE seq <= ?`, last.Int64); err != nil {
			return err
		}
		n, err = exec(ctx, tx, `DELETE FROM journal WHERE seq <= ? AND seq <> ? AND +block = ''`, last.Int64, policies)
		return err
	})
	return n, err
}

// pruneRest removes what belongs to records that are gone.
func (s *Store) pruneRest(ctx context.Context, kept int64, before time.Time) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		if _, err := exec(ctx, tx, `DELETE FROM snapshots WHERE seq < ?`, kept); err != nil {
			return err
		}
		if _, err := exec(ctx, tx, `DELETE FROM requests WHERE block = '' AND delivery = 'delivered' AND done_at < ? AND record <= ?`, nanos(before), kept); err != nil {
			return err
		}
		if err := pruneTexts(ctx, tx, kept); err != nil {
			return err
		}
		return thinSnapshots(ctx)(tx)
	})
}

// thinSnapshots leaves one snapshot a day of those that are older than a day: what lies
// between can be made from the records. The oldest of all stays, as it is the first of its
// day.
func thinSnapshots(ctx context.Context) func(*sql.Tx) error {
	return func(tx *sql.Tx) error {
		_, err := exec(ctx, tx, `DELETE FROM snapshots WHERE at < (SELECT max(at) FROM snapshots) - ?1
			AND seq NOT IN (SELECT min(seq) FROM snapshots GROUP BY at / ?1)`, int64(24*time.Hour))
		return err
	}
}

// textNames are the names of texts in a record.
var textNames = regexp.MustCompile(`[0-9a-f]{64}`)

// pruneTexts removes the texts that no record names. One that was put since the snapshot
// stays, as its record may be about to come.
func pruneTexts(ctx context.Context, tx *sql.Tx, kept int64) error {
	rows, err := tx.QueryContext(ctx, `SELECT body FROM journal WHERE +block = '' AND kind = 'policies'`)
	if err != nil {
		return err
	}
	named := map[string]bool{}
	if err := each(rows, blob, func(body []byte) error {
		for _, name := range textNames.FindAll(body, -1) {
			named[string(name)] = true
		}
		return nil
	}); err != nil {
		return err
	}
	rows, err = tx.QueryContext(ctx, `SELECT name FROM texts WHERE seq < ?`, kept)
	if err != nil {
		return err
	}
	var unnamed []string
	if err := each(rows, blob, func(name []byte) error {
		if !named[string(name)] {
			unnamed = append(unnamed, string(name))
		}
		return nil
	}); err != nil {
		return err
	}
	for _, name := range unnamed {
		if _, err := exec(ctx, tx, `DELETE FROM texts WHERE name = ?`, name); err != nil {
			return err
		}
	}
	return nil
}

// whole scans a row of one whole number.
func whole(r row) (n int64, err error) {
	err = r.Scan(&n)
	return n, err
}
