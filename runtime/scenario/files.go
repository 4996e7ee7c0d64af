package scenario

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/project"
)

// From is where the files are that a scenario names.
type From interface {
	// Text gives a policy file by its path, as the scenario writes it.
	Text(path string) (*source.File, error)
	// Project loads the project of a folder.
	Project(dir string) (*project.Project, diag.List)
}

// Folder has the files beside a scenario: paths begin at it.
type Folder struct {
	Dir string
	// Getenv looks an environment name up that a project allows, Now is the instant for
	// checks that compare with it.
	Getenv func(name string) (string, bool)
	Now    time.Time
}

// Text implements From.
func (f Folder) Text(path string) (*source.File, error) {
	name := filepath.Join(f.Dir, filepath.FromSlash(path))
	text, err := os.ReadFile(name)
	if err != nil {
		var reason *fs.PathError
		if errors.As(err, &reason) {
			err = reason.Err
		}
		return nil, fmt.Errorf("the file `%s` cannot be read: %w", filepath.ToSlash(name), err)
	}
	return source.New(filepath.ToSlash(name), string(text)), nil
}

// Project implements From.
func (f Folder) Project(dir string) (*project.Project, diag.List) {
	return project.Load(filepath.Join(f.Dir, filepath.FromSlash(dir)), project.Options{Getenv: f.Getenv, Now: f.Now})
}
