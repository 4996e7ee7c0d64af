package launcher

import (
	"context"
	"slices"
	"strings"
	"time"

	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/runtime/launch"
	"auto/runtime/request"
)

// glance is the least wait before a run is looked for again.
const glance = time.Second

// work is what a request asks for: assets, and checks that are named.
type work struct{ assets, checks []string }

func (w work) none() bool { return len(w.assets) == 0 && len(w.checks) == 0 }

// without gives what of it other work does not have.
func (w work) without(other work) work {
	return work{minus(w.assets, other.assets), minus(w.checks, other.checks)}
}

// shared gives what of it other work has, too.
func (w work) shared(other work) work { return w.without(w.without(other)) }

func minus(list, less []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(less, s) })
}

// look finds the runs of a request and gives what none of them covers. While one may be
// about to appear, or to be submitted, it gives a failure that passes.
func (l *Launcher) look(ctx context.Context, r *request.Request) (work, error) {
	left, idle, err := l.seen(ctx, r)
	if err != nil || left.none() {
		return left, err
	}
	return left, l.await(ctx, r, idle)
}

// seen finds the runs of a request and gives what none of them covers. Idle are those that
// are made and not submitted: they cover nothing yet. A run that was given up counts only
// where it went on all the same.
func (l *Launcher) seen(ctx context.Context, r *request.Request) (left work, idle []Run, err error) {
	runs, err := l.find(ctx, r)
	if err != nil {
		return left, nil, err
	}
	givenUp, err := l.givenUp(ctx, r.ID, runs)
	if err != nil {
		return left, nil, err
	}
	left = work{r.Selection, r.Checks}.without(l.memory.of(r.ID).has)
	for _, run := range runs {
		switch {
		case run.Status == RunStatusNotStarted:
			idle = append(idle, run)
		case run.Status == RunStatusCanceled && slices.Contains(givenUp, run.RunId):
		default:
			left = left.without(workOf(&run))
			l.tell(ctx, r.ID, &run, workOf(&run))
		}
	}
	return left, idle, nil
}

// workOf gives what a run was launched for. Every run that a launcher makes names it.
func workOf(run *Run) (w work) {
	for _, key := range run.AssetSelection {
		w.assets = append(w.assets, strings.Join(key.Path, "/"))
	}
	for _, check := range run.AssetCheckSelection {
		w.checks = append(w.checks, strings.Join(check.AssetKey.Path, "/")+":"+check.Name)
	}
	return w
}

// await gives nil when nothing is on the way any more that was sent before: so long a
// launch without an answer may still appear, and a run that is made be submitted. A run that
// is not by then was left by a webserver that died, and is given up.
func (l *Launcher) await(ctx context.Context, r *request.Request, idle []Run) error {
	since := l.memory.of(r.ID).sent
	if len(idle) > 0 {
		return l.awaitIdle(ctx, r.ID, since, idle)
	}
	left := since.Add(l.Settle).Sub(l.Clock.Now())
	if since.IsZero() || left <= 0 {
		return nil
	}
	return passing(min(left, glance), "It is not known whether Dagster has launched the run; it is looked for, and sent again in %s.", left)
}

func (l *Launcher) awaitIdle(ctx context.Context, id string, since time.Time, idle []Run) error {
	now := l.Clock.Now()
	if since.IsZero() {
		since = now
		l.memory.sent(id, now)
	}
	if left := since.Add(l.patience(id)).Sub(now); left > 0 {
		return passing(min(left, glance), "Dagster has made the run %s and not submitted it yet; it is given up in %s.", idle[0].RunId, left)
	}
	if err := l.giveUp(ctx, id, idle); err != nil {
		return err
	}
	return passing(glance, "Dagster has made the run %s and never submitted it, as when its webserver was killed; it is canceled, and a new one launched.", idle[0].RunId)
}

// find asks for the runs of a request, and at the same time for those that another
// launcher has made.
func (l *Launcher) find(ctx context.Context, r *request.Request) ([]Run, error) {
	if err := l.writer.load(ctx, l.Marks, l.Random); err != nil {
		return nil, err
	}
	others, watch := l.writer.filter(l.Clock.Now())
	answer, err := Look(ctx, l.Client, []ExecutionTag{{Key: events.RequestTag, Value: r.ID}}, others, watch)
	if err != nil {
		return nil, unanswered(err)
	}
	found, ok := answer.Found.(*LookFoundRuns)
	if !ok {
		return nil, unreachable("Dagster cannot tell its runs: %s", problem(answer.Found))
	}
	if rivals, ok := answer.Others.(*LookOthersRuns); ok {
		l.writer.see(rivals.Results)
	}
	return found.Results, nil
}

// unanswered says that a question, which changes nothing, has no answer. Others would have
// none either.
func unanswered(err error) *launch.Failure {
	failure := unreachable("%s", sentence(err.Error()))
	failure.Wait = waitOf(err)
	return failure
}

// tell passes a run on. One over a range of partitions is left to the poll.
func (l *Launcher) tell(ctx context.Context, id string, run *Run, w work) {
	tags := tagsOf(run)
	if l.Launched == nil || tags[rangeStartTag] != "" {
		return
	}
	l.Launched(ctx, events.Event{
		ID: "dagster/launched/" + run.RunId + "/" + string(run.Status), Type: events.Run, At: instant(run.CreationTime), RunID: run.RunId, RequestID: id, Status: statusOf(run.Status),
		Assets: w.assets, Checks: w.checks, Partition: tags[partitionTag], Tags: tags,
	})
}

// instant gives the time of seconds since 1970, to the microsecond.
func instant(seconds float64) time.Time { return time.UnixMicro(int64(seconds * 1e6)).UTC() }

// statusOf gives the status of a run as conditions know it: until it starts, they take it
// as queued, and while it waits for something outside, as started.
func statusOf(s RunStatus) facts.Status {
	switch s {
	case RunStatusStarting:
		return facts.Starting
	case RunStatusStarted, RunStatusSuspended, RunStatusManaged:
		return facts.Started
	case RunStatusCanceling:
		return facts.Canceling
	case RunStatusSuccess:
		return facts.Success
	case RunStatusFailure:
		return facts.Failure
	case RunStatusCanceled:
		return facts.Canceled
	}
	return facts.Queued
}
