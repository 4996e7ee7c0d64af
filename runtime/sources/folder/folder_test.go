package folder_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"auto/runtime/sources"
	"auto/runtime/sources/folder"
	"auto/runtime/sources/sourcetest"

	"github.com/google/go-cmp/cmp"
)

func TestConformance(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T) sourcetest.Fixture {
		root := t.TempDir()
		put := func(key, content string) { write(t, root, key, content) }
		remove := func(key string) {
			if err := os.Remove(filepath.Join(root, key)); err != nil {
				t.Fatal(err)
			}
		}
		return sourcetest.Fixture{Source: folder.New("landing", root), Put: put, Delete: remove}
	})
}

func write(t *testing.T, root, key, content string) {
	t.Helper()
	path := filepath.Join(root, key)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestLinks(t *testing.T) {
	root, outside := t.TempDir(), t.TempDir()
	write(t, root, "a/x", "x")
	write(t, outside, "secret", "x")
	for name, target := range map[string]string{"file": filepath.Join(outside, "secret"), "loop": root, "out": outside, "nothing": filepath.Join(root, "none")} {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	var keys []string
	_, err := folder.New("f", root).List(t.Context(), "", func(page []sources.Object) error {
		for _, o := range page {
			keys = append(keys, o.Key)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a/x", "file"}, keys); diff != "" {
		t.Error(diff)
	}
}

func TestFailures(t *testing.T) {
	root := t.TempDir()
	write(t, root, "plain", "x")
	for name, test := range map[string]struct {
		root string
		kind sources.Kind
	}{"missing": {filepath.Join(root, "none"), sources.NoSuchBucket}, "a file": {filepath.Join(root, "plain"), sources.NoSuchBucket}} {
		_, err := folder.New("f", test.root).List(t.Context(), "", func([]sources.Object) error { return nil })
		var failure *sources.Error
		if !errors.As(err, &failure) || failure.Kind != test.kind || failure.Help == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	f := folder.New("f", root)
	for _, to := range []string{"../out", "/abs", "a/../../b", ""} {
		if err := f.Move(t.Context(), "plain", to); err == nil {
			t.Errorf("moved to %q", to)
		}
	}
}
