package control

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"auto/runtime/backlog"
	"auto/runtime/project"
	"auto/runtime/store"
)

// Status implements Automation.
func (o Offline) Status(ctx context.Context) (Status, error) {
	b, err := o.barriers(ctx)
	if err != nil {
		return Status{}, err
	}
	s := Status{Now: o.Now(), Policies: b.policies.Fingerprint, PoliciesSince: b.since}
	for _, p := range b.pauses {
		s.Pauses = append(s.Pauses, PauseStatus{Selection: p.Selection, Keys: len(p.Keys), Until: p.Until, Reason: p.Reason})
	}
	if s.Blocks, err = Blocks(ctx, o.Store, o.Project); err != nil {
		return Status{}, err
	}
	if s.Due, s.Parked, err = Outbox(ctx, o.Store); err != nil {
		return Status{}, err
	}
	owed, err := o.Backlog(ctx)
	if err != nil {
		return Status{}, err
	}
	s.Owed, s.OldestOwed = Owing(owed)
	s.Sensors = o.sensors(b, owed)
	return s, nil
}

// sensors says how the sensors of the project are.
func (o Offline) sensors(b *barriers, owed []backlog.Owed) []SensorStatus {
	var out []SensorStatus
	for _, sensor := range o.Project.Policies.Sensors {
		s := SensorStatus{Name: sensor.Name, Every: sensor.Every, LastTick: b.lastTick[sensor.Name]}
		mine := map[string]bool{}
		for _, p := range o.Project.Policies.Policies {
			for _, key := range p.Keys {
				if slices.Contains(sensor.Keys, key) {
					mine[key] = true
				}
			}
			if b.halted[p.Name] && slices.ContainsFunc(p.Keys, func(key string) bool { return mine[key] }) {
				s.Halted = append(s.Halted, p.Name)
			}
		}
		s.Assets = len(mine)
		s.Owed, _ = Owing(slices.DeleteFunc(slices.Clone(owed), func(w backlog.Owed) bool { return !mine[w.Key] }))
		out = append(out, s)
	}
	return out
}

// Owing counts the pairs that are owed, without those whose run is awaited, and gives the
// decision that waits longest, zero for none.
func Owing(list []backlog.Owed) (count int, oldest time.Time) {
	for _, o := range list {
		if o.Running != "" {
			continue
		}
		if count++; oldest.IsZero() || o.Since.Before(oldest) {
			oldest = o.Since
		}
	}
	return count, oldest
}

// Blocks says how the files blocks of a project are, as the store has them.
func Blocks(ctx context.Context, from store.Store, p *project.Project) ([]BlockStatus, error) {
	var out []BlockStatus
	for _, program := range p.Policies.Files {
		b, err := from.Block(ctx, program.Name)
		if err != nil {
			return nil, err
		}
		out = append(out, BlockStatus{Name: program.Name, Every: program.Every, LastTick: b.LastTick, Held: b.Held, HaltedAt: b.HaltedAt})
	}
	return out, nil
}

// Outbox counts the requests that are to be delivered, and those that the receiver
// refused.
func Outbox(ctx context.Context, from store.Store) (due, parked int, err error) {
	for state, count := range map[store.Delivery]*int{store.Due: &due, store.Refused: &parked} {
		if err == nil {
			err = from.Entries(ctx, store.EntryFilter{Delivery: state}, func(store.Entry) error { *count++; return nil })
		}
	}
	return due, parked, err
}

// Troubles gives what is wrong, one sentence each, worst first; none where all is well.
func (s Status) Troubles() []string {
	var out []string
	add := func(is bool, sentence string, args ...any) {
		if is {
			out = append(out, fmt.Sprintf(sentence, args...))
		}
	}
	add(!s.Running, "No daemon runs.")
	add(len(s.Broken) > 0, "The newest policies have findings, and those before them stay in force.")
	for _, n := range s.Sensors {
		add(n.Error != "", "Sensor %s fails: %s.", n.Name, strings.TrimSuffix(n.Error, "."))
		for _, policy := range n.Halted {
			add(true, "Policy %s is halted: one tick asked for more than its `halt above`.", policy)
		}
	}
	for _, b := range s.Blocks {
		add(b.Error != "", "Files block %s fails: %s.", b.Name, strings.TrimSuffix(b.Error, "."))
		add(!b.HaltedAt.IsZero(), "Files block %s is halted.", b.Name)
	}
	add(s.Parked == 1, "1 request is parked.")
	add(s.Parked > 1, "%d requests are parked.", s.Parked)
	return out
}
