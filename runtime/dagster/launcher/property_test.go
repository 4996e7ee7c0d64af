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

// amiss tells by the rules alone whether Dagster does not run an asset of a request, whatever
// else is in it.
func amiss(d *deployment.Deployment, r *request.Request, key string) bool {
	a := d.Assets[key]
	if a == nil || !a.Materializable || a.Location == "gone" || key == "driven" || r.Job != "" && !slices.Contains(a.Jobs, r.Job) {
		return true
	}
	return a.Partitioned() && !slices.Contains(keysOf[key], r.Partition) || slices.ContainsFunc(a.Set, func(other string) bool { return !slices.Contains(r.Selection, other) })
}

// runs gives what of a request has a run by the rules alone: of what conditions decided all that
// can be run without what is amiss, and otherwise all or nothing.
func runs(d *deployment.Deployment, r *request.Request) []string {
	rest := slices.DeleteFunc(slices.Clone(r.Selection), func(key string) bool { return amiss(d, r, key) })
	for range r.Selection {
		rest = slices.DeleteFunc(rest, func(key string) bool {
			without := func(other string) bool { return slices.Contains(r.Selection, other) && !slices.Contains(rest, other) }
			return slices.ContainsFunc(d.Assets[key].Set, without) || slices.ContainsFunc(d.Assets[key].Deps, func(dep deployment.Dep) bool { return without(dep.Key) })
		})
	}
	if r.Block != "" && len(rest) < len(r.Selection) {
		return nil
	}
	// A partition is for something that has some, as far as is known.
	if r.Partition != "" && !slices.ContainsFunc(r.Selection, func(key string) bool { return d.Assets[key] == nil || d.Assets[key].Partitioned() }) {
		return nil
	}
	return rest
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
			Selection: rapid.SliceOfNDistinct(rapid.SampledFrom(keys), 0, 5, rapid.ID).Draw(t, "selection"),
			Partition: rapid.SampledFrom([]string{"", "", "2025-12-24", "2025-12-25", "x"}).Draw(t, "partition"),
			Job:       rapid.SampledFrom([]string{"", "", "nightly"}).Draw(t, "job"),
			Block:     rapid.SampledFrom([]string{"", "files"}).Draw(t, "block"),
		}
		err := b.Launcher.Launch(t.Context(), r)
		got, want := map[string][]string{}, map[string][]string{}
		for _, run := range b.runs {
			got[run.place] = append(got[run.place], run.assets...)
			for _, key := range run.assets {
				if d.Assets[key].Partitioned() && run.tags["dagster/partition"] != r.Partition {
					t.Errorf("%s is launched for the partition %q", key, run.tags["dagster/partition"])
				}
			}
		}
		fit := runs(d, &r)
		for _, key := range fit {
			want[d.Assets[key].Location] = append(want[d.Assets[key].Location], key)
		}
		if diff := cmp.Diff(want, got); diff != "" || len(b.runs) != len(want) {
			t.Errorf("%d runs: %s", len(b.runs), diff)
		}
		if whole := len(fit) > 0 && len(fit) == len(r.Selection); (err == nil) != whole {
			t.Errorf("%v, all of it runs: %v", err, whole)
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
