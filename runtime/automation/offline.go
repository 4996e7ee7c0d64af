package automation

import (
	"context"
	"encoding/json"
	"time"

	"auto/compiler"
	"auto/runtime/backlog"
	"auto/runtime/control"
	"auto/runtime/events"
	"auto/runtime/history"
	"auto/runtime/journal"
	"auto/runtime/live"
	"auto/runtime/project"
	"auto/runtime/store"
)

// Offline is the control.Automation of a project that no daemon runs: what it is told is
// written into the journal, where the next one finds it.
type Offline struct {
	Store   store.Store
	Project *project.Project
	// Now gives the present instant.
	Now func() time.Time
}

// Events implements control.Automation.
func (o Offline) Events(ctx context.Context, list []events.Event) (control.EventsTaken, error) {
	taken, _, err := takeEvents(ctx, o.Store, o.Project.Graph, o.Now(), list)
	return taken, err
}

// Pause implements control.Automation.
func (o Offline) Pause(ctx context.Context, selection string, until time.Time, reason string) ([]string, error) {
	pause, found := control.NewPause(o.Project.Graph, o.Now(), selection, until, reason)
	if err := found.Err(); err != nil {
		return nil, err
	}
	return pause.Keys, o.note(ctx, journal.KindPause, pause)
}

// Resume implements control.Automation.
func (o Offline) Resume(ctx context.Context, selection string, missed compiler.Missed) ([]string, error) {
	resume, found := control.NewResume(o.Project.Graph, selection, missed)
	if err := found.Err(); err != nil {
		return nil, err
	}
	return resume.Keys, o.note(ctx, journal.KindResume, resume)
}

func (o Offline) note(ctx context.Context, kind string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	_, err = o.Store.Note(ctx, store.Record{At: o.Now(), Kind: kind, Body: text})
	return err
}

// Backlog implements control.Automation.
func (o Offline) Backlog(ctx context.Context) ([]backlog.Owed, error) {
	p, err := o.fold(ctx)
	if err != nil {
		return nil, err
	}
	var all []backlog.Owed
	for _, s := range p.Sensors {
		all = append(all, s.Waiting(o.Now())...)
	}
	oldestFirst(all)
	return all, nil
}

// fold gives the state as the journal has it.
func (o Offline) fold(ctx context.Context) (*live.Project, error) {
	p, err := history.Play(ctx, o.Store, history.Loader(ctx, o.Store, o.Project.Dir), history.Options{From: history.Latest})
	if err != nil {
		return nil, &StateError{err}
	}
	return p, nil
}

// Status implements control.Automation.
func (o Offline) Status(ctx context.Context) (control.Status, error) {
	p, err := o.fold(ctx)
	if err != nil {
		return control.Status{}, err
	}
	s := control.Status{Now: o.Now(), PoliciesSince: p.Since}
	if p.Setup != nil {
		s.Policies = p.Setup.Fingerprint
	}
	var held []journal.Pause
	for _, sensor := range p.Sensors {
		one := control.SensorStatus{Name: sensor.Name, Every: sensor.Every, Assets: len(sensor.Keys), LastTick: sensor.Last()}
		one.Owed, one.OldestOwed, one.Halted = sensor.Owed()
		one.Policies = control.Owed(sensor.Counts())
		s.Sensors = append(s.Sensors, one)
		held = append(held, sensor.Pauses(s.Now)...)
	}
	s.Pauses = inForce(held)
	s.Owed, s.OldestOwed = control.Owing(s.Sensors)
	if s.Blocks, err = control.Blocks(ctx, o.Store, o.Project); err != nil {
		return control.Status{}, err
	}
	err = control.Outbox(ctx, o.Store, &s)
	return s, err
}
