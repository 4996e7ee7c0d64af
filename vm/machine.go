package vm

import (
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

// Limits bound a machine.
type Limits struct {
	// Words is how many words of 64 bits frames and states may take, in all.
	Words int
	// Steps is how many words one tick may compute at most.
	Steps int
}

// DefaultLimits are some GB and some seconds.
var DefaultLimits = Limits{Words: 1 << 29, Steps: 1 << 34}

// Machine evaluates conditions over the entities of a space, tick after tick. It holds
// the state of their nodes between ticks; Cursor gives it in a form to keep. It is not
// safe for concurrent use.
type Machine struct {
	space    *space.Space
	programs []*code.Program
	of       []int
	// carried is the cursor of entities that are not evaluated but keep theirs.
	carried map[string]*EntityCursor

	levels  [][]*batch
	batches []*batch
	// readers has for each entity the batches that look at it.
	readers [][]*batch

	// own is what each condition was last true for, asked the same as of the last tick,
	// now what is requested on this tick so far, execution sets included.
	own, asked, now bits.Set
	// requests is set where now has anything.
	requests bool
	// arena is what the registers of the batch under evaluation lie in.
	arena []uint64
	cache factCache
	crons []schedule

	facts Facts
	// version is that of the facts of the last tick, 0 for none.
	version uint64
	at      time.Time
	stats   Stats
}

// Stats counts the work of a tick.
type Stats struct {
	// Batches were evaluated, Skipped had nothing to look at; Instructions were executed.
	Batches, Skipped, Instructions int
}

// New links programs to a space. It fails where that is beyond the limits, or where a
// mapping is one that Dagster refuses.
func New(c Config) (*Machine, error) {
	if c.Limits == (Limits{}) {
		c.Limits = DefaultLimits
	}
	m := &Machine{
		space: c.Space, programs: c.Programs, of: c.Of, carried: map[string]*EntityCursor{},
		own: bits.New(c.Space.Bits), asked: bits.New(c.Space.Bits), now: bits.New(c.Space.Bits),
		readers: make([][]*batch, len(c.Space.Entities)),
	}
	l := linker{Machine: m, cursor: c.Cursor, limits: c.Limits}
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

// Tick evaluates all conditions at an instant. What it requests is in Requested.
func (m *Machine) Tick(facts Facts, at time.Time) { m.run(facts, at, nil) }

// TickTraced evaluates as Tick does and gives the evaluation of each entity that want
// reports true for.
func (m *Machine) TickTraced(facts Facts, at time.Time, want func(entity int) bool, emit func(entity int, e *Evaluation)) {
	m.run(facts, at, &trace{want, emit})
}

func (m *Machine) run(facts Facts, at time.Time, t *trace) {
	m.facts, m.at, m.stats = facts, at, Stats{}
	m.cache.begin()
	if m.requests {
		clear(m.now)
		m.requests = false
	}
	m.mark()
	for _, b := range m.batches {
		b.begin(m)
	}
	for _, level := range m.levels {
		m.level(level, t)
	}
	since := Since{At: at, Event: facts.LastEvent()}
	for _, b := range m.batches {
		b.since, b.initial = since, false
	}
}

// level evaluates the batches of one level. What they request is seen on later levels,
// and on the same one only if its evaluation never waits for storage in Dagster.
func (m *Machine) level(level []*batch, t *trace) {
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
		if b.prompt {
			b.request(m)
		}
	}
	for _, b := range level {
		if !b.prompt {
			b.request(m)
		}
	}
}
