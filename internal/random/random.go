// Package random draws scenarios from a seed: asset graphs of all kinds, conditions, and
// histories with edits, for tests that hold two ways of evaluating against each other.
package random

import (
	"fmt"
	"math/rand/v2"
	"time"

	"auto/lang/source"
	"auto/runtime/graphdoc"
	"auto/runtime/scenario"
	"auto/vm/graph"
	"auto/vm/space"
)

// attempts is how many worlds are drawn for one seed until one is accepted: what is put
// together at random may be refused, such as a condition that a check cannot have.
const attempts = 50

// Draw draws a scenario without expectations. Equal seeds give equal scenarios. It fails
// where nothing that is drawn for the seed is accepted.
func Draw(seed uint64) (*scenario.Scenario, error) {
	var err error
	for attempt := range uint64(attempts) {
		d := &drawer{Rand: rand.New(rand.NewPCG(seed, attempt)), dynamic: map[string][]string{}}
		s, findings := scenario.Read(source.New(fmt.Sprintf("random/%d.yaml", seed), scenario.Write(d.world(seed))))
		if !findings.HasErrors() {
			return s, nil
		}
		err = findings[0]
	}
	return nil, fmt.Errorf("seed %d: %w", seed, err)
}

// drawer draws one world.
type drawer struct {
	*rand.Rand
	scenario.Scenario
	// zone and base: times are drawn around an instant, in some worlds one at which the
	// clocks of the zone change.
	zone string
	base time.Time
	// kinds are the definitions that assets choose from, nil for none; all may be edited to.
	kinds, all []*graphdoc.Definition
	// at is the instant of the tick that is drawn, past what happened last.
	at, past time.Time
	// dynamic are the keys by definition, runs those that have not ended.
	dynamic map[string][]string
	names   int
	runs    []scenario.RunChange
}

func (d *drawer) world(seed uint64) *scenario.Scenario {
	d.Name = fmt.Sprintf("random/%d", seed)
	d.begin()
	d.definitions()
	d.graph()
	written := d.written()
	d.at, d.past = d.base, d.base.Add(-time.Hour)
	for range 3 + d.IntN(6) {
		d.tick()
	}
	d.Assets = written
	return &d.Scenario
}

// written copies the assets as they are before anything is edited.
func (d *drawer) written() []*scenario.Asset {
	var out []*scenario.Asset
	for _, a := range d.Assets {
		doc, own := *a.Asset, *a
		own.Asset = &doc
		out = append(out, &own)
	}
	return out
}

// changes are instants near which clocks change.
var changes = []struct{ zone, at string }{
	{"Europe/Paris", "2026-03-29T00:20:00Z"}, {"Europe/Paris", "2026-10-25T00:10:00Z"},
	{"America/New_York", "2026-03-08T06:30:00Z"}, {"America/New_York", "2026-11-01T05:20:00Z"},
	{"Australia/Lord_Howe", "2026-04-04T14:40:00Z"},
}

func (d *drawer) begin() {
	d.zone = "UTC"
	d.base = time.Date(2026, time.Month(1+d.IntN(5)), 1+d.IntN(27), pick(d, 0, 12, 22, 23), pick(d, 0, 20, 58), pick(d, 0, 30), 0, time.UTC)
	if d.chance(4) {
		c := pick(d, changes...)
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			panic(err)
		}
		d.zone, d.base = c.zone, at
	}
}

// pick draws one of some items.
func pick[T any](d *drawer, items ...T) T { return items[d.IntN(len(items))] }

// some draws a few of some items, in their order.
func some[T any](d *drawer, items []T, most int) []T {
	var out []T
	for i, item := range items {
		if n := min(most, len(items)) - len(out); n > 0 && d.IntN(len(items)-i) < n && d.IntN(2) == 0 {
			out = append(out, item)
		}
	}
	return out
}

// chance is true once in n times.
func (d *drawer) chance(n int) bool { return d.IntN(n) == 0 }

func (d *drawer) name(letter string) string {
	d.names++
	return fmt.Sprintf("%s%d", letter, d.names)
}

// definitions draws the partitions definitions of the world.
func (d *drawer) definitions() {
	day := func(back int) string { return d.base.AddDate(0, 0, -back).Format(time.DateOnly) }
	hour := func(back int) string {
		return d.base.Add(-time.Duration(back) * time.Hour).Format("2006-01-02T15:00:00")
	}
	days := pick(d, 2, 3, 4, 8)
	daily := d.define("daily", graph.Spec{Type: graph.Daily, Start: day(days), EndOffset: pick(d, 0, 0, 0, 1, -1), Hour: pick(d, 0, 0, 0, 2)})
	letters := d.define("static", graph.Spec{Type: graph.Static, Keys: []string{"a", "b", "c"}})
	others := d.define("static2", graph.Spec{Type: graph.Static, Keys: []string{"c", "x", "b", "y"}})
	d.all = []*graphdoc.Definition{
		daily, letters, others,
		d.define("hourly", graph.Spec{Type: graph.Hourly, Start: hour(pick(d, 2, 5, 26)), Minute: pick(d, 0, 0, 15)}),
		d.define("weekly", graph.Spec{Type: graph.Weekly, Start: day(22), Day: pick(d, 0, 0, 3)}),
		d.define("monthly", graph.Spec{Type: graph.Monthly, Start: "2025-11-01"}),
		d.define("custom", graph.Spec{Type: graph.Cron, Cron: pick(d, "0 */6 * * *", "30 9 * * 1-5"), Start: day(days), Format: "%Y-%m-%d-%H:%M"}),
		d.define("ended", graph.Spec{Type: graph.Daily, Start: day(days), End: day(1)}),
		d.define("daily_tz", graph.Spec{Type: graph.Daily, Start: day(days), Timezone: d.zone}),
		d.define("hourly_tz", graph.Spec{Type: graph.Hourly, Start: hour(pick(d, 2, 5)), Timezone: d.zone}),
		d.define("dynamic", graph.Spec{Type: graph.Dynamic, Name: "customers"}),
		d.define("dynamic2", graph.Spec{Type: graph.Dynamic, Name: "vendors"}),
		d.multi("multi", map[string]*graphdoc.Definition{"date": daily, "kind": letters}),
		d.multi("multi2", map[string]*graphdoc.Definition{"kind": letters, "letter": others}),
	}
	d.kinds = []*graphdoc.Definition{nil}
	for range 1 + d.IntN(3) {
		d.kinds = append(d.kinds, pick(d, d.all...))
	}
	if d.chance(4) {
		d.kinds = []*graphdoc.Definition{nil}
	}
	d.Partitions = d.all
}

func (d *drawer) define(name string, s graph.Spec) *graphdoc.Definition {
	p, err := graph.NewPartitions(s)
	if err != nil {
		panic(err) // the tables here are wrong
	}
	return &graphdoc.Definition{Name: name, Spec: s, Partitions: p}
}

func (d *drawer) multi(name string, dimensions map[string]*graphdoc.Definition) *graphdoc.Definition {
	s := graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{}}
	for dimension, definition := range dimensions {
		s.Dimensions[dimension] = definition.Partitions
	}
	out := d.define(name, s)
	out.Dimensions = dimensions
	return out
}

// keys gives the partition keys that a definition has at the tick.
func (d *drawer) keys(p *graph.Partitions) []string {
	all := space.NewKeys(p, d.at, func(name string) []string { return d.dynamic[name] }, nil)
	keys := make([]string, all.Len())
	for i := range keys {
		keys[i] = all.Key(i)
	}
	return keys
}
