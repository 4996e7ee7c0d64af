package graph

import (
	"sort"
	"sync"
	"time"

	"auto/vm/cron"
)

// lattice remembers when the windows of a definition begin, from the first partition on.
// It grows when later windows are asked for; what is known never changes.
type lattice struct {
	mu     sync.Mutex
	starts []int64 // unix seconds
	ended  bool    // the schedule has no further tick
}

// grow adds starts until there are enough, and gives all of them.
func (p *Partitions) grow(enough func(starts []int64) bool) []int64 {
	l := p.lattice
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.starts) == 0 {
		l.starts = append(l.starts, p.first.Unix())
	}
	for !l.ended && !enough(l.starts) {
		next := p.after(time.Unix(l.starts[len(l.starts)-1], 0).In(p.zone))
		if l.ended = next.IsZero(); !l.ended {
			l.starts = append(l.starts, next.Unix())
		}
	}
	return l.starts[:len(l.starts):len(l.starts)]
}

// Windows gives how many windows are partitions at an instant, 0 for a definition that is
// not of time windows. They are numbered from 0, the first window at the start.
func (p *Partitions) Windows(now time.Time) int {
	if !p.IsTime() || !p.begun(now) {
		return 0
	}
	last := p.last(now).Unix()
	starts := p.grow(func(starts []int64) bool { return starts[len(starts)-1] > last })
	return sort.Search(len(starts), func(i int) bool { return starts[i] > last })
}

// Starts gives when the windows numbered from lo up to but not hi begin, in unix seconds;
// those before the start of the definition have numbers below 0. Where the schedule ends
// before hi there are fewer. The caller does not write to it.
func (p *Partitions) Starts(lo, hi int) []int64 {
	starts := p.grow(func(starts []int64) bool { return len(starts) >= hi })
	starts = starts[:min(max(hi, 0), len(starts))]
	if lo >= 0 {
		return starts[min(lo, len(starts)):]
	}
	all := make([]int64, -lo, -lo+len(starts))
	at := p.first
	for i := range all {
		at = p.before(at)
		all[len(all)-1-i] = at.Unix()
	}
	return append(all, starts...)[:max(hi-lo, 0)]
}

// Begin gives the start of a definition of time windows as it is written, in unix seconds;
// the first window may begin later.
func (p *Partitions) Begin() int64 { return p.begin.Unix() }

// Floor gives when the last window of the schedule begins that has begun at an instant, both
// in unix seconds, whether it is a partition or not. It is for definitions of time windows.
func (p *Partitions) Floor(at int64) int64 { return p.prev(time.Unix(at, 0).In(p.zone)).Unix() }

// Ceil gives when the first window of the schedule begins that has not begun before an
// instant, as Floor gives the last.
func (p *Partitions) Ceil(at int64) int64 { return p.next(time.Unix(at, 0).In(p.zone)).Unix() }

// Ever reports whether the window that begins at an instant, in unix seconds, is a partition
// or will be one: it is not before the start of the definition, and not after its end.
func (p *Partitions) Ever(start int64) bool {
	end := p.after(time.Unix(start, 0).In(p.zone))
	return start >= p.first.Unix() && !end.IsZero() && (p.end.IsZero() || !end.After(p.end))
}

// KeyFrom gives the key of the window that begins at an instant in unix seconds, which
// must be the start of a window.
func (p *Partitions) KeyFrom(start int64) string {
	return p.format.write(time.Unix(start, 0).In(p.zone))
}

// StartOf gives when the window of a key begins, in unix seconds, and false where no
// window has the key. Whether it is a partition is for Has to say.
func (p *Partitions) StartOf(key string) (int64, bool) {
	if !p.IsTime() {
		return 0, false
	}
	start, ok := p.windowOf(key)
	return start.Unix(), ok
}

// Position gives the place of a key among those of a static definition, and false where
// it has no such key.
func (p *Partitions) Position(key string) (int, bool) {
	i, ok := p.keys[key]
	return i, ok
}

// SameKeys reports whether equal windows of two definitions of time windows have equal
// keys, and others different ones: their schedules, zones and formats are the same.
func (p *Partitions) SameKeys(q *Partitions) bool {
	return p.IsTime() && q.IsTime() && p.cronText() == q.cronText() && p.zoneName() == q.zoneName() && p.format.source == q.format.source
}

// Earlier gives when the wall clock of a definition of time windows showed so much less
// than at the start of a window, in unix seconds. That is how Python subtracts from a time
// with a zone: over a change of the clocks a day back is the same time of day.
func (p *Partitions) Earlier(than int64, by time.Duration) time.Time {
	return cron.Instant(p.schedule.Reading(time.Unix(than, 0).In(p.zone)).Add(-by), p.zone)
}
