package automation

import (
	"fmt"
	"testing"
	"time"

	"auto/runtime/events"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

func partitions(t *testing.T, spec graph.Spec) *graph.Partitions {
	p, err := graph.NewPartitions(spec)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDoubts(t *testing.T) {
	daily := partitions(t, graph.Spec{Type: graph.Daily, Start: "2026-01-01"})
	customers := partitions(t, graph.Spec{Type: graph.Dynamic, Name: "customers"})
	eu := partitions(t, graph.Spec{Type: graph.Static, Keys: []string{"eu", "us"}})
	g, problems := graph.New([]graph.Asset{
		{Key: "orders", Partitions: daily, Checks: []graph.Check{{Name: "full"}}}, {Key: "total"},
		{Key: "profile", Partitions: customers}, {Key: "stock", Partitions: eu},
	}, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	now := time.Date(2026, 1, 3, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		about string
		event events.Event
		want  []string
	}{
		{"a partition", events.Event{Type: events.Materialization, Asset: "orders", Partition: "2026-01-02"}, nil},
		{"none, and none is needed", events.Event{Type: events.Materialization, Asset: "total"}, nil},
		{"an asset that is unknown", events.Event{Type: events.Materialization, Asset: "x", Partition: "y"}, nil},
		{"a dynamic key that may come", events.Event{Type: events.Materialization, Asset: "profile", Partition: "acme"}, nil},
		{"no partition", events.Event{Type: events.Materialization, Asset: "orders"}, []string{"`orders` has partitions, and the event names none."}},
		{"a partition of none", events.Event{Type: events.Observation, Asset: "total", Partition: "eu"}, []string{"`total` has no partitions, and the event names `eu`."}},
		{"a key that is none", events.Event{Type: events.Materialization, Asset: "stock", Partition: "apac"}, []string{"`stock` has no partition `apac`: the static partitions have no key `apac`."}},
		{"a window to come", events.Event{Type: events.Materialization, Asset: "orders", Partition: "2026-01-03"}, []string{"`orders` has no partition `2026-01-03`: the window `2026-01-03` has not ended at 2026-01-03T12:00:00Z, and is no partition before; `end_offset: 1` makes the present window one."}},
		{"a check of all", events.Event{Type: events.Check, Check: "orders:full"}, nil},
		{"a check of a key that is none", events.Event{Type: events.Check, Check: "orders:full", Partition: "x"}, []string{"`orders` has no partition `x`: `x` is no key in the format `%Y-%m-%d`."}},
		{"a run of both kinds", events.Event{Type: events.Run, Assets: []string{"orders", "total"}, Partition: "2026-01-02"}, nil},
		{"a run of a key that is none", events.Event{Type: events.Run, Assets: []string{"total", "stock"}, Partition: "x"}, []string{"`stock` has no partition `x`: the static partitions have no key `x`."}},
		{"a definition", events.Event{Type: events.Partitions, Name: "customers", Add: []string{"a"}}, nil},
		{"a definition that no asset has", events.Event{Type: events.Partitions, Name: "custmers", Add: []string{"a"}}, []string{"No asset has the dynamic partitions `custmers`. Did you mean `customers`?"}},
	} {
		if diff := cmp.Diff(c.want, doubts(g, now, []events.Event{c.event, c.event})); diff != "" {
			t.Errorf("%s: %s", c.about, diff)
		}
	}
	var many []events.Event
	for i := range maxDoubts + 2 {
		many = append(many, events.Event{Type: events.Materialization, Asset: "stock", Partition: fmt.Sprint(i)})
	}
	if got := doubts(g, now, many); len(got) != maxDoubts+1 || got[maxDoubts] != "And 2 more like these." {
		t.Error(got)
	}
	if doubts(nil, now, many) != nil {
		t.Error("without a project nothing is known")
	}
}
