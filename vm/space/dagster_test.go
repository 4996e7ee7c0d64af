package space_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"auto/vm/bits"
	"auto/vm/graph"
	"auto/vm/space"
)

// recorded is a line of testdata/relations.jsonl.gz.
type recorded struct {
	At       time.Time
	Up, Down *spec
	Mapping  *mapping
	Count    struct{ Up, Down *int }
	Latest   []struct {
		Lookback int
		To       any
	}
	Answers []struct {
		Direction string
		From, To  any
		All       bool // the answer stands for all partitions
	}
	// Lacking are those of the keys asked about that require what the dependency lacks.
	Lacking   []string
	Undefined struct{ Up, Down []string }
	Error     string
}

type spec struct {
	Type                 graph.Type
	Start, End, Timezone string
	Minute               int `json:"minute_offset"`
	Hour                 int `json:"hour_offset"`
	Day                  int `json:"day_offset"`
	EndOffset            int `json:"end_offset"`
	Format, Cron         string
	Keys                 []string
	Name                 string
	Dimensions           map[string]*spec
}

func (s *spec) build(t *testing.T) *graph.Partitions {
	t.Helper()
	if s == nil {
		return nil
	}
	out := graph.Spec{Type: s.Type, Start: s.Start, End: s.End, Timezone: s.Timezone, Minute: s.Minute, Hour: s.Hour, Day: s.Day,
		EndOffset: s.EndOffset, Format: s.Format, Cron: s.Cron, Keys: s.Keys, Name: s.Name}
	if s.Dimensions != nil {
		out.Dimensions = map[string]*graph.Partitions{}
	}
	for name, d := range s.Dimensions {
		out.Dimensions[name] = d.build(t)
	}
	return partitions(t, out)
}

func partitions(t testing.TB, s graph.Spec) *graph.Partitions {
	t.Helper()
	p, err := graph.NewPartitions(s)
	if err != nil {
		t.Fatalf("%+v: %v", s, err)
	}
	return p
}

type mapping struct {
	Type        graph.MappingKind
	StartOffset int  `json:"start_offset"`
	EndOffset   int  `json:"end_offset"`
	Allow       bool `json:"allow_nonexistent_upstream_partitions"`
	Map         map[string][]string
	Keys        []string
	Dimension   string
	Dimensions  map[string]struct {
		Dimension string
		Mapping   *mapping
	}
}

func (m *mapping) build() *graph.Mapping {
	if m == nil {
		return nil
	}
	out := &graph.Mapping{Kind: m.Type, StartOffset: m.StartOffset, EndOffset: m.EndOffset, AllowNonexistent: m.Allow, Static: m.Map, Keys: m.Keys, Dimension: m.Dimension}
	if m.Dimensions != nil {
		out.Dimensions = map[string]graph.DimensionMapping{}
	}
	for name, d := range m.Dimensions {
		out.Dimensions[name] = graph.DimensionMapping{Dimension: d.Dimension, Mapping: d.Mapping.build()}
	}
	return out
}

// dynamicKeys are those of the recording, in order of addition.
func dynamicKeys(name string) []string {
	return map[string][]string{"customers": {"c3", "c1", "a", "c2"}, "regions": {"a", "b", "eu", "us"}}[name]
}

// lines reads a recording.
func lines(t *testing.T, name string) (all []recorded) {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(bufio.NewReader(unzipped)); d.More(); {
		var line recorded
		if err := d.Decode(&line); err != nil {
			t.Fatal(err)
		}
		all = append(all, line)
	}
	return all
}

func TestRelationsEqualDagsters(t *testing.T) {
	for i, line := range lines(t, "testdata/relations.jsonl.gz") {
		up := space.NewKeys(line.Up.build(t), line.At, dynamicKeys, line.Undefined.Up)
		down := space.NewKeys(line.Down.build(t), line.At, dynamicKeys, line.Undefined.Down)
		checkCount(t, i, up, line.Count.Up)
		checkCount(t, i, down, line.Count.Down)
		checkLatest(t, i, up, line)
		r, err := space.Relate(down, up, line.Mapping.build())
		neverAsked := up.Len()*down.Len() == 0 && line.Error == ""
		if (err != nil) != (line.Error != "") && !neverAsked {
			t.Errorf("%d: Relate fails with %v, Dagster with %q", i, err, line.Error)
		}
		if wrong := (*graph.FieldError)(nil); err != nil && !errors.As(err, &wrong) {
			t.Errorf("%d: %T is not a *graph.FieldError", i, err)
		}
		if err == nil {
			checkAnswers(t, i, r, down, up, line)
			checkLacking(t, i, down, up, line)
		}
	}
}

func checkCount(t *testing.T, i int, k *space.Keys, want *int) {
	t.Helper()
	if want != nil && k.Len() != *want {
		t.Errorf("%d: %d keys, Dagster has %d", i, k.Len(), *want)
	}
}

func checkLatest(t *testing.T, i int, k *space.Keys, line recorded) {
	t.Helper()
	for _, l := range line.Latest {
		set := bits.New(k.Total())
		k.AddLatest(set, time.Duration(l.Lookback)*time.Second)
		if diff := cmp.Diff(l.To, written(k, set)); diff != "" {
			t.Errorf("%d: latest with lookback %d differs (-Dagster +got):\n%s", i, l.Lookback, diff)
		}
	}
}

func checkAnswers(t *testing.T, i int, r *space.Relation, down, up *space.Keys, line recorded) {
	t.Helper()
	for _, a := range line.Answers {
		source, target, move, moveAll := down, up, r.Up, r.UpAll
		if a.Direction == "down" {
			source, target, move, moveAll = up, down, r.Down, r.DownAll
		}
		got := bits.New(target.Total())
		from := a.From == "all"
		if from {
			moveAll(got)
		} else {
			move(got, setOf(t, source, a.From))
		}
		if empty := !from && setOf(t, source, a.From).IsEmpty(); !empty && r.ForAll(a.Direction == "up", from) != a.All {
			t.Errorf("%d: %s %v by %+v stands for all: %v, Dagster's: %v", i, a.Direction, a.From, line.Mapping, !a.All, a.All)
		}
		if diff := cmp.Diff(a.To, written(target, got)); diff != "" {
			t.Errorf("%d: %s %v by %+v differs (-Dagster +got):\n%s", i, a.Direction, a.From, line.Mapping, diff)
		}
	}
}

// checkLacking compares the keys that the recording asked about: both ends of a long
// definition, and some between.
func checkLacking(t *testing.T, i int, down, up *space.Keys, line recorded) {
	t.Helper()
	set, err := space.Lacking(down, up, line.Mapping.build(), space.Nonexistent)
	if err != nil {
		t.Fatal(err)
	}
	if down == nil || up == nil {
		if !set.IsEmpty() || len(line.Lacking) > 0 {
			t.Errorf("%d: %v without partitions, Dagster has %v", i, set, line.Lacking)
		}
		return
	}
	got := []string{}
	for n := range down.Len() {
		if (n < 30 || n >= down.Len()-30 || n%37 == 0) && set.Has(n) {
			got = append(got, down.Key(n))
		}
	}
	if diff := cmp.Diff(line.Lacking, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%d: lacking of %v by %+v differs (-Dagster +got):\n%s", i, line.At, line.Mapping, diff)
	}
}

// written gives a set as the recording writes it: true, or a list of keys and ranges.
func written(k *space.Keys, set bits.Set) any {
	if k == nil {
		return set.Has(0)
	}
	list := []any{}
	for _, key := range k.Collapse(set) {
		list = append(list, key)
	}
	return list
}

func setOf(t *testing.T, k *space.Keys, list any) bits.Set {
	t.Helper()
	set := bits.New(k.Total())
	var names []string
	for _, item := range list.([]any) {
		names = append(names, item.(string))
	}
	keys, err := k.Expand(names)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		n, ok := k.Index(key)
		if !ok {
			t.Fatalf("no key %s", key)
		}
		set.Add(n)
	}
	return set
}
