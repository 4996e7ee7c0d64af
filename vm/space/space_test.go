package space_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"auto/vm/graph"
	"auto/vm/space"
)

func graphOf(t testing.TB, assets ...graph.Asset) *graph.Graph {
	t.Helper()
	g, problems := graph.New(assets, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return g
}

func spaceOf(t testing.TB, assets ...graph.Asset) *space.Space {
	t.Helper()
	s, err := space.New(space.Input{Graph: graphOf(t, assets...), At: noon, Dynamic: dynamicKeys})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func on(keys ...string) (deps []graph.Dep) {
	for _, key := range keys {
		deps = append(deps, graph.Dep{Key: key})
	}
	return deps
}

func find(t testing.TB, s *space.Space, key string) int {
	t.Helper()
	i, ok := s.Find(key)
	if !ok {
		t.Fatalf("no entity %s", key)
	}
	return i
}

func names(s *space.Space, entities []int) []string {
	list := []string{}
	for _, i := range entities {
		list = append(list, s.Entities[i].Key)
	}
	return list
}

func TestOrderIsByLevelThenJSONText(t *testing.T) {
	s := spaceOf(t,
		graph.Asset{Key: "a", Checks: []graph.Check{{Name: "z"}, {Name: "deep", Deps: []string{"sum"}}}},
		graph.Asset{Key: "a/b"}, graph.Asset{Key: "é"}, graph.Asset{Key: "z\U0001F600"}, graph.Asset{Key: `q"\`}, graph.Asset{Key: "q~\u00a0"},
		graph.Asset{Key: "mid", Deps: on("a", "sum/self"), Checks: []graph.Check{{Name: "c"}}},
		graph.Asset{Key: "sum/self", Partitions: partitions(t, april),
			Deps: []graph.Dep{{Key: "sum/self", Mapping: &graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: -1, EndOffset: -1}}}},
		graph.Asset{Key: "sum", Deps: on("mid", "a/b")},
	)
	type place struct {
		Key   string
		Level int
	}
	var got []place
	for i, e := range s.Entities {
		got = append(got, place{e.Key, e.Level})
		if n, ok := s.Find(e.Key); n != i || !ok {
			t.Errorf("%s is found at %d, %v, not at %d", e.Key, n, ok, i)
		}
	}
	want := []place{{"é", 0}, {"a/b", 0}, {"a", 0}, {`q"\`, 0}, {"q~\u00a0", 0}, {"sum/self", 0}, {"z\U0001F600", 0},
		{"mid", 1}, {"a:z", 1}, {"sum", 2}, {"mid:c", 2}, {"a:deep", 3}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order differs (-want +got):\n%s", diff)
	}
	if _, ok := s.Find("other"); ok {
		t.Error("an unknown key is found")
	}
}

func TestCyclesAreRefused(t *testing.T) {
	g, _ := graph.New([]graph.Asset{{Key: "a", Deps: on("b")}, {Key: "b", Deps: on("a")}}, nil)
	if s, err := space.New(space.Input{Graph: g, At: noon, Dynamic: dynamicKeys}); err == nil {
		t.Errorf("a cycle makes the space %v", names(s, []int{0, 1}))
	}
}

func TestLayout(t *testing.T) {
	daily := partitions(t, april)
	assets := []graph.Asset{{Key: "p", Partitions: daily, Checks: []graph.Check{{Name: "own", Partitioned: true}, {Name: "one"}}}, {Key: "q", Partitions: daily},
		{Key: "empty", Partitions: partitions(t, graph.Spec{Type: graph.Dynamic, Name: "none"})},
		{Key: "u1"}, {Key: "u2"}, {Key: "v1"}, {Key: "v2", Deps: on("u1")}}
	groups := map[string]int{"v1": 1, "p": 1, "u2": 2, "u1": 2}
	s, err := space.New(space.Input{Graph: graphOf(t, assets...), At: noon, Dynamic: dynamicKeys,
		Undefined: map[string][]string{"q": {"2030-01-01"}}, Group: func(key string) int { return groups[key] }})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, e := range s.Entities {
		got[e.Key] = e.Bit
	}
	want := map[string]int{"empty": 0, "q": 64, "v1": 128, "p": 192, "u1": 256, "u2": 257, "v2": 320, "p:one": 321, "p:own": 384}
	if diff := cmp.Diff(want, got); diff != "" || s.Bits != 388 {
		t.Errorf("%d bits; first bits differ (-want +got):\n%s", s.Bits, diff)
	}
	p, q, own := s.Entities[find(t, s, "p")].Keys, s.Entities[find(t, s, "q")].Keys, s.Entities[find(t, s, "p:own")].Keys
	if p != own || p != q || q.Total() != 4 || s.Entities[find(t, s, "p:one")].Keys != nil {
		t.Error("keys of one definition are listed twice, or without the undefined ones")
	}
}

func TestLinks(t *testing.T) {
	s := spaceOf(t,
		graph.Asset{Key: "a"}, graph.Asset{Key: "a-b"}, graph.Asset{Key: "a/b"}, graph.Asset{Key: "b"},
		graph.Asset{Key: "x", Deps: on("b", "a/b", "a-b", "a"), Checks: []graph.Check{{Name: "z", Deps: []string{"b", "x"}}, {Name: "c"}}})
	x, z := find(t, s, "x"), find(t, s, "x:z")
	for name, c := range map[string]struct{ got, want []string }{
		"deps of an asset":  {names(s, s.Deps(x)), []string{"a", "a/b", "a-b", "b"}},
		"deps of a check":   {names(s, s.Deps(z)), []string{"b", "x"}},
		"checks":            {names(s, s.Checks(x)), []string{"x:c", "x:z"}},
		"checks of a check": {names(s, s.Checks(z)), []string{}},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s differ (-want +got):\n%s", name, diff)
		}
	}
	for _, c := range []struct {
		of, entity string
		want       bool
	}{{"b", "x", true}, {"x", "b", false}, {"x", "x:c", true}, {"b", "x:z", true}, {"b", "x:c", false}, {"x:z", "x", false}} {
		if got := s.IsChild(find(t, s, c.of), find(t, s, c.entity)); got != c.want {
			t.Errorf("%s is a child of %s: %v", c.entity, c.of, got)
		}
	}
}

func TestExecutionSets(t *testing.T) {
	embedded := []graph.Check{{Name: "in", Embedded: true}, {Name: "out"}}
	s := spaceOf(t,
		graph.Asset{Key: "b", ExecutionSet: "s", Checks: embedded}, graph.Asset{Key: "a", ExecutionSet: "s", Deps: on("b")},
		graph.Asset{Key: "c", ExecutionSet: "t"}, graph.Asset{Key: "d", Checks: embedded}, graph.Asset{Key: "e"},
		graph.Asset{Key: "f", External: true, Checks: embedded})
	for key, want := range map[string][]string{
		"a": {"b", "a", "b:in"}, "b": {"b", "a", "b:in"}, "b:in": {"b", "a", "b:in"}, "b:out": {},
		"c": {}, "d": {"d", "d:in"}, "d:in": {"d", "d:in"}, "e": {}, "f": {}, "f:in": {},
	} {
		if diff := cmp.Diff(want, names(s, s.ExecutionSet(find(t, s, key)))); diff != "" {
			t.Errorf("the set of %s differs (-want +got):\n%s", key, diff)
		}
	}
}

func TestRelationsOfTheSpace(t *testing.T) {
	last := graph.Mapping{Kind: graph.MapLast}
	daily, weekly := partitions(t, april), partitions(t, graph.Spec{Type: graph.Weekly, Start: "2024-03-10"})
	s := spaceOf(t, graph.Asset{Key: "a", Partitions: daily, Checks: []graph.Check{{Name: "c", Partitioned: true}}}, graph.Asset{Key: "w", Partitions: weekly},
		graph.Asset{Key: "b", Partitions: daily, Deps: []graph.Dep{{Key: "a", Mapping: &last}, {Key: "w"}}}, graph.Asset{Key: "paris", Partitions: partitions(t, graph.Spec{Type: graph.Daily, Start: "2024-03-30", Timezone: "Europe/Paris"})})
	relate := func(down, up string) *space.Relation {
		t.Helper()
		r, err := s.Relation(find(t, s, down), find(t, s, up))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if relate("b", "a").IsIdentity() || !relate("a", "b").IsIdentity() || !relate("a:c", "a").IsIdentity() || relate("b", "w").IsIdentity() {
		t.Error("a declared mapping is not used, or is used the other way round")
	}
	once, again := relate("b", "w"), relate("b", "w")
	if once != again || relate("a:c", "a") != relate("a", "b") {
		t.Error("a relation is made twice")
	}
	if _, err := s.Relation(find(t, s, "paris"), find(t, s, "w")); err == nil {
		t.Error("time zones map to each other")
	}
}

func TestSpecificKeysThatAreNotDefinedHaveRoom(t *testing.T) {
	s := spaceOf(t, graph.Asset{Key: "up", Partitions: partitions(t, abc)}, graph.Asset{Key: "time", Partitions: partitions(t, april)},
		graph.Asset{Key: "down", Deps: []graph.Dep{{Key: "up", Mapping: &graph.Mapping{Kind: graph.MapSpecific, Keys: []string{"a", "gone"}}}, {Key: "time", Mapping: &graph.Mapping{Kind: graph.MapSpecific, Keys: []string{"2030-01-01"}}}}})
	up, time := s.Entities[find(t, s, "up")].Keys, s.Entities[find(t, s, "time")].Keys
	if n, ok := up.Index("gone"); n != 3 || !ok || up.Len() != 3 || time.Total() != 3 {
		t.Errorf("the key is at %d, %v", n, ok)
	}
}

func TestSameRun(t *testing.T) {
	daily, alike := partitions(t, april), partitions(t, graph.Spec{Type: graph.Cron, Cron: "0 0 * * *", Format: "%Y-%m-%d", Start: "2024-03-30"})
	offset := graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: -1, EndOffset: -1}
	s := spaceOf(t,
		graph.Asset{Key: "u", Repository: "r", Checks: []graph.Check{{Name: "c"}}}, graph.Asset{Key: "v", Repository: "r"}, graph.Asset{Key: "other", Repository: "q"},
		graph.Asset{Key: "external", External: true, Repository: "r", Checks: []graph.Check{{Name: "c"}}}, graph.Asset{Key: "observed", Observable: true, Repository: "r"},
		graph.Asset{Key: "d", Repository: "r", Partitions: daily}, graph.Asset{Key: "e", Repository: "r", Partitions: alike},
		graph.Asset{Key: "s", Repository: "r", Partitions: partitions(t, abc)}, graph.Asset{Key: "t", Repository: "r", Partitions: partitions(t, abc)},
		graph.Asset{Key: "f", Repository: "r", Partitions: daily, Deps: []graph.Dep{{Key: "d", Mapping: &offset}, {Key: "e", Mapping: &graph.Mapping{Kind: graph.MapAll}}, {Key: "u"}}})
	for _, c := range []struct {
		down, up string
		want     bool
	}{
		{"v", "u", true}, {"v", "other", false}, {"v", "external", false}, {"external", "v", true}, {"v", "observed", false}, {"v", "d", false},
		{"u:c", "u", true}, {"u", "u:c", true}, {"u", "external:c", true}, {"e", "d", true}, {"f", "d", true}, {"f", "e", false}, {"f", "u", false}, {"e", "f", true},
		{"s", "t", true}, {"s", "d", false},
	} {
		if got := s.SameRun(find(t, s, c.down), find(t, s, c.up)); got != c.want {
			t.Errorf("%s can run with %s: %v", c.down, c.up, got)
		}
	}
}

func TestHolds(t *testing.T) {
	two := dims(t, april, areas)
	s := spaceOf(t, graph.Asset{Key: "u"}, graph.Asset{Key: "d", Partitions: partitions(t, april)}, graph.Asset{Key: "m", Partitions: partitions(t, two)}, graph.Asset{Key: "s", Partitions: partitions(t, abc)})
	for name, c := range map[string]struct {
		at      time.Time
		dynamic func(string) []string
		want    bool
	}{
		"now":              {noon, dynamicKeys, true},
		"the same day":     {noon.Add(11 * time.Hour), dynamicKeys, true},
		"the next day":     {noon.Add(12 * time.Hour), dynamicKeys, false},
		"another key":      {noon, func(name string) []string { return append(dynamicKeys(name), "new") }, false},
		"another order":    {noon, func(name string) []string { keys := dynamicKeys(name); slices.Reverse(keys); return keys }, false},
		"the day before":   {noon.Add(-24 * time.Hour), dynamicKeys, false},
		"midnight on time": {noon.Add(-12 * time.Hour), dynamicKeys, true},
	} {
		if got := s.Holds(c.at, c.dynamic); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
