// Package control is how commands reach the state of a project: over a unix socket
// while a daemon owns it, and straight from the store otherwise. Both ways answer
// through the same interface.
package control

import (
	"context"
	"errors"
	"time"

	"auto/compiler"
	"auto/runtime/backlog"
	"auto/runtime/events"
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
	return l.retry(ctx, entries)
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
	return l.retry(ctx, entries)
}

// retry makes entries due, and lifts the halt of the blocks that they belong to;
// what a limit or a pause holds of other blocks stays held.
func (l Local) retry(ctx context.Context, entries []store.Entry) (int, error) {
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
		changed, err := l.Store.Retry(ctx, e.Request.ID, l.Now())
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

// Automation is what commands ask of the conditions of a project. Its methods are safe for
// concurrent use.
type Automation interface {
	// Events takes events in, all or, where the error is a diag.List, none.
	Events(ctx context.Context, list []events.Event) (EventsTaken, error)
	// Pause holds back what a selection (an expression of the language, such as
	// `groups("sales")`) selects until an instant that is still to come, and gives the keys.
	// An error about the selection is a diag.List.
	Pause(ctx context.Context, selection string, until time.Time, reason string) ([]string, error)
	// Resume ends the pauses and halts of what a selection selects, and gives the keys that
	// were held back. Missed "" leaves to each policy what becomes of what came due.
	Resume(ctx context.Context, selection string, missed compiler.Missed) ([]string, error)
	// Status says how the daemon is.
	Status(ctx context.Context) (Status, error)
	// Backlog gives what is owed, oldest first.
	Backlog(ctx context.Context) ([]backlog.Owed, error)
}

// EventsTaken is what became of events.
type EventsTaken struct {
	// Accepted is how many are new, Duplicates how many were known by their ID.
	Accepted   int `json:"accepted"`
	Duplicates int `json:"duplicates"`
	// Unknown are keys of assets and checks that the project does not have (yet), sorted:
	// their events are kept.
	Unknown []string `json:"unknown,omitempty"`
}

// Status is how a daemon is.
type Status struct {
	// Running tells whether a daemon answered; otherwise it is what the store knows.
	Running bool      `json:"running"`
	Now     time.Time `json:"now"`
	Started time.Time `json:"started,omitzero"`
	// Policies is the fingerprint of those in force, since PoliciesSince; Broken are the
	// findings of a newer version that was not taken, each on one line.
	Policies      string         `json:"policies"`
	PoliciesSince time.Time      `json:"policies_since,omitzero"`
	Broken        []string       `json:"broken,omitempty"`
	Sensors       []SensorStatus `json:"sensors"`
	Blocks        []BlockStatus  `json:"blocks"`
	// Pauses are those that are in force.
	Pauses []PauseStatus `json:"pauses,omitempty"`
	// Owed counts pairs, OldestOwed is the decision that waits longest.
	Owed       int       `json:"owed"`
	OldestOwed time.Time `json:"oldest_owed,omitzero"`
	// Due and Parked count requests: to be delivered, and refused by the receiver.
	Due    int `json:"due"`
	Parked int `json:"parked"`
	// Events is the number of events since the start.
	Events int64 `json:"events"`
}

// SensorStatus is how a sensor of conditions is.
type SensorStatus struct {
	Name  string        `json:"name"`
	Every time.Duration `json:"every_ns"`
	// Assets counts the assets and checks with conditions.
	Assets int `json:"assets"`
	// LastTick is the instant of the last tick, and Took its time; NextTick the next one.
	LastTick time.Time     `json:"last_tick,omitzero"`
	NextTick time.Time     `json:"next_tick,omitzero"`
	Took     time.Duration `json:"took_ns"`
	Ticks    int64         `json:"ticks"`
	// Requested counts pairs since the start, Launched requests.
	Requested int64 `json:"requested"`
	Launched  int64 `json:"launched"`
	// Overruns counts ticks beyond the budget; Failures those that failed in a row, and
	// Error says why the last one did.
	Overruns int64  `json:"overruns"`
	Failures int64  `json:"failures"`
	Error    string `json:"error,omitempty"`
	// Owed counts pairs, OldestOwed is the decision that waits longest.
	Owed       int       `json:"owed"`
	OldestOwed time.Time `json:"oldest_owed,omitzero"`
	// Halted are the policies that `halt above` paused.
	Halted []string `json:"halted,omitempty"`
}

// BlockStatus is how a files block is.
type BlockStatus struct {
	Name     string        `json:"name"`
	Every    time.Duration `json:"every_ns"`
	LastTick time.Time     `json:"last_tick,omitzero"`
	Held     int           `json:"held"`
	HaltedAt time.Time     `json:"halted_at,omitzero"`
	Error    string        `json:"error,omitempty"`
}

// PauseStatus is a pause in force.
type PauseStatus struct {
	Selection string    `json:"selection"`
	Keys      int       `json:"keys"`
	Until     time.Time `json:"until"`
	Reason    string    `json:"reason"`
}
