package main

import (
	"context"
	"errors"
	"math"
	"time"

	"auto/runtime"
	"auto/runtime/request"
	"auto/runtime/store"
)

// dryRun shows the requests that one tick would decide, and changes nothing.
func (s system) dryRun(o runtime.Options) error {
	kept := &dryStore{Store: o.Store}
	o.Store = kept
	err := once(s.ctx, o)
	for _, r := range kept.requests {
		err = errors.Join(err, s.line(r))
	}
	return err
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
