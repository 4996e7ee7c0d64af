// Package recorded has the runs that Dagster made of what its ticks requested
// (testdata/record.py), for the tests of whatever makes runs.
package recorded

import (
	"bytes"
	"cmp"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"auto/vm/graph"
	"auto/vm/space"
)

//go:embed testdata/runs.jsonl.gz
var runs []byte

// Tick is what a tick requested, and the runs that were made of it, sorted.
type Tick struct {
	At     time.Time
	Assets []asset
	// Requested has true or a list of keys, by entity.
	Requested map[string]any
	Runs      []Run
}

// Run is a run of one partition, nil for none.
type Run struct {
	Assets, Checks []string
	Partition      *string
}

type asset struct {
	Key        string
	Partitions *spec
	Checks     []struct {
		Name                   string
		Partitioned, Condition bool
	}
	External bool
}

type spec struct {
	Type       graph.Type
	Start      string
	Keys       []string
	Name       string
	Dimensions map[string]*spec
}

// Ticks gives the recorded ticks, at least 400. An error is one of the recording.
func Ticks() ([]Tick, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(runs))
	if err != nil {
		return nil, err
	}
	var ticks []Tick
	for lines := json.NewDecoder(unzipped); lines.More(); {
		var t Tick
		if err := lines.Decode(&t); err != nil {
			return nil, err
		}
		Sort(t.Runs)
		ticks = append(ticks, t)
	}
	if len(ticks) < 400 {
		return nil, fmt.Errorf("%d ticks, want 400 at least", len(ticks))
	}
	return ticks, nil
}

// Sort sorts runs by their JSON texts.
func Sort(runs []Run) {
	text := func(r Run) string {
		text, err := json.Marshal(r)
		if err != nil {
			panic(err) // texts always have a JSON form
		}
		return string(text)
	}
	slices.SortFunc(runs, func(a, b Run) int { return cmp.Compare(text(a), text(b)) })
}

// Graph gives the assets of the tick.
func (t *Tick) Graph() ([]graph.Asset, error) {
	var out []graph.Asset
	for _, a := range t.Assets {
		partitions, err := a.Partitions.build()
		if err != nil {
			return nil, err
		}
		one := graph.Asset{Key: a.Key, Partitions: partitions, External: a.External}
		for _, c := range a.Checks {
			check := graph.Check{Name: c.Name, Partitioned: c.Partitioned}
			if c.Condition {
				check.Condition = "missing()"
			}
			one.Checks = append(one.Checks, check)
		}
		out = append(out, one)
	}
	return out, nil
}

func (s *spec) build() (*graph.Partitions, error) {
	if s == nil {
		return nil, nil
	}
	out := graph.Spec{Type: s.Type, Start: s.Start, Keys: s.Keys, Name: s.Name}
	for name, d := range s.Dimensions {
		one, err := d.build()
		if err != nil {
			return nil, err
		}
		if out.Dimensions == nil {
			out.Dimensions = map[string]*graph.Partitions{}
		}
		out.Dimensions[name] = one
	}
	return graph.NewPartitions(out)
}

// Dynamic gives the keys of every dynamic definition of the recording.
func Dynamic(string) []string { return []string{"c3", "c1", "c2"} }

// Conditioned says of which checks a graph writes down a condition.
func Conditioned(s *space.Space) func(key string) bool {
	return func(key string) bool {
		i, ok := s.Find(key)
		return ok && s.Entities[i].Check != nil && s.Entities[i].Check.Condition != ""
	}
}
