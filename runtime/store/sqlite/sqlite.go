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

	"auto/runtime/failpoint"
	"auto/runtime/store"

	"modernc.org/sqlite"
)

// FileName is the file of a store in its folder; SQLite keeps `-wal` and `-shm`
// files beside it.
const FileName = "state.db"

// Store is a store.Store in a folder.
type Store struct {
	Reader
	lock   *os.File
	writer *sql.DB // one connection
	takes  takes
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
	s := &Store{Reader: Reader{path: filepath.Join(folder, FileName)}}
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
	if err := private(s.path); err != nil {
		return s.denied(folder, err)
	}
	if s.writer, err = connect(s.path, "_txlock=immediate&_journal_mode=WAL&_pragma=journal_size_limit(67108864)"); err != nil {
		return err
	}
	s.writer.SetMaxOpenConns(1)
	if err := s.migrate(ctx); err != nil {
		return err
	}
	return s.Reader.open(ctx, "_query_only=1")
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

// private makes the file where there is none yet, for its owner alone: requests and edits have
// what policies read.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
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
	failures := []error{s.Reader.Close()}
	if s.writer != nil {
		failures = append(failures, s.writer.Close())
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
	return affected(tx.ExecContext(ctx, query, args...))
}

func affected(result sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}
