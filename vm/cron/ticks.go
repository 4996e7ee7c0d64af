package cron

import (
	"math/bits"
	"slices"
	"time"
)

// slack is more than what clocks are moved by within a day, at most three hours
// (Antarctica/Casey in 2016).
const slack = 4 * time.Hour

// Next gives the first tick at or after t, zero where there is none.
func (s *Schedule) Next(t time.Time) time.Time {
	if s.every == hourly {
		return s.hourlyTick(t, 1)
	}
	cursor := wallClock(s.zone, t).Add(-slack)
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
	cursor := wallClock(s.zone, t).Add(slack)
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

// EveryHour reports whether the schedule names no hours, so that it ticks through an
// hour that comes twice both times.
func (s *Schedule) EveryHour() bool { return s.anyHour }

// Reading gives the date and time that a tick stands for, in UTC. It is what the zone's
// wall clock shows, but for a tick outside the hours from 1 to 3 whose time the clock
// skips it is the skipped time, as Dagster writes it: in America/Santiago on the day on
// which 00:00 is skipped, the tick of `0 0 * * *` is at 01:00 and stands for 00:00.
func (s *Schedule) Reading(tick time.Time) time.Time {
	shown := wallClock(s.zone, tick)
	skipped := tick.UTC().Add(offsetAt(s.zone, tick.Add(-24*time.Hour)))
	if s.anyHour || skipped.Equal(shown) || night(skipped) || !s.matches(skipped) || s.every != irregular && s.matches(shown) {
		return shown
	}
	if _, _, kind := instants(s.zone, skipped); kind != never {
		return shown
	}
	return skipped
}

// night reports whether a reading is in the hours at which clocks are mostly changed,
// which Dagster treats unlike others.
func night(reading time.Time) bool { return reading.Hour() >= 1 && reading.Hour() <= 3 }

// today stands for the day on which Dagster is asked. Zones have the offsets of today
// beside those of history.
var today = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// EachHour reports whether the schedule ticks once an hour on the line of time, such as
// `15 * * * *`.
func (s *Schedule) EachHour() bool { return s.every == hourly && bits.OnesCount64(s.minute) == 1 }

// hourlyTick goes minute by minute on the line of time, as Dagster does for schedules
// that tick on every hour: the minute is that of UTC, but in zones whose offset is no
// whole hour that of the zone. Dagster asks for the offset of the day on which it is
// asked; here it is that of today, so that an answer does not depend on the day.
func (s *Schedule) hourlyTick(t time.Time, direction int) time.Time {
	at := t.Truncate(time.Minute)
	if direction > 0 && at.Before(t) {
		at = at.Add(time.Duration(direction) * time.Minute)
	}
	zone := time.UTC
	if offsetAt(s.zone, today)%time.Hour != 0 {
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
	repeats := s.every == irregular && s.anyHour
	switch first, second, kind := instants(s.zone, reading); {
	case kind == once:
		return []time.Time{first}, reading
	case kind == never && repeats:
		return nil, reading
	case kind == never && night(reading):
		return []time.Time{gapEnd(s.zone, reading)}, reading
	case kind == never:
		return []time.Time{first}, reading
	case repeats:
		return s.bothPasses(reading, step)
	case s.every == irregular || night(reading):
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
		if _, _, kind := instants(s.zone, more); kind != twice {
			break
		}
		run = append(run, more)
	}
	var firsts, seconds []time.Time
	for _, r := range run {
		first, second, _ := instants(s.zone, r)
		firsts, seconds = append(firsts, first), append(seconds, second)
	}
	last := run[len(run)-1]
	if len(run) > 1 && last.Before(reading) || len(run) == 1 && step(reading).Before(reading) {
		return slices.Concat(seconds, firsts), last
	}
	return slices.Concat(firsts, seconds), last
}
