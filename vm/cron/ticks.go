package cron

import (
	"slices"
	"time"
)

// slack is how far a wall clock's reading can be from its neighbours in time.
const slack = 3 * time.Hour

// Next gives the first tick at or after t, zero where there is none.
func (s *Schedule) Next(t time.Time) time.Time {
	if s.every == hourly {
		return s.hourlyTick(t, 1)
	}
	cursor := s.reading(t).Add(-slack)
	for range horizon {
		var ticks []time.Time
		if ticks, cursor = s.place(cursor, s.after); cursor.IsZero() {
			break
		}
		for _, tick := range ticks {
			if !tick.Before(t) {
				return tick
			}
		}
	}
	return time.Time{}
}

// Prev gives the last tick at or before t, zero where there is none.
func (s *Schedule) Prev(t time.Time) time.Time {
	if s.every == hourly {
		return s.hourlyTick(t, -1)
	}
	cursor := s.reading(t).Add(slack)
	for range horizon {
		var ticks []time.Time
		if ticks, cursor = s.place(cursor, s.before); cursor.IsZero() {
			break
		}
		for _, tick := range ticks {
			if !tick.After(t) {
				return tick
			}
		}
	}
	return time.Time{}
}

// reading gives what the zone's wall clock shows at t.
func (s *Schedule) reading(t time.Time) time.Time {
	_, offset := t.In(s.zone).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// hourlyTick goes minute by minute on the line of time, as Dagster does for schedules
// that tick on every hour: the minute is that of UTC, but in zones whose offset is no
// whole hour that of the zone. Dagster asks for the offset of the day on which it is
// asked; here it is that of 1 January, so that an answer does not depend on the day. Only
// Australia/Lord_Howe, which moves its clocks by half an hour, can tell the two apart.
func (s *Schedule) hourlyTick(t time.Time, direction int) time.Time {
	at := t.Truncate(time.Minute)
	if direction > 0 && at.Before(t) {
		at = at.Add(time.Duration(direction) * time.Minute)
	}
	_, offset := time.Date(t.In(s.zone).Year(), 1, 1, 0, 0, 0, 0, s.zone).Zone()
	zone := time.UTC
	if offset%3600 != 0 {
		zone = s.zone
	}
	for s.minute>>uint(at.In(zone).Minute())&1 == 0 {
		at = at.Add(time.Duration(direction) * time.Minute)
	}
	return at.In(s.zone)
}

// place gives the instants at which the schedule ticks for the next reading of the wall
// clock that matches, in the direction of step, and that reading; for readings that
// come twice, all that belong together.
func (s *Schedule) place(cursor time.Time, step func(time.Time) time.Time) ([]time.Time, time.Time) {
	reading := step(cursor)
	if reading.IsZero() {
		return nil, reading
	}
	// Dagster treats the hours at which clocks are mostly changed unlike others.
	night := reading.Hour() >= 1 && reading.Hour() <= 3
	repeats := s.every == irregular && s.anyHour
	switch first, second, kind := s.instants(reading); {
	case kind == once:
		return []time.Time{first}, reading
	case kind == never && repeats:
		return nil, reading
	case kind == never && night:
		return []time.Time{s.gapEnd(reading)}, reading
	case kind == never:
		return []time.Time{first}, reading
	case repeats:
		return s.bothPasses(reading, step)
	case s.every == irregular || night:
		return []time.Time{second}, reading
	default:
		return []time.Time{first}, reading
	}
}

// bothPasses gives the instants of all matching readings of an hour that comes twice:
// those of one pass, then those of the other.
func (s *Schedule) bothPasses(reading time.Time, step func(time.Time) time.Time) ([]time.Time, time.Time) {
	run := []time.Time{reading}
	for {
		more := step(run[len(run)-1])
		if more.IsZero() || more.Sub(reading).Abs() > slack {
			break
		}
		if _, _, kind := s.instants(more); kind != twice {
			break
		}
		run = append(run, more)
	}
	var firsts, seconds []time.Time
	for _, r := range run {
		first, second, _ := s.instants(r)
		firsts, seconds = append(firsts, first), append(seconds, second)
	}
	last := run[len(run)-1]
	if len(run) > 1 && last.Before(reading) || len(run) == 1 && step(reading).Before(reading) {
		return slices.Concat(seconds, firsts), last
	}
	return slices.Concat(firsts, seconds), last
}

// occurrence is how often a wall clock shows a reading.
type occurrence int

const (
	once occurrence = iota
	// never: the clock was put forward over it.
	never
	// twice: the clock was put back over it.
	twice
)

// instants gives when the zone's wall clock shows a reading. Of one that it never
// shows, first is the instant by the offset before the change.
func (s *Schedule) instants(reading time.Time) (first, second time.Time, kind occurrence) {
	a := s.by(reading, reading.Add(-24*time.Hour))
	b := s.by(reading, reading.Add(24*time.Hour))
	shownA, shownB := s.reading(a).Equal(reading), s.reading(b).Equal(reading)
	switch {
	case shownA && shownB && !a.Equal(b):
		if b.Before(a) {
			a, b = b, a
		}
		return a, b, twice
	case shownA:
		return a, a, once
	case shownB:
		return b, b, once
	}
	return a, b, never
}

// by gives the instant of a reading by the zone's offset at another time.
func (s *Schedule) by(reading, at time.Time) time.Time {
	_, offset := at.In(s.zone).Zone()
	return reading.Add(-time.Duration(offset) * time.Second).In(s.zone)
}

// gapEnd gives where Dagster puts a tick that falls into a gap: the start of its hour,
// moved on by as much as the clock was.
func (s *Schedule) gapEnd(reading time.Time) time.Time {
	_, before := reading.Add(-24 * time.Hour).In(s.zone).Zone()
	_, after := reading.Add(24 * time.Hour).In(s.zone).Zone()
	first, _, _ := s.instants(reading.Truncate(time.Hour).Add(time.Duration(after-before) * time.Second))
	return first
}
