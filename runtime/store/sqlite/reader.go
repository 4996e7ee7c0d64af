package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"auto/runtime/store"
)

// Reader is a store.Reader in a folder.
type Reader struct {
	path       string
	db         *sql.DB
	statements sync.Map // by query, its *sql.Stmt
}

var _ store.Reader = (*Reader)(nil)

// OpenReader opens the store of a folder beside the process that owns it, or without
// one. It sees what is committed when a call begins, takes no lock, and changes nothing. A
// folder without a store, and one that another version of auto has written, give an *Error.
func OpenReader(ctx context.Context, folder string) (*Reader, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	s := &Reader{path: filepath.Join(folder, FileName)}
	if err := s.look(ctx); err != nil {
		return nil, errors.Join(s.explain(err), s.Close())
	}
	return s, nil
}

// look opens a file that has to be there, and of this version.
func (s *Reader) look(ctx context.Context) error {
	if _, err := os.Stat(s.path); errors.Is(err, fs.ErrNotExist) {
		return &Error{Kind: Absent, Path: s.path, Err: err,
			Message: fmt.Sprintf("There is no store in %s: nothing has run there yet.", filepath.Dir(s.path)),
			Help:    "Start `auto run` first, or name the project's folder."}
	}
	if err := s.open(ctx, "mode=ro&_query_only=1"); err != nil {
		return err
	}
	version, err := s.version(ctx, s.db)
	if err != nil {
		return err
	}
	return s.fits(version)
}

// fits refuses a schema that is not this version's.
func (s *Reader) fits(version int) error {
	files, err := migrationFiles()
	switch {
	case err != nil:
		return err
	case version > len(files):
		return s.newer(version, len(files))
	case version < len(files):
		return &Error{Kind: Older, Path: s.path,
			Message: fmt.Sprintf("The store %s has schema version %d, and this auto reads %d.", s.path, version, len(files)),
			Help:    "Start this version's `auto run` once, which brings it up to date."}
	}
	return nil
}

// open connects. A yield may read while its own rows are open, so connections are not
// bounded.
func (s *Reader) open(ctx context.Context, parameters string) (err error) {
	if s.db, err = connect(s.path, parameters); err != nil {
		return err
	}
	s.db.SetMaxIdleConns(4)
	return s.db.PingContext(ctx)
}

// Close implements store.Reader.
func (s *Reader) Close() error {
	var failures []error
	s.statements.Range(func(_, statement any) bool {
		failures = append(failures, statement.(*sql.Stmt).Close())
		return true
	})
	if s.db != nil {
		failures = append(failures, s.db.Close())
	}
	return s.explain(errors.Join(failures...))
}

// statement gives the prepared form of a query of the readers.
func (s *Reader) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if known, ok := s.statements.Load(query); ok {
		return known.(*sql.Stmt), nil
	}
	fresh, err := s.db.PrepareContext(ctx, query)
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
func read[T any](ctx context.Context, s *Reader, scan func(row) (T, error), yield func(T) error, query string, args ...any) error {
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
func first[T any](ctx context.Context, s *Reader, scan func(row) (T, error), query string, args ...any) (value T, found bool, err error) {
	err = read(ctx, s, scan, func(v T) error { value, found = v, true; return nil }, query, args...)
	return value, found, err
}

// number scans a row of one number.
func number(r row) (n int, err error) {
	err = r.Scan(&n)
	return n, err
}
