package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"auto/compiler"
	"auto/compiler/files"
	"auto/lang/diag"
	"auto/lang/parse"
	"auto/lang/source"
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

// daemon gives the project's folder and its state folder, and the daemon that runs it, nil
// where none does; then, unless the state may begin, the project has to have one.
func (f projectFlag) daemon(s system, begin bool) (root, folder string, client *control.Client, err error) {
	if root, err = f.root(); err != nil {
		return "", "", nil, err
	}
	folder = project.StateFolder(root)
	client, err = control.Dial(s.ctx, folder)
	if !errors.Is(err, control.ErrNoDaemon) {
		return root, folder, client, err
	}
	if _, err := os.Stat(filepath.Join(folder, sqlite.FileName)); errors.Is(err, os.ErrNotExist) && !begin {
		return root, folder, nil, errNoState
	}
	return root, folder, nil, nil
}

// errNoState: the project never ran.
var errNoState = errors.New("the project has no state yet; `auto run` makes it")

// with answers by the daemon that runs the project, or from its store.
func (f projectFlag) with(s system, use func(control.Service) error) error {
	root, folder, client, err := f.daemon(s, false)
	if err != nil {
		return err
	}
	if client != nil {
		defer client.Close()
		return use(client)
	}
	store, err := openStore(s.ctx, folder, "auto")
	if err != nil {
		return err
	}
	local := control.Local{Store: store, Now: s.clock.Now, Renew: s.renew(root, store)}
	return errors.Join(use(local), store.Close())
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

// loadPolicies loads the project that a path belongs to, with the policies and blocks of
// the path alone where it is one of its policy files; or a policy file that belongs to
// none.
func loadPolicies(s system, path string) (*project.Project, diag.List, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, noSuchPath(path, err)
	}
	dir := path
	if !info.IsDir() {
		dir = filepath.Dir(path)
	}
	if root, ok := project.Find(dir); ok {
		p, found := project.Load(root, project.Options{Getenv: s.getenv, Now: s.clock.Now()})
		if info.IsDir() {
			return p, found, nil
		}
		if belongs(p, path) {
			keepFile(p.Policies, path)
			return p, found, nil
		}
	}
	if info.IsDir() {
		return nil, nil, fmt.Errorf("`%s` is no project: it has no `auto.yaml`", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	trees, found := parse.Files([]*source.File{source.New(filepath.ToSlash(path), string(text))})
	policies, more := compiler.Compile(compiler.Input{Files: trees})
	return &project.Project{Policies: policies}, append(found, more...), nil
}

// keepFile keeps what stands in one file.
func keepFile(p *compiler.Policies, path string) {
	p.Files = slices.DeleteFunc(p.Files, func(f *files.Program) bool { return !sameFile(f.At.File.Name, path) })
	p.Policies = slices.DeleteFunc(p.Policies, func(d *compiler.Policy) bool { return !sameFile(d.Decl.File.Name, path) })
}
