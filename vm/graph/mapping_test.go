package graph_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

func TestDefaultMapping(t *testing.T) {
	daily, hourly, static := partitions(t, dailySpec), partitions(t, hourlySpec), partitions(t, staticSpec)
	weekly := partitions(t, graph.Spec{Type: graph.Weekly, Start: "2024-01-01"})
	multi := partitions(t, multiSpec(t, map[string]graph.Spec{"d": dailySpec, "s": staticSpec}))
	times := partitions(t, multiSpec(t, map[string]graph.Spec{"d": dailySpec, "h": hourlySpec}))
	twice := partitions(t, multiSpec(t, map[string]graph.Spec{"x": staticSpec, "y": staticSpec}))
	other := partitions(t, graph.Spec{Type: graph.Static, Keys: []string{"z"}})
	toSingle := func(dimension string) graph.Mapping {
		return graph.Mapping{Kind: graph.MapMultiToSingle, Dimension: dimension}
	}
	for name, test := range map[string]struct {
		up, down *graph.Partitions
		want     graph.Mapping
	}{
		"none up": {nil, daily, graph.Mapping{Kind: graph.MapAll}}, "none down": {daily, nil, graph.Mapping{Kind: graph.MapAll}}, "none": {nil, nil, graph.Mapping{Kind: graph.MapAll}},
		"windows": {hourly, daily, graph.Mapping{Kind: graph.MapTimeWindow}}, "static": {static, static, graph.Mapping{Kind: graph.MapIdentity}}, "static other": {static, other, graph.Mapping{Kind: graph.MapIdentity}},
		"static and time": {static, daily, graph.Mapping{Kind: graph.MapIdentity}}, "multi": {multi, multi, graph.Mapping{Kind: graph.MapIdentity}},
		"one equal": {multi, daily, toSingle("d")}, "one equal down": {static, multi, toSingle("s")}, "one equal of two times": {times, hourly, toSingle("h")},
		"only time": {multi, hourly, toSingle("d")}, "only time down": {weekly, multi, toSingle("d")}, "two times": {times, weekly, graph.Mapping{Kind: graph.MapIdentity}},
		"both equal": {twice, static, graph.Mapping{Kind: graph.MapIdentity}}, "none equal": {multi, other, graph.Mapping{Kind: graph.MapIdentity}},
	} {
		if diff := cmp.Diff(test.want, graph.DefaultMapping(test.up, test.down)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestCheckMapping(t *testing.T) {
	for name, test := range map[string]struct {
		m     graph.Mapping
		field string // "" where it is fine
	}{
		"identity": {graph.Mapping{Kind: graph.MapIdentity}, ""}, "windows": {graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: -1, AllowNonexistent: true}, ""}, "plain windows": {graph.Mapping{Kind: graph.MapTimeWindow}, ""},
		"type": {graph.Mapping{Kind: "some"}, "type"}, "no type": {graph.Mapping{}, "type"}, "map": {graph.Mapping{Kind: graph.MapStatic}, "map"}, "keys": {graph.Mapping{Kind: graph.MapSpecific}, "keys"},
		"dimension": {graph.Mapping{Kind: graph.MapMultiToSingle}, "dimension"}, "dimensions": {graph.Mapping{Kind: graph.MapMulti}, "dimensions"},
		"foreign": {graph.Mapping{Kind: graph.MapIdentity, StartOffset: -1}, "start_offset"}, "foreign keys": {graph.Mapping{Kind: graph.MapAll, Keys: []string{"a"}}, "keys"},
		"far": {graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: -100_001}, "start_offset"}, "far ahead": {graph.Mapping{Kind: graph.MapTimeWindow, EndOffset: math.MinInt}, "end_offset"},
		"no target": {graph.Mapping{Kind: graph.MapMulti, Dimensions: map[string]graph.DimensionMapping{"d": {}}}, "dimensions"},
		"inner":     {graph.Mapping{Kind: graph.MapMulti, Dimensions: map[string]graph.DimensionMapping{"d": {Dimension: "d", Mapping: &graph.Mapping{Kind: graph.MapSpecific}}}}, "keys"},
		"multi":     {graph.Mapping{Kind: graph.MapMulti, Dimensions: map[string]graph.DimensionMapping{"d": {Dimension: "d"}}}, ""},
	} {
		err := test.m.Check()
		var wrong *graph.FieldError
		if errors.As(err, &wrong); (err == nil) != (test.field == "") || err != nil && (wrong == nil || wrong.Field != test.field || wrong.Help == "") {
			t.Errorf("%s: %#v", name, err)
		}
	}
}

// TestMappingFits: a mapping suits what both sides have.
func TestMappingFits(t *testing.T) {
	daily, hourly, static := partitions(t, dailySpec), partitions(t, hourlySpec), partitions(t, staticSpec)
	multi := partitions(t, multiSpec(t, map[string]graph.Spec{"d": dailySpec, "s": staticSpec}))
	twice := partitions(t, multiSpec(t, map[string]graph.Spec{"x": staticSpec, "y": staticSpec}))
	toSingle := func(dimension string) graph.Mapping {
		return graph.Mapping{Kind: graph.MapMultiToSingle, Dimension: dimension}
	}
	fromStatic := func(up, down string) graph.Mapping {
		return graph.Mapping{Kind: graph.MapStatic, Static: map[string][]string{up: {down}}}
	}
	toMulti := func(up, down string, inner *graph.Mapping) graph.Mapping {
		return graph.Mapping{Kind: graph.MapMulti, Dimensions: map[string]graph.DimensionMapping{up: {Dimension: down, Mapping: inner}}}
	}
	earlier := graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: -1, EndOffset: -1}
	for name, test := range map[string]struct {
		up, down *graph.Partitions
		m        graph.Mapping
		want     string // "" where it fits
	}{
		"any on none": {nil, daily, toSingle("x"), ""}, "all": {daily, static, graph.Mapping{Kind: graph.MapAll}, ""}, "last": {daily, nil, graph.Mapping{Kind: graph.MapLast}, ""}, "identity": {daily, static, graph.Mapping{Kind: graph.MapIdentity}, ""},
		"specific": {daily, static, graph.Mapping{Kind: graph.MapSpecific, Keys: []string{"1999-01-01"}}, ""}, "specific unreadable": {daily, static, graph.Mapping{Kind: graph.MapSpecific, Keys: []string{"a"}}, "`a` is no key"},
		"specific unknown": {static, daily, graph.Mapping{Kind: graph.MapSpecific, Keys: []string{"x"}}, ""},
		"static":           {static, static, fromStatic("a", "b"), ""}, "static up": {static, static, fromStatic("x", "b"), "upstream partitions have no key `x`"}, "static down": {static, static, fromStatic("a", "x"), "downstream partitions have no key `x`"},
		"static on time": {daily, static, fromStatic("a", "b"), "static partitions on both sides"}, "static to none": {static, nil, fromStatic("a", "b"), ""},
		"single": {multi, daily, toSingle("d"), ""}, "single by time": {multi, hourly, toSingle("d"), ""}, "single down": {static, multi, toSingle("s"), ""}, "single unknown": {multi, daily, toSingle("x"), "no dimension `x`"},
		"single other": {multi, daily, toSingle("s"), "not what the other side has"}, "single of two": {multi, multi, toSingle("d"), "one on the other"}, "single of none": {multi, nil, toSingle("d"), "one on the other"},
		"multi": {multi, multi, toMulti("d", "d", &earlier), ""}, "multi crossed": {multi, multi, toMulti("d", "s", nil), ""}, "multi up": {multi, multi, toMulti("x", "d", nil), "no dimension `x`"}, "multi down": {multi, multi, toMulti("d", "x", nil), "no dimension `x`"},
		"identity to none": {daily, nil, graph.Mapping{Kind: graph.MapIdentity}, "partitions on both sides"}, "single twice": {twice, static, toSingle("x"), "neither is meant"},
		"single of another zone": {multi, partitions(t, graph.Spec{Type: graph.Daily, Start: "2024-01-01", Timezone: "Europe/Paris"}), toSingle("d"), "different time zones"},
		"multi to one dimension": {multi, multi, graph.Mapping{Kind: graph.MapMulti, Dimensions: map[string]graph.DimensionMapping{"d": {Dimension: "d"}, "s": {Dimension: "d"}}}, "Two upstream dimensions"},
		"multi inner":            {multi, multi, toMulti("s", "s", &earlier), "time windows on both sides"}, "multi on one": {daily, multi, toMulti("d", "d", nil), "two dimensions on both sides"},
	} {
		_, problems := graph.New([]graph.Asset{{Key: "up", Partitions: test.up}, {Key: "down", Partitions: test.down, Deps: []graph.Dep{{Key: "up", Mapping: &test.m}}}}, nil)
		if len(problems) > 1 || (len(problems) == 0) != (test.want == "") || len(problems) == 1 && (!strings.Contains(problems[0].Message, test.want) || problems[0].Field != "deps" || problems[0].Help == "") {
			t.Errorf("%s: %+v", name, problems)
		}
	}
	for name, fits := range map[string]bool{"d": true, "s": false} {
		m := toMulti(name, name, &earlier)
		_, problems := graph.New([]graph.Asset{{Key: "a", Partitions: multi, Deps: []graph.Dep{{Key: "a", Mapping: &m}}}}, nil)
		if (len(problems) == 0) != fits {
			t.Errorf("on itself by %s: %+v", name, problems)
		}
	}
}
