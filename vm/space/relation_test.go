package space_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"auto/vm/bits"
	"auto/vm/graph"
	"auto/vm/space"
)

var noon = time.Date(2024, 4, 2, 12, 0, 0, 0, time.UTC)

// singles are definitions with one dimension; those at the end are not of time windows.
var singles = []graph.Spec{
	{Type: graph.Daily, Start: "2024-03-20"},
	{Type: graph.Daily, Start: "2024-03-20", Format: "%d.%m.%Y"},
	{Type: graph.Daily, Start: "2024-03-28", End: "2024-04-01"},
	{Type: graph.Daily, Start: "2024-02-25", EndOffset: 2, Hour: 6},
	{Type: graph.Hourly, Start: "2024-03-31"},
	{Type: graph.Hourly, Start: "2024-03-30", End: "2024-03-31", Minute: 30},
	{Type: graph.Weekly, Start: "2024-01-01", EndOffset: 1},
	{Type: graph.Monthly, Start: "2023-11-01"},
	{Type: graph.Cron, Cron: "0 0 * * 1-5", Start: "2024-03-15"},
	{Type: graph.Daily, Start: "2024-04-02"}, // has no partition yet
	{Type: graph.Static, Keys: []string{"a", "b", "c"}},
	{Type: graph.Static, Keys: []string{"c", "2024-03-31", "a", "x"}},
	{Type: graph.Static, Keys: []string{"eu"}},
	{Type: graph.Dynamic, Name: "customers"},
	{Type: graph.Dynamic, Name: "regions"},
	{Type: graph.Dynamic, Name: "none"},
}

func drawDefinition(t *rapid.T, zone, label string) *graph.Partitions {
	drawSingle := func(label string) *graph.Partitions {
		s := rapid.SampledFrom(singles).Draw(t, label)
		if s.Start != "" {
			s.Timezone = zone
		}
		return must(graph.NewPartitions(s))
	}
	switch rapid.SampledFrom([]string{"none", "two", "one", "one", "one"}).Draw(t, label+" has dimensions") {
	case "none":
		return nil
	case "two":
		return must(graph.NewPartitions(graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{"date": drawSingle(label + " date"), "area": drawSingle(label + " area")}}))
	}
	return drawSingle(label)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func drawMapping(t *rapid.T, up, down *graph.Partitions) *graph.Mapping {
	m := graph.Mapping{Kind: rapid.SampledFrom([]graph.MappingKind{"", graph.MapIdentity, graph.MapTimeWindow, graph.MapAll, graph.MapLast, graph.MapStatic,
		graph.MapSpecific, graph.MapMultiToSingle, graph.MapMulti, graph.MapMulti}).Draw(t, "kind")}
	switch m.Kind {
	case "":
		return nil
	case graph.MapTimeWindow:
		m.StartOffset, m.EndOffset = rapid.IntRange(-3, 3).Draw(t, "start offset"), rapid.IntRange(-3, 3).Draw(t, "end offset")
	case graph.MapStatic:
		m.Static = map[string][]string{}
		for _, key := range []string{"a", "c"} {
			m.Static[key] = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), 1, 3, rapid.ID).Draw(t, "static "+key)
		}
	case graph.MapSpecific:
		keys := sideOf(space.NewKeys(up, noon, dynamicKeys, nil)).keys
		if len(keys) == 0 {
			return nil
		}
		m.Keys = rapid.SliceOfNDistinct(rapid.SampledFrom(keys), 1, -1, rapid.ID).Draw(t, "keys")
	case graph.MapMultiToSingle:
		m.Dimension = rapid.SampledFrom([]string{"date", "area"}).Draw(t, "dimension")
	case graph.MapMulti:
		m.Dimensions = drawLinks(t, up, down)
	}
	return &m
}

func drawLinks(t *rapid.T, up, down *graph.Partitions) map[string]graph.DimensionMapping {
	if up == nil || down == nil || up.Type != graph.Multi || down.Type != graph.Multi {
		return map[string]graph.DimensionMapping{"date": {Dimension: "date"}}
	}
	names := rapid.Permutation([]string{"date", "area"}).Draw(t, "downstream dimensions")
	links := map[string]graph.DimensionMapping{}
	for i, name := range []string{"date", "area"}[:rapid.IntRange(1, 2).Draw(t, "linked")] {
		d := graph.DimensionMapping{Dimension: names[i]}
		if a, b := up.Dimensions[name], down.Dimensions[names[i]]; a.IsTime() && b.IsTime() && rapid.Bool().Draw(t, "time") {
			d.Mapping = &graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: rapid.IntRange(-2, 1).Draw(t, "start"), EndOffset: rapid.IntRange(-2, 1).Draw(t, "end")}
		}
		links[name] = d
	}
	return links
}

func drawSet(t *rapid.T, k *space.Keys, label string) bits.Set {
	set := bits.New(k.Total())
	shape := rapid.IntRange(0, 3).Draw(t, label)
	for i := range k.Total() {
		switch shape {
		case 0:
			set.Add(i)
		case 1:
			if rapid.IntRange(0, 9).Draw(t, "bit") == 0 {
				set.Add(i)
			}
		default:
			if i%11 < 5 != (shape == 2) {
				set.Add(i)
			}
		}
	}
	return set
}

func keysIn(k *space.Keys, set bits.Set) []string {
	keys := []string{}
	for i := set.Next(0); i >= 0; i = set.Next(i + 1) {
		keys = append(keys, k.Key(i))
	}
	return keys
}

// TestRelationsEqualTheSlowDefinition compares both directions of random mappings with
// what the reference says key by key.
func TestRelationsEqualTheSlowDefinition(t *testing.T) {
	compared := 0
	defer func() {
		if compared < 20 {
			t.Errorf("only %d relations were compared", compared)
		}
	}()
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom([]string{"", "Europe/Paris"}).Draw(t, "zone")
		up, down := drawDefinition(t, zone, "up"), drawDefinition(t, zone, "down")
		uppers, lowers := space.NewKeys(up, noon, dynamicKeys, nil), space.NewKeys(down, noon, dynamicKeys, nil)
		m := drawMapping(t, up, down)
		r, err := space.Relate(lowers, uppers, m)
		if err != nil || uppers.Len()*lowers.Len() == 0 || uppers.Len()*lowers.Len() > 100_000 {
			return // it is refused, there is nothing to relate, or it is too slow by key
		}
		compared++
		kind := graph.DefaultMapping(up, down)
		if m != nil {
			kind = *m
		}
		compare := func(name string, source, target *space.Keys, move func(dst, src bits.Set), upward bool) {
			from, to := drawSet(t, source, name), bits.New(target.Total())
			move(to, from)
			want := mapped(kind, sideOf(source), sideOf(target), keysIn(source, from), upward, noon)
			if diff := cmp.Diff(sorted(want), sorted(keysIn(target, to))); diff != "" {
				t.Fatalf("%s of %v by %+v differs (-want +got):\n%s", name, keysIn(source, from), kind, diff)
			}
			number := rapid.IntRange(0, source.Total()-1).Draw(t, "number")
			one, alone, image := bits.New(source.Total()), bits.New(target.Total()), bits.New(target.Total())
			one.Add(number)
			move(alone, one)
			if r.AddImage(image, number, upward); !image.Equal(alone) {
				t.Fatalf("%s of %s alone by %+v: %v, by its image %v", name, source.Key(number), kind, keysIn(target, alone), keysIn(target, image))
			}
		}
		compare("up", lowers, uppers, r.Up, true)
		compare("down", uppers, lowers, r.Down, false)
	})
}

func sorted(keys []string) []string {
	keys = append([]string{}, keys...)
	slices.Sort(keys)
	return slices.Compact(keys)
}

func TestIsIdentity(t *testing.T) {
	daily, static := partitions(t, april), partitions(t, abc)
	keys := func(p *graph.Partitions, undefined ...string) *space.Keys {
		return space.NewKeys(p, noon, dynamicKeys, undefined)
	}
	for name, c := range map[string]struct {
		down, up *space.Keys
		mapping  *graph.Mapping
		want     bool
	}{
		"no partitions":           {nil, nil, nil, true},
		"windows":                 {keys(daily), keys(daily), nil, true},
		"windows, equal":          {keys(daily), keysOf(t, april), &graph.Mapping{Kind: graph.MapIdentity}, true},
		"windows with an offset":  {keys(daily), keys(daily), &graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: -1, EndOffset: -1}, false},
		"another schedule":        {keys(daily), keysOf(t, graph.Spec{Type: graph.Daily, Start: "2024-03-30", Hour: 1}), nil, false},
		"one partition of none":   {nil, keysOf(t, graph.Spec{Type: graph.Static, Keys: []string{"a"}}), nil, false},
		"static":                  {keys(static), keys(static), nil, true},
		"all":                     {keys(static), keys(static), &graph.Mapping{Kind: graph.MapAll}, false},
		"with the same undefined": {keys(static, "x", "y"), keys(static, "y", "x"), nil, true},
		"with other undefined":    {keys(static, "x"), keys(static, "y"), nil, false},
		"with undefined":          {keys(static), keys(static, "x"), nil, false},
	} {
		r, err := space.Relate(c.down, c.up, c.mapping)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.IsIdentity(); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestOffsetsThatCross: with a start offset above the end offset a window relates to
// nothing, but a run of two to one; inside of two dimensions each is on its own.
func TestOffsetsThatCross(t *testing.T) {
	later := graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: 1}
	two := dims(t, april, graph.Spec{Type: graph.Static, Keys: []string{"a"}})
	inner := graph.Mapping{Kind: graph.MapMulti, Dimensions: map[string]graph.DimensionMapping{"date": {Dimension: "date", Mapping: &later}}}
	for name, c := range map[string]struct {
		spec    graph.Spec
		mapping graph.Mapping
		from    []string
		want    []string
	}{
		"one":                 {april, later, []string{"2024-03-30"}, []string{}},
		"two":                 {april, later, []string{"2024-03-30", "2024-03-31"}, []string{"2024-03-31"}},
		"two, apart":          {april, later, []string{"2024-03-30", "2024-04-01"}, []string{}},
		"three":               {april, later, []string{"2024-03-30..2024-04-01"}, []string{"2024-03-31", "2024-04-01"}},
		"three in dimensions": {two, inner, []string{"all"}, []string{}},
	} {
		k := keysOf(t, c.spec)
		r, err := space.Relate(k, k, &c.mapping)
		if err != nil {
			t.Fatal(err)
		}
		from, to := bits.New(k.Total()), bits.New(k.Total())
		for _, key := range must(k.Expand(c.from)) {
			n, _ := k.Index(key)
			from.Add(n)
		}
		r.Up(to, from)
		if diff := cmp.Diff(c.want, keysIn(k, to)); diff != "" {
			t.Errorf("%s: keys differ (-want +got):\n%s", name, diff)
		}
	}
}
