package space_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"auto/vm/graph"
	"auto/vm/space"
)

// far is an instant after which the definitions of these tests have no window that is near.
var far = noon.AddDate(0, 6, 0)

// comes reports whether a partition requires a window that is no partition at noon, and will
// be one: window by window, with those that there are at a later instant.
func comes(m graph.Mapping, down, up *graph.Partitions, key string) bool {
	switch {
	case m.Kind == graph.MapMulti || m.Kind == graph.MapMultiToSingle:
		source, target := sideOf(space.NewKeys(down, noon, dynamicKeys, nil)), sideOf(space.NewKeys(up, noon, dynamicKeys, nil))
		for _, l := range links(m, source, target, true) {
			part := partsOf(source, key)[l.from]
			if comes(l.mapping, source.part(l.from, noon).definition, target.part(l.to, noon).definition, part) {
				return true
			}
		}
		return false
	case m.AllowNonexistent || !up.IsTime() || m.Kind == graph.MapTimeWindow && m.StartOffset == 0 && m.EndOffset == 0 && down.Same(up):
		return false
	case m.Kind == graph.MapIdentity:
		return !down.Same(up) && slices.Contains(later(up), key)
	case m.Kind == graph.MapTimeWindow:
		begin, end, _ := down.Window(key)
		return overlapsLater(up, shifted(down, begin, m.StartOffset), shifted(down, end, m.EndOffset))
	}
	return false
}

// later gives the keys that a definition has far from now, and not at noon.
func later(p *graph.Partitions) []string {
	now := sideOf(space.NewKeys(p, noon, dynamicKeys, nil)).keys
	return slices.DeleteFunc(sideOf(space.NewKeys(p, far, dynamicKeys, nil)).keys, func(key string) bool { return slices.Contains(now, key) })
}

// overlapsLater reports whether windows still to come overlap an interval, or have both of its
// ends within.
func overlapsLater(up *graph.Partitions, begin, end time.Time) bool {
	return slices.ContainsFunc(later(up), func(key string) bool {
		start, stop, _ := up.Window(key)
		return start.Before(end) && begin.Before(stop)
	})
}

// shifted moves the start of a window by some windows.
func shifted(p *graph.Partitions, t time.Time, windows int) time.Time {
	for range windows {
		t = time.Unix(p.Ceil(t.Unix()+1), 0)
	}
	for range -windows {
		t = time.Unix(p.Floor(t.Unix()-1), 0)
	}
	return t
}

// TestToComeEqualsTheSlowDefinition: what waits for a window is what requires one that a later
// instant has; and Dagster's report has all of it that no offset leads to.
func TestToComeEqualsTheSlowDefinition(t *testing.T) {
	compared := 0
	defer func() {
		if compared < 20 {
			t.Errorf("only %d mappings were compared", compared)
		}
	}()
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom([]string{"", "Europe/Paris"}).Draw(t, "zone")
		up, down := drawDefinition(t, zone, "up"), drawDefinition(t, zone, "down")
		m := drawMapping(t, up, down)
		kind := graph.DefaultMapping(up, down)
		if m != nil {
			kind = *m
		}
		kind.AllowNonexistent = kind.Kind == graph.MapTimeWindow && rapid.IntRange(0, 4).Draw(t, "allow") == 0
		uppers, lowers := space.NewKeys(up, noon, dynamicKeys, nil), space.NewKeys(down, noon, dynamicKeys, nil)
		set, err := space.Lacking(lowers, uppers, &kind, space.ToCome)
		if err != nil {
			if _, other := space.Relate(lowers, uppers, &kind); other == nil {
				t.Fatalf("%v, and Relate takes it", err)
			}
			return
		}
		compared++
		lacking, err := space.Lacking(lowers, uppers, &kind, space.Nonexistent)
		if err != nil {
			t.Fatal(err)
		}
		for range min(lowers.Len(), 10) {
			i := rapid.IntRange(max(0, lowers.Len()-40), lowers.Len()-1).Draw(t, "number")
			key := lowers.Key(i)
			if want := up != nil && down != nil && comes(kind, down, up, key); set.Has(i) != want {
				t.Fatalf("%q of %+v by %+v waits for windows of %+v: %v, want %v", key, specOf(down), kind, specOf(up), set.Has(i), want)
			}
			if set.Has(i) && !lacking.Has(i) && !hasOffsets(kind) {
				t.Fatalf("%q by %+v waits and lacks nothing", key, kind)
			}
		}
	})
}

func specOf(p *graph.Partitions) any {
	if p == nil {
		return nil
	}
	return p.Spec
}

func hasOffsets(m graph.Mapping) bool {
	for _, d := range m.Dimensions {
		if d.Mapping != nil && hasOffsets(*d.Mapping) {
			return true
		}
	}
	return m.StartOffset != 0 || m.EndOffset != 0
}

// TestLackingOfWindows: which of the days and months require what is not there, over a change
// of the clocks, before the start, after the end, by offsets, and by what is late.
func TestLackingOfWindows(t *testing.T) {
	paris := func(s graph.Spec) graph.Spec { s.Timezone = "Europe/Paris"; return s }
	day, hour := paris(graph.Spec{Type: graph.Daily, Start: "2024-03-29"}), paris(graph.Spec{Type: graph.Hourly, Start: "2024-03-29-00:00"})
	late, ended := hour, hour
	late.EndOffset, ended.End = -30, "2024-03-31-12:00"
	short := paris(graph.Spec{Type: graph.Hourly, Start: "2024-03-30-12:00"})
	window := func(start, end int, allow bool) *graph.Mapping {
		return &graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: start, EndOffset: end, AllowNonexistent: allow}
	}
	for name, c := range map[string]struct {
		down, up            graph.Spec
		mapping             *graph.Mapping
		nonexistent, toCome string
	}{
		"all hours are there":          {day, hour, nil, "", ""},
		"hours that are late":          {day, late, nil, "2024-04-01", "2024-04-01"},
		"hours that are allowed not":   {day, late, window(0, 0, true), "", ""},
		"hours of the next day":        {day, hour, window(0, 1, false), "", "2024-04-01"},
		"hours of the day before":      {day, hour, window(-1, -1, false), "", ""},
		"hours of two days on, alone":  {day, hour, window(2, 2, false), "", "2024-03-31 2024-04-01"},
		"after the end":                {day, ended, nil, "2024-03-31 2024-04-01", ""},
		"before the start":             {day, short, nil, "2024-03-29 2024-03-30", ""},
		"a month of days":              {day, paris(graph.Spec{Type: graph.Monthly, Start: "2024-03-01"}), nil, "2024-04-01", "2024-04-01"},
		"a week of days":               {day, paris(graph.Spec{Type: graph.Weekly, Start: "2024-03-01"}), nil, "2024-03-31 2024-04-01", "2024-03-31 2024-04-01"},
		"a week that begins too late":  {day, paris(graph.Spec{Type: graph.Weekly, Start: "2024-03-31"}), nil, "2024-03-29 2024-03-30 2024-03-31 2024-04-01", "2024-03-31 2024-04-01"},
		"by key":                       {day, paris(graph.Spec{Type: graph.Daily, Start: "2024-03-30", EndOffset: -1}), &graph.Mapping{Kind: graph.MapIdentity}, "2024-03-29 2024-04-01", "2024-04-01"},
		"by key, the same":             {day, day, nil, "", ""},
		"the last":                     {day, late, &graph.Mapping{Kind: graph.MapLast}, "", ""},
		"all":                          {day, late, &graph.Mapping{Kind: graph.MapAll}, "", ""},
		"itself, the day before":       {day, day, window(-1, -1, false), "", ""},
		"the same, from its next week": {day, paris(graph.Spec{Type: graph.Daily, Start: "2024-04-10"}), nil, "2024-03-29 2024-03-30 2024-03-31 2024-04-01", ""},
	} {
		down, up := keysOf(t, c.down), keysOf(t, c.up)
		for what, want := range map[space.Absence]string{space.Nonexistent: c.nonexistent, space.ToCome: c.toCome} {
			set, err := space.Lacking(down, up, c.mapping, what)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(keysIn(down, set), " "); got != want {
				t.Errorf("%s, %d: %q, want %q", name, what, got, want)
			}
		}
	}
}
