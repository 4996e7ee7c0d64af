package sqlite

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"auto/runtime/store"
)

// name is a key of a block.
type name struct{ block, key string }

// Forget implements store.Store.
func (s *Store) Forget(ctx context.Context, block, glob string, at time.Time) (int, error) {
	var names []name
	err := s.Versions(ctx, store.FileFilter{Block: block, Glob: glob, History: true}, func(v store.Version) error {
		names = append(names, name{v.Block, v.File.Key})
		return nil
	})
	names = slices.Compact(names)
	if err != nil || len(names) == 0 {
		return 0, err
	}
	return len(names), s.write(ctx, func(tx *sql.Tx) error {
		for i, n := range names {
			if err := forget(ctx, tx, n); err != nil {
				return err
			}
			if i > 0 && names[i-1].block == n.block {
				continue
			}
			if _, err := exec(ctx, tx, `UPDATE blocks SET forgets = forgets + 1 WHERE name = ?`, n.block); err != nil {
				return err
			}
			if err := record(ctx, tx, at, "forget", n.block, map[string]any{"glob": glob}); err != nil {
				return err
			}
		}
		return nil
	})
}

// forget removes the versions of a key, and frees the run keys of its requests.
func forget(ctx context.Context, tx *sql.Tx, n name) error {
	if _, err := exec(ctx, tx, `DELETE FROM versions WHERE block = ? AND key = ?`, n.block, []byte(n.key)); err != nil {
		return err
	}
	_, err := exec(ctx, tx, `UPDATE requests SET claim = NULL WHERE block = ? AND key = ? AND claim IS NOT NULL`, n.block, []byte(n.key))
	return err
}

// Resume implements store.Store.
func (s *Store) Resume(ctx context.Context, block string, at time.Time) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		n, err := exec(ctx, tx, `UPDATE blocks SET halted_at = NULL WHERE name = ? AND halted_at IS NOT NULL`, block)
		if err != nil || n == 0 {
			return err
		}
		return record(ctx, tx, at, "resume", block, map[string]any{})
	})
}

// Prune implements store.Store.
func (s *Store) Prune(ctx context.Context, block string, before time.Time, limit int) (total int, err error) {
	if block == "" {
		return 0, nil // what is of no block is PruneConditions'
	}
	err = s.write(ctx, func(tx *sql.Tx) error {
		for _, statement := range []string{
			`DELETE FROM versions WHERE (block, key, etag, last_modified) IN (SELECT block, key, etag, last_modified FROM versions v WHERE block = ?1 AND current IN (0, 1) AND gone_at < ?2
				AND NOT EXISTS (SELECT 1 FROM requests r WHERE r.id = v.request AND r.delivery <> 'delivered')
				AND (current = 0 OR NOT EXISTS (SELECT 1 FROM versions o WHERE o.block = v.block AND o.key = v.key AND o.current = 0)) LIMIT ?3)`,
			`DELETE FROM requests WHERE seq IN (SELECT seq FROM requests WHERE block = ?1 AND delivery = 'delivered' AND done_at < ?2
				AND NOT EXISTS (SELECT 1 FROM versions v WHERE v.block = requests.block AND v.key = requests.key AND v.gone_at IS NULL) LIMIT ?3)`,
			`DELETE FROM journal WHERE seq IN (SELECT seq FROM journal WHERE block = ?1 AND at < ?2 LIMIT ?3)`,
		} {
			n, err := exec(ctx, tx, statement, block, nanos(before), limit)
			if err != nil {
				return err
			}
			total += n
		}
		return nil
	})
	return total, err
}
