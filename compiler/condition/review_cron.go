package condition

import (
	"time"

	"auto/vm/cron"
)

// Two schedules are compared over 28 years, after which the days of the week come back to
// the dates, or over so many moments. A fixed start makes the answer the same every day.
var (
	meetFrom  = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	meetUntil = time.Date(2052, 1, 1, 0, 0, 0, 0, time.UTC)
)

const meetSteps = 4000

// meet reports whether two cron_tick_passed have a moment in common.
func (r *review) meet(a, b *Node) bool {
	key := [2]string{a.Name(), b.Name()}
	met, known := r.met[key]
	if !known {
		met = meet(a, b)
		r.met[key] = met
	}
	return met
}

func meet(a, b *Node) bool {
	first, second := scheduleOf(a), scheduleOf(b)
	if first == nil || second == nil {
		return true // they have findings of their own
	}
	t := meetFrom
	for range meetSteps {
		x, y := first.Next(t), second.Next(t)
		switch {
		case x.IsZero() || y.IsZero() || x.After(meetUntil) || y.After(meetUntil):
			return false
		case x.Equal(y):
			return true
		case x.Before(y):
			t = y
		default:
			t = x
		}
	}
	return false
}

// scheduleOf gives the schedule of a cron_tick_passed, nil where it cannot be read.
func scheduleOf(n *Node) *cron.Schedule {
	zone, err := time.LoadLocation(n.Zone)
	if err != nil {
		return nil
	}
	s, err := cron.Parse(n.Cron, zone)
	if err != nil {
		return nil
	}
	return s
}
