package oracle

import (
	"fmt"
	"slices"
	"time"

	"auto/vm/cron"
	"auto/vm/graph"
)

// definition is a partitions definition at the instant of a tick.
type definition struct {
	*graph.Partitions
	// keys are the partitions there are, in order.
	keys []string
	// windows are those of keys, of a definition of time windows.
	windows  []window
	schedule *cron.Schedule
	// dimensions by name, of a definition with two.
	dimensions map[string]*definition
}

// window is a stretch of time: one partition's, or of several that follow each other.
type window struct{ start, end time.Time }

// world gives definitions at an instant.
type world struct {
	at      time.Time
	dynamic func(name string) []string
	// defined has what was asked for already.
	defined map[*graph.Partitions]*definition
}

// define lists the partitions of a definition; nil for none stays nil.
func (w world) define(p *graph.Partitions) (*definition, error) {
	if p == nil || w.defined[p] != nil {
		return w.defined[p], nil
	}
	d, err := w.list(p)
	w.defined[p] = d
	return d, err
}

func (w world) list(p *graph.Partitions) (*definition, error) {
	d := &definition{Partitions: p}
	switch {
	case p.Type == graph.Static:
		d.keys = p.Keys
	case p.Type == graph.Dynamic:
		d.keys = w.dynamic(p.Name)
	case p.Type == graph.Multi:
		return d, w.defineMulti(d)
	default:
		return d, w.defineWindows(d)
	}
	return d, nil
}

// defineMulti: every key of the first dimension with every key of the second.
func (w world) defineMulti(d *definition) (err error) {
	d.dimensions = map[string]*definition{}
	for _, name := range d.DimensionNames() {
		if d.dimensions[name], err = w.define(d.Dimensions[name]); err != nil {
			return err
		}
	}
	names := d.DimensionNames()
	for _, first := range d.dimensions[names[0]].keys {
		for _, second := range d.dimensions[names[1]].keys {
			d.keys = append(d.keys, first+"|"+second)
		}
	}
	return nil
}

// defineWindows walks from the first window on for as long as there are partitions.
func (w world) defineWindows(d *definition) error {
	zone, err := time.LoadLocation(zoneOf(d.Partitions))
	if err != nil {
		return err
	}
	if d.schedule, err = cron.Parse(scheduleText(d.Partitions), zone); err != nil {
		return err
	}
	begin, err := moment(d.Start, zone)
	if err != nil {
		return err
	}
	for start := d.schedule.Next(begin); ; {
		key, ok := d.keyOf(start)
		if !ok {
			return fmt.Errorf("no key names the window that begins at %s", start)
		}
		if m, _ := d.Has(key, w.at, nil); m != graph.Present {
			return nil
		}
		end := d.after(start)
		d.keys = append(d.keys, key)
		d.windows = append(d.windows, window{start, end})
		start = end
	}
}

func zoneOf(p *graph.Partitions) string {
	if p.Timezone == "" {
		return "UTC"
	}
	return p.Timezone
}

// scheduleText gives the cron schedule of the windows' starts, as Dagster makes it.
func scheduleText(p *graph.Partitions) string {
	switch p.Type {
	case graph.Hourly:
		return fmt.Sprintf("%d * * * *", p.Minute)
	case graph.Daily:
		return fmt.Sprintf("%d %d * * *", p.Minute, p.Hour)
	case graph.Weekly:
		return fmt.Sprintf("%d %d * * %d", p.Minute, p.Hour, p.Day)
	case graph.Monthly:
		return fmt.Sprintf("%d %d %d * *", p.Minute, p.Hour, max(p.Day, 1))
	}
	return p.Cron
}

// moment reads a start as it is written, on the wall clock of a zone.
func moment(text string, zone *time.Location) (time.Time, error) {
	for _, form := range []string{"2006-01-02", "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(form, text); err == nil {
			return cron.Instant(t, zone), nil
		}
	}
	return time.Parse(time.RFC3339, text)
}

func (d *definition) after(start time.Time) time.Time {
	return d.schedule.Next(start.Add(time.Second))
}
func (d *definition) before(start time.Time) time.Time {
	return d.schedule.Prev(start.Add(-time.Second))
}

// keyOf gives the key of the window that begins at an instant: the key that stands for
// it, found by a reading of the wall clock within the window. In an hour that comes twice
// the second window's key ends in the offset from UTC.
func (d *definition) keyOf(start time.Time) (string, bool) {
	middle := start.Add(d.after(start).Sub(start) / 2)
	for _, at := range []time.Time{start, middle} {
		key := d.KeyOf(d.schedule.Reading(at))
		for _, key := range []string{key, key + start.Format("-0700")} {
			if begin, _, ok := d.Window(key); ok && begin.Equal(start) {
				return key, true
			}
		}
	}
	return "", false
}

// empty gives the empty subset of a definition, nil for none.
func empty(d *definition) Subset { return of(d, nil) }

// of gives the subset of some keys in the class of a definition.
func of(d *definition, keys map[string]bool) Subset {
	switch {
	case d == nil:
		return Subset{form: single, keys: keys}
	case d.IsTime():
		return Subset{form: windowed, keys: keys}
	}
	return Subset{form: keyed, keys: keys}
}

// full gives the subset that stands for all partitions, or for what has none.
func full(d *definition) Subset {
	if d == nil {
		return Subset{form: single, keys: map[string]bool{"": true}}
	}
	return Subset{form: every, keys: setOf(d.keys), inWindows: d.IsTime()}
}

// all gives all partitions one by one (subset_with_all_partitions).
func all(d *definition) Subset { return of(d, setOf(d.keys)) }

// inOrder gives keys in the order of a definition; those that it does not have come
// last, sorted.
func inOrder(d *definition, keys map[string]bool) []string {
	var list []string
	if d != nil {
		for _, key := range d.keys {
			if keys[key] {
				list = append(list, key)
			}
		}
	}
	for _, key := range sorted(keys) {
		if !slices.Contains(list, key) {
			list = append(list, key)
		}
	}
	return list
}

// latest gives the keys in the latest time window, or with a lookback those whose windows
// start within it before the end of the latest (compute_latest_time_window_subset).
func (d *definition) latest(lookback time.Duration) Subset {
	dated, ok := d.timeDimension()
	if !ok {
		return full(d)
	}
	keys := dated.latestKeys(lookback)
	if d.dimensions == nil {
		return of(d, keys)
	}
	return of(d, filter(setOf(d.keys), func(key string) bool {
		for _, part := range d.parts(key) {
			if part.of == dated {
				return keys[part.key]
			}
		}
		return false
	}))
}

func (d *definition) timeDimension() (*definition, bool) {
	if d == nil {
		return nil, false
	}
	if d.IsTime() {
		return d, true
	}
	for _, name := range d.DimensionNames() {
		if d.dimensions[name].IsTime() {
			return d.dimensions[name], true
		}
	}
	return nil, false
}

func (d *definition) latestKeys(lookback time.Duration) map[string]bool {
	keys := map[string]bool{}
	if len(d.windows) == 0 {
		return keys
	}
	last := d.windows[len(d.windows)-1]
	from := last.start
	if lookback != 0 {
		from = d.Earlier(last.end.Unix(), lookback)
	}
	for i, w := range d.windows {
		if !w.start.Before(from) {
			keys[d.keys[i]] = true
		}
	}
	return keys
}
