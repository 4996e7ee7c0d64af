package facts_test

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"auto/runtime/facts"
	"auto/vm"
	"auto/vm/bits"
	"auto/vm/code"
	"auto/vm/graph"
	"auto/vm/space"
)

// history is what testdata/record.py writes: what happened, and all that Dagster 1.13.27
// says about it at each tick.
type history struct {
	Name       string
	Partitions map[string]json.RawMessage
	Ticks      []struct {
		At     int64
		Assets []assetSpec
		Events []eventSpec
		Facts  map[string]map[string]any
	}
}

type assetSpec struct {
	Key                             string
	External, Observable, Freshness bool
	Partitions                      json.RawMessage
	Checks                          []struct {
		Name        string
		Partitioned bool
	}
}

type eventSpec struct {
	Event                                     string
	At                                        int64
	Asset, Check, Partition, Run, Version, ID string
	Status, State, Name                       string
	Passed                                    bool
	Assets, Checks, Add, Delete               []string
	Tags                                      map[string]string
	Targets, Materialized, Failed             map[string][]string
}

func (e eventSpec) event() facts.Event {
	at := time.UnixMicro(e.At)
	switch e.Event {
	case "materialized":
		return facts.Materialized{Asset: e.Asset, Partition: e.Partition, Run: e.Run, DataVersion: e.Version, At: at}
	case "observed":
		return facts.Observed{Asset: e.Asset, Partition: e.Partition, DataVersion: e.Version, At: at}
	case "planned":
		return facts.Planned{Asset: e.Asset, Partition: e.Partition, Run: e.Run, At: at}
	case "checkplanned":
		return facts.CheckPlanned{Check: e.Check, Partition: e.Partition, Run: e.Run, At: at}
	case "run":
		return facts.RunStarted{Run: e.Run, Assets: e.Assets, Checks: e.Checks, Tags: e.Tags, Unplanned: true, At: at}
	case "status":
		return facts.RunStatus{Run: e.Run, Status: facts.Status(e.Status), At: at}
	case "checked":
		return facts.Checked{Check: e.Check, Partition: e.Partition, Run: e.Run, Passed: e.Passed, At: at}
	case "backfill":
		return facts.Backfill{ID: e.ID, Targets: e.Targets, Materialized: e.Materialized, FailedFor: e.Failed, Status: facts.Status(e.Status), At: at}
	case "wiped":
		return facts.Wiped{Asset: e.Asset, At: at}
	case "freshness":
		return facts.Freshness{Asset: e.Asset, State: e.State, At: at}
	case "dynamic":
		return facts.DynamicPartitions{Name: e.Name, Add: e.Add, Delete: e.Delete, At: at}
	}
	return nil
}

// player plays a history.
type player struct {
	t     *testing.T
	named map[string]json.RawMessage
	world *facts.World
	graph *graph.Graph
	space *space.Space
	ticks []vm.Since
}

// TestDagster compares every fact with what Dagster says. AUTO_FACTS_HISTORIES may name
// one more file of histories.
func TestDagster(t *testing.T) {
	files, err := filepath.Glob("testdata/*.jsonl.gz")
	if err != nil || len(files) == 0 {
		t.Fatal("no recorded histories:", err)
	}
	if more := os.Getenv("AUTO_FACTS_HISTORIES"); more != "" {
		files = append(files, more)
	}
	for _, file := range files {
		readHistories(t, file, func(h *history) {
			t.Run(h.Name, func(t *testing.T) { play(t, h) })
		})
	}
}

func readHistories(t *testing.T, file string, each func(*history)) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<26)
	for lines.Scan() {
		var h history
		if err := json.Unmarshal(lines.Bytes(), &h); err != nil {
			t.Fatal(file, err)
		}
		each(&h)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(file, err)
	}
}

func play(t *testing.T, h *history) {
	p := &player{t: t, named: h.Partitions, world: facts.New()}
	for n, tick := range h.Ticks {
		for _, e := range tick.Events {
			if err := p.world.Apply(e.event()); err != nil {
				t.Fatalf("tick %d: %+v: %v", n, e, err)
			}
		}
		if tick.Assets != nil {
			p.define(tick.Assets)
		}
		at := time.UnixMicro(tick.At).UTC()
		known := p.look(at)
		for _, entity := range slices.Sorted(maps.Keys(tick.Facts)) {
			p.compare(n, known, entity, tick.Facts[entity])
		}
		p.ticks = append(p.ticks, vm.Since{At: at, Event: known.LastEvent()})
	}
}

// look gives the facts of a tick. On every other tick the space stays if it can.
func (p *player) look(at time.Time) vm.Facts {
	s, err := space.New(space.Input{Graph: p.graph, At: at, Dynamic: p.world.Dynamic, Undefined: p.world.Undefined()})
	if err != nil {
		p.t.Fatal(err)
	}
	if p.space == nil || len(p.ticks)%2 == 0 || layout(s) != layout(p.space) {
		p.space = s
	}
	return p.world.Facts(p.space, at)
}

// layout writes the partitions of a space.
func layout(s *space.Space) string {
	var text strings.Builder
	for _, e := range s.Entities {
		fmt.Fprintf(&text, "%s %d", e.Key, e.Keys.Len())
		for n := range e.Keys.Total() {
			fmt.Fprintf(&text, " %s", e.Keys.Key(n))
		}
	}
	return text.String()
}

func (p *player) define(specs []assetSpec) {
	known := map[string]*graph.Partitions{}
	var assets []graph.Asset
	for _, s := range specs {
		a := graph.Asset{Key: s.Key, External: s.External, Observable: s.Observable, Freshness: s.Freshness}
		if len(s.Partitions) > 0 && string(s.Partitions) != "null" {
			text := string(s.Partitions)
			if known[text] == nil {
				known[text] = p.partitions(s.Partitions)
			}
			a.Partitions = known[text]
		}
		for _, c := range s.Checks {
			a.Checks = append(a.Checks, graph.Check{Name: c.Name, Partitioned: c.Partitioned})
		}
		assets = append(assets, a)
	}
	g, problems := graph.New(assets, nil)
	if len(problems) > 0 {
		p.t.Fatal(problems)
	}
	p.graph, p.space = g, nil
}

func (p *player) partitions(raw json.RawMessage) *graph.Partitions {
	var name string
	if json.Unmarshal(raw, &name) == nil {
		return p.partitions(p.named[name])
	}
	var s struct {
		Type, Start, End, Timezone, Format, Cron, Name string
		Keys                                           []string
		Minute                                         int `json:"minute_offset"`
		Hour                                           int `json:"hour_offset"`
		Day                                            int `json:"day_offset"`
		Ahead                                          int `json:"end_offset"`
		Dimensions                                     map[string]json.RawMessage
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		p.t.Fatal(string(raw), err)
	}
	spec := graph.Spec{
		Type: graph.Type(s.Type), Start: s.Start, End: s.End, Timezone: s.Timezone, Format: s.Format, Cron: s.Cron,
		Name: s.Name, Keys: s.Keys, Minute: s.Minute, Hour: s.Hour, Day: s.Day, EndOffset: s.Ahead,
	}
	for name, dimension := range s.Dimensions {
		if spec.Dimensions == nil {
			spec.Dimensions = map[string]*graph.Partitions{}
		}
		spec.Dimensions[name] = p.partitions(dimension)
	}
	made, err := graph.NewPartitions(spec)
	if err != nil {
		p.t.Fatal(string(raw), err)
	}
	return made
}

// recordedTags are the arguments that facts about tags were recorded with.
var recordedTags = []code.Fact{
	{},
	{TagKeys: []string{"team"}},
	{TagValues: map[string]string{"team": "red"}},
	{TagKeys: []string{"team", "mode"}, TagValues: map[string]string{"mode": "full"}},
}

// question is a fact as it is recorded.
type question struct {
	name  string
	fact  code.Fact
	since vm.Since
}

var currentQuestions = []question{
	{"missing", code.Fact{Kind: code.Missing}, vm.Since{}},
	{"in_progress", code.Fact{Kind: code.RunInProgress}, vm.Since{}},
	{"failed", code.Fact{Kind: code.ExecutionFailed}, vm.Since{}},
	{"backfill", code.Fact{Kind: code.BackfillInProgress}, vm.Since{}},
	{"passed", code.Fact{Kind: code.CheckPassed}, vm.Since{}},
	{"check_failed", code.Fact{Kind: code.CheckFailed}, vm.Since{}},
	{"fresh_pass", code.Fact{Kind: code.FreshnessPassed}, vm.Since{}},
	{"fresh_warn", code.Fact{Kind: code.FreshnessWarned}, vm.Since{}},
	{"fresh_fail", code.Fact{Kind: code.FreshnessFailed}, vm.Since{}},
}

// questions are all that is recorded at a tick: what holds, and what is new since each of
// up to three ticks before.
func (p *player) questions() []question {
	all := slices.Clone(currentQuestions)
	for i, tags := range recordedTags {
		tags.Kind = code.ExecutedWithTags
		all = append(all, question{fmt.Sprint("executed_", i), tags, vm.Since{}})
	}
	for back := range min(len(p.ticks), 3) {
		since := p.ticks[len(p.ticks)-1-back]
		all = append(all,
			question{fmt.Sprint("updated_", back), code.Fact{Kind: code.NewlyUpdated}, since},
			question{fmt.Sprint("version_", back), code.Fact{Kind: code.DataVersionChanged}, since})
		for i, tags := range recordedTags {
			tags.Kind = code.AnyNewUpdateHasRunTags
			all = append(all, question{fmt.Sprintf("any_%d_%d", back, i), tags, since})
			tags.Kind = code.AllNewUpdatesHaveTags
			all = append(all, question{fmt.Sprintf("all_%d_%d", back, i), tags, since})
		}
	}
	return all
}

// compare looks at everything that is recorded about an entity, and that nothing else
// holds.
func (p *player) compare(tick int, known vm.Facts, key string, recorded map[string]any) {
	i, ok := p.space.Find(key)
	if !ok {
		p.t.Fatalf("no %s", key)
	}
	for _, q := range p.questions() {
		if recorded[q.name] == "error" { // Dagster does not answer
			continue
		}
		set := known.Set(q.fact, q.since)
		if q.name == "missing" { // recorded of the defined partitions
			set = p.defined(i, set)
		}
		got, want := p.write(i, set), fmt.Sprint(sorted(recorded[q.name]))
		if got != want {
			p.t.Errorf("tick %d: %s %s: got %s, Dagster says %s", tick, key, q.name, got, want)
		}
	}
	p.compareRoots(tick, known, i, recorded)
	p.compareTimes(tick, known, i, recorded)
}

func sorted(value any) any {
	list, ok := value.([]any)
	if !ok {
		return value
	}
	slices.SortFunc(list, func(a, b any) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return list
}

// defined gives what is in a set of the partitions that the definition of an entity has.
func (p *player) defined(i int, set bits.Set) bits.Set {
	e := &p.space.Entities[i]
	defined := bits.New(p.space.Bits)
	defined.AddRange(e.Bit, e.Bit+e.Keys.Len())
	defined.And(defined, set)
	return defined
}

// write gives the partitions of an entity in a set as they are recorded.
func (p *player) write(i int, set bits.Set) string {
	e := &p.space.Entities[i]
	var list []any
	for n := range e.Keys.Total() {
		if set.Has(e.Bit + n) {
			list = append(list, e.Keys.Key(n))
		}
	}
	switch {
	case list == nil:
		return fmt.Sprint(nil)
	case e.Keys == nil:
		return fmt.Sprint(true)
	}
	return fmt.Sprint(sorted(list))
}

func (p *player) compareRoots(tick int, known vm.Facts, i int, recorded map[string]any) {
	e := &p.space.Entities[i]
	if e.Check != nil && e.Keys != nil {
		return
	}
	for root := range p.space.Entities {
		if root == i {
			continue
		}
		set := bits.New(p.space.Bits)
		if number, ok := known.LatestRunSelects(i, root); ok {
			set.Add(e.Bit + number)
		}
		name := "root_" + p.space.Entities[root].Key
		if got, want := p.write(i, set), fmt.Sprint(sorted(recorded[name])); got != want {
			p.t.Errorf("tick %d: %s %s: got %s, Dagster says %s", tick, e.Key, name, got, want)
		}
	}
}

func (p *player) compareTimes(tick int, known vm.Facts, i int, recorded map[string]any) {
	e := &p.space.Entities[i]
	if e.Check != nil {
		return
	}
	times, _ := recorded["times"].(map[string]any)
	for n := range e.Keys.Len() {
		var got any
		if at, ok := known.UpdatedAt(i, n); ok {
			got = float64(at.UnixMicro())
		}
		if want := times[e.Keys.Key(n)]; got != want {
			p.t.Errorf("tick %d: %s updated at %s: got %v, Dagster says %v", tick, e.Key, e.Keys.Key(n), got, want)
		}
	}
}
