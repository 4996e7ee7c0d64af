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
			query, args := `INSERT INTO bookmarks (name, body) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET body = ?2`, []any{[]byte(name), marks[name]}
			if marks[name] == nil {
				query, args = `DELETE FROM bookmarks WHERE name = ?`, args[:1]
			}
			if _, err := exec(ctx, tx, query, args...); err != nil {
				return err
			}
		}
		return nil
	})
}

func scanMark(r row) (m store.Mark, err error) {
	err = r.Scan(&m.Name, &m.Body) // a name is a BLOB, so that it may hold any bytes
	return m, err
}

// Marks implements store.MarksReader.
func (s *Reader) Marks(ctx context.Context, prefix string, yield func(store.Mark) error) error {
	if end, bounded := after(prefix); bounded {
		return read(ctx, s, scanMark, yield, `SELECT name, body FROM bookmarks WHERE name >= ? AND name < ? ORDER BY name`, []byte(prefix), end)
	}
	return read(ctx, s, scanMark, yield, `SELECT name, body FROM bookmarks WHERE name >= ? ORDER BY name`, []byte(prefix))
}

// after gives the least text that is greater than all that begin with a prefix, byte by
// byte, which is how names are ordered; false where there is none.
func after(prefix string) ([]byte, bool) {
	end := []byte(prefix)
	for last := len(end) - 1; last >= 0; last-- {
		if end[last] < 0xff {
			end[last]++
			return end[:last+1], true
		}
	}
	return nil, false
}
