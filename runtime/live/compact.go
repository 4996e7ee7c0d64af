package live

import (
	"time"

	"auto/runtime/facts"
)

// Runs are remembered for lateNews after they have ended, for reports about them that come
// late; markEvery is how exactly.
const (
	lateNews  = 7 * 24 * time.Hour
	markEvery = time.Hour
)

// mark is how many events had happened at an instant.
type mark struct {
	At    time.Time `json:"at"`
	Event int64     `json:"event"`
}

// mark notes how far the events are when a record comes. Only records count, as ticks that
// changed nothing are not made again.
func (s *Sensor) mark(at time.Time) {
	if n := len(s.marks); n > 0 && at.Sub(s.marks[n-1].At) < markEvery {
		return
	}
	s.marks = append(s.marks, mark{at, s.world.LastEvent()})
	for len(s.marks) > 1 && at.Sub(s.marks[1].At) > lateNews {
		s.marks = s.marks[1:]
	}
}

// compact has the world forget what nothing asks about any more. No answer of
// a condition changes; of what is owed for longer than lateNews an earlier success may be
// forgotten behind later failures, and it is launched then.
func (s *Sensor) compact() {
	runs := int64(-1)
	if n := len(s.marks); n > 0 && s.marks[n-1].At.Sub(s.marks[0].At) > lateNews {
		runs = s.marks[0].Event
	}
	s.world.Compact(facts.Horizon{Event: s.engine.Asked(), Runs: runs})
}
