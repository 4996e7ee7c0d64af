// Package sensor ticks files blocks: it lists the source, remembers what it saw, lets
// files settle, decides about each by the block's rules, and stores requests, memory and
// journal in one transaction.
package sensor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"auto/compiler/files"
	"auto/runtime/failpoint"
	"auto/runtime/request"
	"auto/runtime/rules"
	"auto/runtime/seen"
	"auto/runtime/sources"
	"auto/runtime/store"
)

// mostUndeclared is how many files a first listing may find in a block that does not say
// what existing files are for (docs/language.md, Clauses).
const mostUndeclared = 100

// Sensor is one files block at work. Its ticks follow one another; nothing of it is safe
// for concurrent use.
type Sensor struct {
	Program *files.Program
	Source  sources.Source
	Store   store.Store
	Decider *rules.Decider
	// Retention is how long what is gone or delivered is kept, 0 for ever.
	Retention time.Duration
	// Progress, where it is not nil, is called after each page of a listing with the
	// number of keys so far.
	Progress func(keys int)

	set      *seen.Set
	block    store.Block
	settling map[string]waiting
	pruned   time.Time
	stopped  error
}

// waiting is a file that settles.
type waiting struct {
	object   sources.Object
	since    time.Time
	returned bool
}

func waitingOf(v store.Version) waiting {
	return waiting{object: object(v.File), since: v.FirstSeen, returned: v.Returned}
}

// Report is what a tick did.
type Report struct {
	// Calls and Keys are those of the listing.
	Calls, Keys int
	// New counts versions that were seen for the first time, Settling those that wait.
	New, Settling int
	// What the tick decided.
	Requested, Unmatched, Parked, Skipped, Quarantined, Kept int
	// Gone counts keys that a complete listing no longer had.
	Gone int
	// Retried counts requests whose runs failed and that are launched again.
	Retried int
	// Held counts requests that clauses hold back after the tick; Released those that the
	// tick let go.
	Held, Released int
	// Entries are the new requests.
	Entries []store.Entry
	// Failed is why the listing was not complete, or files could not be looked at; nil
	// where all was seen.
	Failed error
}

// Changed reports whether the tick did anything.
func (r Report) Changed() bool {
	return r.New+r.Requested+r.Unmatched+r.Parked+r.Skipped+r.Quarantined+r.Kept+r.Gone+r.Released+r.Retried > 0
}

// FirstListingError: the first listing found many files, and the block does not say what
// they are for.
type FirstListingError struct {
	Block string
	Files int
}

// Error says what to write.
func (e *FirstListingError) Error() string {
	return fmt.Sprintf("The first listing of `%s` found %d files. Write `existing skip` to remember them without a run, or `existing take` to run each.", e.Block, e.Files)
}

// Tick lists the source and decides, at an instant. The error is one of the store, or a
// *FirstListingError, after which the sensor does nothing but give it again; that of the
// source is in the report, because a listing that breaks off still shows files.
func (s *Sensor) Tick(ctx context.Context, at time.Time) (Report, error) {
	if s.stopped != nil {
		return Report{}, s.stopped
	}
	failpoint.Hit("tick.before")
	if err := s.load(ctx); err != nil {
		return Report{}, err
	}
	t := &tick{Sensor: s, ctx: ctx, at: at, out: store.Tick{Block: s.block, At: at}, handled: map[string]bool{}}
	if err := t.list(); err != nil {
		return t.report, err
	}
	failed, err := t.retry()
	if err != nil {
		return t.report, err
	}
	if err := t.commit(); err != nil {
		return t.report, err
	}
	if err := s.keep(ctx, failed); err != nil {
		return t.report, err
	}
	if err := t.release(); err != nil {
		return t.report, err
	}
	err = s.prune(ctx, at)
	failpoint.Hit("tick.after")
	return t.report, err
}

// load reads what the block remembers, the first time and when someone made it forget.
func (s *Sensor) load(ctx context.Context) error {
	block, err := s.Store.Block(ctx, s.Program.Name)
	if err != nil {
		return err
	}
	known := s.set != nil && block.Forgets == s.block.Forgets
	s.block = block
	if known {
		return nil
	}
	set, settling := seen.New(), map[string]waiting{}
	err = s.Store.Versions(ctx, store.FileFilter{Block: block.Name}, func(v store.Version) error {
		set.Put(object(v.File), stateOf(v), v.DecidedAt)
		if v.State == store.Settling {
			settling[v.File.Key] = waitingOf(v)
		}
		return nil
	})
	if err == nil {
		s.set, s.settling = set, settling
	}
	return err
}

func object(f request.File) sources.Object {
	return sources.Object{Key: f.Key, Size: f.Size, ETag: f.ETag, LastModified: f.LastModified}
}

func stateOf(v store.Version) seen.State {
	switch {
	case v.State == store.Settling:
		return seen.Settling
	case !v.GoneAt.IsZero():
		return seen.Gone
	case v.State == store.Skipped:
		return seen.Left
	}
	return seen.Decided
}

// prune forgets what is past its retention, once a day, in the store and in memory.
func (s *Sensor) prune(ctx context.Context, at time.Time) error {
	const batch = 10_000
	if s.Retention == 0 || at.Sub(s.pruned) < 24*time.Hour {
		return nil
	}
	for {
		n, err := s.Store.Prune(ctx, s.Program.Name, at.Add(-s.Retention), batch)
		if err != nil {
			return err
		}
		if n > 0 {
			s.set = nil
		}
		if n < batch {
			s.pruned = at
			return nil
		}
	}
}

// tick is one tick under way.
type tick struct {
	*Sensor
	ctx     context.Context
	at      time.Time
	out     store.Tick
	report  Report
	handled map[string]bool // keys that are not as they were, each judged once a tick
	seen    []observation
	gone    []string
	first   []sources.Object // of a first listing, which is judged whole
	partial bool             // the listing broke off
}

// list goes through the listing and decides about what is not as it was.
func (t *tick) list() error {
	t.set.Begin()
	first := !t.block.Listed
	stats, err := t.Source.List(t.ctx, t.Program.Source.Prefix, func(page []sources.Object) error {
		for _, o := range page {
			o.LastModified = store.Instant(o.LastModified)
			if _, ok, _ := t.Decider.Scope(o.Key, o.Size); !ok {
				continue
			}
			if first {
				t.first = append(t.first, o)
			} else if err := t.observe(o); err != nil {
				return &storeError{err}
			}
		}
		t.report.Keys += len(page)
		if t.Progress != nil {
			t.Progress(t.report.Keys)
		}
		return nil
	})
	t.report.Calls = stats.Calls
	var failed *storeError
	if errors.As(err, &failed) {
		return failed.error
	}
	if t.ctx.Err() != nil {
		return t.ctx.Err()
	}
	if err != nil {
		t.partial = true
		t.report.Failed = errors.Join(t.report.Failed, err)
		return nil
	}
	if first {
		return t.firstListing()
	}
	return t.missing()
}

// storeError carries a failure of the store through a listing.
type storeError struct{ error }

// firstListing judges the files that lie there on the first day.
func (t *tick) firstListing() error {
	if t.Program.Existing == "" && len(t.first) > mostUndeclared {
		t.stopped = &FirstListingError{t.Program.Name, len(t.first)}
		return t.stopped
	}
	t.out.Block.Listed = true
	for _, o := range t.first {
		if t.Program.Existing == "skip" {
			t.note(o, "skipped")
			t.report.Skipped++
			t.put(store.Version{File: t.file(o), State: store.Skipped, Reason: "It lay there on the first listing, and the block says `existing skip`.", FirstSeen: t.at, DecidedAt: t.at})
			continue
		}
		if err := t.observe(o); err != nil {
			return err
		}
	}
	return nil
}

// file gives an object as requests and the store name it.
func (t *tick) file(o sources.Object) request.File {
	return request.File{Bucket: t.Source.Bucket(), Key: o.Key, Size: o.Size, ETag: o.ETag, LastModified: o.LastModified, VersionID: o.VersionID}
}

// put has a version stored as the key's newest.
func (t *tick) put(v store.Version) {
	v.Block, v.Current = t.Program.Name, true
	t.out.Versions = append(t.out.Versions, v)
}
