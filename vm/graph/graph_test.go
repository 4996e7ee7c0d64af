package graph_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func partitions(t testing.TB, s graph.Spec) *graph.Partitions {
	t.Helper()
	p, err := graph.NewPartitions(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func reading(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestKeyOf(t *testing.T) {
	tests := []struct {
		spec     graph.Spec
		at, want string
	}{
		{graph.Spec{Type: graph.Daily, Start: "2024-01-01"}, "2024-03-05 23:59", "2024-03-05"},
		{graph.Spec{Type: graph.Daily, Start: "2024-01-01", Hour: 6}, "2024-03-05 05:59", "2024-03-04"},
		{graph.Spec{Type: graph.Daily, Start: "2024-01-01", Timezone: "Europe/Paris"}, "2024-03-31 03:30", "2024-03-31"},
		{graph.Spec{Type: graph.Daily, Start: "2024-01-01", Format: "%d/%m/%Y"}, "2024-03-05 12:00", "05/03/2024"},
		{graph.Spec{Type: graph.Hourly, Start: "2024-01-01", Timezone: "Europe/Paris"}, "2024-07-01 05:45", "2024-07-01-05:00"},
		{graph.Spec{Type: graph.Hourly, Start: "2024-01-01", Timezone: "America/New_York"}, "2024-03-10 03:10", "2024-03-10-03:00"},
		{graph.Spec{Type: graph.Hourly, Start: "2024-01-01", Minute: 15}, "2024-03-05 05:10", "2024-03-05-04:15"},
		{graph.Spec{Type: graph.Weekly, Start: "2024-01-01"}, "2024-03-05 12:00", "2024-03-03"},
		{graph.Spec{Type: graph.Weekly, Start: "2024-01-01", Day: 1}, "2024-03-05 12:00", "2024-03-04"},
		{graph.Spec{Type: graph.Monthly, Start: "2024-01-01"}, "2024-03-05 12:00", "2024-03-01"},
		{graph.Spec{Type: graph.Monthly, Start: "2024-01-01", Day: 10}, "2024-03-05 12:00", "2024-02-10"},
		{graph.Spec{Type: graph.Cron, Start: "2024-01-01", Cron: "0 */6 * * *"}, "2024-03-05 13:00", "2024-03-05-12:00"},
	}
	for _, test := range tests {
		if got := partitions(t, test.spec).KeyOf(reading(test.at)); got != test.want {
			t.Errorf("%+v at %s: %s, want %s", test.spec, test.at, got, test.want)
		}
	}
}

func TestHas(t *testing.T) {
	now := time.Date(2024, 3, 5, 12, 0, 0, 0, time.UTC)
	daily := graph.Spec{Type: graph.Daily, Start: "2024-01-01"}
	ahead, ended := daily, daily
	ahead.EndOffset, ended.End = 1, "2024-02-01"
	exists := func(definition, key string) bool { return definition == "customers" && key == "acme" }
	tests := []struct {
		spec graph.Spec
		key  string
		want graph.Membership
		why  string
	}{
		{daily, "2024-03-04", graph.Present, ""}, {daily, "2024-03-05", graph.Absent, "has not ended"}, {ahead, "2024-03-05", graph.Present, ""}, {ahead, "2024-03-06", graph.Absent, "has not ended"},
		{daily, "2023-12-31", graph.Absent, "before the start"}, {ended, "2024-01-31", graph.Present, ""}, {ended, "2024-02-01", graph.Absent, "after the end"},
		{daily, "2024-3-4", graph.Absent, "format"}, {graph.Spec{Type: graph.Weekly, Start: "2024-01-01"}, "2024-02-28", graph.Absent, "No window"},
		{graph.Spec{Type: graph.Static, Keys: []string{"eu"}}, "eu", graph.Present, ""}, {graph.Spec{Type: graph.Static, Keys: []string{"eu"}}, "us", graph.Absent, "no key"},
		{graph.Spec{Type: graph.Dynamic, Name: "customers"}, "acme", graph.Present, ""}, {graph.Spec{Type: graph.Dynamic, Name: "customers"}, "new", graph.Addable, ""},
		{graph.Spec{Type: graph.Dynamic, Name: "customers"}, "a..b", graph.Absent, ".."},
	}
	for _, test := range tests {
		got, why := partitions(t, test.spec).Has(test.key, now, exists)
		if got != test.want || !strings.Contains(why, test.why) || (got == graph.Absent) != (why != "") {
			t.Errorf("%+v %s: %v %q", test.spec, test.key, got, why)
		}
	}
	multi := partitions(t, graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{
		"region": partitions(t, graph.Spec{Type: graph.Static, Keys: []string{"eu"}}), "date": partitions(t, daily)}})
	for key, want := range map[string]graph.Membership{"2024-03-04|eu": graph.Present, "2024-03-04|us": graph.Absent, "eu|2024-03-04": graph.Absent, "x": graph.Absent} {
		if got, _ := multi.Has(key, now, exists); got != want {
			t.Errorf("%s: %v", key, got)
		}
	}
	if key := multi.MultiKey(map[string]string{"region": "eu", "date": "d"}); key != "d|eu" {
		t.Error(key)
	}
}

func TestDefinitions(t *testing.T) {
	for field, spec := range map[string]graph.Spec{
		"type": {Type: "yearly"}, "start": {Type: graph.Daily}, "timezone": {Type: graph.Daily, Start: "2024-01-01", Timezone: "Mars"}, "format": {Type: graph.Daily, Start: "2024-01-01", Format: "%Q"},
		"end": {Type: graph.Daily, Start: "2024-01-01", End: "2023-01-01"}, "hour_offset": {Type: graph.Hourly, Start: "2024-01-01", Hour: 3}, "minute_offset": {Type: graph.Daily, Start: "2024-01-01", Minute: 60},
		"day_offset": {Type: graph.Weekly, Start: "2024-01-01", Day: 7}, "cron": {Type: graph.Cron, Start: "2024-01-01", Cron: "x"}, "keys": {Type: graph.Static}, "name": {Type: graph.Dynamic},
		"dimensions": {Type: graph.Multi},
	} {
		_, err := graph.NewPartitions(spec)
		var wrong *graph.FieldError
		if !errors.As(err, &wrong) || wrong.Field != field || wrong.Help == "" {
			t.Errorf("%s: %#v", field, err)
		}
	}
}

// TestWindows: the window of a reading contains it, and its key is that of a window.
func TestWindows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom([]string{"UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata"}).Draw(t, "zone")
		spec := graph.Spec{Type: rapid.SampledFrom([]graph.Type{graph.Daily, graph.Weekly, graph.Monthly}).Draw(t, "type"), Start: "2000-01-01", Timezone: zone, Hour: rapid.IntRange(4, 23).Draw(t, "hour")}
		p, err := graph.NewPartitions(spec)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Unix(rapid.Int64Range(1_000_000_000, 1_900_000_000).Draw(t, "at"), 0).UTC()
		key := p.KeyOf(at)
		if m, why := p.Has(key, at.AddDate(1, 0, 0), nil); m != graph.Present {
			t.Fatalf("%s of %s: %s", key, at, why)
		}
	})
}

// world is a small graph: raw (external) → stage → mart → report.
func world(t testing.TB) *graph.Graph {
	t.Helper()
	g, problems := graph.New([]graph.Asset{
		{Key: "raw/orders", External: true, Kinds: []string{"s3"}, Owners: []string{"team:x"}}, {Key: "stage/orders", Group: "stage", Deps: []graph.Dep{{Key: "raw/orders"}}},
		{Key: "mart/orders", Group: "mart", Tags: map[string]string{"tier": "gold"}, Deps: []graph.Dep{{Key: "stage/orders"}, {Key: "mart/orders"}}, Checks: []graph.Check{{Name: "c1"}, {Name: "c2"}}},
		{Key: "report", Group: "mart", Observable: true, Deps: []graph.Dep{{Key: "mart/orders"}}, Checks: []graph.Check{{Name: "c1"}}},
	}, []graph.Job{{Name: "j", Selection: graph.Groups(false, "mart")}, {Name: "all", Selection: graph.All(true)}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return g
}

func TestSelections(t *testing.T) {
	g := world(t)
	mart := graph.Groups(false, "mart")
	for name, test := range map[string]struct {
		s    graph.Selection
		want string
	}{
		"zero": {graph.Selection{}, ""}, "all": {graph.All(false), "mart/orders report stage/orders"}, "all external": {graph.All(true), "mart/orders raw/orders report stage/orders"},
		"assets": {graph.Assets("raw/orders", "nothing"), "raw/orders"}, "tag": {graph.Tag(false, "tier", "gold"), "mart/orders"}, "kind": {graph.Kind(false, "s3"), ""}, "kind external": {graph.Kind(true, "s3"), "raw/orders"},
		"owner": {graph.Owner("team:x"), "raw/orders"}, "prefix": {graph.KeyPrefixes(true, "raw", "mar"), "raw/orders"},
		"or": {mart.Or(graph.Assets("stage/orders")), "mart/orders report stage/orders"}, "and": {mart.And(graph.Assets("report")), "report"}, "minus": {mart.Minus(graph.Assets("report")), "mart/orders"},
		"upstream": {graph.Assets("report").Upstream(-1), "mart/orders report stage/orders"}, "upstream 1": {graph.Assets("report").Upstream(1), "mart/orders report"}, "upstream 0": {graph.Assets("report").Upstream(0), "report"},
		"downstream": {graph.Assets("raw/orders").Downstream(-1), "mart/orders raw/orders report stage/orders"},
		"roots":      {mart.Roots(), "mart/orders"}, "sinks": {mart.Sinks(), "report"}, "materializable": {graph.All(true).Materializable(), "mart/orders stage/orders"},
		"checks": {graph.Checks("mart/orders:c1", "x:c"), "mart/orders:c1"}, "checks for": {graph.ChecksFor("report"), "report:c1"}, "all checks": {graph.AllChecks(), "mart/orders:c1 mart/orders:c2 report:c1"},
	} {
		if got := strings.Join(test.s.Resolve(g), " "); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

func TestJobs(t *testing.T) {
	g := world(t)
	for keys, want := range map[string]string{"report": "all j", "report stage/orders": "all", "nothing": ""} {
		if got := strings.Join(g.JobsOf(strings.Fields(keys)...), " "); got != want {
			t.Errorf("%s: %s, want %s", keys, got, want)
		}
	}
}

func TestProblems(t *testing.T) {
	_, problems := graph.New([]graph.Asset{
		{Key: "a", Deps: []graph.Dep{{Key: "bb"}}}, {Key: "b", Deps: []graph.Dep{{Key: "c"}}}, {Key: "c", Deps: []graph.Dep{{Key: "b"}}}, {Key: "a"}, {Key: "/x"}, {Key: "d", Checks: []graph.Check{{Name: "k"}, {Name: "k"}}},
	}, []graph.Job{{Name: "j", Selection: graph.Assets("none")}, {Name: "j"}})
	var got []string
	for _, p := range problems {
		got = append(got, p.Asset+p.Job+"."+p.Field)
		if p.Help == "" {
			t.Errorf("%+v", p)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"/x.key", "a.deps", "a.key", "c.deps", "d.checks", "j.name", "j.selection"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestDefaultMapping(t *testing.T) {
	daily, hourly := partitions(t, graph.Spec{Type: graph.Daily, Start: "2024-01-01"}), partitions(t, graph.Spec{Type: graph.Hourly, Start: "2024-01-01"})
	static := partitions(t, graph.Spec{Type: graph.Static, Keys: []string{"a"}})
	multi := partitions(t, graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{"d": daily, "s": static}})
	for _, test := range []struct {
		up, down *graph.Partitions
		want     graph.Mapping
	}{
		{nil, daily, graph.Mapping{Kind: graph.MapAll}}, {daily, nil, graph.Mapping{Kind: graph.MapAll}}, {hourly, daily, graph.Mapping{Kind: graph.MapTimeWindow}},
		{static, static, graph.Mapping{Kind: graph.MapIdentity}}, {multi, daily, graph.Mapping{Kind: graph.MapMultiToSingle, Dimension: "d"}}, {static, multi, graph.Mapping{Kind: graph.MapMultiToSingle, Dimension: "s"}},
		{multi, hourly, graph.Mapping{Kind: graph.MapIdentity}}, {multi, multi, graph.Mapping{Kind: graph.MapIdentity}},
	} {
		if diff := cmp.Diff(test.want, graph.DefaultMapping(test.up, test.down)); diff != "" {
			t.Error(diff)
		}
	}
}
