package launcher_test

import (
	"maps"
	"slices"
	"testing"

	"auto/runtime/dagster/deployment"
	"auto/runtime/request"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// keysOf are the partition keys that the fake has of the assets of known.
var keysOf = map[string][]string{
	"day": {"2025-12-24", "2025-12-25"}, "unsure": {"2025-12-25", "x"}, "broken": {"2025-12-24", "x"}, "odd": {"2025-12-24", "x"}, "customer": {"x"},
}

// fits tells by the rules alone whether a request can be launched.
func fits(d *deployment.Deployment, r *request.Request) bool {
	partitioned := false
	for _, key := range r.Selection {
		a := d.Assets[key]
		if a == nil || !a.Materializable || a.Location == "gone" || key == "driven" || r.Job != "" && !slices.Contains(a.Jobs, r.Job) {
			return false
		}
		for _, other := range a.Set {
			if !slices.Contains(r.Selection, other) {
				return false
			}
		}
		if a.Partitioned() {
			partitioned = true
			if r.Partition == "" || !slices.Contains(keysOf[key], r.Partition) {
				return false
			}
		}
	}
	return len(r.Selection) > 0 && (partitioned || r.Partition == "")
}

// TestFits: what is launched is what fits, in one run for each code location; and what does not
// leaves no run.
func TestFits(t *testing.T) {
	d := known()
	keys := append(slices.Sorted(maps.Keys(d.Assets)), "nothing")
	rapid.Check(t, func(t *rapid.T) {
		b := newBench()
		b.keys = keysOf
		r := request.Request{
			ID: id("r"), Attempt: 1, DecidedAt: start,
			Selection: rapid.SliceOfNDistinct(rapid.SampledFrom(keys), 0, 4, rapid.ID).Draw(t, "selection"),
			Partition: rapid.SampledFrom([]string{"", "", "2025-12-24", "2025-12-25", "x"}).Draw(t, "partition"),
			Job:       rapid.SampledFrom([]string{"", "", "nightly"}).Draw(t, "job"),
		}
		err := b.Launcher.Launch(t.Context(), r)
		if (err == nil) != fits(d, &r) {
			t.Fatalf("%v, fits: %v", err, fits(d, &r))
		}
		got, want := map[string][]string{}, map[string][]string{}
		for _, run := range b.runs {
			got[run.place] = append(got[run.place], run.assets...)
			for _, key := range run.assets {
				if d.Assets[key].Partitioned() && run.tags["dagster/partition"] != r.Partition {
					t.Errorf("%s is launched for the partition %q", key, run.tags["dagster/partition"])
				}
			}
		}
		for _, key := range r.Selection {
			if err == nil {
				want[d.Assets[key].Location] = append(want[d.Assets[key].Location], key)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || len(b.runs) != len(want) {
			t.Errorf("%d runs: %s", len(b.runs), diff)
		}
	})
}

// TestCovered: what a run of the request has is not launched again, wherever its asset lies now.
func TestCovered(t *testing.T) {
	b := newBench()
	b.runs = []*run{{id: "old", place: "mart", tags: map[string]string{"auto/request": id("request")}, assets: []string{"a"}, created: start, submitted: start}}
	got := b.try(t, request.Request{Selection: []string{"a", "b"}})
	if got != "launched" || len(b.runs) != 2 || !slices.Equal(b.runs[1].assets, []string{"b"}) {
		t.Error(got, b.runs)
	}
}
