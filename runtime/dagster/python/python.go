// Package python holds the Python package auto_dagster, which a user installs where a code
// location runs, so that one who has only the program has it.
package python

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

//go:embed pyproject.toml README.md auto_dagster/*.py auto_dagster/py.typed
var files embed.FS

// Write writes the package into a folder, which `pip install` takes. The folder is made
// where it is missing; files of an older version are replaced, and a folder that is not of
// the package is left alone.
func Write(dir string) error {
	if err := ours(dir); err != nil {
		return err
	}
	return fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		target := filepath.Join(dir, filepath.FromSlash(name))
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		text, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(target, text, 0o644)
	})
}

// ours: the folder is missing, empty, or has the package.
func ours(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, "auto_dagster")); err != nil {
		return fmt.Errorf("`%s` holds other files; name an empty folder", dir)
	}
	return nil
}
