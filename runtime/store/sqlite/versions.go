package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"strings"
	"time"

	"auto/runtime/request"
	"auto/runtime/store"
)

// nanos gives an instant as the store keeps it, NULL for none.
func nanos(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return store.Instant(t).UnixNano()
}

// part gives an instant as a part of a key, which cannot be NULL.
func part(t time.Time) int64 {
	if t.IsZero() {
		return math.MinInt64
	}
	return store.Instant(t).UnixNano()
}

func instant(n sql.NullInt64) time.Time {
	if !n.Valid || n.Int64 == math.MinInt64 {
		return time.Time{}
	}
	return time.Unix(0, n.Int64).UTC()
}

const versionColumns = `block, key, etag, last_modified, bucket, size, version_id, state, reason, request, first_seen, decided_at, current, returned, gone_at`

func scanVersion(r row) (store.Version, error) {
	var v store.Version
	var key, etag []byte
	var modified, first, decided, gone sql.NullInt64
	err := r.Scan(&v.Block, &key, &etag, &modified, &v.File.Bucket, &v.File.Size, &v.File.VersionID, &v.State, &v.Reason, &v.Request, &first, &decided, &v.Current, &v.Returned, &gone)
	v.File.Key, v.File.ETag, v.File.LastModified = string(key), string(etag), instant(modified)
	v.FirstSeen, v.DecidedAt, v.GoneAt = instant(first), instant(decided), instant(gone)
	return v, err
}

// Versions implements store.Reader.
func (s *Reader) Versions(ctx context.Context, f store.FileFilter, yield func(store.Version) error) error {
	named := func(string) bool { return true }
	if f.Glob != "" {
		var err error
		if named, err = store.Keys(f.Glob); err != nil {
			return err
		}
	}
	where, args := versionFilter(f)
	count := 0
	err := read(ctx, s, scanVersion, func(v store.Version) error {
		if !named(v.File.Key) {
			return nil
		}
		if count++; f.Limit > 0 && count > f.Limit {
			return errEnough
		}
		return yield(v)
	}, "SELECT "+versionColumns+" FROM versions"+where+" ORDER BY block, key, first_seen, last_modified", args...)
	if err == errEnough {
		return nil
	}
	return err
}

// errEnough ends a reading that has what was asked for.
var errEnough = errors.New("enough")

func versionFilter(f store.FileFilter) (string, []any) {
	var where []string
	var args []any
	add := func(condition string, arg any) { where, args = append(where, condition), append(args, arg) }
	if f.Block != "" {
		add("block = ?", f.Block)
	}
	if f.State != "" {
		add("state = ?", string(f.State))
	}
	if f.Key != "" {
		add("key = ?", []byte(f.Key))
	}
	if f.After != "" {
		add("key > ?", []byte(f.After))
	}
	if !f.History {
		where = append(where, "current = 1")
	}
	if len(where) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(where, " AND "), args
}

// Version implements store.Reader.
func (s *Reader) Version(ctx context.Context, block string, f request.File) (store.Version, bool, error) {
	return first(ctx, s, scanVersion, "SELECT "+versionColumns+" FROM versions WHERE block = ? AND key = ? AND etag = ? AND last_modified = ?",
		block, []byte(f.Key), []byte(f.ETag), part(f.LastModified))
}

// Keys implements store.Reader.
func (s *Reader) Keys(ctx context.Context, block string, yield func(string) error) error {
	scan := func(r row) (string, error) {
		var key []byte
		err := r.Scan(&key)
		return string(key), err
	}
	return read(ctx, s, scan, yield, "SELECT key FROM versions WHERE block = ? AND current = 1 AND gone_at IS NULL ORDER BY key", block)
}

// Block implements store.Reader.
func (s *Reader) Block(ctx context.Context, name string) (store.Block, error) {
	scan := func(r row) (store.Block, error) {
		var b store.Block
		var tick, halted sql.NullInt64
		err := r.Scan(&b.Name, &b.Listed, &tick, &halted, &b.Forgets, &b.Held)
		b.LastTick, b.HaltedAt = instant(tick), instant(halted)
		return b, err
	}
	b, found, err := first(ctx, s, scan, `SELECT name, listed, last_tick, halted_at, forgets,
		(SELECT count(*) FROM requests WHERE block = name AND delivery = 'held') FROM blocks WHERE name = ?`, name)
	if !found {
		b.Name = name
	}
	return b, err
}
