package main

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"auto/runtime"
	"auto/runtime/dagster"
	"auto/runtime/project"
	"auto/runtime/request"
	"auto/runtime/store"
	"auto/runtime/store/sqlite"
)

// stateFolder gives the folder of the state, and what removes it afterwards: a dry run of a
// project that has no state yet begins one elsewhere, and leaves nothing behind.
func (c runCommand) stateFolder(p *project.Project) (folder string, remove func() error, err error) {
	folder, remove = p.StateFolder(), func() error { return nil }
	if !c.DryRun {
		return folder, remove, nil
	}
	if _, err := os.Stat(filepath.Join(folder, sqlite.FileName)); !errors.Is(err, fs.ErrNotExist) {
		return folder, remove, nil
	}
	folder, err = os.MkdirTemp("", "auto")
	return folder, func() error { return os.RemoveAll(folder) }, err
}

// dryRun shows the requests that one tick would decide, and changes nothing.
func (s system) dryRun(o runtime.Options) error {
	if err := s.wasRead(o); err != nil {
		return err
	}
	kept := &dryStore{Store: o.Store}
	o.Store = kept
	err := once(s.ctx, o)
	for _, r := range kept.requests {
		err = errors.Join(err, s.line(r))
	}
	return err
}

// errNeverRead: what would be shown is nothing that `auto run` would do.
var errNeverRead = errors.New("nothing was read of Dagster yet: to conditions everything would be missing; start `auto run` first, which reads it, or `auto run --once`")

// wasRead gives an error where conditions would go by a Dagster of which nothing is known
// yet, and a warning where assets of it are not.
func (s system) wasRead(o runtime.Options) error {
	p := o.Project
	if p.Config.Dagster.URL == "" || len(p.Policies.Policies) == 0 {
		return nil
	}
	unread, err := dagster.Unread(s.ctx, o.Store, p.Graph)
	switch {
	case err != nil:
		return err
	case len(unread) > 0 && len(unread) == len(p.Graph.Keys()):
		return errNeverRead
	case len(unread) > 0:
		o.Log.Warn("some assets were not read from Dagster yet, and are missing to conditions; `auto run` reads those first that Dagster defines", "number", len(unread), "assets", strings.Join(unread[:min(len(unread), 20)], ", "))
	}
	return nil
}

// dryStore reads a store, and only notes what would be written.
type dryStore struct {
	store.Store
	requests []request.Request
	noted    int64
}

// Due implements store.Store: nothing is delivered.
func (d *dryStore) Due(context.Context, time.Time, int) ([]store.Entry, error) { return nil, nil }

// Release implements store.Store.
func (d *dryStore) Release(context.Context, string, time.Time, int, bool) (int, error) { return 0, nil }

// Prune implements store.Store.
func (d *dryStore) Prune(context.Context, string, time.Time, int) (int, error) { return 0, nil }

// Commit implements store.Store.
func (d *dryStore) Commit(_ context.Context, t store.Tick) error {
	for _, e := range t.Entries {
		d.requests = append(d.requests, e.Request)
	}
	return nil
}

// Decide implements store.Conditions.
func (d *dryStore) Decide(_ context.Context, r store.Record, entries []store.Entry) (int64, error) {
	for _, e := range entries {
		d.requests = append(d.requests, e.Request)
	}
	return d.next(), nil
}

// PutParams implements store.Params.
func (d *dryStore) PutParams(context.Context, string, store.ParamsEdit) (int64, error) {
	return d.next(), nil
}

// PutMarks implements store.Marks.
func (d *dryStore) PutMarks(context.Context, map[string][]byte) error { return nil }

// Revise implements store.Params.
func (d *dryStore) Revise(context.Context, request.Request, time.Time) (bool, error) {
	return false, nil
}

// Note implements store.Conditions.
func (d *dryStore) Note(context.Context, store.Record) (int64, error) { return d.next(), nil }

// PutText implements store.Conditions.
func (d *dryStore) PutText(context.Context, []byte) (string, error) { return "", nil }

// PutSnapshot implements store.Conditions.
func (d *dryStore) PutSnapshot(context.Context, store.Snapshot) error { return nil }

// next gives a number above those of all records.
func (d *dryStore) next() int64 {
	d.noted++
	return math.MaxInt32 + d.noted
}
