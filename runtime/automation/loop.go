package automation

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"auto/compiler"
	"auto/runtime/control"
	"auto/runtime/history"
	"auto/runtime/journal"
	"auto/runtime/live"
)

// loop is a sensor at work.
type loop struct {
	compiler.Sensor
	runner *Runner

	// turn is held while the sensor is at a tick, saved, or rearranged.
	turn gate
	// unstored is what a tick decided and the store did not take yet: nothing ticks before
	// it has. Doubts are those that the sensor has looked into. Spoiled: a fault broke a
	// tick off, so that only the journal knows the state. All belong to who has the turn.
	unstored *live.Outcome
	doubts   int64
	spoiled  bool

	// mu guards the state beside the turn: it is held for as long as the state changes, and
	// never while anything else is waited for. It goes with the sensor from loop to loop.
	mu     *sync.Mutex
	sensor *live.Sensor

	statusMu sync.Mutex
	status   control.SensorStatus
	pauses   []journal.Pause
	late     bool
	// working is since when a tick is under way.
	working time.Time

	ended   chan struct{}
	endOnce sync.Once
}

// makeLoops gives loops for the sensors of the state, in the place of others.
func (r *Runner) makeLoops(old []*loop) []*loop {
	loops := make([]*loop, len(r.state.Sensors))
	for i, s := range r.state.Sensors {
		l := &loop{
			Sensor: s.Sensor, runner: r, turn: newGate(), mu: new(sync.Mutex), sensor: s, ended: make(chan struct{}),
			status: control.SensorStatus{Name: s.Name, Every: s.Every, Assets: len(s.Keys), LastTick: s.Last()},
		}
		for _, o := range old {
			if o.sensor == s {
				l.mu = o.mu
			}
		}
		loops[i] = l
		l.count(r.Clock.Now())
	}
	return loops
}

// carry keeps the counts of the sensors that were there before.
func carry(old, fresh []*loop) []*loop {
	for _, l := range fresh {
		for _, o := range old {
			if o.Name == l.Name {
				l.continues(o)
			}
		}
	}
	return fresh
}

func (l *loop) continues(o *loop) {
	o.statusMu.Lock()
	was := o.status
	o.statusMu.Unlock()
	l.update(func(s *control.SensorStatus) {
		was.Every, was.Assets, was.Owed, was.OldestOwed, was.Halted = s.Every, s.Assets, s.Owed, s.OldestOwed, s.Halted
		*s = was
	})
}

// end has the loop end after a tick that is under way.
func (l *loop) end() { l.endOnce.Do(func() { close(l.ended) }) }

// run ticks from an instant on at the sensor's pace. A tick that takes longer than the pace
// is followed by the next at once.
func (l *loop) run(ctx context.Context, next time.Time) {
	for l.wait(ctx, next) {
		next = l.runner.Clock.Now().Add(l.Every)
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
	case <-l.ended:
		return false
	case <-timer:
		return true
	}
}

// tick ticks once, and notes how it went. A fault in one sensor stays in it.
func (l *loop) tick(ctx context.Context) (err error) {
	began := l.runner.Clock.Now()
	l.update(func(*control.SensorStatus) { l.working = began })
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("this is a bug in auto, not in your policies: %v", fault)
		}
		l.note(ctx, began, err)
	}()
	if l.runner.Around != nil {
		return l.runner.Around(ctx, l.Name, l.work)
	}
	return l.work(ctx)
}

// errUnsure: policies were being put in force when the store failed.
var errUnsure = errors.New("the store failed while other policies were put in force, and nothing ticks before the journal says which are: they are put in force again soon")

// work stores what is unstored, catches up on missed ticks, and ticks.
func (l *loop) work(ctx context.Context) error {
	if err := l.turn.enter(ctx, l.ended); err != nil {
		return err
	}
	defer l.turn.leave()
	if l.runner.unsure.Load() {
		return errUnsure
	}
	if err := l.ready(ctx); err != nil {
		return err
	}
	if err := l.take(ctx); err != nil {
		return err
	}
	at := l.runner.now()
	if last := l.sensor.Last(); !at.After(last) {
		at = last.Add(1) // the clock was set back, or stands still
		l.runner.reach(at)
	}
	if err := l.catchUp(ctx, at); err != nil {
		return err
	}
	return l.evaluate(ctx, at, live.Options{})
}

// ready has the state be one that a tick can go on from.
func (l *loop) ready(ctx context.Context) error {
	if err := l.commit(ctx); err != nil {
		return err
	}
	if !l.spoiled {
		return nil
	}
	name := l.Name
	state, err := history.Play(ctx, l.runner.Store, history.Loader(ctx, l.runner.Store, ""), history.Options{From: history.Latest})
	if err != nil {
		return &StateError{err}
	}
	fresh := state.Sensor(name)
	if fresh == nil {
		return &StateError{fmt.Errorf("it has no sensor `%s`", name)}
	}
	l.change(func() error { l.sensor.Become(fresh); return nil })
	l.spoiled = false
	return nil
}

// change changes the state. It is spoiled where that fails, unless the error says that
// nothing was changed.
func (l *loop) change(how func() error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.spoiled = true
	err := how()
	var refused *live.RefusedError
	l.spoiled = err != nil && !errors.As(err, &refused)
	return err
}

// take has the sensor take in what is new.
func (l *loop) take(ctx context.Context) error {
	doubts := l.runner.doubts.Load()
	if l.sensor.Taken() >= l.runner.appended.Load() && l.doubts == doubts {
		return nil
	}
	err := l.runner.inputs(ctx, l.sensor.Taken(), 0, func(r live.Record) error {
		return l.change(func() error { return l.sensor.Take(r) })
	})
	if err == nil {
		l.doubts = doubts
	}
	return err
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
	var out *live.Outcome
	err := l.change(func() (err error) {
		out, err = l.sensor.Tick(at, o)
		return err
	})
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

// commit stores the outcome of a tick that is not stored yet. Where the store took it and
// failed to say so, it is stored twice, and the second is nothing new.
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
	log := l.runner.Log.With("sensor", l.Name, "at", out.At)
	for _, policy := range out.Body.Halted {
		log.Error("the policy is halted: one tick asked for more than `halt above` allows; `auto resume` lets it go on", "policy", policy, "requested", out.Pairs)
	}
	for _, one := range out.Sent {
		if refused := one.Request.Refused; refused != nil {
			log.Error("a run lacks parameters; its request is parked and goes out when they are there", "request", one.Request.ID, "job", one.Request.Job, "reason", refused.Reason)
		}
	}
	for _, d := range out.Body.Dropped {
		log.Info("no longer owed", "policy", d.Policy, "asset", d.Asset, "partition", d.Partition, "reason", d.Reason)
	}
	if out.Pairs > 0 || len(out.Sent) > 0 {
		log.Info("tick", "requested", out.Pairs, "launched", len(out.Sent))
	}
}

// note keeps how a tick went, and logs what is otherwise than on the tick before.
func (l *loop) note(ctx context.Context, began time.Time, err error) {
	if ctx.Err() != nil || errors.Is(err, errEnded) {
		return
	}
	took := l.runner.Clock.Now().Sub(began)
	var was, is control.SensorStatus
	wasLate, late := false, took > l.Budget
	l.update(func(s *control.SensorStatus) {
		was, wasLate = *s, l.late
		s.LastTick, s.Took = began, took
		s.Failures, s.Error = s.Failures+1, ""
		if err == nil {
			s.Failures = 0
		} else {
			s.Error = err.Error()
		}
		if late {
			s.Overruns++
		}
		l.late, l.working = late, time.Time{}
		is = *s
	})
	log := l.runner.Log.With("sensor", l.Name, "took", took.Round(time.Microsecond).String())
	switch {
	case is.Error != "" && is.Error != was.Error:
		log.Error("tick failed", "error", err)
	case is.Error == "" && was.Error != "":
		log.Info("ticks again", "failed", was.Failures)
	}
	if late && !wasLate {
		log.Warn("the tick took longer than its budget", "budget", l.Budget.String())
	}
}

// count keeps how much is owed.
func (l *loop) count(at time.Time) {
	l.mu.Lock()
	owed, oldest, halted := l.sensor.Owed()
	policies := control.Owed(l.sensor.Counts())
	pauses := l.sensor.Pauses(at)
	l.mu.Unlock()
	l.update(func(s *control.SensorStatus) {
		s.Owed, s.OldestOwed, s.Policies, s.Halted = owed, oldest, policies, halted
		l.pauses = pauses
	})
}

// update changes what is known of the sensor for others.
func (l *loop) update(change func(*control.SensorStatus)) {
	l.statusMu.Lock()
	defer l.statusMu.Unlock()
	change(&l.status)
}

// atWorkSince gives since when a tick is under way, zero for none.
func (l *loop) atWorkSince() (since time.Time) {
	l.update(func(*control.SensorStatus) { since = l.working })
	return since
}
