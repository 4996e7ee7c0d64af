package outbox

import (
	"context"
	"errors"
	"time"

	"auto/runtime/failpoint"
	"auto/runtime/launch"
	"auto/runtime/request"
	"auto/runtime/store"
)

// Waits between attempts double from firstWait to longestWait.
const (
	firstWait   = time.Second
	longestWait = 5 * time.Minute
)

// deliver makes one attempt, and stores and gives what it came to. It gives an error only when
// the store fails. Begun is what closings was before.
func (o *Outbox) deliver(ctx context.Context, e store.Entry, begun int) (store.Delivery, error) {
	failpoint.Hit("outbox.begin.before")
	attempt, err := o.Store.Begin(ctx, e.Request.ID)
	if err != nil {
		return "", err
	}
	failpoint.Hit("outbox.begin.after")
	r := e.Request
	r.Attempt, r.Gone = attempt, e.Request.Gone
	failure := o.hand(ctx, r)
	failpoint.Hit("outbox.delivered")
	if failure != nil && ctx.Err() != nil || errors.Is(failure, launch.ErrStopped) {
		// Cut short on the way out: it stays due, and its next attempt has the next number.
		return store.Due, nil
	}
	outcome := o.outcome(r, failure, begun)
	// An acknowledgement that came just before the end must still be kept.
	if err := o.Store.Finish(context.WithoutCancel(ctx), outcome); err != nil {
		return "", err
	}
	failpoint.Hit("outbox.finished")
	return outcome.Delivery, nil
}

// hand gives the request to whoever acts on it.
func (o *Outbox) hand(ctx context.Context, r request.Request) error {
	if r.MoveTo != "" {
		return o.Move(ctx, r)
	}
	return o.Launcher.Launch(ctx, r)
}

// outcome turns the result of an attempt into what is stored, and logs it.
func (o *Outbox) outcome(r request.Request, err error, begun int) store.Outcome {
	now := o.Clock.Now()
	out := store.Outcome{ID: r.ID, At: now, Delivery: store.Delivered}
	log := o.Log.With("request", r.ID, "run_key", r.RunKey, "attempt", r.Attempt)
	if err == nil {
		o.reached()
		log.Info("delivered")
		return out
	}
	failure := asFailure(err)
	out.Reason = failure.Reason
	if failure.Kind == launch.Refused {
		o.reached()
		out.Delivery = store.Refused
		log.Error("refused for good; parked until retried with `auto requests retry`", "reason", failure.Reason)
		return out
	}
	wait := max(o.wait(r.Attempt), failure.Wait)
	if failure.Most > 0 {
		wait = min(wait, failure.Most)
	}
	out.Delivery, out.NextAt = store.Due, now.Add(wait)
	if failure.Kind == launch.Unreachable {
		if until := o.close(now, begun); until.After(out.NextAt) {
			out.NextAt = until
		}
	} else {
		o.reached()
	}
	log.Warn("not delivered", "reason", failure.Reason, "next_at", out.NextAt)
	return out
}

func asFailure(err error) *launch.Failure {
	var failure *launch.Failure
	if errors.As(err, &failure) {
		return failure
	}
	return &launch.Failure{Kind: launch.Passing, Reason: err.Error()}
}

// reached notes that the receiver answers.
func (o *Outbox) reached() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.failures, o.closed = 0, time.Time{}
}

// close holds all deliveries back for a while, and gives until when. That is longer each time that
// the receiver is not reached; attempts that were under way together count once.
func (o *Outbox) close(now time.Time, begun int) time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	if begun == o.closings {
		o.failures++
		o.closings++
		o.closed = now.Add(o.wait(o.failures))
	}
	return o.closed
}

func (o *Outbox) closedSoFar() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closings
}

// room gives how many deliveries may begin. While the receiver is not reached that is one at a
// time, beside those that began before and may take long. It is called with the lock.
func (o *Outbox) room() int {
	room := o.Launcher.Workers() - len(o.inFlight)
	if o.failures == 0 {
		return room
	}
	for _, begun := range o.inFlight {
		if begun == o.closings {
			return 0
		}
	}
	return min(room, 1)
}

// wait gives the wait after the n-th failed attempt (from 1): doubling, and within
// its upper half at random, so that many do not come back together.
func (o *Outbox) wait(n int) time.Duration {
	full := longestWait
	if n < 10 {
		full = min(firstWait<<(n-1), longestWait)
	}
	return full/2 + time.Duration(o.Random()*float64(full/2))
}
