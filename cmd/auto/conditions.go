package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"auto/runtime/automation"
	"auto/runtime/control"
	"auto/runtime/project"
	"auto/runtime/store/sqlite"
)

// access says what a command needs of a project whose daemon does not run.
type access struct {
	// begin: a project that never ran gets its state.
	begin bool
	// sound: a project with findings is no use.
	sound bool
}

// conditions answers by the daemon that runs the project, or from its journal.
func (f projectFlag) conditions(s system, need access, use func(control.Automation) error) error {
	root, err := f.root()
	if err != nil {
		return err
	}
	folder := project.StateFolder(root)
	client, err := control.Dial(s.ctx, folder)
	if err == nil {
		return use(client)
	}
	if !errors.Is(err, control.ErrNoDaemon) {
		return err
	}
	if _, err := os.Stat(filepath.Join(folder, sqlite.FileName)); errors.Is(err, os.ErrNotExist) && !need.begin {
		return errNoState
	}
	p, found := project.Load(root, project.Options{Getenv: s.getenv, Now: s.clock.Now()})
	if found.HasErrors() && (need.sound || p.Policies == nil) {
		return findingList(found)
	}
	store, err := openStore(s.ctx, folder, "auto")
	if err != nil {
		return err
	}
	return errors.Join(asState(use(automation.Offline{Store: store, Project: p, Now: s.clock.Now})), store.Close())
}

// errNoState: the project never ran.
var errNoState = fmt.Errorf("the project has no state yet; `auto run` makes it")
