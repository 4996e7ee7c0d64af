package launcher

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"auto/runtime/failpoint"
	"auto/runtime/store"
)

// givenUpMark is the name of the mark with the runs of a request that were given up.
func givenUpMark(id string) string { return "dagster/given_up/" + id }

// givenUp gives the runs of a request that were given up.
func (l *Launcher) givenUp(ctx context.Context, id string) (runs []string, err error) {
	err = l.Marks.Marks(ctx, givenUpMark(id), func(m store.Mark) error {
		if m.Name != givenUpMark(id) {
			return nil
		}
		return json.Unmarshal(m.Body, &runs)
	})
	if err != nil {
		return nil, fmt.Errorf("which runs were given up cannot be read: %w", err)
	}
	l.memory.gaveUp(id, len(runs))
	return runs, nil
}

// giveUp cancels runs that nobody will submit. That they are given up is kept first: a run
// that is canceled by somebody else stays canceled, and counts. Should its webserver submit
// one meanwhile all the same, Dagster leaves what is canceled alone; and where it was
// submitted a moment earlier, it goes on and counts, too. So it is looked at once more before
// anything else is launched.
func (l *Launcher) giveUp(ctx context.Context, id string, idle []Run) error {
	runs, err := l.givenUp(ctx, id)
	if err != nil {
		return err
	}
	for _, run := range idle {
		if !slices.Contains(runs, run.RunId) {
			runs = append(runs, run.RunId)
		}
	}
	body, err := json.Marshal(runs)
	if err != nil {
		return err
	}
	if err := l.Marks.PutMarks(ctx, map[string][]byte{givenUpMark(id): body}); err != nil {
		return fmt.Errorf("that a run is given up cannot be kept: %w", err)
	}
	l.memory.gaveUp(id, len(runs))
	failpoint.Hit("dagster.launch.given_up")
	l.memory.canceled(id, l.Clock.Now())
	for _, run := range idle {
		if err := l.cancel(ctx, run.RunId); err != nil {
			l.memory.canceled(id, l.Clock.Now())
			return err
		}
	}
	l.memory.canceled(id, time.Time{})
	return nil
}

// patience is how long a run may be made and not submitted. It doubles with each that was
// given up: a run over very many partitions takes minutes to be made.
func (l *Launcher) patience(id string) time.Duration {
	const most = 6
	return l.Settle << min(l.memory.of(id).gaveUp, most)
}

// cancel marks a run as canceled. One that cannot be any more, or is deleted, is left to the
// next look.
func (l *Launcher) cancel(ctx context.Context, run string) error {
	answer, err := GiveUp(ctx, l.Client, run)
	if err != nil {
		return unanswered(err)
	}
	switch answer.TerminateRun.(type) {
	case *GiveUpTerminateRunTerminateRunSuccess, *GiveUpTerminateRunTerminateRunFailure, *GiveUpTerminateRunRunNotFoundError:
		return nil
	case *GiveUpTerminateRunUnauthorizedError:
		return unreachable("Dagster does not let `auto` cancel the run %s, which was never submitted. Give its token the right to terminate runs, or cancel the run by hand.", run)
	}
	return passing(glance, "Dagster cannot cancel the run %s, which was never submitted: %s", run, problem(answer.TerminateRun))
}

// forget removes what is kept about a request that is done.
func (l *Launcher) forget(ctx context.Context, id string) error {
	if l.memory.of(id).gaveUp == 0 {
		return nil
	}
	return l.Marks.PutMarks(ctx, map[string][]byte{givenUpMark(id): nil})
}
