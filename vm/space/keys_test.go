package space_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"auto/vm/bits"
	"auto/vm/graph"
	"auto/vm/space"
)

func keysOf(t testing.TB, s graph.Spec, undefined ...string) *space.Keys {
	t.Helper()
	return space.NewKeys(partitions(t, s), noon, dynamicKeys, undefined)
}

func dims(t testing.TB, date, area graph.Spec) graph.Spec {
	t.Helper()
	return graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{"date": partitions(t, date), "area": partitions(t, area)}}
}

var (
	april = graph.Spec{Type: graph.Daily, Start: "2024-03-30"}
	abc   = graph.Spec{Type: graph.Static, Keys: []string{"b", "a", "c"}}
	areas = graph.Spec{Type: graph.Dynamic, Name: "regions"}
)

func TestKeysAreNumberedInOrder(t *testing.T) {
	for name, c := range map[string]struct {
		spec      graph.Spec
		undefined []string
		want      []string
		defined   int
	}{
		"windows":              {april, nil, []string{"2024-03-30", "2024-03-31", "2024-04-01"}, 3},
		"windows ahead":        {graph.Spec{Type: graph.Daily, Start: "2024-03-31", EndOffset: 1}, nil, []string{"2024-03-31", "2024-04-01", "2024-04-02"}, 3},
		"windows with an end":  {graph.Spec{Type: graph.Daily, Start: "2024-03-30", End: "2024-04-01"}, nil, []string{"2024-03-30", "2024-03-31"}, 2},
		"no window yet":        {graph.Spec{Type: graph.Daily, Start: "2024-04-02"}, []string{"2024-04-02"}, []string{"2024-04-02"}, 0},
		"hour that is skipped": {graph.Spec{Type: graph.Hourly, Start: "2024-03-31 01:00", End: "2024-03-31 04:00", Timezone: "Europe/Paris"}, nil, []string{"2024-03-31-01:00", "2024-03-31-03:00"}, 2},
		"static":               {abc, []string{"z", "a", "d", "z"}, []string{"b", "a", "c", "d", "z"}, 3},
		"dynamic":              {areas, []string{"c"}, []string{"a", "b", "eu", "us", "c"}, 4},
		"two dimensions, sorted by name, the first outermost": {dims(t, april, abc), []string{"a|2024-04-02", "x|2024-03-30", "a|2024-03-30", "alone"},
			[]string{"b|2024-03-30", "b|2024-03-31", "b|2024-04-01", "a|2024-03-30", "a|2024-03-31", "a|2024-04-01", "c|2024-03-30", "c|2024-03-31", "c|2024-04-01",
				"alone", "a|2024-04-02", "x|2024-03-30"}, 9},
	} {
		t.Run(name, func(t *testing.T) {
			k := keysOf(t, c.spec, c.undefined...)
			var got []string
			for i := range k.Total() {
				got = append(got, k.Key(i))
			}
			if diff := cmp.Diff(c.want, got); diff != "" || k.Len() != c.defined {
				t.Errorf("%d are defined, want %d; keys differ (-want +got):\n%s", k.Len(), c.defined, diff)
			}
			for i, key := range got {
				if n, ok := k.Index(key); !ok || n != i {
					t.Errorf("the number of %s is %d, %v, want %d", key, n, ok, i)
				}
			}
			if n, ok := k.Index("other"); ok {
				t.Errorf("an unknown key has the number %d", n)
			}
		})
	}
}

func TestNoPartitionsAreOneWithoutAKey(t *testing.T) {
	k := space.NewKeys(nil, noon, dynamicKeys, []string{"a"})
	if k != nil || k.Len() != 1 || k.Total() != 1 || k.Key(0) != "" || k.Definition() != nil {
		t.Errorf("keys of nothing are %v", k)
	}
	if n, ok := k.Index(""); n != 0 || !ok {
		t.Errorf("the number of the only one is %d, %v", n, ok)
	}
	if _, ok := k.Index("a"); ok {
		t.Error("there is a key")
	}
	set := bits.New(1)
	if k.AddLatest(set, 0); !set.Has(0) {
		t.Error("it is not in the latest window")
	}
	if list, err := k.Expand([]string{"a"}); err != nil || !cmp.Equal(list, []string{"a"}) {
		t.Errorf("a list of its keys is %v, %v", list, err)
	}
	if list := k.Collapse(set); list != nil {
		t.Errorf("it is written %v", list)
	}
}

func TestLatest(t *testing.T) {
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		spec     graph.Spec
		lookback time.Duration
		want     []string
	}{
		"the last window":           {april, 0, []string{"2024-04-01"}},
		"less than a window":        {april, day - 1, []string{}},
		"one window":                {april, day, []string{"2024-04-01"}},
		"25 hours":                  {april, day + time.Hour, []string{"2024-04-01"}},
		"two":                       {april, 2 * day, []string{"2024-03-31", "2024-04-01"}},
		"more than there are":       {april, 100 * day, []string{"2024-03-30", "2024-03-31", "2024-04-01"}},
		"before the end":            {april, -day, []string{}},
		"none yet":                  {graph.Spec{Type: graph.Daily, Start: "2024-04-02"}, 0, []string{}},
		"a day of 23 hours is one":  {graph.Spec{Type: graph.Daily, Start: "2024-03-30", End: "2024-04-01", Timezone: "Europe/Paris"}, day, []string{"2024-03-31"}},
		"all of a static":           {abc, 0, []string{"b", "a", "c"}},
		"time is the inner":         {dims(t, april, abc), 0, []string{"b|2024-04-01", "a|2024-04-01", "c|2024-04-01"}},
		"time is the inner, back":   {dims(t, april, graph.Spec{Type: graph.Static, Keys: []string{"a"}}), 2 * day, []string{"a|2024-03-31", "a|2024-04-01"}},
		"time is the outer":         {dims(t, abc, april), 0, []string{"2024-04-01|b", "2024-04-01|a", "2024-04-01|c"}},
		"two dimensions of time":    {dims(t, april, graph.Spec{Type: graph.Daily, Start: "2024-04-01"}), 0, []string{"2024-04-01|2024-03-30", "2024-04-01|2024-03-31", "2024-04-01|2024-04-01"}},
		"two dimensions, none time": {dims(t, abc, graph.Spec{Type: graph.Static, Keys: []string{"x"}}), 0, []string{"x|b", "x|a", "x|c"}},
	} {
		t.Run(name, func(t *testing.T) {
			k := keysOf(t, c.spec, "undefined")
			set := bits.New(k.Total())
			k.AddLatest(set, c.lookback)
			if diff := cmp.Diff(c.want, keysIn(k, set)); diff != "" {
				t.Errorf("latest differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestExpand(t *testing.T) {
	k := keysOf(t, april, "gone")
	for name, c := range map[string]struct{ list, want []string }{
		"keys":       {[]string{"2024-03-30", "other"}, []string{"2024-03-30", "other"}},
		"range":      {[]string{"2024-03-31..2024-04-01", "gone"}, []string{"2024-03-31", "2024-04-01", "gone"}},
		"all":        {[]string{"all"}, []string{"2024-03-30", "2024-03-31", "2024-04-01"}},
		"all is one": {[]string{"all", "x"}, []string{"all", "x"}},
		"nothing":    {[]string{}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := k.Expand(c.list)
			if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
				t.Errorf("%v; keys differ (-want +got):\n%s", err, diff)
			}
		})
	}
	for list, want := range map[string]string{
		"2024-03-29..2024-04-01": "The partitions have no key `2024-03-29` at this time, so there is no range `2024-03-29..2024-04-01`.",
		"2024-03-30..gone":       "The partitions have no key `gone` at this time, so there is no range `2024-03-30..gone`.",
		"2024-04-01..2024-03-30": "The range `2024-04-01..2024-03-30` ends before it begins.",
	} {
		var wrong *graph.FieldError
		if _, err := k.Expand([]string{list}); !errors.As(err, &wrong) || wrong.Message != want || wrong.Help == "" || wrong.Field != "partitions" {
			t.Errorf("%s: %v, want %s", list, err, want)
		}
	}
}

func TestCollapse(t *testing.T) {
	var names []string
	for i := range 50 {
		names = append(names, fmt.Sprintf("k%02d", i))
	}
	k := keysOf(t, graph.Spec{Type: graph.Static, Keys: names}, "z1", "z2")
	set := bits.New(k.Total())
	set.AddRange(0, 21)
	set.AddRange(22, 24)
	set.AddRange(29, k.Total())
	want := []string{"k00..k20", "k22", "k23", "k29..k49", "z1", "z2"}
	if diff := cmp.Diff(want, k.Collapse(set)); diff != "" {
		t.Errorf("lists differ (-want +got):\n%s", diff)
	}
	set.Remove(10)
	if diff := cmp.Diff(names[:10], k.Collapse(set)[:10]); diff != "" {
		t.Errorf("20 keys are not written one by one (-want +got):\n%s", diff)
	}
}

// TestListsAreWrittenAsTheyAreRead writes random sets and reads them again.
func TestListsAreWrittenAsTheyAreRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := space.NewKeys(drawDefinition(t, "", "definition"), noon, dynamicKeys, []string{"q", "r|s"})
		if k == nil {
			return
		}
		set, again := drawSet(t, k, "set"), bits.New(k.Total())
		for _, key := range must(k.Expand(k.Collapse(set))) {
			n, ok := k.Index(key)
			if !ok {
				t.Fatalf("no key %s", key)
			}
			again.Add(n)
		}
		if !again.Equal(set) {
			t.Fatalf("%v is read from %v", keysIn(k, again), k.Collapse(set))
		}
	})
}

// FuzzIndex: a key that is found is the one that its number has.
func FuzzIndex(f *testing.F) {
	for _, key := range []string{"2024-03-31", "2024-3-31", "a", "|", "a|2024-03-31", "a|b|c", "", "gone"} {
		f.Add(key)
	}
	all := []*space.Keys{keysOf(f, april, "gone"), keysOf(f, abc), keysOf(f, areas, "z"), keysOf(f, dims(f, april, abc), "gone|gone"), nil}
	f.Fuzz(func(t *testing.T, key string) {
		for _, k := range all {
			if n, ok := k.Index(key); ok && (n < 0 || n >= k.Total() || k.Key(n) != key) {
				t.Errorf("%q has the number %d of %d", key, n, k.Total())
			}
		}
	})
}

// FuzzExpand: lists are read or refused, and what is read holds no range.
func FuzzExpand(f *testing.F) {
	for _, item := range []string{"all", "b..c", "c..b", "b..", "..", "b..c..d", "2024-03-30..2024-04-01", "a|2024-03-30..c|2024-04-01"} {
		f.Add(item)
	}
	all := []*space.Keys{keysOf(f, april), keysOf(f, abc), keysOf(f, dims(f, april, abc))}
	f.Fuzz(func(t *testing.T, item string) {
		for _, k := range all {
			list, err := k.Expand([]string{item})
			for _, key := range list {
				if err != nil || strings.Contains(key, "..") {
					t.Errorf("%q is read as %v, %v", item, list, err)
				}
			}
		}
	})
}
