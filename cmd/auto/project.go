package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"auto/lang/diag"
	"auto/runtime/control"
	"auto/runtime/project"
	"auto/runtime/store/sqlite"
)

// projectFlag names the project that a command is about.
type projectFlag struct {
	Project string `help:"The project's folder; the nearest with an auto.yaml by default." type:"path" placeholder:"DIR"`
}

// root gives the folder of the project.
func (f projectFlag) root() (string, error) {
	start := f.Project
	if start == "" {
		start = "."
	} else if _, err := os.Stat(filepath.Join(start, project.FileName)); err != nil {
		return "", noProject(start)
	}
	root, ok := project.Find(start)
	if !ok {
		return "", noProject("this folder or above it")
	}
	return root, nil
}

func noProject(where string) error {
	return diag.Diagnostic{Code: diag.NoProject, Message: "There is no project in " + where + ".", Help: "Write an `auto.yaml`, or run `auto init DIR` for a small project."}
}

// with answers by the daemon that runs the project, or from its store.
func (f projectFlag) with(s system, use func(control.Service) error) error {
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
	if _, err := os.Stat(filepath.Join(folder, sqlite.FileName)); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("the project has no state yet; `auto run` makes it")
	}
	store, err := openStore(s.ctx, folder, "auto")
	if err != nil {
		return err
	}
	return errors.Join(use(control.Local{Store: store, Now: s.clock.Now}), store.Close())
}

// openStore opens the store of a state folder, with a finding where it cannot be.
func openStore(ctx context.Context, folder, command string) (*sqlite.Store, error) {
	store, err := sqlite.Open(ctx, folder, sqlite.Owner{PID: os.Getpid(), Command: command})
	var locked *sqlite.LockedError
	var failed *sqlite.Error
	switch {
	case errors.As(err, &locked):
		return nil, diag.Diagnostic{Code: diag.StoreLocked, Message: fmt.Sprintf("The state in %s is in use by process %d (%s).", locked.Folder, locked.Owner.PID, locked.Owner.Command),
			Help: "Commands speak to a running `auto run` by themselves; a second one needs a `state` folder of its own."}
	case errors.As(err, &failed):
		return nil, diag.Diagnostic{Code: diag.StoreFailed, Message: failed.Message, Help: failed.Help}
	}
	return store, err
}
