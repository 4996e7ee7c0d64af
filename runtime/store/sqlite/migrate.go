package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

// The schema's versions in order: the file NNNN_*.sql leads from version NNNN-1 to
// NNNN. A file that was released is never changed.
//
//go:embed migrations/*.sql
var migrations embed.FS

// application marks a database as a store of auto (PRAGMA application_id).
const application = 0x6175746f

func migrationFiles() ([]string, error) { return fs.Glob(migrations, "migrations/*.sql") }

// migrate brings the schema to the newest version, each step in one transaction,
// and refuses what no version of auto up to this one has written.
func (s *Store) migrate(ctx context.Context) error {
	files, err := migrationFiles()
	if err != nil {
		return err
	}
	for done := false; !done; {
		err := s.transact(ctx, func(tx *sql.Tx) (err error) {
			done, err = s.step(ctx, tx, files)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// step makes one step, and reports that there is none left to make.
func (s *Store) step(ctx context.Context, tx *sql.Tx, files []string) (done bool, err error) {
	version, err := s.version(ctx, tx)
	switch {
	case err != nil:
		return false, err
	case version > len(files):
		return false, s.newer(version, len(files))
	case version == len(files):
		return true, nil
	}
	text, err := migrations.ReadFile(files[version])
	if err != nil {
		return false, err
	}
	if _, err := tx.ExecContext(ctx, string(text)); err != nil {
		return false, fmt.Errorf("%s: %w", strings.TrimPrefix(files[version], "migrations/"), err)
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version+1))
	return false, err
}

func (s *Reader) newer(version, known int) *Error {
	return &Error{Kind: Newer, Path: s.path,
		Message: fmt.Sprintf("The store %s has schema version %d, and this auto knows %d.", s.path, version, known),
		Help:    "Run the newer auto that wrote it, or name another `state` folder."}
}

// querier is a transaction or a database.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// version gives the schema's version, 0 for an empty database.
func (s *Reader) version(ctx context.Context, from querier) (int, error) {
	var version, id, tables int
	err := from.QueryRowContext(ctx, "SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema) FROM pragma_user_version, pragma_application_id").Scan(&version, &id, &tables)
	if err != nil {
		return 0, err
	}
	if id != application && (tables > 0 || id != 0) {
		return 0, &Error{Kind: Foreign, Path: s.path,
			Message: fmt.Sprintf("The database %s is not a store of auto.", s.path),
			Help:    "Move the file away, or name another `state` folder."}
	}
	return version, nil
}
