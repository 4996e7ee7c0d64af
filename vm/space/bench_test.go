package space_test

import (
	"fmt"
	"testing"
	"time"

	"auto/vm/bits"
	"auto/vm/graph"
	"auto/vm/space"
)

var fiveYears = time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)

func at(t testing.TB, s graph.Spec, now time.Time) *space.Keys {
	t.Helper()
	return space.NewKeys(partitions(t, s), now, dynamicKeys, nil)
}

// cases are relations of about the size of five years of hours.
func cases(t testing.TB) map[string]*related {
	t.Helper()
	hourly := graph.Spec{Type: graph.Hourly, Start: "2021-01-03"}
	daily := graph.Spec{Type: graph.Daily, Start: "2021-01-03"}
	grid := dims(t, daily, graph.Spec{Type: graph.Static, Keys: []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t"}})
	back := graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: -1, EndOffset: -1}
	inner := graph.Mapping{Kind: graph.MapMulti, Dimensions: map[string]graph.DimensionMapping{"date": {Dimension: "date", Mapping: &back}, "area": {Dimension: "area"}}}
	return map[string]*related{
		"hours to the same":    relatedBy(t, hourly, hourly, nil),
		"hours to the next":    relatedBy(t, hourly, hourly, &back),
		"hours to days":        relatedBy(t, daily, hourly, nil),
		"days to hours":        relatedBy(t, hourly, daily, nil),
		"hours to all":         relatedBy(t, hourly, hourly, &graph.Mapping{Kind: graph.MapAll}),
		"days and areas, back": relatedBy(t, grid, grid, &inner),
		"days to days & areas": relatedBy(t, grid, daily, nil),
	}
}

type related struct {
	*space.Relation
	down, up   *space.Keys
	downs, ups bits.Set // every other stretch of 10
	to         bits.Set
}

func relatedBy(t testing.TB, down, up graph.Spec, m *graph.Mapping) *related {
	t.Helper()
	r := &related{down: at(t, down, fiveYears), up: at(t, up, fiveYears)}
	var err error
	if r.Relation, err = space.Relate(r.down, r.up, m); err != nil {
		t.Fatal(err)
	}
	r.downs, r.ups = stretches(r.down.Total()), stretches(r.up.Total())
	r.to = bits.New(max(r.down.Total(), r.up.Total()))
	return r
}

func stretches(n int) bits.Set {
	set := bits.New(n)
	for i := 0; i < n; i += 20 {
		set.AddRange(i, min(i+10, n))
	}
	return set
}

func TestRelationsDoNotAllocate(t *testing.T) {
	for name, r := range cases(t) {
		if n := testing.AllocsPerRun(3, func() { r.Up(r.to, r.downs); r.Down(r.to, r.ups); r.UpAll(r.to); r.DownAll(r.to) }); n > 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkRelation(b *testing.B) {
	for name, r := range cases(b) {
		b.Run(name+"/down", func(b *testing.B) {
			for b.Loop() {
				r.Down(r.to, r.ups)
			}
		})
		b.Run(name+"/up", func(b *testing.B) {
			for b.Loop() {
				r.Up(r.to, r.downs)
			}
		})
	}
}

func BenchmarkRelateHoursToDays(b *testing.B) {
	r := relatedBy(b, graph.Spec{Type: graph.Daily, Start: "2021-01-03"}, graph.Spec{Type: graph.Hourly, Start: "2021-01-03"}, nil)
	for b.Loop() {
		if _, err := space.Relate(r.down, r.up, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkKeysOfFiveYearsOfHours(b *testing.B) {
	for _, zone := range []string{"UTC", "Europe/Paris"} {
		s := graph.Spec{Type: graph.Hourly, Start: "2021-01-03", Timezone: zone}
		b.Run("first/"+zone, func(b *testing.B) {
			for b.Loop() {
				at(b, s, fiveYears)
			}
		})
		p := partitions(b, s)
		b.Run("again/"+zone, func(b *testing.B) {
			for b.Loop() {
				space.NewKeys(p, fiveYears, dynamicKeys, nil)
			}
		})
	}
}

func BenchmarkIndexOfAnHour(b *testing.B) {
	k := at(b, graph.Spec{Type: graph.Hourly, Start: "2021-01-03"}, fiveYears)
	for b.Loop() {
		k.Index("2024-07-08-09:00")
	}
}

func BenchmarkKeyOfAnHour(b *testing.B) {
	k := at(b, graph.Spec{Type: graph.Hourly, Start: "2021-01-03"}, fiveYears)
	for b.Loop() {
		k.Key(30_000)
	}
}

func BenchmarkSpaceOf10000Assets(b *testing.B) {
	var assets []graph.Asset
	for i := range 10_000 {
		a := graph.Asset{Key: fmt.Sprintf("layer%d/asset%d", i/1000, i)}
		for j := range min(3, i/1000*3) {
			a.Deps = append(a.Deps, graph.Dep{Key: assets[(i/1000-1)*1000+(i+j*331)%1000].Key})
		}
		assets = append(assets, a)
	}
	g := graphOf(b, assets...)
	for b.Loop() {
		if _, err := space.New(space.Input{Graph: g, At: noon, Dynamic: dynamicKeys}); err != nil {
			b.Fatal(err)
		}
	}
}
