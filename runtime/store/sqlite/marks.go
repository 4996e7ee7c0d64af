package sqlite

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"auto/runtime/store"
)

// PutMarks implements store.Marks.
func (s *Store) PutMarks(ctx context.Context, marks map[string][]byte) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		for _, name := range slices.Sorted(maps.Keys(marks)) {
			query, args := `INSERT INTO read_marks (name, body) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET body = ?2`, []any{name, marks[name]}
			if marks[name] == nil {
				query, args = `DELETE FROM read_marks WHERE name = ?`, args[:1]
			}
			if _, err := exec(ctx, tx, query, args...); err != nil {
				return err
			}
		}
		return nil
	})
}

func scanMark(r row) (m store.Mark, err error) {
	err = r.Scan(&m.Name, &m.Body)
	return m, err
}

// Marks implements store.MarksReader.
func (s *Reader) Marks(ctx context.Context, prefix string, yield func(store.Mark) error) error {
	return read(ctx, s, scanMark, yield, `SELECT name, body FROM read_marks WHERE name >= ?1 AND substr(name, 1, length(?1)) = ?1 ORDER BY name`, prefix)
}
