package stale_test

import (
	"time"

	"auto/vm/graph"
)

// calendar is a definition of time windows, and how its windows follow each other.
type calendar struct {
	spec graph.Spec
	form string
	// first is when the first window begins, step gives the start of a window that is n later.
	first time.Time
	step  func(t time.Time, n int) time.Time
	// late is how long after its end a window is a partition.
	late time.Duration
}

func every(d time.Duration) func(time.Time, int) time.Time {
	return func(t time.Time, n int) time.Time { return t.Add(time.Duration(n) * d) }
}

func march(day int) time.Time { return time.Date(2026, 3, day, 0, 0, 0, 0, time.UTC) }

// calendars are those of the worlds. When these begin, a month ends in the middle of a week.
var calendars = map[string]calendar{
	"day":   {graph.Spec{Type: graph.Daily, Start: "2026-03-30"}, dayForm, march(30), every(24 * time.Hour), 0},
	"hour":  {graph.Spec{Type: graph.Hourly, Start: "2026-03-31-00:00"}, hourForm, march(31), every(time.Hour), 0},
	"late":  {graph.Spec{Type: graph.Hourly, Start: "2026-03-31-00:00", EndOffset: -2}, hourForm, march(31), every(time.Hour), 2 * time.Hour},
	"week":  {graph.Spec{Type: graph.Weekly, Start: "2026-03-19", Day: 4}, dayForm, march(19), every(7 * 24 * time.Hour), 0},
	"month": {graph.Spec{Type: graph.Monthly, Start: "2026-01-01"}, dayForm, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), months, 0},
}

func months(t time.Time, n int) time.Time { return t.AddDate(0, n, 0) }

// window is a time window with its key.
type window struct {
	key      string
	from, to time.Time
}

// exists reports whether a window is a partition at an instant.
func (c calendar) exists(w window, at time.Time) bool { return !w.to.Add(c.late).After(at) }

// windows gives the partitions at an instant.
func (c calendar) windows(at time.Time) (out []window) {
	for from := c.first; ; {
		w := window{from.Format(c.form), from, c.step(from, 1)}
		if !c.exists(w, at) {
			return out
		}
		out, from = append(out, w), w.to
	}
}

// of gives the window of a key.
func (c calendar) of(key string) window {
	from, err := time.Parse(c.form, key)
	if err != nil {
		panic(err)
	}
	return window{key, from, c.step(from, 1)}
}

// required is the time that a window requires by offsets.
func (c calendar) required(w window, m *graph.Mapping) (from, to time.Time) {
	if m == nil {
		return w.from, w.to
	}
	return c.step(w.from, m.StartOffset), c.step(w.to, m.EndOffset)
}

// toCome reports whether some window that overlaps a time is no partition yet.
func (c calendar) toCome(from, to, at time.Time) bool {
	for start := c.first; start.Before(to); start = c.step(start, 1) {
		w := window{from: start, to: c.step(start, 1)}
		if w.to.After(from) && !c.exists(w, at) {
			return true
		}
	}
	return false
}
