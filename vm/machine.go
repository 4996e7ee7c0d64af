package vm

import (
	"fmt"
	"time"

	"auto/vm/bits"
	"auto/vm/code"
	"auto/vm/space"
)

// Config is what a machine is made of.
type Config struct {
	Space *space.Space
	// Programs are verified programs; Of has for each entity of the space the number of
	// its program, -1 for none.
	Programs []*code.Program
	Of       []int
	// Cursor is what the evaluations before left, nil for none.
	Cursor *Cursor
	// Limits bound what the machine takes; the zero value stands for DefaultLimits.
	Limits Limits
}

// Machine evaluates conditions over the entities of a space, tick after tick. It holds
// the state of their nodes between ticks; Cursor gives it in a form to keep. It is not
// safe for concurrent use.
type Machine struct {
	space    *space.Space
	programs []*code.Program
	// carried is the cursor of entities that are not evaluated but keep theirs.
	carried map[string]*EntityCursor
	// lost are assets that have no condition any more, but had a request on the last tick.
	lost []int

	levels [][]*batch
	// writers has, by register, the position of the instruction that writes it, -1 for
	// none, of the blocks of levels that are evaluated in turns.
	writers map[*code.Block][]int
	batches []*batch
	// readers has for each entity the batches that look at it.
	readers [][]*batch

	// own is what each condition was last true for, asked the same as of the last tick,
	// now what is requested on this tick so far, execution sets included.
	own, asked, now bits.Set
	// whole are the entities of which all partitions are requested on this tick so far,
	// whatever partitions there are.
	whole bits.Set
	// requests is set where now has anything.
	requests bool
	cache    factCache
	crons    []schedule

	facts Facts
	// version is that of the facts of the last tick, 0 for none.
	version uint64
	at      time.Time
	// event is the last one that was known on the last tick.
	event int64
	stats Stats
	// dated: some condition asks whether checks are newly updated, which depends on the
	// instant of the last tick. idle is for Idle.
	dated, idle bool
}

// Stats counts the work of a tick.
type Stats struct {
	// Batches were evaluated, Skipped had nothing to look at; Instructions were executed.
	Batches, Skipped, Instructions int
}

// New links programs to a space. It fails with a *LimitError where that is beyond the
// limits, where a mapping is one that Dagster refuses, and where the cursor is of another
// version.
func New(c Config) (*Machine, error) {
	if c.Limits == (Limits{}) {
		c.Limits = DefaultLimits
	}
	if c.Cursor != nil && c.Cursor.Version != CursorVersion {
		return nil, fmt.Errorf("the cursor is of version %d and this program reads version %d; use the program that wrote it, or begin without a cursor", c.Cursor.Version, CursorVersion)
	}
	m := &Machine{
		space: c.Space, programs: c.Programs, carried: map[string]*EntityCursor{},
		own: bits.New(c.Space.Bits), asked: bits.New(c.Space.Bits), now: bits.New(c.Space.Bits),
		whole: bits.New(len(c.Space.Entities)), writers: map[*code.Block][]int{}, readers: make([][]*batch, len(c.Space.Entities)),
	}
	l := linker{Machine: m, of: c.Of, cursor: c.Cursor, budget: budget{limits: c.Limits}}
	if err := l.link(); err != nil {
		return nil, err
	}
	return m, nil
}

// Stats gives the work of the last tick.
func (m *Machine) Stats() Stats { return m.stats }

// Requested gives what the last tick requested, execution sets included, over the bits
// of the space. It is good until the next tick.
func (m *Machine) Requested() bits.Set { return m.now }

// Requests reports whether the last tick requested anything, be it all of nothing.
func (m *Machine) Requests() bool { return m.requests }

// RequestsAll reports whether what the last tick requested of an entity with partitions
// stands for all of them; so it can be when there are none.
func (m *Machine) RequestsAll(entity int) bool { return m.whole.Has(entity) }

// Idle reports whether the last tick changed nothing but the instant of the evaluation:
// without it the ticks to come would answer as they do after it. It has requested nothing,
// too. With a condition about newly updated checks no tick is idle: of checks it matters
// whether they were evaluated before the last tick or after it. Neither is one that is
// earlier than the tick before.
func (m *Machine) Idle() bool { return m.idle }

// Asked gives the event of the oldest evaluation that a condition may still ask about what
// is new since, and false where none asks. Cursors of entities that have no condition now
// are not looked at.
func (m *Machine) Asked() (event int64, ok bool) {
	for _, b := range m.batches {
		if !b.since.At.IsZero() && (!ok || b.since.Event < event) {
			event, ok = b.since.Event, true
		}
	}
	return event, ok
}

// Tick evaluates all conditions at an instant. What it requests is in Requested.
func (m *Machine) Tick(facts Facts, at time.Time) { m.tick(facts, at, nil) }

// TickTraced evaluates as Tick does and gives the evaluation of each entity that want
// reports true for.
func (m *Machine) TickTraced(facts Facts, at time.Time, want func(entity int) bool, emit func(entity int, e *Evaluation)) {
	m.tick(facts, at, &trace{want, emit})
}

func (m *Machine) tick(facts Facts, at time.Time, t *trace) {
	back := at.Before(m.at)
	m.facts, m.at, m.stats = facts, at, Stats{}
	m.cache.begin()
	if m.requests {
		clear(m.now)
		clear(m.whole)
		m.requests = false
	}
	m.mark()
	for _, b := range m.batches {
		b.begin(m)
	}
	for _, level := range m.levels {
		m.level(level, t)
	}
	m.forget()
	since := Since{At: at, Event: facts.LastEvent()}
	m.idle = m.stats.Batches == 0 && !m.requests && !m.dated && !back && (m.event == 0) == (since.Event == 0)
	m.event = since.Event
	for _, b := range m.batches {
		b.since, b.initial, b.ranged = since, b.keyed, b.dynamic
	}
}

// level evaluates the batches of one level. What they request is seen on later levels,
// and on the same one only where it is evaluated in turns.
func (m *Machine) level(level []*batch, t *trace) {
	if level[0].alone {
		m.turns(level, t)
		return
	}
	for _, b := range level {
		switch {
		case b.due(m) || t != nil:
			b.evaluate(m)
			if t != nil {
				m.emit(b, t)
			}
		default:
			m.stats.Skipped++
		}
	}
	for _, b := range level {
		if b.asks || b.pulls != nil {
			b.request(m)
		}
	}
}
