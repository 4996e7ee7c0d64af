package history

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/runtime/journal"
	"auto/runtime/store"
)

// Sent is a request with the newest report of the run that it asked for.
type Sent struct {
	store.Entry
	// Run is zero where nothing was heard of a run.
	Run Run
}

// Run is a report of a run.
type Run struct {
	ID     string       `json:"id"`
	Status facts.Status `json:"status"`
	At     time.Time    `json:"at"`
}

// Requests gives the requests that conditions decided up to an instant for an asset or
// check, or one partition of it: the newest ones up to a limit, the oldest of them first.
// Reports of runs count up to the instant.
func Requests(ctx context.Context, s store.Reader, key, partition string, at time.Time, limit int) ([]Sent, error) {
	sent, err := newest(ctx, s, limit, func(e store.Entry) bool {
		r := &e.Request
		return r.Block == "" && !r.DecidedAt.After(at) && (partition == "" || r.Partition == partition || r.Partition == "") &&
			(slices.Contains(r.Selection, key) || slices.Contains(r.Checks, key))
	})
	if err != nil || len(sent) == 0 {
		return nil, err
	}
	return sent, runs(ctx, s, sent, at)
}

// newest gives the newest requests of a kind. Ever more of them are read until there are
// enough, as a request that is looked for is a recent one mostly.
func newest(ctx context.Context, s store.Reader, limit int, wanted func(store.Entry) bool) ([]Sent, error) {
	for window := 256; ; window *= 8 {
		var sent []Sent
		read := 0
		err := s.Entries(ctx, store.EntryFilter{Limit: window}, func(e store.Entry) error {
			read++
			if wanted(e) {
				sent = append(sent, Sent{Entry: e})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if len(sent) >= limit || read < window {
			return sent[max(len(sent)-limit, 0):], nil
		}
	}
}

// runs adds what was reported of the runs of requests.
func runs(ctx context.Context, s store.Reader, sent []Sent, until time.Time) error {
	of := map[string]*Sent{}
	for i := range sent {
		of[sent[i].Request.ID] = &sent[i]
	}
	after, err := before(ctx, s, sent[0].Request.DecidedAt)
	if err != nil {
		return err
	}
	byRun := map[string]*Sent{}
	return s.Records(ctx, after, []string{journal.KindEvents}, func(r store.Record) error {
		if r.At.After(until) {
			return nil
		}
		var body journal.Events
		if err := json.Unmarshal(r.Body, &body); err != nil {
			return err
		}
		for i := range body.Events {
			if e := &body.Events[i]; e.Type == events.Run {
				if to := of[e.Request()]; to != nil {
					byRun[e.RunID] = to
				}
				if to := byRun[e.RunID]; to != nil {
					to.Run = Run{ID: e.RunID, Status: e.Status, At: e.At}
				}
			}
		}
		return nil
	})
}

// before gives the number of a record such that all events that came in since an instant
// are after it: they are in the order of time.
func before(ctx context.Context, s Source, at time.Time) (int64, error) {
	var early, late int64 = 0, 1
	for {
		older, err := older(ctx, s, late, at)
		if err != nil {
			return 0, err
		}
		if !older {
			break
		}
		early, late = late, late*2
	}
	for early+1 < late {
		middle := early + (late-early)/2
		older, err := older(ctx, s, middle, at)
		if err != nil {
			return 0, err
		}
		if older {
			early = middle
		} else {
			late = middle
		}
	}
	return early, nil
}

// older reports whether the next events after a number came in before an instant.
func older(ctx context.Context, s Source, after int64, at time.Time) (is bool, err error) {
	err = s.Records(ctx, after, []string{journal.KindEvents}, func(r store.Record) error {
		is = r.At.Before(at)
		return ErrStop
	})
	if errors.Is(err, ErrStop) {
		err = nil
	}
	return is, err
}

// Begins gives the instant of the oldest record that is kept, and false where there is
// none.
func Begins(ctx context.Context, s Source) (at time.Time, ok bool, err error) {
	err = s.Records(ctx, 0, nil, func(r store.Record) error {
		at, ok = r.At, true
		return ErrStop
	})
	if errors.Is(err, ErrStop) {
		err = nil
	}
	return at, ok, err
}
