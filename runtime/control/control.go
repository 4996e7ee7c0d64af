// Package control is how commands reach the state of a project: over a unix socket
// while a daemon owns it, and straight from the store otherwise. Both ways answer
// through the same interface.
package control

import (
	"context"
	"errors"
	"time"

	"auto/runtime/request"
	"auto/runtime/store"
)

// Service is what commands ask for. Its methods are safe for concurrent use.
type Service interface {
	// Files calls yield for the versions that a filter selects.
	Files(ctx context.Context, filter store.FileFilter, yield func(store.Version) error) error
	// Forget removes what is known of the keys that a glob matches, in one block or,
	// for "", in all, and gives the number of keys.
	Forget(ctx context.Context, block, glob string) (int, error)
	// Requests calls yield for the requests that a filter selects.
	Requests(ctx context.Context, filter store.EntryFilter, yield func(store.Entry) error) error
	// Request gives one request by its ID or a unique beginning of it;
	// store.ErrNotFound where there is none.
	Request(ctx context.Context, id string) (store.Entry, error)
	// Retry makes the requests of a list, or for an empty list all that are parked or
	// halted, due at once, and gives their number. A halted block goes on.
	Retry(ctx context.Context, ids []string) (int, error)
}

// Local answers from the store.
type Local struct {
	Store store.Store
	// Now gives the present instant.
	Now func() time.Time
	// Renew writes a request anew that was refused (request.Refused), and makes it due; the
	// error says why it is refused still. nil refuses.
	Renew func(ctx context.Context, r request.Request) (bool, error)
}

// Files implements Service.
func (l Local) Files(ctx context.Context, filter store.FileFilter, yield func(store.Version) error) error {
	return l.Store.Versions(ctx, filter, yield)
}

// Forget implements Service.
func (l Local) Forget(ctx context.Context, block, glob string) (int, error) {
	return l.Store.Forget(ctx, block, glob, l.Now())
}

// Requests implements Service.
func (l Local) Requests(ctx context.Context, filter store.EntryFilter, yield func(store.Entry) error) error {
	return l.Store.Entries(ctx, filter, yield)
}

// Request implements Service.
func (l Local) Request(ctx context.Context, id string) (store.Entry, error) {
	return l.Store.Entry(ctx, id)
}

// Retry implements Service.
func (l Local) Retry(ctx context.Context, ids []string) (int, error) {
	if len(ids) == 0 {
		return l.retryAll(ctx)
	}
	// All are looked up first, so that one that is unknown stops before any change.
	entries := make([]store.Entry, len(ids))
	for i, id := range ids {
		entry, err := l.Store.Entry(ctx, id)
		if err != nil {
			return 0, &UnknownRequest{ID: id, Err: err}
		}
		entries[i] = entry
	}
	return l.retry(ctx, entries, false)
}

// UnknownRequest: a command named a request that does not exist.
type UnknownRequest struct {
	ID  string
	Err error
}

// Error names the request.
func (e *UnknownRequest) Error() string { return "request " + e.ID + ": " + e.Err.Error() }

// Unwrap gives the cause.
func (e *UnknownRequest) Unwrap() error { return e.Err }

// StillRefused: a request lacks parameters of its job still.
type StillRefused struct {
	ID, Reason string
}

// Error says what it lacks.
func (e *StillRefused) Error() string {
	return "The request " + e.ID + " is refused still: " + e.Reason
}

// again makes an entry due.
func (l Local) again(ctx context.Context, e store.Entry) (bool, error) {
	if e.Request.Refused == nil {
		return l.Store.Retry(ctx, e.Request.ID, l.Now())
	}
	if l.Renew == nil {
		return false, &StillRefused{e.Request.ID, e.Request.Refused.Reason}
	}
	return l.Renew(ctx, e.Request)
}

func (l Local) retryAll(ctx context.Context) (int, error) {
	var entries []store.Entry
	for _, state := range []store.Delivery{store.Refused, store.Held} {
		err := l.Store.Entries(ctx, store.EntryFilter{Delivery: state}, func(e store.Entry) error {
			entries = append(entries, e)
			return nil
		})
		if err != nil {
			return 0, err
		}
	}
	return l.retry(ctx, entries, true)
}

// retry makes entries due, and lifts the halt of the blocks that they belong to;
// what a limit or a pause holds of other blocks stays held, and, where all are tried, what
// is refused still.
func (l Local) retry(ctx context.Context, entries []store.Entry, all bool) (int, error) {
	count, halted := 0, map[string]bool{}
	for _, e := range entries {
		block, err := l.Store.Block(ctx, e.Request.Block)
		if err != nil {
			return count, err
		}
		if !block.HaltedAt.IsZero() {
			halted[block.Name] = true
		}
		if e.Delivery == store.Held && !halted[block.Name] {
			continue
		}
		changed, err := l.again(ctx, e)
		if all && errors.As(err, new(*StillRefused)) {
			continue
		}
		if err != nil {
			return count, err
		}
		if changed {
			count++
		}
	}
	var failures []error
	for block := range halted {
		failures = append(failures, l.Store.Resume(ctx, block, l.Now()))
	}
	return count, errors.Join(failures...)
}
