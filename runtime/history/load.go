// Package history goes through the journal again: to the state at any instant that is
// kept, and to what other policies would have made of the same inputs.
package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"slices"
	"time"

	"auto/runtime/journal"
	"auto/runtime/live"
	"auto/runtime/project"
	"auto/runtime/store"

	"golang.org/x/tools/txtar"
)

// Source is what is read of a store.
type Source interface{ store.ConditionsReader }

// Loader gives what makes setups of records of policies, with the texts that a store
// keeps. Dir is how the project's folder is shown.
func Loader(ctx context.Context, s Source, dir string) live.Loader {
	return func(p *journal.Policies) (*live.Setup, error) {
		files, err := texts(ctx, s, p)
		if err != nil {
			return nil, err
		}
		getenv := func(name string) (string, bool) { value, ok := p.Env[name]; return value, ok }
		loaded, found := project.Load(dir, project.Options{FS: files, Getenv: getenv})
		if found.HasErrors() {
			return nil, &live.BrokenError{Findings: found}
		}
		return live.NewSetup(loaded), nil
	}
}

// texts gives the files of a record of policies.
func texts(ctx context.Context, s Source, p *journal.Policies) (fs.FS, error) {
	var all txtar.Archive
	for _, path := range slices.Sorted(maps.Keys(p.Texts)) {
		text, err := s.Text(ctx, p.Texts[path])
		if errors.Is(err, store.ErrNotFound) {
			return nil, &live.BrokenError{Err: fmt.Errorf("the text of `%s` is lost", path)}
		}
		if err != nil {
			return nil, fmt.Errorf("the text of `%s`: %w", path, err)
		}
		all.Files = append(all.Files, txtar.File{Name: path, Data: text})
	}
	return txtar.FS(&all)
}

// Visit is told of each record that was played, with the outcome of a tick.
type Visit func(r live.Record, p *live.Project, out *live.Outcome) error

// Options choose how the journal is played.
type Options struct {
	// From is the instant whose snapshot it begins at, zero for the beginning that is kept.
	From time.Time
	// Until is the last instant that is played, zero for no end.
	Until time.Time
	// Alive is until when sensors ticked, zero where ticks that changed nothing do not
	// matter. They do where other policies come next: those count from the last tick.
	Alive time.Time
	// Before is told of each record before it is played; Visit after. Where Visit gives
	// ErrStop, nothing more is played, and the state is that after its record.
	Before func(r live.Record, p *live.Project) live.Options
	Visit  Visit
	// Damaged is told of each snapshot that cannot be read, where an older one can be
	// begun at in its place; nil where nobody asks.
	Damaged func(s store.Snapshot, err error)
}

// ErrStop ends a walk over records.
var ErrStop = errors.New("stop")

// Play gives the state of a project after the records of its journal, from the newest
// snapshot on that is not after From.
func Play(ctx context.Context, s Source, load live.Loader, o Options) (*live.Project, error) {
	p, err := begin(ctx, s, load, o)
	if err != nil {
		return nil, err
	}
	err = s.Records(ctx, p.Seq, live.Kinds, func(r store.Record) error {
		if !o.Until.IsZero() && r.At.After(o.Until) {
			return errUntil
		}
		return step(p, r, o)
	})
	switch {
	case errors.Is(err, ErrStop):
		return p, nil
	case err != nil && !errors.Is(err, errUntil):
		return nil, err
	}
	if err := idle(p, o.Alive); err != nil {
		return nil, err
	}
	return p, p.Settle()
}

// idle makes the ticks that changed nothing. When exactly they were is not known, so that
// the last ones are left out.
func idle(p *live.Project, alive time.Time) error {
	for _, s := range p.Sensors {
		if n := alive.Sub(s.Last())/max(s.Every, 1) - 1; n > 0 && !s.Last().IsZero() {
			if err := s.Idle(s.Last().Add(n * s.Every)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Present gives the state that a deployment at an instant meets: that of a daemon that
// runs, or of one that has ended and starts again then.
func Present(ctx context.Context, s Source, load live.Loader, at time.Time) (*live.Project, error) {
	alive, err := s.LastAlive(ctx)
	if err != nil {
		return nil, err
	}
	p, err := Play(ctx, s, load, Options{From: Latest, Alive: alive})
	if err != nil || alive.IsZero() {
		return p, err
	}
	if _, err := p.Play(live.Record{Seq: p.Seq + 1, At: at, Body: &journal.Down{From: alive}}, live.Options{}); err != nil {
		return nil, err
	}
	return p, p.Settle()
}

// errUntil ends a walk at Options.Until.
var errUntil = errors.New("until")

// begin gives the state of the snapshot to begin at, or of one before it where that cannot
// be read: the records after the older one give the same.
func begin(ctx context.Context, s Source, load live.Loader, o Options) (*live.Project, error) {
	var first error
	for at, last := o.From, int64(math.MaxInt64); ; {
		snapshot, ok, err := s.Snapshot(ctx, at)
		switch {
		case err != nil && snapshot.At.IsZero():
			return nil, err
		case err == nil && !ok:
			return live.NewProject(load), nil
		case snapshot.Seq >= last:
			return nil, first // there is none before
		}
		var p *live.Project
		if err == nil {
			p, err = live.Restore(snapshot.Body, load)
		}
		if err == nil {
			return p, nil
		}
		if first == nil {
			first = err
		}
		if o.Damaged != nil {
			o.Damaged(snapshot, err)
		}
		at, last = snapshot.At.Add(-1), snapshot.Seq
	}
}

// Snapshots reports whether any snapshot is kept, even one that cannot be read.
func Snapshots(ctx context.Context, s Source) (bool, error) {
	snapshot, ok, err := s.Snapshot(ctx, Latest)
	if !snapshot.At.IsZero() {
		return true, nil
	}
	return ok, err
}

func step(p *live.Project, r store.Record, o Options) error {
	read, err := live.Read(r)
	if err != nil {
		return err
	}
	var how live.Options
	if o.Before != nil {
		how = o.Before(read, p)
	}
	out, err := p.Play(read, how)
	if err == nil && o.Visit != nil {
		err = o.Visit(read, p, out)
	}
	return err
}

// Latest is an instant after all others, for the newest snapshot.
var Latest = store.Latest
