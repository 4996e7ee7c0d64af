package sqlite

import (
	"errors"
	"path/filepath"
	"testing"

	"auto/runtime/request"
	"auto/runtime/store"
)

// TestMigrates: a store that the first version has written is brought up to date, with all
// that it has.
func TestMigrates(t *testing.T) {
	dir := t.TempDir()
	writeFirst(t, filepath.Join(dir, FileName))
	s := opened(t, dir)
	defer s.Close()
	f := request.File{Bucket: "b", Key: "k", ETag: "1", LastModified: at}
	if v, found, err := s.Version(t.Context(), "x", f); err != nil || !found || v.State != store.Skipped {
		t.Errorf("%+v %v %v", v, found, err)
	}
	if e, err := s.Entry(t.Context(), "0a"); err != nil || e.Request.Block != "x" || e.Delivery != store.Held {
		t.Errorf("%+v %v", e, err)
	}
	got, err := s.Take(t.Context(), at, "events", []store.Item{{ID: "a", Body: []byte("1")}})
	if err != nil || got.Seq != 8 {
		t.Errorf("%+v %v", got, err)
	}
	if seq, err := s.PutParams(t.Context(), "params", store.ParamsEdit{Job: "j", Version: 1, At: at, Body: []byte("{}")}); seq != 9 || err != nil {
		t.Error(seq, err)
	}
	if n, err := s.Release(t.Context(), "x", at, 1, false); n != 1 || err != nil {
		t.Error(n, err)
	}
}

// writeFirst makes a store of schema version 1 with a file, a request and a record.
func writeFirst(t *testing.T, path string) {
	t.Helper()
	schema, err := migrations.ReadFile("migrations/0001_state.sql")
	if err != nil {
		t.Fatal(err)
	}
	db, err := connect(path, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{string(schema), "PRAGMA user_version = 1",
		`INSERT INTO journal (seq, at, kind, block, body) VALUES (7, 0, 'files', 'x', x'')`,
		`INSERT INTO requests VALUES (1, '0a', 'x', x'6b', x'6b', x'6b', x'31', 0, x'', 0, CAST('{"id":"0a","block":"x"}' AS BLOB), 'held', 0, NULL, NULL, NULL, '')`,
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	_, err = db.ExecContext(t.Context(), `INSERT INTO versions VALUES ('x', x'6b', x'31', ?, 'b', 0, '', 'skipped', '', '', NULL, NULL, 1, 0, NULL)`, part(at))
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}
