package main

import (
	"context"
	"errors"
	"time"

	"auto/runtime"
	"auto/runtime/request"
	"auto/runtime/store"
)

// dryRun shows the requests that one tick would decide, and changes nothing.
func (s system) dryRun(o runtime.Options) error {
	kept := &dryStore{Store: o.Store}
	o.Store = kept
	err := runtime.New(o).Once(s.ctx)
	for _, r := range kept.requests {
		err = errors.Join(err, s.line(r))
	}
	return err
}

// dryStore reads a store, and only notes what would be written.
type dryStore struct {
	store.Store
	requests []request.Request
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
