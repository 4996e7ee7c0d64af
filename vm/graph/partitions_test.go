package graph_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"auto/vm/graph"

	"pgregory.net/rapid"
)

func at(t testing.TB, text string) time.Time {
	t.Helper()
	reading, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		t.Fatal(err)
	}
	return reading
}

func TestKeyOf(t *testing.T) {
	in := func(s graph.Spec, zone string) graph.Spec { s.Timezone = zone; return s }
	offset := func(s graph.Spec, day, hour, minute int) graph.Spec {
		s.Day, s.Hour, s.Minute = day, hour, minute
		return s
	}
	weekly, monthly := graph.Spec{Type: graph.Weekly, Start: "2024-01-01"}, graph.Spec{Type: graph.Monthly, Start: "2024-01-01"}
	sixHours := graph.Spec{Type: graph.Cron, Start: "2024-01-01", Cron: "0 */6 * * *"}
	tests := []struct {
		spec     graph.Spec
		at, want string
	}{
		{dailySpec, "2024-03-05 23:59", "2024-03-05"},
		{offset(dailySpec, 0, 6, 0), "2024-03-05 05:59", "2024-03-04"},
		{offset(dailySpec, 0, 6, 30), "2024-03-05 06:30", "2024-03-05"},
		{graph.Spec{Type: graph.Daily, Start: "2024-01-01", Format: "%d/%m/%Y"}, "2024-03-05 12:00", "05/03/2024"},
		{hourlySpec, "2024-03-05 05:10", "2024-03-05-05:00"},
		{offset(hourlySpec, 0, 0, 15), "2024-03-05 05:10", "2024-03-05-04:15"},
		{graph.Spec{Type: graph.Hourly, Start: "2024-01-01", Timezone: "Europe/Paris", Format: "%Y%m%dT%H%z"}, "2024-07-01 05:45", "20240701T05+0200"},
		{weekly, "2024-03-05 12:00", "2024-03-03"}, {offset(weekly, 1, 0, 0), "2024-03-05 12:00", "2024-03-04"}, {offset(weekly, 6, 0, 0), "2024-03-01 12:00", "2024-02-24"},
		{monthly, "2024-03-05 12:00", "2024-03-01"}, {offset(monthly, 10, 0, 0), "2024-03-05 12:00", "2024-02-10"}, {offset(monthly, 31, 0, 0), "2024-03-05 12:00", "2024-01-31"},
		{sixHours, "2024-03-05 13:00", "2024-03-05-12:00"},
		// Clocks put forward: 02:00 to 03:00.
		{in(dailySpec, "Europe/Paris"), "2024-03-31 03:30", "2024-03-31"}, {in(dailySpec, "Europe/Paris"), "2024-04-01 00:00", "2024-04-01"},
		{in(hourlySpec, "Europe/Paris"), "2024-03-31 01:59", "2024-03-31-01:00"}, {in(hourlySpec, "Europe/Paris"), "2024-03-31 02:30", "2024-03-31-03:00"}, {in(hourlySpec, "Europe/Paris"), "2024-03-31 03:30", "2024-03-31-03:00"},
		{in(hourlySpec, "America/New_York"), "2024-03-10 02:10", "2024-03-10-03:00"}, {in(hourlySpec, "America/New_York"), "2024-03-10 03:10", "2024-03-10-03:00"},
		{in(offset(dailySpec, 0, 2, 30), "America/New_York"), "2024-03-10 01:59", "2024-03-09"}, {in(offset(dailySpec, 0, 2, 30), "America/New_York"), "2024-03-10 03:00", "2024-03-10"},
		// Clocks put back: of a time that comes twice the first is meant.
		{in(hourlySpec, "Europe/Paris"), "2024-10-27 02:30", "2024-10-27-02:00"}, {in(hourlySpec, "America/New_York"), "2024-11-03 01:30", "2024-11-03-01:00"}, {in(hourlySpec, "America/New_York"), "2024-11-03 02:30", "2024-11-03-02:00"},
		{in(offset(dailySpec, 0, 1, 30), "America/New_York"), "2024-11-03 01:45", "2024-11-02"}, {in(offset(dailySpec, 0, 1, 30), "America/New_York"), "2024-11-03 02:00", "2024-11-03"},
		// Half an hour, on 2024-04-07 and 2024-10-06; hours begin with those of UTC.
		{in(dailySpec, "Australia/Lord_Howe"), "2024-10-06 02:45", "2024-10-06"}, {in(dailySpec, "Australia/Lord_Howe"), "2024-04-07 01:45", "2024-04-07"},
		{in(hourlySpec, "Australia/Lord_Howe"), "2024-01-10 05:10", "2024-01-10-05:00"}, {in(hourlySpec, "Australia/Lord_Howe"), "2024-07-10 05:10", "2024-07-10-04:30"},
		{in(graph.Spec{Type: graph.Cron, Start: "2024-01-01", Cron: "15 2 * * *"}, "Australia/Lord_Howe"), "2024-10-06 12:00", "2024-10-06-02:30"},
		// Midnight is skipped: Dagster names the skipped time in keys that have the hour.
		{in(dailySpec, "America/Santiago"), "2024-09-08 01:15", "2024-09-08"}, {in(sixHours, "America/Santiago"), "2024-09-08 01:15", "2024-09-08-00:00"},
		{graph.Spec{Type: graph.Cron, Start: "2024-01-01", Cron: "0 */6 * * *", Timezone: "America/Santiago", Format: "%Y-%m-%d-%H:%M%z"}, "2024-09-08 01:15", "2024-09-08-00:00-0400"},
		{staticSpec, "2024-01-01 00:00", ""},
	}
	for _, test := range tests {
		p := partitions(t, test.spec)
		got := p.KeyOf(at(t, test.at))
		if got != test.want {
			t.Errorf("%+v at %s: %s, want %s", test.spec, test.at, got, test.want)
		}
		if _, _, ok := p.Window(got); ok != p.IsTime() {
			t.Errorf("%+v: %s has no window", test.spec, got)
		}
	}
}

func TestWindow(t *testing.T) {
	newYork := graph.Spec{Type: graph.Hourly, Start: "2024-01-01", Timezone: "America/New_York"}
	withOffset := newYork
	withOffset.Format = "%Y-%m-%d-%H:%M%z"
	for _, test := range []struct {
		spec     graph.Spec
		key      string
		from, to string // in UTC; "" where the key is none
	}{
		{dailySpec, "2024-02-29", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"}, {dailySpec, "2023-02-29", "", ""}, {dailySpec, "2024-2-9", "", ""}, {dailySpec, "2024-02-29 ", "", ""},
		{newYork, "2024-11-03-00:00", "2024-11-03T04:00:00Z", "2024-11-03T05:00:00Z"},
		{newYork, "2024-11-03-01:00", "2024-11-03T05:00:00Z", "2024-11-03T06:00:00Z"},
		{newYork, "2024-11-03-01:00-0500", "2024-11-03T06:00:00Z", "2024-11-03T07:00:00Z"},
		{newYork, "2024-11-03-01:00-0400", "", ""}, {newYork, "2024-11-03-03:00-0500", "", ""},
		{newYork, "2024-03-10-02:00", "", ""}, {newYork, "2024-03-10-03:00", "2024-03-10T07:00:00Z", "2024-03-10T08:00:00Z"}, {newYork, "2024-01-01-00:30", "", ""},
		{withOffset, "2024-11-03-01:00-0400", "2024-11-03T05:00:00Z", "2024-11-03T06:00:00Z"}, {withOffset, "2024-11-03-01:00", "", ""}, {withOffset, "2024-11-03-01:00-9900", "", ""},
		{graph.Spec{Type: graph.Daily, Start: "2024-01-01", Timezone: "Europe/Paris"}, "2024-03-31", "2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z"},
		{graph.Spec{Type: graph.Monthly, Start: "2024-01-01", Format: "%Y-%m"}, "2024-02", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"},
		{staticSpec, "a", "", ""},
	} {
		from, to, ok := partitions(t, test.spec).Window(test.key)
		got := [2]string{}
		if ok {
			got = [2]string{from.UTC().Format(time.RFC3339), to.UTC().Format(time.RFC3339)}
		}
		if got != [2]string{test.from, test.to} {
			t.Errorf("%+v %s: %v, want %s to %s", test.spec, test.key, got, test.from, test.to)
		}
	}
}

func exists(definition, key string) bool { return definition == "customers" && key == "acme" }

func TestHas(t *testing.T) {
	now := time.Date(2024, 3, 5, 12, 0, 0, 0, time.UTC)
	daily := func(end string, endOffset int) graph.Spec {
		return graph.Spec{Type: graph.Daily, Start: "2024-01-01", End: end, EndOffset: endOffset}
	}
	dynamic := graph.Spec{Type: graph.Dynamic, Name: "customers"}
	multi := multiSpec(t, map[string]graph.Spec{"region": {Type: graph.Static, Keys: []string{"eu"}}, "date": dailySpec})
	customers := multiSpec(t, map[string]graph.Spec{"customer": dynamic, "date": dailySpec})
	for _, test := range []struct {
		spec graph.Spec
		key  string
		want graph.Membership
		why  string
	}{
		{dailySpec, "2024-03-04", graph.Present, ""}, {dailySpec, "2024-03-05", graph.Absent, "has not ended"}, {dailySpec, "2023-12-31", graph.Absent, "before the start"},
		{daily("", 1), "2024-03-05", graph.Present, ""}, {daily("", 1), "2024-03-06", graph.Absent, "ahead"},
		{daily("", -1), "2024-03-03", graph.Present, ""}, {daily("", -1), "2024-03-04", graph.Absent, "leaves out the latest"},
		{daily("2024-02-01", 0), "2024-01-31", graph.Present, ""}, {daily("2024-02-01", 0), "2024-02-01", graph.Absent, "after the end"}, {daily("2024-02-01", 3), "2024-02-01", graph.Absent, "after the end"},
		{daily("2024-03-06", 2), "2024-03-05", graph.Present, ""}, {daily("2024-03-06", 2), "2024-03-06", graph.Absent, "after the end"},
		{dailySpec, "2024-3-4", graph.Absent, "format"}, {graph.Spec{Type: graph.Weekly, Start: "2024-01-01"}, "2024-02-28", graph.Absent, "No window"},
		{staticSpec, "a", graph.Present, ""}, {staticSpec, "c", graph.Absent, "no key"},
		{dynamic, "acme", graph.Present, ""}, {dynamic, "new", graph.Addable, ""}, {dynamic, "a..b", graph.Absent, ".."}, {dynamic, "", graph.Absent, "empty"}, {dynamic, "a\tb", graph.Absent, "control"}, {dynamic, "a|b", graph.Addable, ""},
		{multi, "2024-03-04|eu", graph.Present, ""}, {multi, "2024-03-04|us", graph.Absent, "`region`: The static"}, {multi, "2024-03-05|eu", graph.Absent, "has not ended"}, {multi, "eu|2024-03-04", graph.Absent, "`date`"},
		{multi, "2024-03-04", graph.Absent, "`date|region`"}, {multi, "2024-03-04|eu|x", graph.Absent, "two dimensions"},
		{customers, "acme|2024-03-04", graph.Present, ""}, {customers, "new|2024-03-04", graph.Addable, ""}, {customers, "new|2024-03-05", graph.Absent, "has not ended"}, {customers, "n,w|2024-03-04", graph.Absent, "dimension"},
	} {
		got, why := partitions(t, test.spec).Has(test.key, now, exists)
		if got != test.want || !strings.Contains(why, test.why) || (got == graph.Absent) != (why != "") {
			t.Errorf("%+v %s: %v %q", test.spec, test.key, got, why)
		}
	}
}

func TestMulti(t *testing.T) {
	dynamic := partitions(t, graph.Spec{Type: graph.Dynamic, Name: "customers"})
	p := partitions(t, graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{"region": partitions(t, staticSpec), "customer": dynamic}})
	if key := p.MultiKey(map[string]string{"region": "a", "customer": "c"}); key != "c|a" {
		t.Error(key)
	}
	if names := strings.Join(p.DimensionNames(), " "); names != "customer region" {
		t.Error(names)
	}
	// A key of a dimension cannot part keys; outside of one the same key is fine.
	if m, why := p.Dimensions["customer"].Has("a|b", time.Time{}, exists); m != graph.Absent || why == "" {
		t.Error(m)
	}
	if m, _ := dynamic.Has("a|b", time.Time{}, exists); m != graph.Addable {
		t.Error(m)
	}
}

func TestSame(t *testing.T) {
	spec := func(change func(s *graph.Spec)) graph.Spec {
		s := dailySpec
		change(&s)
		return s
	}
	reordered := graph.Spec{Type: graph.Static, Keys: []string{"b", "a"}}
	multi := multiSpec(t, map[string]graph.Spec{"d": dailySpec, "s": staticSpec})
	for name, test := range map[string]struct {
		a, b graph.Spec
		want bool
	}{
		"equal":    {dailySpec, dailySpec, true},
		"defaults": {dailySpec, spec(func(s *graph.Spec) { s.Timezone, s.Format, s.Start = "UTC", "%Y-%m-%d", "2024-01-01T00:00" }), true},
		"as cron":  {dailySpec, graph.Spec{Type: graph.Cron, Cron: "0 0 * * *", Format: "%Y-%m-%d", Start: "2024-01-01"}, true},
		"start":    {dailySpec, spec(func(s *graph.Spec) { s.Start = "2024-01-02" }), false},
		"end":      {dailySpec, spec(func(s *graph.Spec) { s.End = "2025-01-01" }), false},
		"zone":     {dailySpec, spec(func(s *graph.Spec) { s.Timezone = "Etc/UTC" }), false},
		"offset":   {dailySpec, spec(func(s *graph.Spec) { s.Hour = 1 }), false},
		"ahead":    {dailySpec, spec(func(s *graph.Spec) { s.EndOffset = 1 }), false},
		"format":   {dailySpec, spec(func(s *graph.Spec) { s.Format = "%Y%m%d" }), false},
		"type":     {dailySpec, hourlySpec, false}, "other": {dailySpec, staticSpec, false}, "static": {staticSpec, staticSpec, true}, "order": {staticSpec, reordered, false},
		"joined":          {graph.Spec{Type: graph.Static, Keys: []string{"a b"}}, staticSpec, false},
		"names":           {graph.Spec{Type: graph.Dynamic, Name: "a"}, graph.Spec{Type: graph.Dynamic, Name: "b"}, false},
		"multi":           {multi, multiSpec(t, map[string]graph.Spec{"s": staticSpec, "d": dailySpec}), true},
		"inner":           {multi, multiSpec(t, map[string]graph.Spec{"d": hourlySpec, "s": staticSpec}), false},
		"dimension names": {multi, multiSpec(t, map[string]graph.Spec{"d": dailySpec, "t": staticSpec}), false},
	} {
		a, b := partitions(t, test.a), partitions(t, test.b)
		if a.Same(b) != test.want || b.Same(a) != test.want {
			t.Errorf("%s: %v", name, !test.want)
		}
	}
	var none *graph.Partitions
	if !none.Same(nil) || none.Same(partitions(t, dailySpec)) || partitions(t, dailySpec).Same(nil) {
		t.Error("no definition equals no definition only")
	}
}

func TestDefinitions(t *testing.T) {
	timed := func(change func(s *graph.Spec)) graph.Spec {
		s := graph.Spec{Type: graph.Daily, Start: "2024-01-01"}
		change(&s)
		return s
	}
	bar := partitions(t, graph.Spec{Type: graph.Static, Keys: []string{"a|b"}})
	comma := partitions(t, timed(func(s *graph.Spec) { s.Format = "%Y,%m,%d" }))
	inner := partitions(t, multiSpec(t, map[string]graph.Spec{"d": dailySpec, "s": staticSpec}))
	for name, test := range map[string]struct {
		spec  graph.Spec
		field string
	}{
		"type": {graph.Spec{Type: "yearly"}, "type"}, "no type": {graph.Spec{}, "type"}, "no start": {graph.Spec{Type: graph.Daily}, "start"}, "bad start": {timed(func(s *graph.Spec) { s.Start = "soon" }), "start"},
		"bad end": {timed(func(s *graph.Spec) { s.End = "2024-13-01" }), "end"}, "early end": {timed(func(s *graph.Spec) { s.End = "2024-01-01" }), "end"},
		"zone": {timed(func(s *graph.Spec) { s.Timezone = "Mars" }), "timezone"}, "local": {timed(func(s *graph.Spec) { s.Timezone = "Local" }), "timezone"},
		"directive": {timed(func(s *graph.Spec) { s.Format = "%Q" }), "format"}, "coarse": {timed(func(s *graph.Spec) { s.Format = "%Y-%m" }), "format"}, "no year": {timed(func(s *graph.Spec) { s.Format = "%m-%d" }), "format"},
		"hourly by day": {graph.Spec{Type: graph.Hourly, Start: "2024-01-01", Format: "%Y-%m-%d"}, "format"}, "offset inside": {timed(func(s *graph.Spec) { s.Format = "%z%Y-%m-%d" }), "format"},
		"hour of hourly": {graph.Spec{Type: graph.Hourly, Start: "2024-01-01", Hour: 3}, "hour_offset"}, "minute": {timed(func(s *graph.Spec) { s.Minute = 60 }), "minute_offset"}, "hour": {timed(func(s *graph.Spec) { s.Hour = -1 }), "hour_offset"},
		"day of daily": {timed(func(s *graph.Spec) { s.Day = 1 }), "day_offset"}, "day of week": {graph.Spec{Type: graph.Weekly, Start: "2024-01-01", Day: 7}, "day_offset"}, "day of month": {graph.Spec{Type: graph.Monthly, Start: "2024-01-01", Day: 32}, "day_offset"},
		"far ahead": {timed(func(s *graph.Spec) { s.EndOffset = 1 << 40 }), "end_offset"}, "minute of cron": {graph.Spec{Type: graph.Cron, Start: "2024-01-01", Cron: "0 0 * * *", Minute: 1}, "minute_offset"},
		"cron": {graph.Spec{Type: graph.Cron, Start: "2024-01-01", Cron: "x"}, "cron"}, "no cron": {graph.Spec{Type: graph.Cron, Start: "2024-01-01"}, "cron"}, "cron of daily": {timed(func(s *graph.Spec) { s.Cron = "0 0 * * *" }), "cron"},
		"no keys": {graph.Spec{Type: graph.Static}, "keys"}, "key twice": {graph.Spec{Type: graph.Static, Keys: []string{"a", "a"}}, "keys"}, "empty key": {graph.Spec{Type: graph.Static, Keys: []string{""}}, "keys"},
		"range": {graph.Spec{Type: graph.Static, Keys: []string{"a..b"}}, "keys"}, "control": {graph.Spec{Type: graph.Static, Keys: []string{"a\nb"}}, "keys"}, "start of static": {graph.Spec{Type: graph.Static, Keys: []string{"a"}, Start: "2024-01-01"}, "start"},
		"no name": {graph.Spec{Type: graph.Dynamic}, "name"}, "keys of daily": {timed(func(s *graph.Spec) { s.Keys = []string{"a"} }), "keys"}, "name of static": {graph.Spec{Type: graph.Static, Keys: []string{"a"}, Name: "n"}, "name"},
		"no dimensions": {graph.Spec{Type: graph.Multi}, "dimensions"}, "three": {multiSpec(t, map[string]graph.Spec{"a": staticSpec, "b": staticSpec, "c": staticSpec}), "dimensions"},
		"nested": {graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{"a": inner, "b": bar}}, "dimensions"}, "bar": {graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{"a": partitions(t, dailySpec), "b": bar}}, "dimensions"},
		"comma": {graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{"a": comma, "b": partitions(t, staticSpec)}}, "dimensions"},
	} {
		p, err := graph.NewPartitions(test.spec)
		var wrong *graph.FieldError
		if p != nil || !errors.As(err, &wrong) || wrong.Field != test.field || wrong.Message == "" || wrong.Help == "" || err.Error() != wrong.Message {
			t.Errorf("%s: %#v", name, err)
		}
	}
}

func TestStartForms(t *testing.T) {
	for text, want := range map[string]string{
		"2024-05-01": "2024-04-30T22:00:00Z", "2024-05-01 00:00": "2024-04-30T22:00:00Z", "2024-05-01T00:00:00": "2024-04-30T22:00:00Z", "2024-05-01 00:30": "2024-05-01T22:00:00Z",
		"2024-05-01T00:00:00Z": "2024-05-01T22:00:00Z", "20240501": "2024-04-30T22:00:00Z",
	} {
		p := partitions(t, graph.Spec{Type: graph.Daily, Start: text, Timezone: "Europe/Paris", Format: "%Y%m%d"})
		first, err := time.Parse(time.RFC3339, want)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)
		for day, present := range map[int]bool{-1: false, 0: true, 1: true} {
			key := p.KeyAt(first.AddDate(0, 0, day))
			if m, why := p.Has(key, now, nil); (m == graph.Present) != present {
				t.Errorf("start %s: %s: %v %s", text, key, m, why)
			}
		}
	}
}

// drawnSpec is a random definition of time windows.
func drawnSpec(t *rapid.T) graph.Spec {
	spec := graph.Spec{
		Type:     rapid.SampledFrom([]graph.Type{graph.Hourly, graph.Daily, graph.Weekly, graph.Monthly, graph.Cron}).Draw(t, "type"),
		Timezone: rapid.SampledFrom([]string{"", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago", "America/Havana"}).Draw(t, "zone"),
		Start:    "2000-01-01", EndOffset: rapid.IntRange(-2, 2).Draw(t, "end_offset"),
	}
	if spec.Type == graph.Cron {
		spec.Cron = rapid.SampledFrom([]string{"0 */6 * * *", "*/15 * * * *", "30 2 * * *", "0 9-17 * * mon-fri", "0 0 l * *"}).Draw(t, "cron")
		return spec
	}
	spec.Minute = rapid.IntRange(0, 59).Draw(t, "minute")
	if spec.Type != graph.Hourly {
		spec.Hour = rapid.IntRange(0, 23).Draw(t, "hour")
	}
	return spec
}

// TestKeysRoundTrip: the window of a reading contains it, its key stands for it, and it
// is a partition long after but not long before.
func TestKeysRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := drawnSpec(t)
		p, err := graph.NewPartitions(spec)
		if err != nil {
			t.Fatal(err)
		}
		zone, err := time.LoadLocation(spec.Timezone)
		if err != nil {
			t.Fatal(err)
		}
		moment := time.Unix(rapid.Int64Range(1_000_000_000, 1_900_000_000).Draw(t, "moment"), 0).In(zone)
		key := p.KeyOf(moment)
		start, end, ok := p.Window(key)
		// Of a time that comes twice the first is meant, at most an hour earlier.
		if !ok || start.After(moment) || !end.After(moment.Add(-time.Hour)) {
			t.Fatalf("%s of %s: %s to %s, %v", key, moment, start, end, ok)
		}
		for years, want := range map[int]graph.Membership{1: graph.Present, -1: graph.Absent} {
			if m, why := p.Has(key, moment.AddDate(years, 0, 0), nil); m != want {
				t.Fatalf("%s of %s, %d years on: %s", key, moment, years, why)
			}
		}
	})
}

// TestWindowsFollow: windows follow each other without gap or overlap, and each has a
// key of its own.
func TestWindowsFollow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, err := graph.NewPartitions(drawnSpec(t))
		if err != nil {
			t.Fatal(err)
		}
		moment := time.Unix(rapid.Int64Range(1_000_000_000, 1_900_000_000).Draw(t, "moment"), 0).UTC()
		_, end, _ := p.Window(p.KeyOf(moment))
		seen := map[string]bool{}
		for range 5 {
			key := p.KeyAt(end)
			start, next, ok := p.Window(key)
			if !ok || !start.Equal(end) || !next.After(start) || seen[key] {
				t.Fatalf("%s after %s: %s to %s, %v", key, end, start, next, ok)
			}
			seen[key], end = true, next
		}
	})
}

func FuzzKeys(f *testing.F) {
	for _, key := range []string{"2024-11-03-01:00", "2024-11-03-01:00-0500", "2024-02-30-00:00", "0000-01-01-00:00+2359", "9999-12-31-23:00", "", "2024-03-10-02:00|x"} {
		f.Add(key, int64(1_730_000_000))
	}
	hourly, err := graph.NewPartitions(graph.Spec{Type: graph.Hourly, Start: "2024-01-01", Timezone: "America/New_York"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, key string, now int64) {
		start, end, ok := hourly.Window(key)
		if ok && (hourly.KeyAt(start) != key || !end.After(start)) {
			t.Fatalf("%q: %s to %s", key, start, end)
		}
		if m, why := hourly.Has(key, time.Unix(now%4_000_000_000, 0), exists); !ok && m != graph.Absent || m == graph.Absent && why == "" {
			t.Fatalf("%q: %v %s", key, m, why)
		}
	})
}

func BenchmarkKeyOf(b *testing.B) {
	p := partitions(b, graph.Spec{Type: graph.Daily, Start: "2024-01-01", Timezone: "Europe/Paris"})
	reading := at(b, "2024-07-05 13:00")
	for b.Loop() {
		p.KeyOf(reading)
	}
}

func BenchmarkHas(b *testing.B) {
	p := partitions(b, graph.Spec{Type: graph.Daily, Start: "2024-01-01", Timezone: "Europe/Paris"})
	now := time.Date(2024, 8, 1, 0, 0, 0, 0, time.UTC)
	for b.Loop() {
		p.Has("2024-07-05", now, exists)
	}
}
