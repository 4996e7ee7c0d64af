package dispatch_test

import (
	"compress/gzip"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"auto/compiler"
	"auto/runtime/backlog"
	"auto/runtime/dispatch"
	"auto/vm/graph"
	"auto/vm/space"
)

// recorded is a line of testdata/runs.jsonl.gz, which is that of vm/runs: what ticks of
// Dagster requested, and the runs that it made of them.
type recorded struct {
	At        time.Time
	Assets    []recordedAsset
	Requested map[string]any // true or keys, by entity
	Runs      []single
}

type recordedAsset struct {
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

// single is one run.
type single struct {
	Assets, Checks []string
	Partition      *string
}

func (s *spec) build(t *testing.T) *graph.Partitions {
	t.Helper()
	if s == nil {
		return nil
	}
	out := graph.Spec{Type: s.Type, Start: s.Start, Keys: s.Keys, Name: s.Name}
	for name, d := range s.Dimensions {
		if out.Dimensions == nil {
			out.Dimensions = map[string]*graph.Partitions{}
		}
		out.Dimensions[name] = d.build(t)
	}
	return partitions(t, out)
}

func (r *recorded) assets(t *testing.T) (assets []graph.Asset) {
	for _, a := range r.Assets {
		asset := graph.Asset{Key: a.Key, Partitions: a.Partitions.build(t), External: a.External}
		for _, c := range a.Checks {
			check := graph.Check{Name: c.Name, Partitioned: c.Partitioned}
			if c.Condition {
				check.Condition = "missing()"
			}
			asset.Checks = append(asset.Checks, check)
		}
		assets = append(assets, asset)
	}
	return assets
}

// pairs gives what was requested as pairs.
func (r *recorded) pairs() (all []backlog.Pair) {
	for _, key := range slices.Sorted(maps.Keys(r.Requested)) {
		keys, ok := r.Requested[key].([]any)
		if !ok {
			all = append(all, backlog.Pair{Key: key})
		}
		for _, partition := range keys {
			all = append(all, backlog.Pair{Key: key, Partition: partition.(string)})
		}
	}
	return all
}

// conditioned says of which checks a graph writes down a condition.
func conditioned(s *space.Space) func(key string) bool {
	return func(key string) bool {
		i, ok := s.Find(key)
		return ok && s.Entities[i].Check != nil && s.Entities[i].Check.Condition != ""
	}
}

// TestRunsEqualDagsters: without clauses the runs are those that Dagster made of what its
// ticks requested, and each launch is in one of them.
func TestRunsEqualDagsters(t *testing.T) {
	ticks := 0
	for _, line := range readRecorded(t) {
		ticks++
		g := graphOf(t, line.assets(t)...)
		s := spaceOf(t, g, line.At)
		in := dispatch.Input{
			Sensor: "default", At: line.At, Space: s, Launches: launches("p", line.pairs()...),
			Policies: map[string]*compiler.Policy{"p": {Name: "p"}}, Conditioned: conditioned(s),
		}
		sent, err := dispatch.Requests(in)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(line.Runs, compare)
		if diff := cmp.Diff(line.Runs, singles(sent)); diff != "" {
			t.Errorf("%v: runs differ (-Dagster +got):\n%s", line.Requested, diff)
		}
		carried := 0
		for _, s := range sent {
			carried += len(s.Launches)
		}
		if carried != len(in.Launches) {
			t.Errorf("%v: %d launches are carried out, of %d", line.Requested, carried, len(in.Launches))
		}
	}
	if ticks < 400 {
		t.Errorf("%d ticks, want 400 at least", ticks)
	}
}

func readRecorded(t *testing.T) (lines []recorded) {
	t.Helper()
	file, err := os.Open("testdata/runs.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(unzipped); d.More(); {
		var line recorded
		if err := d.Decode(&line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines
}

// singles gives requests in the form of the recording.
func singles(sent []dispatch.Sent) []single {
	out := []single{}
	for _, s := range sent {
		run := single{Assets: s.Request.Selection, Checks: s.Request.Checks}
		if s.Request.Partition != "" {
			run.Partition = &s.Request.Partition
		}
		out = append(out, run)
	}
	slices.SortFunc(out, compare)
	return out
}

func compare(a, b single) int {
	text := func(s single) string {
		text, _ := json.Marshal(s)
		return string(text)
	}
	return strings.Compare(text(a), text(b))
}
