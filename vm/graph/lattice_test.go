package graph_test

import (
	"testing"
	"time"

	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func unix(t *testing.T, text string) int64 {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at.Unix()
}

func TestWindowsAreNumberedFromTheStart(t *testing.T) {
	daily := partitions(t, graph.Spec{Type: graph.Daily, Start: "2024-03-30", Timezone: "Europe/Paris"})
	for name, test := range map[string]struct {
		lo, hi int
		want   []string
	}{
		"first":        {0, 3, []string{"2024-03-30T00:00:00+01:00", "2024-03-31T00:00:00+01:00", "2024-04-01T00:00:00+02:00"}},
		"later":        {2, 3, []string{"2024-04-01T00:00:00+02:00"}},
		"around":       {-1, 1, []string{"2024-03-29T00:00:00+01:00", "2024-03-30T00:00:00+01:00"}},
		"before":       {-3, -1, []string{"2024-03-27T00:00:00+01:00", "2024-03-28T00:00:00+01:00"}},
		"none":         {1, 1, nil},
		"none before":  {-1, -1, nil},
		"wrong way":    {3, 1, nil},
		"wrong before": {-1, -3, nil},
	} {
		var want []int64
		for _, text := range test.want {
			want = append(want, unix(t, text))
		}
		got := daily.Starts(test.lo, test.hi)
		if diff := cmp.Diff(want, append([]int64(nil), got...)); diff != "" {
			t.Errorf("%s: starts differ (-want +got):\n%s", name, diff)
		}
	}
	if n := partitions(t, staticSpec).Windows(time.Unix(0, 0)); n != 0 {
		t.Errorf("static partitions have %d windows", n)
	}
}

// TestWindowsAreThoseThatExist compares the numbers with what Has says about keys.
func TestWindowsAreThoseThatExist(t *testing.T) {
	specs := []graph.Spec{
		{Type: graph.Daily, Start: "2024-03-25", Timezone: "Europe/Paris"}, {Type: graph.Hourly, Start: "2024-03-30", End: "2024-04-02"},
		{Type: graph.Weekly, Start: "2024-01-01", EndOffset: 2, End: "2024-05-01"}, {Type: graph.Monthly, Start: "2023-01-01", EndOffset: -1},
		{Type: graph.Cron, Cron: "0 9-17 * * 1-5", Start: "2024-03-25", Timezone: "America/New_York"},
	}
	rapid.Check(t, func(rt *rapid.T) {
		p, err := graph.NewPartitions(rapid.SampledFrom(specs).Draw(rt, "spec"))
		if err != nil {
			rt.Fatal(err)
		}
		now := time.Unix(unix(t, "2024-03-20T00:00:00Z")+rapid.Int64Range(0, 40*86400).Draw(rt, "seconds"), 0)
		n := p.Windows(now)
		for i, start := range p.Starts(-2, n+2) {
			key, defined := p.KeyFrom(start), i >= 2 && i < n+2
			if m, why := p.Has(key, now, nil); (m == graph.Present) != defined {
				rt.Fatalf("%d windows; %s has the number %d, but: %v %s", n, key, i-2, m, why)
			}
			if back, ok := p.StartOf(key); !ok || back != start {
				rt.Fatalf("%s begins at %d, %v, not at %d", key, back, ok, start)
			}
		}
	})
}

func TestStartOf(t *testing.T) {
	daily := partitions(t, graph.Spec{Type: graph.Daily, Start: "2024-03-30", Hour: 6})
	for key, ok := range map[string]bool{"2024-03-30": true, "2020-01-01": true, "2024-3-30": false, "": false, "x": false} {
		if _, found := daily.StartOf(key); found != ok {
			t.Errorf("%q begins: %v", key, found)
		}
	}
	if _, ok := partitions(t, staticSpec).StartOf("a"); ok {
		t.Error("a static key begins")
	}
}

func TestEarlierIsOnTheWallClock(t *testing.T) {
	daily := func(zone string) *graph.Partitions {
		return partitions(t, graph.Spec{Type: graph.Daily, Start: "2024-03-01", Timezone: zone})
	}
	paris := daily("Europe/Paris")
	if got := daily("America/Santiago").Earlier(unix(t, "2024-09-08T01:00:00-03:00"), 24*time.Hour); got.Unix() != unix(t, "2024-09-07T00:00:00-04:00") {
		t.Errorf("a day before a midnight that is skipped: %v", got)
	}
	for name, test := range map[string]struct {
		than string
		by   time.Duration
		want string
	}{
		"no change":         {"2024-03-20T00:00:00+01:00", 24 * time.Hour, "2024-03-19T00:00:00+01:00"},
		"a day of 23 hours": {"2024-04-01T00:00:00+02:00", 24 * time.Hour, "2024-03-31T00:00:00+01:00"},
		"a day of 25 hours": {"2024-10-28T00:00:00+01:00", 24 * time.Hour, "2024-10-27T00:00:00+02:00"},
		"into the gap":      {"2024-04-01T00:00:00+02:00", 21*time.Hour + 30*time.Minute, "2024-03-31T02:30:00+01:00"},
		"into the repeated": {"2024-10-28T00:00:00+01:00", 21*time.Hour + 30*time.Minute, "2024-10-27T02:30:00+02:00"},
	} {
		if got := paris.Earlier(unix(t, test.than), test.by); got.Unix() != unix(t, test.want) {
			t.Errorf("%s: %v, want %s", name, got, test.want)
		}
	}
}

func TestSameKeys(t *testing.T) {
	daily := graph.Spec{Type: graph.Daily, Start: "2024-03-30"}
	for name, test := range map[string]struct {
		other graph.Spec
		want  bool
	}{
		"equal": {daily, true}, "another start": {graph.Spec{Type: graph.Daily, Start: "2023-03-30", EndOffset: 1}, true},
		"another format": {graph.Spec{Type: graph.Daily, Start: "2024-03-30", Format: "%d.%m.%Y"}, false}, "another hour": {graph.Spec{Type: graph.Daily, Start: "2024-03-30", Hour: 1}, false},
		"another zone": {graph.Spec{Type: graph.Daily, Start: "2024-03-30", Timezone: "Europe/Paris"}, false}, "no time": {staticSpec, false},
	} {
		if got := partitions(t, daily).SameKeys(partitions(t, test.other)); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestPosition(t *testing.T) {
	p := partitions(t, graph.Spec{Type: graph.Static, Keys: []string{"b", "a"}})
	for key, want := range map[string]int{"b": 0, "a": 1} {
		if i, ok := p.Position(key); i != want || !ok {
			t.Errorf("%s is at %d, %v", key, i, ok)
		}
	}
	if _, ok := p.Position("c"); ok {
		t.Error("an unknown key has a place")
	}
}
