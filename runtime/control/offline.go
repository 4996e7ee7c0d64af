package control

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"auto/compiler"
	"auto/runtime/backlog"
	"auto/runtime/events"
	"auto/runtime/journal"
	"auto/runtime/project"
	"auto/runtime/store"
)

// Offline is the Automation of a project that no daemon runs: what it is told is kept in
// the journal, for the next one to take in.
type Offline struct {
	Store interface {
		store.Store
		store.Conditions
	}
	Project *project.Project
	// Now gives the present instant.
	Now func() time.Time
	// Owed gives what is owed, oldest first, as the journal has it.
	Owed func(ctx context.Context) ([]backlog.Owed, error)
}

// Events implements Automation.
func (o Offline) Events(ctx context.Context, list []events.Event) (EventsTaken, error) {
	items := make([]store.Item, len(list))
	for i, e := range list {
		body, err := json.Marshal(e)
		if err != nil {
			return EventsTaken{}, err
		}
		items[i] = store.Item{ID: e.ID, Body: body}
	}
	taken, err := o.Store.Take(ctx, o.Now(), journal.KindEvents, items)
	if err != nil {
		return EventsTaken{}, err
	}
	return EventsTaken{Accepted: len(list) - taken.Duplicates, Duplicates: taken.Duplicates, Unknown: Unknown(o.Project, list)}, nil
}

// Unknown gives the keys of events that a project has neither as asset nor as check,
// sorted.
func Unknown(p *project.Project, list []events.Event) []string {
	unknown := map[string]bool{}
	add := func(keys ...string) {
		for _, key := range keys {
			if key != "" && p.Graph != nil && !hasKey(p.Graph, key) {
				unknown[key] = true
			}
		}
	}
	for i := range list {
		e := &list[i]
		add(e.Asset, e.Check)
		add(e.Assets...)
		add(e.Checks...)
		add(slices.Collect(maps.Keys(e.Targets))...)
	}
	return slices.Sorted(maps.Keys(unknown))
}

// note writes a record into the journal.
func (o Offline) note(ctx context.Context, kind string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	_, err = o.Store.Note(ctx, store.Record{At: o.Now(), Kind: kind, Body: text})
	return err
}

// Pause implements Automation.
func (o Offline) Pause(ctx context.Context, selection string, until time.Time, reason string) ([]string, error) {
	pause, found := NewPause(o.Project.Graph, o.Now(), selection, until, reason)
	if err := found.Err(); err != nil {
		return nil, err
	}
	return pause.Keys, o.note(ctx, journal.KindPause, pause)
}

// Resume implements Automation.
func (o Offline) Resume(ctx context.Context, selection string, missed compiler.Missed) ([]string, error) {
	resume, found := NewResume(o.Project.Graph, selection, missed)
	if err := found.Err(); err != nil {
		return nil, err
	}
	held, err := o.held(ctx)
	if err != nil {
		return nil, err
	}
	if err := o.note(ctx, journal.KindResume, resume); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(resume.Keys, func(key string) bool { return !held[key] }), nil
}

// Backlog implements Automation.
func (o Offline) Backlog(ctx context.Context) ([]backlog.Owed, error) { return o.Owed(ctx) }

// held gives the keys that pauses and halts in force hold back.
func (o Offline) held(ctx context.Context) (map[string]bool, error) {
	b, err := o.barriers(ctx)
	if err != nil {
		return nil, err
	}
	held := map[string]bool{}
	for _, p := range b.pauses {
		for _, key := range p.Keys {
			held[key] = true
		}
	}
	for _, p := range o.Project.Policies.Policies {
		if b.halted[p.Name] {
			for _, key := range p.Keys {
				held[key] = true
			}
		}
	}
	return held, nil
}
