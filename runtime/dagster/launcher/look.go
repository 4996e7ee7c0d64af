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
	s, err := l.seen(ctx, r)
	if err != nil || s.left.none() {
		return s.left, err
	}
	return s.left, l.await(ctx, r, s)
}

// sight is what is seen of a request's runs.
type sight struct {
	// left is what none of them covers.
	left work
	// idle are made and not submitted, and doomed may be canceled any moment: those cover
	// nothing yet.
	idle, doomed []Run
}

// seen finds the runs of a request. A run that was given up counts only where it went on all
// the same.
func (l *Launcher) seen(ctx context.Context, r *request.Request) (s sight, err error) {
	runs, err := l.find(ctx, r)
	if err != nil {
		return s, err
	}
	var givenUp []string
	if len(runs) > 0 {
		if givenUp, err = l.givenUp(ctx, r.ID); err != nil {
			return s, err
		}
	}
	s.left = work{r.Selection, r.Checks}.without(l.memory.of(r.ID).has)
	for i := range runs {
		l.sort(ctx, r.ID, &s, &runs[i], slices.Contains(givenUp, runs[i].RunId))
	}
	return s, nil
}

// sort adds a run to what is seen.
func (l *Launcher) sort(ctx context.Context, id string, s *sight, run *Run, givenUp bool) {
	switch {
	case run.Status == RunStatusNotStarted:
		s.idle = append(s.idle, *run)
	case givenUp && run.Status == RunStatusCanceled:
	case givenUp && !finished(run.Status) && l.memory.unsettled(l.memory.of(id).canceled, l.Clock.Now()) > 0:
		s.doomed = append(s.doomed, *run)
	default:
		s.left = s.left.without(workOf(run))
		l.tell(ctx, id, run, workOf(run))
	}
}

// finished reports whether a run has ended, so that it cannot be canceled any more.
func finished(s RunStatus) bool { return s == RunStatusSuccess || s == RunStatusFailure }

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
// launch without an answer may still appear, a run that is made be submitted, and one that was
// given up be canceled.
func (l *Launcher) await(ctx context.Context, r *request.Request, s sight) error {
	if len(s.doomed) > 0 {
		return passing(glance, "The run %s was given up and has gone on; it is awaited whether Dagster still cancels it.", s.doomed[0].RunId)
	}
	if len(s.idle) > 0 {
		return l.awaitIdle(ctx, r.ID, s.idle)
	}
	left := l.memory.unsettled(l.memory.of(r.ID).sent, l.Clock.Now())
	if left <= 0 {
		return nil
	}
	return until(left, "It is not known whether Dagster has launched the run; it is looked for, and sent again in %s.", whole(left))
}

// awaitIdle gives up the runs that are made and were not submitted for so long that a
// webserver must have died that made them.
func (l *Launcher) awaitIdle(ctx context.Context, id string, idle []Run) error {
	now := l.Clock.Now()
	for _, run := range idle {
		if left := l.memory.idle(id, run.RunId, now).Add(l.patience(id)).Sub(now); left > 0 {
			return until(left, "Dagster has made the run %s and not submitted it yet; it is given up in %s.", run.RunId, whole(left))
		}
	}
	if err := l.giveUp(ctx, id, idle); err != nil {
		return err
	}
	return until(glance, "Dagster has made the run %s and never submitted it, as when its webserver was killed; it is canceled, and a new one launched.", idle[0].RunId)
}

// whole gives a wait in whole seconds, for people.
func whole(wait time.Duration) time.Duration { return max(wait.Round(time.Second), time.Second) }

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
		ID: "dagster/launched/" + run.RunId + "/" + string(run.Status), Type: events.Run, At: l.told(run), RunID: run.RunId, RequestID: id, Status: statusOf(run.Status),
		Assets: w.assets, Checks: w.checks, Partition: tags[partitionTag], Tags: tags,
	})
}

// told gives when a run was made as events have it: what the server's clock dates ahead
// happens now, as in events.Read.
func (l *Launcher) told(run *Run) time.Time {
	at, now := instant(run.CreationTime), l.Clock.Now().UTC().Truncate(time.Microsecond)
	if at.After(now) {
		return now
	}
	return at
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
