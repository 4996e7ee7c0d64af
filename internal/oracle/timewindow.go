package oracle

import (
	"slices"
	"time"
)

// timeWindow is TimeWindowPartitionMapping: stretches of windows, moved by the offsets in
// windows of the dependent, and the windows of the other side that they touch.
func (r relation) timeWindow(from, to *definition, s Subset, start, end int, up bool) (Subset, error) {
	if from == nil || to == nil || !from.IsTime() || !to.IsTime() || zoneOf(from.Partitions) != zoneOf(to.Partitions) {
		return Subset{}, r.refused()
	}
	keys := map[string]bool{}
	if start == 0 && end == 0 && from.Same(to.Partitions) {
		return Subset{form: windowed, keys: s.keys}, nil
	}
	for _, w := range from.stretches(s) {
		if up {
			w = to.touched(from, from.moved(w, start, end, to))
		} else {
			w = to.moved(to.touched(from, w), start, end, to)
		}
		to.addWithin(keys, w)
	}
	return of(to, keys), nil
}

// stretches gives the windows of a subset, joined where they follow each other.
func (d *definition) stretches(s Subset) []window {
	var list []window
	for key := range s.keys {
		if start, end, ok := d.Window(key); ok {
			list = append(list, window{start, end})
		}
	}
	slices.SortFunc(list, func(a, b window) int { return a.start.Compare(b.start) })
	var joined []window
	for _, w := range list {
		if n := len(joined); n > 0 && joined[n-1].end.Equal(w.start) {
			joined[n-1].end = w.end
		} else {
			joined = append(joined, w)
		}
	}
	return joined
}

// moved moves both ends of a stretch by numbers of windows, but not beyond the bounds of
// what it is mapped to.
func (d *definition) moved(w window, start, end int, bounds *definition) window {
	return window{d.moveTo(w.start, start, bounds), d.moveTo(w.end, end, bounds)}
}

func (d *definition) moveTo(t time.Time, offset int, bounds *definition) time.Time {
	for range offset {
		t = d.after(t)
	}
	for range -offset {
		t = d.before(t)
	}
	if len(bounds.windows) == 0 {
		return t
	}
	if first := bounds.windows[0].start; offset < 0 && t.Before(first) {
		return first
	}
	if last := bounds.windows[len(bounds.windows)-1].end; offset > 0 && t.After(last) {
		return last
	}
	return t
}

// touched widens a stretch of another definition to whole windows, unless both have the
// same schedule.
func (d *definition) touched(from *definition, w window) window {
	if scheduleText(d.Partitions) == scheduleText(from.Partitions) {
		return w
	}
	return window{d.schedule.Prev(w.start), d.schedule.Next(w.end)}
}

// addWithin adds the partitions whose windows lie in a stretch.
func (d *definition) addWithin(keys map[string]bool, w window) {
	for i, own := range d.windows {
		if !own.start.Before(w.start) && own.start.Before(w.end) {
			keys[d.keys[i]] = true
		}
	}
}
