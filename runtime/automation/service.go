package automation

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"auto/compiler"
	"auto/runtime/backlog"
	"auto/runtime/control"
	"auto/runtime/events"
	"auto/runtime/journal"
	"auto/runtime/store"
	"auto/vm/graph"
)

// Events takes events in: they are stored when it returns. See control.Automation.
func (r *Runner) Events(ctx context.Context, list []events.Event) (control.EventsTaken, error) {
	out, seq, err := takeEvents(ctx, r.Store, r.current.Load().graph, r.now(), list)
	if err != nil {
		r.doubts.Add(1)
		return out, err
	}
	r.advance(seq)
	r.taken.Add(int64(out.Accepted))
	return out, nil
}

// takeEvents stores events in the journal, and gives the number of their record, 0 where
// none is new.
func takeEvents(ctx context.Context, s store.Conditions, g *graph.Graph, now time.Time, list []events.Event) (control.EventsTaken, int64, error) {
	items := make([]store.Item, len(list))
	for i := range list {
		body, err := json.Marshal(&list[i])
		if err != nil {
			return control.EventsTaken{}, 0, err
		}
		items[i] = store.Item{ID: list[i].ID, Body: body}
	}
	if len(items) == 0 {
		return control.EventsTaken{}, 0, nil
	}
	taken, err := s.Take(ctx, now, journal.KindEvents, items)
	if err != nil {
		return control.EventsTaken{}, 0, err
	}
	return control.EventsTaken{
		Accepted: len(items) - taken.Duplicates, Duplicates: taken.Duplicates,
		Unknown: unknown(g, list), Doubtful: doubts(g, now, list),
	}, taken.Seq, nil
}

// unknown gives the keys of events that a graph has neither as asset nor as check, sorted.
func unknown(g *graph.Graph, list []events.Event) []string {
	if g == nil {
		return nil
	}
	var out []string
	for i := range list {
		for _, key := range list[i].Keys() {
			if !g.Has(key) {
				out = append(out, key)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Pause holds a selection back. See control.Automation.
func (r *Runner) Pause(ctx context.Context, selection string, until time.Time, reason string) ([]string, error) {
	body, found := control.NewPause(r.current.Load().graph, r.now(), selection, until, reason)
	if err := found.Err(); err != nil {
		return nil, err
	}
	if _, err := r.append(ctx, journal.KindPause, body); err != nil {
		return nil, err
	}
	r.settle(ctx)
	return body.Keys, nil
}

// Resume ends pauses and halts. See control.Automation.
func (r *Runner) Resume(ctx context.Context, selection string, missed compiler.Missed) ([]string, error) {
	body, found := control.NewResume(r.current.Load().graph, selection, missed)
	if err := found.Err(); err != nil {
		return nil, err
	}
	if _, err := r.append(ctx, journal.KindResume, body); err != nil {
		return nil, err
	}
	r.settle(ctx)
	return body.Keys, nil
}

// Edit stores an edit of parameters by put, which gives the number of its record.
func (r *Runner) Edit(ctx context.Context, put func(at time.Time) (int64, error)) error {
	record, err := put(r.now())
	switch {
	case errors.Is(err, store.ErrConflict):
		return err
	case err != nil:
		r.doubts.Add(1)
		return err
	}
	r.advance(record)
	r.settle(ctx)
	return nil
}

// settle has the sensors that are not at a tick take in what is new, so that a status that
// is asked for next shows it. Where that fails their next ticks do, and say so.
func (r *Runner) settle(ctx context.Context) {
	for _, l := range r.loops() {
		if !l.turn.try() {
			continue
		}
		if !l.spoiled && !r.unsure.Load() {
			_ = l.take(ctx)
		}
		l.count(r.now())
		l.turn.leave()
	}
}

// Backlog gives what is owed, oldest first. It waits for no more than the evaluation of a
// tick that is under way.
func (r *Runner) Backlog(ctx context.Context) ([]backlog.Owed, error) {
	r.settle(ctx)
	now := r.now()
	var all []backlog.Owed
	for _, l := range r.loops() {
		l.mu.Lock()
		all = append(all, l.sensor.Waiting(now)...)
		l.mu.Unlock()
	}
	oldestFirst(all)
	return all, ctx.Err()
}

// oldestFirst orders what several sensors owe.
func oldestFirst(all []backlog.Owed) {
	slices.SortStableFunc(all, func(a, b backlog.Owed) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Key, b.Key))
	})
}

// Describe fills in what a status says of conditions. It waits for no tick.
func (r *Runner) Describe(s *control.Status) {
	now := r.current.Load()
	s.Started, s.Events = r.began, r.taken.Load()
	s.Policies, s.PoliciesSince, s.Broken = now.policies, now.since, r.notTaken()
	var held []journal.Pause
	s.Sensors = make([]control.SensorStatus, len(now.loops))
	for i, l := range now.loops {
		l.statusMu.Lock()
		one := l.status
		held = append(held, l.pauses...)
		l.statusMu.Unlock()
		s.Sensors[i] = one
		s.Owed += one.Owed
		if !one.OldestOwed.IsZero() && (s.OldestOwed.IsZero() || one.OldestOwed.Before(s.OldestOwed)) {
			s.OldestOwed = one.OldestOwed
		}
	}
	s.Pauses = inForce(held)
}

// inForce gives the pauses that sensors hold, each once, in the order in which they began.
func inForce(held []journal.Pause) []control.PauseStatus {
	var out []control.PauseStatus
	var keys []map[string]bool
	for _, p := range held {
		at := slices.IndexFunc(out, func(o control.PauseStatus) bool {
			return o.Selection == p.Selection && o.Until.Equal(p.Until) && o.Reason == p.Reason
		})
		if at < 0 {
			at = len(out)
			out = append(out, control.PauseStatus{Selection: p.Selection, Until: p.Until, Reason: p.Reason})
			keys = append(keys, map[string]bool{})
		}
		for _, key := range p.Keys {
			keys[at][key] = true
		}
		out[at].Keys = len(keys[at])
	}
	return out
}
