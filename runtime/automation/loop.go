package automation

import (
	"context"
	"fmt"
	"sync"
	"time"

	"auto/runtime/control"
	"auto/runtime/journal"
	"auto/runtime/live"
)

// loop is a sensor at work.
type loop struct {
	runner *Runner

	mu     sync.Mutex // the sensor's state
	sensor *live.Sensor
	// unstored is what a tick decided and the store did not take yet: nothing ticks before
	// it has.
	unstored *live.Outcome

	statusMu sync.Mutex
	status   control.SensorStatus
	pauses   []journal.Pause

	stop, done chan struct{}
}

func (r *Runner) makeLoops() []*loop {
	loops := make([]*loop, len(r.state.Sensors))
	for i, s := range r.state.Sensors {
		loops[i] = &loop{runner: r, sensor: s, status: control.SensorStatus{Name: s.Name, Every: s.Every, Assets: len(s.Keys), LastTick: s.Last()}}
		loops[i].count(r.Clock.Now())
	}
	return loops
}

// carry keeps the counts of the sensors that were there before.
func (r *Runner) carry(fresh []*loop) []*loop {
	for _, l := range fresh {
		for _, old := range r.loops {
			if old.status.Name == l.status.Name {
				every, assets := l.status.Every, l.status.Assets
				l.status = old.status
				l.status.Every, l.status.Assets = every, assets
			}
		}
	}
	return fresh
}

// Start lets all sensors tick until Stop.
func (r *Runner) Start(ctx context.Context) {
	r.arrange.Lock()
	defer r.arrange.Unlock()
	r.startLoops(ctx, false)
}

// startLoops lets the sensors tick, at once or, where that is later, when they are due.
func (r *Runner) startLoops(ctx context.Context, atOnce bool) {
	for _, l := range r.loops {
		l.stop, l.done = make(chan struct{}), make(chan struct{})
		first := r.Clock.Now()
		if due := l.sensor.Last().Add(l.sensor.Every); !atOnce && due.After(first) && due.Before(first.Add(l.sensor.Every)) {
			first = due
		}
		go func() {
			defer close(l.done)
			l.run(ctx, first)
		}()
	}
}

// Stop waits for the ticks that are under way.
func (r *Runner) Stop() {
	r.arrange.Lock()
	defer r.arrange.Unlock()
	r.stopLoops()
}

func (r *Runner) stopLoops() (running bool) {
	for _, l := range r.loops {
		if l.stop != nil {
			running = true
			close(l.stop)
		}
	}
	for _, l := range r.loops {
		if l.done != nil {
			<-l.done
		}
		l.stop, l.done = nil, nil
	}
	return running
}

// run ticks from an instant on at the sensor's pace. A tick that takes longer than the pace is followed by
// the next at once.
func (l *loop) run(ctx context.Context, next time.Time) {
	for l.wait(ctx, next) {
		next = l.runner.Clock.Now().Add(l.sensor.Every)
		// A failed tick is logged there, and the next one tries again.
		_ = l.tick(ctx)
	}
}

// wait waits for an instant, and gives false where the loop ends before.
func (l *loop) wait(ctx context.Context, next time.Time) bool {
	l.update(func(s *control.SensorStatus) { s.NextTick = next })
	timer, cancel := l.runner.Clock.Until(next)
	defer cancel()
	select {
	case <-ctx.Done():
		return false
	case <-l.stop:
		return false
	case <-timer:
		return true
	}
}

// tick ticks once, and notes how it went. A fault in one sensor stays in it.
func (l *loop) tick(ctx context.Context) (err error) {
	began := l.runner.Clock.Now()
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("this is a bug in auto, not in your policies: %v", fault)
		}
		l.note(ctx, began, err)
	}()
	work := l.work
	if l.runner.Around != nil {
		return l.runner.Around(ctx, l.sensor.Name, work)
	}
	return work(ctx)
}

// work stores what is unstored, catches up on missed ticks, and ticks.
func (l *loop) work(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.commit(ctx); err != nil {
		return err
	}
	if err := l.runner.take(ctx, l.sensor); err != nil {
		return err
	}
	// What was taken in came before the tick.
	at := l.runner.Clock.Now()
	if newest := l.sensor.Newest(); at.Before(newest) || at.Equal(l.sensor.Last()) {
		return fmt.Errorf("the clock shows %s, and the journal goes up to %s; nothing is evaluated until then", at.Format(time.RFC3339), newest.Format(time.RFC3339))
	}
	if err := l.catchUp(ctx, at); err != nil {
		return err
	}
	return l.evaluate(ctx, at, live.Options{})
}

// catchUp makes the ticks that were missed while nothing ticked, for policies that want
// every moment.
func (l *loop) catchUp(ctx context.Context, at time.Time) error {
	for _, t := range l.sensor.Missed(at) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := l.evaluate(ctx, t, live.Options{CatchUp: true}); err != nil {
			return err
		}
	}
	return nil
}

func (l *loop) evaluate(ctx context.Context, at time.Time, o live.Options) error {
	out, err := l.sensor.Tick(at, o)
	if err != nil {
		return err
	}
	l.count(at)
	l.update(func(s *control.SensorStatus) {
		s.Ticks++
		s.Requested += int64(out.Pairs)
	})
	if out.Idle {
		return nil
	}
	l.unstored = out
	return l.commit(ctx)
}

// commit stores the outcome of a tick that is not stored yet.
func (l *loop) commit(ctx context.Context) error {
	out := l.unstored
	if out == nil {
		return nil
	}
	seq, err := l.runner.Store.Decide(ctx, out.Record(), out.Entries())
	if err != nil {
		return err
	}
	l.unstored = nil
	l.sensor.Stored(seq)
	if len(out.Sent) > 0 {
		l.update(func(s *control.SensorStatus) { s.Launched += int64(len(out.Sent)) })
		l.runner.Notify()
	}
	l.report(out)
	return nil
}

// report logs what a tick did.
func (l *loop) report(out *live.Outcome) {
	log := l.runner.Log.With("sensor", l.sensor.Name, "at", out.At)
	for _, policy := range out.Body.Halted {
		log.Error("the policy is halted: one tick asked for more than `halt above` allows; `auto resume` lets it go on", "policy", policy, "requested", out.Pairs)
	}
	for _, d := range out.Body.Dropped {
		log.Info("no longer owed", "policy", d.Policy, "asset", d.Asset, "partition", d.Partition, "reason", d.Reason)
	}
	if out.Pairs > 0 || len(out.Sent) > 0 {
		log.Info("tick", "requested", out.Pairs, "launched", len(out.Sent))
	}
}

// note keeps how a tick went.
func (l *loop) note(ctx context.Context, began time.Time, err error) {
	if ctx.Err() != nil {
		return
	}
	took := l.runner.Clock.Now().Sub(began)
	log := l.runner.Log.With("sensor", l.sensor.Name, "took", took.Round(time.Microsecond).String())
	l.update(func(s *control.SensorStatus) {
		s.LastTick, s.Took = began, took
		s.Failures, s.Error = s.Failures+1, ""
		if err == nil {
			s.Failures = 0
		} else {
			s.Error = err.Error()
		}
		if took > l.sensor.Budget {
			s.Overruns++
		}
	})
	if err != nil {
		log.Error("tick failed", "error", err)
	}
	if took > l.sensor.Budget {
		log.Warn("the tick took longer than its budget", "budget", l.sensor.Budget.String())
	}
}

// count keeps how much is owed.
func (l *loop) count(at time.Time) {
	owed, oldest, halted := l.sensor.Owed()
	pauses := l.sensor.Pauses(at)
	l.update(func(s *control.SensorStatus) { s.Owed, s.OldestOwed, s.Halted = owed, oldest, halted })
	l.statusMu.Lock()
	l.pauses = pauses
	l.statusMu.Unlock()
}

func (l *loop) update(change func(*control.SensorStatus)) {
	l.statusMu.Lock()
	defer l.statusMu.Unlock()
	change(&l.status)
}

// Once ticks every sensor once.
func (r *Runner) Once(ctx context.Context) error {
	var first error
	for _, l := range r.loops {
		if err := l.tick(ctx); err != nil && first == nil {
			first = fmt.Errorf("%s: %w", l.sensor.Name, err)
		}
	}
	return first
}
