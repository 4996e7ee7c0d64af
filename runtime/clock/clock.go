// Package clock is where the runtime's time comes from: the system's clock, or
// one that a test moves.
package clock

import (
	"sync"
	"time"
)

// Clock tells the time and waits for it.
type Clock interface {
	// Now gives the present instant in UTC.
	Now() time.Time
	// Until gives a channel that is closed when the instant has come, at once for a
	// past one, and a function that gives the wait up.
	Until(t time.Time) (<-chan struct{}, func())
}

// System is the machine's clock.
type System struct{}

// Now implements Clock.
func (System) Now() time.Time { return time.Now().UTC() }

// Until implements Clock.
func (System) Until(t time.Time) (<-chan struct{}, func()) {
	done := make(chan struct{})
	timer := time.AfterFunc(time.Until(t), func() { close(done) })
	return done, func() { timer.Stop() }
}

// Manual is a clock that stands still until it is set. It is safe for concurrent
// use.
type Manual struct {
	mu      sync.Mutex
	now     time.Time
	waiters map[*waiter]struct{}
	changed func(next time.Time)
}

type waiter struct {
	at   time.Time
	done chan struct{}
}

// NewManual gives a clock that shows now. Where changed is not nil it is called
// whenever the waits change, with the earliest instant that is waited for, zero
// where there is none; it must not call the clock.
func NewManual(now time.Time, changed func(next time.Time)) *Manual {
	return &Manual{now: now.UTC(), waiters: map[*waiter]struct{}{}, changed: changed}
}

// Now implements Clock.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Until implements Clock.
func (m *Manual) Until(t time.Time) (<-chan struct{}, func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := &waiter{t, make(chan struct{})}
	if !t.After(m.now) {
		close(w.done)
		return w.done, func() {}
	}
	m.waiters[w] = struct{}{}
	m.report()
	return w.done, func() { m.remove(w) }
}

// Set moves the clock forward to t and wakes whoever waited for it; an earlier t
// changes nothing.
func (m *Manual) Set(t time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t.Before(m.now) {
		return
	}
	m.now = t.UTC()
	for w := range m.waiters {
		if !w.at.After(m.now) {
			close(w.done)
			delete(m.waiters, w)
		}
	}
	m.report()
}

func (m *Manual) remove(w *waiter) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, waits := m.waiters[w]; waits {
		delete(m.waiters, w)
		m.report()
	}
}

func (m *Manual) report() {
	if m.changed == nil {
		return
	}
	var next time.Time
	for w := range m.waiters {
		if next.IsZero() || w.at.Before(next) {
			next = w.at
		}
	}
	m.changed(next)
}
