package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"auto/runtime/store"
	"auto/runtime/store/sqlite"
	"auto/runtime/store/storetest"
)

var owner = sqlite.Owner{PID: 42, Command: "auto run"}

func TestConformance(t *testing.T) { storetest.Run(t, openAgain) }

func TestModel(t *testing.T) {
	storetest.Model(t, func(t *testing.T) (store.Store, func() store.Store) {
		s, reopen := openAgain(t)
		hasty := func(s store.Store) store.Store {
			if err := sqlite.Hasty(t.Context(), s.(*sqlite.Store)); err != nil {
				t.Fatal(err)
			}
			return s
		}
		return hasty(s), func() store.Store { return hasty(reopen()) }
	})
}

// openAgain gives an empty store, and a way to open it again.
func openAgain(t *testing.T) (store.Store, func() store.Store) {
	dir := t.TempDir()
	var s *sqlite.Store
	reopen := func() store.Store {
		if s != nil {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		var err error
		if s, err = sqlite.Open(t.Context(), dir, owner); err != nil {
			t.Fatal(err)
		}
		return s
	}
	t.Cleanup(func() { s.Close() })
	return reopen(), reopen
}

func TestOneOwner(t *testing.T) {
	dir := t.TempDir()
	first, err := sqlite.Open(t.Context(), dir, owner)
	if err != nil {
		t.Fatal(err)
	}
	var locked *sqlite.LockedError
	if _, err := sqlite.Open(t.Context(), dir, owner); !errors.As(err, &locked) || locked.Owner != owner {
		t.Errorf("%v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := sqlite.Open(t.Context(), dir, owner)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestPrivate: only the owner reads what is stored.
func TestPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	s, err := sqlite.Open(t.Context(), dir, owner)
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, sqlite.FileName+"*"))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v %v", filepath.Base(name), info.Mode(), err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestUnusable: a store that cannot be used says why, and what to do.
func TestUnusable(t *testing.T) {
	for name, test := range map[string]struct {
		kind    sqlite.Kind
		prepare func(t *testing.T, path string)
	}{
		"no database": {sqlite.Damaged, func(t *testing.T, path string) {
			put(t, path, "this is no database, and longer than a header of one hundred bytes would be, to be sure of that......")
		}},
		"newer": {sqlite.Newer, func(t *testing.T, path string) {
			execute(t, path, "PRAGMA application_id = 0x6175746f; PRAGMA user_version = 99")
		}},
		"foreign": {sqlite.Foreign, func(t *testing.T, path string) { execute(t, path, "CREATE TABLE other (x)") }},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			test.prepare(t, filepath.Join(dir, sqlite.FileName))
			_, err := sqlite.Open(t.Context(), dir, owner)
			var failed *sqlite.Error
			if !errors.As(err, &failed) || failed.Kind != test.kind || failed.Help == "" {
				t.Errorf("%v", err)
			}
		})
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
