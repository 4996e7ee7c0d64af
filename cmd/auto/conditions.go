package main

import (
	"errors"

	"auto/runtime/automation"
	"auto/runtime/control"
	"auto/runtime/project"
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
	root, folder, client, err := f.daemon(s, need.begin)
	if err != nil {
		return err
	}
	if client != nil {
		defer client.Close()
		return use(client)
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
