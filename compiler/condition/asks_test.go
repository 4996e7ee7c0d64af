package condition_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"auto/compiler/condition"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/vm/graph"
)

// TestAsks: what a condition asks for requests of, of the dependencies that could share a
// run.
func TestAsks(t *testing.T) {
	daily, err := graph.NewPartitions(graph.Spec{Type: graph.Daily, Start: "2026-01-01"})
	if err != nil {
		t.Fatal(err)
	}
	g, problems := graph.New([]graph.Asset{
		{Key: "raw"}, {Key: "other"}, {Key: "days", Partitions: daily}, {Key: "outside", External: true}, {Key: "seen", Observable: true}, {Key: "away", Repository: "away"},
		{Key: "mart", Deps: []graph.Dep{{Key: "raw"}, {Key: "days"}, {Key: "outside"}, {Key: "seen"}, {Key: "away"}, {Key: "other"}}, Checks: []graph.Check{{Name: "c", Deps: []string{"raw"}}}},
	}, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, c := range []struct {
		key, text string
		want      []string
	}{
		{"mart", `eager()`, []string{"raw", "other"}},
		{"mart", `eager().ignore(assets("raw"))`, []string{"other"}},
		{"mart", `eager().allow(assets("raw", "days"))`, []string{"raw"}},
		{"mart", `missing() & ~any_deps_missing()`, []string{"raw", "other"}}, // what is requested is not missing
		{"mart", `all_deps_match(will_be_requested() & missing()).since(newly_updated())`, []string{"raw", "other"}},
		{"mart", `asset_matches("raw", will_be_requested())`, []string{"raw"}},
		{"mart", `any_deps_match(any_deps_match(will_be_requested()))`, nil},
		{"mart", `any_checks_match(will_be_requested())`, nil},
		{"mart", `missing() & ~any_deps_in_progress()`, nil},
		{"raw", `eager()`, nil},
		{"mart:c", `any_deps_match(will_be_requested())`, []string{"mart", "raw"}},
		{"gone", `eager()`, nil},
	} {
		e, found := parse.Expr(source.New("e", c.text))
		n, more := condition.Build(e, condition.Env{Graph: g})
		if found = append(found, more...); found.HasErrors() {
			t.Fatal(found)
		}
		var got []string
		if asks := condition.Asks(n, g); asks != nil {
			got = asks(c.key)
		}
		slices.Sort(c.want)
		slices.Sort(got)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s on %s (-want +got):\n%s", c.text, c.key, diff)
		}
	}
}
