package cron

import "time"

// Instant gives when the wall clock of a zone first shows the date and time that a
// reading has in its own location. Of one that the clock skips, it is the instant by the
// offset before the change, as in Python's datetime with fold=0.
func Instant(reading time.Time, zone *time.Location) time.Time {
	naive := time.Date(reading.Year(), reading.Month(), reading.Day(), reading.Hour(), reading.Minute(), reading.Second(), reading.Nanosecond(), time.UTC)
	first, _, _ := instants(zone, naive)
	return first
}

// wallClock gives what a zone's wall clock shows at t, as if it were UTC.
func wallClock(zone *time.Location, t time.Time) time.Time {
	return t.UTC().Add(offsetAt(zone, t))
}

func offsetAt(zone *time.Location, t time.Time) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
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
func instants(zone *time.Location, reading time.Time) (first, second time.Time, kind occurrence) {
	before, after := offsetsAround(zone, reading)
	a, b := reading.Add(-before).In(zone), reading.Add(-after).In(zone)
	shownA, shownB := wallClock(zone, a).Equal(reading), wallClock(zone, b).Equal(reading)
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

// offsetsAround gives the zone's offsets a day before and after a reading, which differ
// where the clocks are changed in between.
func offsetsAround(zone *time.Location, reading time.Time) (before, after time.Duration) {
	return offsetAt(zone, reading.Add(-24*time.Hour)), offsetAt(zone, reading.Add(24*time.Hour))
}

// gapEnd gives where Dagster puts a tick that falls into a gap: the start of its hour,
// moved on by as much as the clock was.
func gapEnd(zone *time.Location, reading time.Time) time.Time {
	before, after := offsetsAround(zone, reading)
	first, _, _ := instants(zone, reading.Truncate(time.Hour).Add(after-before))
	return first
}
