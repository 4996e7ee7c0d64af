package sensor

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/runtime/journal"
	"auto/runtime/request"
	"auto/runtime/store"
)

// retries is what a block remembers of runs that failed: how far it has read the journal,
// and which requests are launched again when.
type retries struct {
	// After is the last record that was read.
	After int64 `json:"after"`
	// Waiting are the requests whose runs failed, by ID, with the instant of the next launch.
	Waiting map[string]time.Time `json:"waiting,omitempty"`
}

func (s *Sensor) retryMark() string { return "files/retry/" + s.Program.Name }

// retry adds the requests whose runs failed long enough ago. It gives what to remember once
// they are stored, nil where nothing changed.
func (t *tick) retry() (*retries, error) {
	if t.Program.Retry.Times == 0 {
		return nil, nil
	}
	kept, before, err := t.remembered()
	if err != nil {
		return nil, err
	}
	if err := t.failures(kept); err != nil {
		return nil, err
	}
	if err := t.due(kept); err != nil {
		return nil, err
	}
	after, err := json.Marshal(kept)
	if err != nil || string(after) == string(before) {
		return nil, err
	}
	return kept, nil
}

// remembered reads what the block remembers. The first time it is the end of the journal:
// what failed before the block had the clause stays as it is.
func (t *tick) remembered() (*retries, []byte, error) {
	kept, body := &retries{Waiting: map[string]time.Time{}}, []byte(nil)
	err := t.Store.Marks(t.ctx, t.retryMark(), func(m store.Mark) error {
		if m.Name == t.retryMark() {
			body = m.Body
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, nil, err
	case body != nil:
		return kept, body, json.Unmarshal(body, kept)
	}
	err = t.Store.Records(t.ctx, 0, []string{journal.KindEvents}, func(r store.Record) error {
		kept.After = r.Seq
		return nil
	})
	return kept, nil, err
}

// failures reads the ends of runs since the last tick: a failed one has its request wait,
// one that succeeded after all, such as by Dagster's own retries, has it wait no more.
func (t *tick) failures(kept *retries) error {
	return t.Store.Records(t.ctx, kept.After, []string{journal.KindEvents}, func(r store.Record) error {
		kept.After = r.Seq
		var batch journal.Events
		if err := json.Unmarshal(r.Body, &batch); err != nil {
			return fmt.Errorf("record %d: %w", r.Seq, err)
		}
		for i := range batch.Events {
			if err := t.ended(kept, &batch.Events[i], r.At); err != nil {
				return err
			}
		}
		return nil
	})
}

// ended takes in the end of a run, which was told at an instant.
func (t *tick) ended(kept *retries, e *events.Event, told time.Time) error {
	id := e.Request()
	if e.Type != events.Run || id == "" {
		return nil
	}
	if e.Status == facts.Success {
		delete(kept.Waiting, id)
	}
	if e.Status != facts.Failure {
		return nil
	}
	failed, err := t.Store.Entry(t.ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return err
	case failed.Request.Block == t.Program.Name && failed.Request.Retry < t.Program.Retry.Times:
		kept.Waiting[id] = told.Add(t.Program.Retry.Wait(failed.Request.Retry + 1))
	}
	return nil
}

// due launches again what has waited long enough, the longest wait first.
func (t *tick) due(kept *retries) error {
	ids := make([]string, 0, len(kept.Waiting))
	for id, at := range kept.Waiting {
		if !t.at.Before(at) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Or(kept.Waiting[a].Compare(kept.Waiting[b]), cmp.Compare(a, b)) })
	for _, id := range ids {
		delete(kept.Waiting, id)
		failed, err := t.Store.Entry(t.ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if err := t.relaunch(failed.Request); err != nil {
			return err
		}
	}
	return nil
}

// relaunch adds the next request of a file whose run failed, unless it is there: the store
// may have kept it, and not that it was kept.
func (t *tick) relaunch(r request.Request) error {
	r.Retry++
	r.ID = request.ID(fmt.Sprintf("%s\x00retry %d", r.Block, r.Retry), r.File, r.DecidedAt)
	_, err := t.Store.Entry(t.ctx, r.ID)
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	r.RunKey = fmt.Sprintf("%s/retry-%d", firstKey(r), r.Retry)
	tag(&r)
	t.report.Retried++
	t.add(r)
	return nil
}

// firstKey gives the run key of the first launch.
func firstKey(r request.Request) string {
	if r.Retry == 1 {
		return r.RunKey
	}
	return r.RunKey[:len(r.RunKey)-len(fmt.Sprintf("/retry-%d", r.Retry-1))]
}

// keep stores what the block remembers of failed runs.
func (s *Sensor) keep(ctx context.Context, kept *retries) error {
	if kept == nil {
		return nil
	}
	body, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	return s.Store.PutMarks(ctx, map[string][]byte{s.retryMark(): body})
}
