// Package random draws asset graphs, conditions and histories from a seed, for tests that
// hold two ways of evaluating against each other.
package random

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"auto/runtime/facts"
	"auto/vm/graph"
)

// World is a graph with conditions and what happens to it.
type World struct {
	Assets []graph.Asset
	// Conditions are texts by entity key.
	Conditions map[string]string
	Ticks      []Tick
}

// Tick is an evaluation with the events before it.
type Tick struct {
	At     time.Time
	Events []facts.Event
	// Conditions are those edited before the tick, by entity key; "" removes one.
	Conditions map[string]string
}

// drawer draws one world.
type drawer struct {
	*rand.Rand
	World
	definitions []*graph.Partitions
	// keys are partition keys to use for each definition, also ones that do not exist.
	keys map[*graph.Partitions][]string
	runs int
	at   time.Time
	now  time.Time
}

// Draw draws a world. Equal seeds give equal worlds.
func Draw(seed uint64) World {
	d := &drawer{Rand: rand.New(rand.NewPCG(seed, 4)), keys: map[*graph.Partitions][]string{}}
	d.Conditions = map[string]string{}
	d.at = time.Date(2026, 1, 10, d.IntN(24), d.IntN(60), 0, 0, time.UTC)
	d.definitions = d.drawDefinitions()
	for i := range 3 + d.IntN(6) {
		d.asset(i)
	}
	for range 3 + d.IntN(4) {
		d.tick()
	}
	return d.World
}

func (d *drawer) drawDefinitions() []*graph.Partitions {
	specs := []graph.Spec{
		{Type: graph.Daily, Start: "2026-01-06", EndOffset: d.IntN(2)},
		{Type: graph.Hourly, Start: "2026-01-09T12:00:00"},
		{Type: graph.Weekly, Start: "2025-12-21"},
		{Type: graph.Static, Keys: []string{"a", "b", "c"}},
		{Type: graph.Static, Keys: []string{"b", "c", "d"}},
		{Type: graph.Dynamic, Name: "customers"},
	}
	daily, static := must(specs[0]), must(specs[3])
	specs = append(specs, graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{"day": daily, "region": static}})
	out := []*graph.Partitions{nil, nil}
	for _, i := range d.Perm(len(specs))[:1+d.IntN(3)] {
		p := must(specs[i])
		d.keys[p] = keysOf(p)
		out = append(out, p)
	}
	return out
}

func must(s graph.Spec) *graph.Partitions {
	p, err := graph.NewPartitions(s)
	if err != nil {
		panic(err)
	}
	return p
}

func keysOf(p *graph.Partitions) []string {
	days := []string{"2026-01-06", "2026-01-07", "2026-01-08", "2026-01-09", "2026-01-10", "2026-01-30"}
	switch p.Type {
	case graph.Daily:
		return days
	case graph.Hourly:
		return []string{"2026-01-09-12:00", "2026-01-09-13:00", "2026-01-10-00:00", "2026-01-10-05:00", "2026-01-10-06:00"}
	case graph.Weekly:
		return []string{"2025-12-21", "2025-12-28", "2026-01-04"}
	case graph.Dynamic:
		return []string{"x", "y", "z"}
	case graph.Multi:
		var keys []string
		for _, day := range days {
			keys = append(keys, day+"|a", day+"|b")
		}
		return keys
	}
	return append([]string{"q"}, p.Keys...)
}

func (d *drawer) asset(i int) {
	a := graph.Asset{Key: fmt.Sprintf("%s/a%d", pick(d, "raw", "mart", "x"), i), Group: pick(d, "g", "h"), CodeVersion: pick(d, "", "1", "2"), Partitions: pick(d, d.definitions...)}
	a.External = i > 0 && d.IntN(12) == 0
	for _, n := range d.Perm(len(d.Assets))[:d.IntN(1+min(3, len(d.Assets)))] {
		a.Deps = append(a.Deps, graph.Dep{Key: d.Assets[n].Key, Mapping: d.mapping(d.Assets[n].Partitions, a.Partitions)})
	}
	if d.IntN(3) == 0 && !a.External {
		a.Checks = append(a.Checks, graph.Check{Name: "c", Blocking: d.IntN(2) == 0, Condition: ""})
	}
	d.Assets = append(d.Assets, a)
	if d.IntN(5) > 0 && !a.External {
		d.Conditions[a.Key] = d.condition(3)
	}
}

func (d *drawer) mapping(up, down *graph.Partitions) *graph.Mapping {
	if up != nil && up.IsTime() && down != nil && down.IsTime() && d.IntN(3) == 0 {
		return &graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: -d.IntN(2)}
	}
	if up != nil && d.IntN(6) == 0 {
		return &graph.Mapping{Kind: graph.MapAll}
	}
	return nil
}

func pick[T any](d *drawer, items ...T) T { return items[d.IntN(len(items))] }

// keyList draws partition keys of an asset; nil for none.
func (d *drawer) keyList(a *graph.Asset) []string {
	if a.Partitions == nil {
		return nil
	}
	var out []string
	for _, key := range d.keys[a.Partitions] {
		if d.IntN(3) == 0 {
			out = append(out, key)
		}
	}
	return out
}

func (d *drawer) tick() {
	d.at = d.at.Add(time.Duration(1+d.IntN(120)) * time.Minute)
	t := Tick{At: d.at}
	d.now = d.at.Add(-time.Minute)
	for range d.IntN(5) {
		t.Events = append(t.Events, d.events()...)
	}
	if d.IntN(8) == 0 {
		a := pick(d, d.Assets...)
		if !a.External {
			t.Conditions = map[string]string{a.Key: pick(d, "", d.condition(2), d.Conditions[a.Key])}
		}
	}
	d.Ticks = append(d.Ticks, t)
}

func (d *drawer) events() []facts.Event {
	a := pick(d, d.Assets...)
	d.now = d.now.Add(time.Duration(d.IntN(10)) * time.Second)
	switch d.IntN(7) {
	case 0:
		return []facts.Event{facts.DynamicPartitions{Name: "customers", Add: []string{pick(d, "x", "y", "z")}, At: d.now}}
	case 1:
		return []facts.Event{facts.DynamicPartitions{Name: "customers", Delete: []string{pick(d, "x", "y", "z")}, At: d.now}}
	case 2:
		return d.run(a)
	case 3:
		if len(a.Checks) > 0 {
			return []facts.Event{facts.Checked{Check: a.Key + ":c", Passed: d.IntN(2) == 0, At: d.now}}
		}
	case 4:
		return []facts.Event{facts.Wiped{Asset: a.Key, At: d.now}}
	}
	return d.materialized(a, "")
}

func (d *drawer) materialized(a graph.Asset, run string) []facts.Event {
	var out []facts.Event
	if a.Partitions == nil {
		return []facts.Event{facts.Materialized{Asset: a.Key, Run: run, At: d.now, DataVersion: pick(d, "", "v1", "v2")}}
	}
	for _, key := range d.keyList(&a) {
		out = append(out, facts.Materialized{Asset: a.Key, Partition: key, Run: run, At: d.now})
	}
	return out
}

// run draws a run that may select a second asset and ends in some way, or not yet.
func (d *drawer) run(a graph.Asset) []facts.Event {
	d.runs++
	id := fmt.Sprintf("run%d", d.runs)
	started := facts.RunStarted{Run: id, Assets: []string{a.Key}, At: d.now}
	if a.Partitions != nil {
		started.Partition = pick(d, d.keys[a.Partitions]...)
	}
	if other := pick(d, d.Assets...); other.Key != a.Key && other.Partitions == a.Partitions && !other.External {
		started.Assets = append(started.Assets, other.Key)
	}
	if d.IntN(2) == 0 {
		started.Tags = map[string]string{"team": pick(d, "a", "b")}
	}
	out := []facts.Event{started, facts.RunStatus{Run: id, Status: facts.Started, At: d.now}}
	if d.IntN(2) == 0 {
		out = append(out, facts.Materialized{Asset: a.Key, Partition: started.Partition, Run: id, At: d.now})
	}
	if end := pick(d, "", facts.Success, facts.Failure, facts.Canceled); end != "" {
		out = append(out, facts.RunStatus{Run: id, Status: end, At: d.now})
	}
	return out
}

var operands = strings.Fields(`missing() in_progress() run_in_progress() execution_failed() newly_updated() newly_requested()
	newly_missing() will_be_requested() initial_evaluation() code_version_changed() data_version_changed() in_latest_time_window()
	in_latest_time_window(lookback_delta=2d) executed_with_root_target() executed_with_tags(tag_keys=["team"]) cron_tick_passed("@hourly")
	any_new_update_has_run_tags(tag_values={"team":"a"}) all_new_updates_have_run_tags(tag_keys=["team"]) eager() on_missing() on_cron("@hourly")
	any_deps_updated() any_deps_missing() any_deps_in_progress() all_deps_blocking_checks_passed() all_deps_updated_since_cron("@hourly")
	any_downstream_conditions()`)

// condition draws the text of a condition for an asset.
func (d *drawer) condition(depth int) string {
	if depth == 0 || d.IntN(4) == 0 {
		return pick(d, operands...)
	}
	inner := func() string { return d.condition(depth - 1) }
	switch d.IntN(11) {
	case 0, 1:
		return "(" + inner() + " & " + inner() + ")"
	case 2:
		return "(" + inner() + " | " + inner() + ")"
	case 3:
		return "~" + inner()
	case 4:
		return inner() + ".since(" + inner() + ")"
	case 5:
		return inner() + ".newly_true()"
	case 6:
		return "any_deps_match(" + inner() + ")" + pick(d, "", `.allow(groups("g"))`, `.ignore(key_prefixes("raw"))`)
	case 7:
		return "all_deps_match(" + inner() + ")" + pick(d, "", `.ignore(groups("h"))`)
	case 8:
		return "asset_matches(\"" + d.known() + "\", " + inner() + ")"
	case 9:
		return pick(d, "any", "all") + "_checks_match(" + pick(d, "check_passed()", "missing()", "check_failed() | newly_updated()") + ")"
	}
	return inner() + ".since_last_handled()"
}

// known draws the key of an asset that is defined already.
func (d *drawer) known() string {
	if len(d.Assets) == 0 {
		return "raw/a0"
	}
	return pick(d, d.Assets...).Key
}
