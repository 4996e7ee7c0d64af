// Package outbox delivers decided requests: at least once, until each is
// acknowledged or refused for good, across restarts.
package outbox

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"auto/runtime/clock"
	"auto/runtime/launch"
	"auto/runtime/request"
	"auto/runtime/store"
)

// Options say how requests are delivered.
type Options struct {
	Store    store.Store
	Launcher launch.Launcher
	// Move carries out a quarantine: it moves the request's file to its MoveTo.
	Move  func(ctx context.Context, r request.Request) error
	Clock clock.Clock
	// Random gives a number in [0, 1), for the jitter of waits.
	Random func() float64
	Log    *slog.Logger
}

// Outbox delivers the due requests of a store.
type Outbox struct {
	Options
	wake chan struct{}

	mu sync.Mutex
	// inFlight has the deliveries that are under way, with what closings was when they began.
	inFlight map[string]int
	failures int       // times in a row that the receiver was not reached
	closed   time.Time // no delivery before this instant
	closings int       // how often closed was set
}

// New gives an outbox that delivers nothing until it is run.
func New(o Options) *Outbox {
	return &Outbox{Options: o, wake: make(chan struct{}, 1), inFlight: map[string]int{}}
}

// Notify tells the outbox that something may have become due.
func (o *Outbox) Notify() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// Run delivers what becomes due until stop is closed, then waits for the
// deliveries that are under way; cutting ctx cuts those short too. It gives an
// error only when the store fails.
func (o *Outbox) Run(ctx context.Context, stop <-chan struct{}) error {
	var under sync.WaitGroup
	defer under.Wait()
	for {
		// One instant for both steps: what becomes due between them must not be missed.
		now := o.Clock.Now()
		if err := o.start(ctx, &under, now); err != nil {
			return o.unlessEnded(ctx, err)
		}
		ended, err := o.rest(ctx, stop, now)
		if ended || err != nil {
			return o.unlessEnded(ctx, err)
		}
	}
}

// Drain delivers what is due now, each request once, and gives how many deliveries failed and
// stay due, and how many were refused and are parked.
func (o *Outbox) Drain(ctx context.Context) (failed, refused int, err error) {
	now := o.Clock.Now()
	tried := map[string]bool{}
	for {
		entries, err := o.Store.Due(ctx, now, len(tried)+batch)
		if err != nil {
			return failed, refused, err
		}
		fresh := 0
		for _, e := range entries {
			if tried[e.Request.ID] {
				continue
			}
			tried[e.Request.ID] = true
			fresh++
			switch came, err := o.deliver(ctx, e, o.closedSoFar()); {
			case err != nil:
				return failed, refused, err
			case came == store.Due:
				failed++
			case came == store.Refused:
				refused++
			}
		}
		if fresh == 0 {
			return failed, refused, nil
		}
	}
}

// batch is how many requests a drain reads at once.
const batch = 256

// start begins deliveries until all workers are busy or nothing further is due. What is
// due is read under the lock: a delivery that ends meanwhile is still under way here, and
// not begun again from what was read before it ended.
func (o *Outbox) start(ctx context.Context, under *sync.WaitGroup, now time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	room := o.room()
	if room <= 0 || now.Before(o.closed) {
		return nil
	}
	entries, err := o.Store.Due(ctx, now, len(o.inFlight)+room)
	if err != nil {
		return err
	}
	begun := o.closings
	for _, e := range entries {
		if _, under := o.inFlight[e.Request.ID]; under || room == 0 {
			continue
		}
		room--
		o.inFlight[e.Request.ID] = begun
		under.Go(func() {
			defer o.release(e.Request.ID)
			if _, err := o.deliver(ctx, e, begun); err != nil && ctx.Err() == nil {
				o.Log.Error("The outcome of a delivery could not be stored.", "request", e.Request.ID, "error", err)
			}
		})
	}
	return nil
}

func (o *Outbox) release(id string) {
	o.mu.Lock()
	delete(o.inFlight, id)
	o.mu.Unlock()
	o.Notify()
}

// rest waits until a delivery can begin, and reports whether the outbox has to
// end. What is under way wakes it when done, and what is due now has begun; so only
// a later instant needs a timer.
func (o *Outbox) rest(ctx context.Context, stop <-chan struct{}, now time.Time) (ended bool, err error) {
	next, some, err := o.next(ctx, now)
	if err != nil {
		return true, err
	}
	var timer <-chan struct{}
	if some {
		var cancel func()
		timer, cancel = o.Clock.Until(next)
		defer cancel()
	}
	select {
	case <-ctx.Done():
		return true, nil
	case <-stop:
		return true, nil
	case <-o.wake:
	case <-timer:
	}
	return false, nil
}

func (o *Outbox) next(ctx context.Context, now time.Time) (time.Time, bool, error) {
	o.mu.Lock()
	closed := o.closed
	o.mu.Unlock()
	if now.Before(closed) {
		return closed, true, nil
	}
	return o.Store.NextDue(ctx, now)
}

// unlessEnded gives nil for an error that is only the end of ctx.
func (o *Outbox) unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}
