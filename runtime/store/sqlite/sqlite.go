// Package sqlite keeps the state of a project in one SQLite file, for one process
// at a time.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"auto/runtime/failpoint"
	"auto/runtime/store"

	"modernc.org/sqlite"
)

// FileName is the file of a store in its folder; SQLite keeps `-wal` and `-shm`
// files beside it.
const FileName = "state.db"

// Store is a store.Store in a folder.
type Store struct {
	path   string
	lock   *os.File
	writer *sql.DB // one connection
	reader *sql.DB

	statements sync.Map // by query, the *sql.Stmt of a reader
}

var _ store.Store = (*Store)(nil)

// Open opens the store in a folder, making both where there is none, and migrates
// an older one. A second opener gets a *LockedError; a file that cannot be used
// gives an *Error.
func Open(ctx context.Context, folder string, owner Owner) (*Store, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	s := &Store{path: filepath.Join(folder, FileName)}
	if err := s.open(ctx, folder, owner); err != nil {
		return nil, errors.Join(s.explain(err), s.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, folder string, owner Owner) (err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return s.denied(folder, err)
	}
	if s.lock, err = lock(folder, owner); err != nil {
		return s.denied(folder, err)
	}
	if s.writer, err = connect(s.path, "_txlock=immediate&_journal_mode=WAL&_pragma=journal_size_limit(67108864)"); err != nil {
		return err
	}
	s.writer.SetMaxOpenConns(1)
	if err := s.migrate(ctx); err != nil {
		return err
	}
	// A yield may read while its own rows are open, so readers are not bounded.
	s.reader, err = connect(s.path, "_query_only=1")
	if err != nil {
		return err
	}
	s.reader.SetMaxIdleConns(4)
	return s.reader.PingContext(ctx)
}

// denied explains that the folder cannot be used; a *LockedError says it itself.
func (s *Store) denied(folder string, err error) error {
	if _, locked := errors.AsType[*LockedError](err); locked {
		return err
	}
	return &Error{Kind: Denied, Path: s.path, Err: err,
		Message: fmt.Sprintf("The state folder %s cannot be used: %v.", folder, err),
		Help:    "Give the user that runs auto the right to write it, or name another `state` folder."}
}

// connect gives the connections to a file, which are made when they are needed.
func connect(path, parameters string) (*sql.DB, error) {
	name := url.URL{Scheme: "file", Path: path, RawQuery: "_busy_timeout=5000&_synchronous=FULL&_foreign_keys=1&_dqs=0&_error_rc=1&_pragma=cache_size(-16000)&" + parameters}
	connector, err := sqlite.NewConnector(name.String())
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

// Close implements store.Store.
func (s *Store) Close() error {
	var failures []error
	s.statements.Range(func(_, statement any) bool {
		failures = append(failures, statement.(*sql.Stmt).Close())
		return true
	})
	for _, db := range []*sql.DB{s.reader, s.writer} {
		if db != nil {
			failures = append(failures, db.Close())
		}
	}
	if s.lock != nil {
		failures = append(failures, s.lock.Close())
	}
	return s.explain(errors.Join(failures...))
}

// write makes a change in one transaction.
func (s *Store) write(ctx context.Context, change func(*sql.Tx) error) error {
	failpoint.Hit("store.write.before")
	err := s.transact(ctx, func(tx *sql.Tx) error {
		err := change(tx)
		failpoint.Hit("store.write.staged")
		return err
	})
	failpoint.Hit("store.write.after")
	return err
}

// transact makes a change whole, or not at all where it fails.
func (s *Store) transact(ctx context.Context, change func(*sql.Tx) error) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return s.explain(err)
	}
	if err := change(tx); err != nil {
		if undo := tx.Rollback(); undo != nil && !errors.Is(undo, sql.ErrTxDone) {
			err = errors.Join(err, undo)
		}
		return s.explain(err)
	}
	return s.explain(tx.Commit())
}

// exec runs one statement and gives the number of rows that it changed.
func exec(ctx context.Context, tx *sql.Tx, query string, args ...any) (int, error) {
	result, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// statement gives the prepared form of a query of the readers.
func (s *Store) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if known, ok := s.statements.Load(query); ok {
		return known.(*sql.Stmt), nil
	}
	fresh, err := s.reader.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	known, loaded := s.statements.LoadOrStore(query, fresh)
	if loaded {
		return known.(*sql.Stmt), fresh.Close()
	}
	return fresh, nil
}

// row is what a scan reads its columns from.
type row interface{ Scan(into ...any) error }

// read calls yield for each row of a query.
func read[T any](ctx context.Context, s *Store, scan func(row) (T, error), yield func(T) error, query string, args ...any) error {
	statement, err := s.statement(ctx, query)
	if err != nil {
		return s.explain(err)
	}
	rows, err := statement.QueryContext(ctx, args...)
	if err != nil {
		return s.explain(err)
	}
	return s.explain(each(rows, scan, yield))
}

func each[T any](rows *sql.Rows, scan func(row) (T, error), yield func(T) error) error {
	defer rows.Close()
	for rows.Next() {
		value, err := scan(rows)
		if err == nil {
			err = yield(value)
		}
		if err != nil {
			return err
		}
	}
	return rows.Err()
}

// first gives the only row of a query, and false where there is none.
func first[T any](ctx context.Context, s *Store, scan func(row) (T, error), query string, args ...any) (value T, found bool, err error) {
	err = read(ctx, s, scan, func(v T) error { value, found = v, true; return nil }, query, args...)
	return value, found, err
}

// number scans a row of one number.
func number(r row) (n int, err error) {
	err = r.Scan(&n)
	return n, err
}
