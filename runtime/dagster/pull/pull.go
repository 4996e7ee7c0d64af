// Package pull is the second way to Dagster: a small sensor in the user's code location
// asks for requests and yields them as RunRequests, so that Dagster's run keys hold each
// to one run, too.
//
// A run key holds among the runs of one sensor only. So a request that one sensor was
// offered is that one's until it says what became of it, and one sensor of a code location
// is let in at a time, of one Dagster. Both are kept in the store, across restarts.
package pull

import (
	"context"
	"sync"
	"time"

	"auto/runtime/clock"
	"auto/runtime/launch"
	"auto/runtime/request"
	"auto/runtime/store"
)

// Options say what a launcher works with.
type Options struct {
	// Marks keep which sensors pull, and which requests each was offered.
	Marks store.Marks
	Clock clock.Clock
	// Offered is the greatest number of requests that a sensor gets at once; 0 for
	// DefaultOffered.
	Offered int
}

// DefaultOffered is how many requests a sensor gets at once: their runs are submitted
// within one tick of it.
const DefaultOffered = 100

// workers is how many requests can wait for a sensor, a number of ticks' worth. What is
// beyond them cannot overtake by its priority; and the outbox reads as many from the store
// whenever some are done.
const workers = 1000

// Launcher implements launch.Launcher: a request is under way until the sensor has said
// what became of it.
type Launcher struct {
	Options
	began time.Time

	turn sync.Mutex // held by Next, so that calls come one after another
	kept *kept      // nil until the marks are read; guarded by turn

	stopped chan struct{} // closed by Stop
	stop    func()

	mu      sync.Mutex
	waiting map[string]*waiting // by ID of the request
	seats   []seat              // what Status tells of kept
}

// waiting is a request that waits for its outcome.
type waiting struct {
	request.Request
	// launches counts the calls of Launch that wait for it.
	launches int
	// done is closed when the outcome is there.
	done chan struct{}
	err  error
	// times counts the ticks that got it, tick is the last of them.
	times int
	tick  string
	// declined has, by place, why a sensor there cannot take it at the moment.
	declined map[place]string
}

var (
	_ launch.Launcher = (*Launcher)(nil)
	_ launch.Stopper  = (*Launcher)(nil)
)

// New gives a launcher.
func New(o Options) *Launcher {
	if o.Offered == 0 {
		o.Offered = DefaultOffered
	}
	stopped := make(chan struct{})
	return &Launcher{Options: o, began: o.Clock.Now(), stopped: stopped, stop: sync.OnceFunc(func() { close(stopped) }), waiting: map[string]*waiting{}}
}

// Workers implements launch.Launcher.
func (l *Launcher) Workers() int { return workers }

// Launch implements launch.Launcher. It gives nil when a sensor has said that Dagster has
// the run, which with a sensor that asks every 15 s takes as long, and waits until then.
func (l *Launcher) Launch(ctx context.Context, r request.Request) error {
	w := l.join(r)
	defer l.leave(w)
	select {
	case <-w.done:
		return w.err
	case <-l.stopped:
		return launch.ErrStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Stop implements launch.Stopper. What waits is offered again by the next process.
func (l *Launcher) Stop() { l.stop() }

func (l *Launcher) join(r request.Request) *waiting {
	l.mu.Lock()
	defer l.mu.Unlock()
	w, ok := l.waiting[r.ID]
	if !ok {
		w = &waiting{Request: r, done: make(chan struct{}), declined: map[place]string{}}
		l.waiting[r.ID] = w
	}
	w.launches++
	return w
}

func (l *Launcher) leave(w *waiting) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w.launches--; w.launches == 0 && l.waiting[w.ID] == w {
		delete(l.waiting, w.ID)
	}
}

// finish gives a request its outcome, once; l.mu is held.
func (l *Launcher) finish(w *waiting, err error) {
	delete(l.waiting, w.ID)
	w.err = err
	close(w.done)
}

// Once is the launcher of a process that ends after one tick: nobody can ask it, so that
// all requests wait for the daemon.
type Once struct{}

// Workers implements launch.Launcher.
func (Once) Workers() int { return 1 }

// Launch implements launch.Launcher.
func (Once) Launch(context.Context, request.Request) error {
	return &launch.Failure{Kind: launch.Passing, Reason: "It waits for the sensor in Dagster, which asks `auto run` without `--once`."}
}

// Status tells who pulls.
type Status struct {
	// Waiting counts the requests that no sensor has said the outcome of.
	Waiting int
	Sensors []SensorStatus
}

// SensorStatus is a sensor that pulls, or has pulled last at its code location.
type SensorStatus struct {
	Sensor
	// LastCall is when it asked last; in a process that it has not asked yet, when that
	// began.
	LastCall time.Time
	// Lapsed: another sensor may take its place.
	Lapsed bool
}

// Status gives who pulls, by code location. Before the first call of a process it knows of
// none.
func (l *Launcher) Status() Status {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := Status{Waiting: len(l.waiting), Sensors: []SensorStatus{}}
	for _, at := range l.seats {
		s.Sensors = append(s.Sensors, SensorStatus{at.Sensor, at.last, at.lapsed(l.Clock.Now())})
	}
	return s
}
