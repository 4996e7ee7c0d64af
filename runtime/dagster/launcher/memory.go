package launcher

import (
	"sync"
	"time"
)

// memory knows of each request that is under way what of it may be about to appear. It is
// lost with the process: then all that was sent before counts as sent at the start of the
// new one.
type memory struct {
	started time.Time
	settle  time.Duration

	mu       sync.Mutex
	requests map[string]*remembered
	// over are the requests that ended, in that order. Each is remembered until its runs are
	// visible: should its end not be kept, it is delivered again.
	over []ended
	// trouble is when a call was last lost: a webserver that does not answer may hold back
	// what it was sent before, and act later.
	trouble time.Time
}

// remembered is what is known of a request.
type remembered struct {
	busy bool
	// sent is when something was last sent whose answer is not known, zero for nothing.
	sent time.Time
	// canceled is when a run of it was last canceled without an answer, zero for never.
	canceled time.Time
	// idle is when runs of it were first seen that are made and not submitted, by ID.
	idle map[string]time.Time
	// has is what runs were launched for, as Dagster answered, visible or not.
	has work
	// gaveUp is how many runs of it were given up, which a mark tells.
	gaveUp int
	// over is when it ended, zero where it has not.
	over time.Time
}

type ended struct {
	id string
	at time.Time
}

func newMemory(started time.Time, settle time.Duration) *memory {
	return &memory{started: started, settle: settle, requests: map[string]*remembered{}}
}

// enter begins a delivery, and gives false while another of the request is under way.
func (m *memory) enter(id string, attempt int, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget(now)
	known, ok := m.requests[id]
	if !ok {
		known = &remembered{idle: map[string]time.Time{}}
		if attempt > 1 {
			known.sent, known.canceled = m.started, m.started
		}
		m.requests[id] = known
	}
	if known.busy {
		return false
	}
	known.busy, known.over = true, time.Time{}
	return true
}

// forget forgets what ended long enough ago.
func (m *memory) forget(now time.Time) {
	for len(m.over) > 0 && now.Sub(m.over[0].at) > m.settle {
		first := m.over[0]
		m.over = m.over[1:]
		if known, ok := m.requests[first.id]; ok && known.over.Equal(first.at) && !known.busy {
			delete(m.requests, first.id)
		}
	}
}

// leave ends a delivery, which may be the last one.
func (m *memory) leave(id string, last bool, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	known := m.requests[id]
	known.busy = false
	if last {
		known.over = now
		m.over = append(m.over, ended{id, now})
	}
}

// sent tells that something is sent now, and answered that nothing of it can appear any more.
func (m *memory) sent(id string, now time.Time) {
	m.change(id, func(known *remembered) { known.sent = now })
}

func (m *memory) answered(id string) { m.sent(id, time.Time{}) }

// canceled tells that a run is canceled now, the zero time that all that was is answered.
func (m *memory) canceled(id string, now time.Time) {
	m.change(id, func(known *remembered) { known.canceled = now })
}

// idle gives since when a run is known to be made and not submitted.
func (m *memory) idle(id, run string, now time.Time) (since time.Time) {
	m.change(id, func(known *remembered) {
		if known.idle[run].IsZero() {
			known.idle[run] = now
		}
		since = known.idle[run]
	})
	return since
}

// lost tells that a call was lost.
func (m *memory) lost(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.trouble = now
}

// longestTrouble is for how many times of settling calls that are lost keep anything waiting.
const longestTrouble = 10

// unsettled gives how long what was sent at an instant without an answer may still be carried
// out: until the webserver has answered everything for a while, or it was very long ago. It is
// not above 0 where it cannot be any more, or nothing was sent, by the zero time.
func (m *memory) unsettled(sent, now time.Time) time.Duration {
	if sent.IsZero() {
		return 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	since := sent
	if m.trouble.After(sent) {
		since = m.trouble
	}
	return min(since.Sub(sent)+m.settle, longestTrouble*m.settle) - now.Sub(sent)
}

// launched tells that Dagster has answered with a run.
func (m *memory) launched(id string, of work) {
	m.change(id, func(known *remembered) {
		known.sent = time.Time{}
		known.has.assets = append(known.has.assets, of.assets...)
		known.has.checks = append(known.has.checks, of.checks...)
	})
}

// gaveUp tells how many runs of a request were given up.
func (m *memory) gaveUp(id string, runs int) {
	m.change(id, func(known *remembered) { known.gaveUp = runs })
}

func (m *memory) change(id string, how func(*remembered)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	how(m.requests[id])
}

// of gives what is known of a request that is under way.
func (m *memory) of(id string) remembered {
	m.mu.Lock()
	defer m.mu.Unlock()
	return *m.requests[id]
}
