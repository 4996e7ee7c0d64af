package vm

import (
	"time"

	"auto/vm/bits"
	"auto/vm/code"
	"auto/vm/cron"
)

// factCache holds the facts of one tick. Programs that use equal facts share them.
type factCache struct {
	facts  []code.Fact
	index  map[string]int
	loaded [][]loaded
}

// loaded is a fact over the whole space, as it is new since an evaluation.
type loaded struct {
	since Since
	set   bits.Set
	empty bool
	pad   bits.Set
}

// number gives the number of a fact; name tells it from others.
func (c *factCache) number(name string, f code.Fact) int {
	if i, ok := c.index[name]; ok {
		return i
	}
	if c.index == nil {
		c.index = map[string]int{}
	}
	c.index[name] = len(c.facts)
	c.facts, c.loaded = append(c.facts, f), append(c.loaded, nil)
	return len(c.facts) - 1
}

func (c *factCache) begin() {
	for i := range c.loaded {
		c.loaded[i] = c.loaded[i][:0]
	}
}

// get loads a fact once a tick.
func (c *factCache) get(m *Machine, fact int, since Since) *loaded {
	for i := range c.loaded[fact] {
		if l := &c.loaded[fact][i]; l.since == since {
			return l
		}
	}
	n := len(c.loaded[fact])
	if n < cap(c.loaded[fact]) {
		c.loaded[fact] = c.loaded[fact][:n+1] // with the room of an earlier tick
	} else {
		c.loaded[fact] = append(c.loaded[fact], loaded{})
	}
	l := &c.loaded[fact][n]
	l.since, l.set = since, nil
	if !since.At.IsZero() || !c.facts[fact].Kind.IsNew() {
		l.set = m.facts.Set(c.facts[fact], since)
	}
	if l.empty = l.set.IsEmpty(); len(l.set) < len(m.now) && !l.empty {
		l.set = l.padded(len(m.now))
	}
	return l
}

func (l *loaded) padded(words int) bits.Set {
	if len(l.pad) != words {
		l.pad = make(bits.Set, words)
	}
	clear(l.pad[copy(l.pad, l.set):])
	return l.pad
}

// schedule is a cron schedule with the moment that was last at or before the tick.
type schedule struct {
	*cron.Schedule
	code.Cron
	last, next time.Time
}

// schedule gives the number of a schedule of the machine; Verify has read it before.
func (m *Machine) schedule(c code.Cron) (int, error) {
	for i := range m.crons {
		if m.crons[i].Cron == c {
			return i, nil
		}
	}
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return 0, err
	}
	s, err := cron.Parse(c.Schedule, zone)
	if err != nil {
		return 0, err
	}
	m.crons = append(m.crons, schedule{Schedule: s, Cron: c})
	return len(m.crons) - 1, nil
}

// turn moves a schedule to an instant.
func (s *schedule) turn(at time.Time) {
	if s.next.IsZero() || !at.Before(s.next) || at.Before(s.last) {
		s.last, s.next = s.Prev(at), s.Next(at.Add(1))
	}
}
