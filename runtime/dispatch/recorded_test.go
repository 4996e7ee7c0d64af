package dispatch_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"auto/compiler"
	"auto/internal/recorded"
	"auto/runtime/backlog"
	"auto/runtime/dispatch"
)

// requested gives what was requested as pairs.
func requested(tick recorded.Tick) (all []backlog.Pair) {
	for _, key := range slices.Sorted(maps.Keys(tick.Requested)) {
		keys, ok := tick.Requested[key].([]any)
		if !ok {
			all = append(all, backlog.Pair{Key: key})
		}
		for _, partition := range keys {
			all = append(all, backlog.Pair{Key: key, Partition: partition.(string)})
		}
	}
	return all
}

// TestRunsEqualDagsters: without clauses the runs are those that Dagster made of what its
// ticks requested, and each launch is in one of them.
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
		s := spaceOf(t, graphOf(t, assets...), tick.At)
		in := dispatch.Input{
			Sensor: "default", At: tick.At, Space: s, Launches: launches("p", requested(tick)...),
			Policies: map[string]*compiler.Policy{"p": {Name: "p"}}, Conditioned: recorded.Conditioned(s),
		}
		sent, err := dispatch.Requests(in)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tick.Runs, singles(sent)); diff != "" {
			t.Errorf("%v: runs differ (-Dagster +got):\n%s", tick.Requested, diff)
		}
		carried := 0
		for _, s := range sent {
			carried += len(s.Launches)
		}
		if carried != len(in.Launches) {
			t.Errorf("%v: %d launches are carried out, of %d", tick.Requested, carried, len(in.Launches))
		}
	}
}

// singles gives requests in the form of the recording.
func singles(sent []dispatch.Sent) []recorded.Run {
	out := []recorded.Run{}
	for _, s := range sent {
		run := recorded.Run{Assets: s.Request.Selection, Checks: s.Request.Checks}
		if s.Request.Partition != "" {
			run.Partition = &s.Request.Partition
		}
		out = append(out, run)
	}
	recorded.Sort(out)
	return out
}
