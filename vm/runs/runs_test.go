package runs_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"auto/internal/recorded"
	"auto/vm/bits"
	"auto/vm/graph"
	"auto/vm/runs"
	"auto/vm/space"
)

func partitions(t testing.TB, s graph.Spec) *graph.Partitions {
	t.Helper()
	p, err := graph.NewPartitions(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// spaceOf lays out assets; what is requested of keys that are not defined has room.
func spaceOf(t testing.TB, at time.Time, requested map[string]any, assets ...graph.Asset) *space.Space {
	t.Helper()
	g, problems := graph.New(assets, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	undefined := map[string][]string{}
	for key, keys := range requested {
		undefined[key] = list(keys)
	}
	s, err := space.New(space.Input{Graph: g, At: at, Dynamic: recorded.Dynamic, Undefined: undefined})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// list gives keys as they come from JSON or a table; true is none.
func list(keys any) (out []string) {
	switch keys := keys.(type) {
	case []string:
		return keys
	case []any:
		for _, key := range keys {
			out = append(out, key.(string))
		}
	}
	return out
}

func setOf(t testing.TB, s *space.Space, requested map[string]any) bits.Set {
	t.Helper()
	set := bits.New(s.Bits)
	for name, keys := range requested {
		i, ok := s.Find(name)
		if !ok {
			t.Fatalf("no entity %s", name)
		}
		e := s.Entities[i]
		if keys == true {
			set.Add(e.Bit)
		}
		for _, key := range list(keys) {
			n, ok := e.Keys.Index(key)
			if !ok {
				t.Fatalf("%s has no key %s", name, key)
			}
			set.Add(e.Bit + n)
		}
	}
	return set
}

// partly is where no request stands for all partitions.
func partly(int) bool { return false }

func TestRunsEqualDagsters(t *testing.T) {
	ticks, err := recorded.Ticks()
	if err != nil {
		t.Fatal(err)
	}
	for _, tick := range ticks {
		assets, err := tick.Graph()
		if err != nil {
			t.Fatal(err)
		}
		s := spaceOf(t, tick.At, tick.Requested, assets...)
		got := singles(runs.Group(s, setOf(t, s, tick.Requested), partly, recorded.Conditioned(s)))
		if diff := cmp.Diff(tick.Runs, got); diff != "" {
			t.Errorf("%v: runs differ (-Dagster +got):\n%s", tick.Requested, diff)
		}
	}
}

// singles takes runs apart, one for each partition.
func singles(all []runs.Run) []recorded.Run {
	out := []recorded.Run{}
	for _, r := range all {
		if r.Partitions == nil {
			out = append(out, recorded.Run{Assets: r.Assets, Checks: r.Checks})
		}
		for i := range r.Partitions {
			out = append(out, recorded.Run{Assets: r.Assets, Checks: r.Checks, Partition: &r.Partitions[i]})
		}
	}
	recorded.Sort(out)
	return out
}

func TestGroup(t *testing.T) {
	at := time.Date(2026, 1, 10, 0, 5, 0, 0, time.UTC)
	ab, ba := partitions(t, graph.Spec{Type: graph.Static, Keys: []string{"b", "a"}}), partitions(t, graph.Spec{Type: graph.Static, Keys: []string{"b", "a"}})
	own := []graph.Check{{Name: "own", Condition: "missing()"}, {Name: "never", Condition: "missing()"}, {Name: "plain"}}
	assets := []graph.Asset{
		{Key: "A", Checks: own}, {Key: "B", Checks: []graph.Check{{Name: "plain"}}}, {Key: "C", Repository: "other"}, {Key: "B/C"},
		{Key: "S", Partitions: ab, Checks: []graph.Check{{Name: "p", Partitioned: true}, {Name: "u"}}}, {Key: "T", Partitions: ba}, {Key: "U", Partitions: ab, Repository: "other"},
	}
	for name, c := range map[string]struct {
		requested map[string]any
		want      []runs.Run
	}{
		"nothing":           {map[string]any{}, nil},
		"all checks along":  {map[string]any{"B": true}, []runs.Run{{Assets: []string{"B"}}}},
		"some checks along": {map[string]any{"A": true, "A:own": true, "B": true}, []runs.Run{{Assets: []string{"A", "B"}, Checks: []string{"A:own", "A:plain", "B:plain"}}}},
		"a condition, but not requested": {map[string]any{"A": true},
			[]runs.Run{{Assets: []string{"A"}, Checks: []string{"A:plain"}}}},
		"no check is left": {map[string]any{"A:own": true, "B/C": true},
			[]runs.Run{{Assets: []string{"B/C"}, Checks: []string{"A:own"}}}},
		"a check alone":            {map[string]any{"B:plain": true}, []runs.Run{{Assets: []string{}, Checks: []string{"B:plain"}}}},
		"repositories":             {map[string]any{"B": true, "C": true}, []runs.Run{{Assets: []string{"B"}}, {Assets: []string{"C"}}}},
		"repositories, partitions": {map[string]any{"S": []string{"a"}, "U": []string{"a"}}, []runs.Run{{Assets: []string{"S"}, Partitions: []string{"a"}}, {Assets: []string{"U"}, Partitions: []string{"a"}}}},
		"equal definitions, longer lists first": {map[string]any{"S": []string{"a", "b"}, "T": []string{"a"}},
			[]runs.Run{{Assets: []string{"S", "T"}, Partitions: []string{"a"}}, {Assets: []string{"S"}, Partitions: []string{"b"}}}},
		"in order, undefined last": {map[string]any{"S": []string{"z", "a", "x", "b"}, "T": []string{"b", "x", "a", "z"}},
			[]runs.Run{{Assets: []string{"S", "T"}, Partitions: []string{"b", "a", "x", "z"}}}},
		"undefined keys of one": {map[string]any{"S": []string{"x", "z"}, "T": []string{"z"}},
			[]runs.Run{{Assets: []string{"S", "T"}, Partitions: []string{"z"}}, {Assets: []string{"S"}, Partitions: []string{"x"}}}},
		"an unpartitioned check joins its asset": {map[string]any{"S": []string{"b"}, "S:u": true, "S:p": []string{"a"}},
			[]runs.Run{{Assets: []string{"S"}, Checks: []string{"S:p", "S:u"}, Partitions: []string{"b"}}}},
		"checks alone": {map[string]any{"S:u": true, "S:p": []string{"a"}},
			[]runs.Run{{Assets: []string{}, Checks: []string{"S:p"}, Partitions: []string{"a"}}, {Assets: []string{}, Checks: []string{"S:u"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := spaceOf(t, at, c.requested, assets...)
			if diff := cmp.Diff(c.want, runs.Group(s, setOf(t, s, c.requested), partly, recorded.Conditioned(s))); diff != "" {
				t.Errorf("runs differ (-want +got):\n%s", diff)
			}
		})
	}
}

func BenchmarkGroup100DailyAssetsOfThreeYears(b *testing.B) {
	at := time.Date(2026, 1, 10, 0, 5, 0, 0, time.UTC)
	daily := partitions(b, graph.Spec{Type: graph.Daily, Start: "2023-01-10"})
	var assets []graph.Asset
	for i := range 100 {
		assets = append(assets, graph.Asset{Key: "asset" + string(rune('a'+i/10)) + string(rune('0'+i%10)), Partitions: daily})
	}
	s := spaceOf(b, at, nil, assets...)
	set := bits.New(s.Bits)
	for i, e := range s.Entities {
		for n := range e.Keys.Len() {
			if n%(i+2) != 0 {
				set.Add(e.Bit + n)
			}
		}
	}
	for b.Loop() {
		runs.Group(s, set, partly, func(string) bool { return false })
	}
}
