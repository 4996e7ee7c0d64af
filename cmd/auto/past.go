package main

import (
	"errors"
	"fmt"
	"time"

	"auto/lang/diag"
	"auto/runtime/history"
	"auto/runtime/live"
	"auto/runtime/project"
	"auto/runtime/store/sqlite"
)

// past is the journal of a project as it is kept, beside a daemon that may be running.
type past struct {
	root   string
	reader *sqlite.Reader
	load   live.Loader
}

// past opens the journal of the project, or of a state folder of another place.
func (f projectFlag) past(s system, state string, use func(past) error) error {
	root, err := f.root()
	if err != nil {
		return err
	}
	if state == "" {
		state = project.StateFolder(root)
	}
	return openPast(s, root, state, use)
}

func openPast(s system, root, state string, use func(past) error) error {
	reader, err := sqlite.OpenReader(s.ctx, state)
	var failed *sqlite.Error
	if errors.As(err, &failed) {
		return diag.Diagnostic{Code: diag.StoreFailed, Message: failed.Message, Help: failed.Help}
	}
	if err != nil {
		return err
	}
	return errors.Join(asState(use(past{root, reader, history.Loader(s.ctx, reader, root)})), reader.Close())
}

// loaded loads a project that has to be sound.
func loaded(s system, dir string) (*project.Project, error) {
	p, found := project.Load(dir, project.Options{Getenv: s.getenv, Now: s.clock.Now()})
	if found.HasErrors() {
		return nil, findingList(found)
	}
	return p, nil
}

// atFlag chooses an instant of the past.
type atFlag struct {
	At string `placeholder:"TIME" help:"As it was then: RFC 3339, a date, or -3h; now by default."`
}

func (f atFlag) instant(s system) (time.Time, error) {
	if f.At == "" {
		return s.clock.Now(), nil
	}
	at, err := readInstant(f.At, s.clock.Now())
	if err == nil && at.After(s.clock.Now()) {
		return at, diag.Diagnostic{Code: diag.WrongInstant, Message: fmt.Sprintf("%s is still to come.", show(at)), Help: "Name an instant of the past; `auto plan` says what a change would launch."}
	}
	return at, err
}
