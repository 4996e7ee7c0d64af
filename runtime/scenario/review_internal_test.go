package scenario

import (
	"strings"
	"testing"

	"auto/lang/diag"
	"auto/lang/source"

	"github.com/google/go-cmp/cmp"
)

const reviewed = `
partitions: {daily: {type: daily, start: "2026-01-01"}, names: {type: dynamic, name: names}}
assets:
  - {key: a, partitions: daily, checks: [{name: c}]}
  - {key: b}
  - {key: n, partitions: names}
ticks:
  - at: 2026-01-03T00:10:00Z
    events: [EVENT]
    expect: EXPECT
`

func TestReview(t *testing.T) {
	for _, test := range []struct{ event, expect, want string }{
		{`{materialize: a, partitions: ["2026-01-02"]}`, "{requested: {}}", ""},
		{`{materialize: a, partitions: all}`, "{requested: {a: [x], 'a:c': true}}", ""},
		{`{materialize: a, partitions: ["2026-01-03"]}`, "{}", "A313 It has `2026-01-01` to `2026-01-02`."},
		{`{materialize: a}`, "{}", "A313 Write which, such as `partitions: all`."},
		{`{materialize: b, partitions: [x]}`, "{}", "A313 Leave `partitions` out."},
		{`{materialize: n, partitions: [x]}`, "{}", "A313 It has none yet."},
		{`{dynamic: names, add: [x]}, {materialize: n, partitions: [x]}`, "{}", ""},
		{`{dynamic: names, add: [x]}, {materialize: n, partitions: ["x..y"]}`, "{}", "A406 It has `x`."},
		{`{run: r, assets: [a]}`, "{}", "A406 Write `partition: KEY` where the run is first named."},
		{`{backfill: f, assets: [a]}`, "{}", "A406 Write its keys, or ranges `A..B`."},
		{`{materialize: b}`, "{requested: {bb: true}}", "A112 Did you mean `b`?"},
		{`{materialize: b}`, "{evaluations: {'a:d': {node: missing}}}", "A112 Did you mean `a:c`?"},
		{`{materialize: b}`, "{runs: [{assets: [c]}]}", "A112 Add it to `assets`, with `external: true` where it is not executed here."},
	} {
		s, found := Read(source.New("in.yaml", replaced(reviewed, "EVENT", test.event, "EXPECT", test.expect)))
		if found != nil {
			t.Fatal(found)
		}
		got := ""
		for _, d := range Review(s) {
			got += string(d.Code) + " " + d.Help
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s %s: %s", test.event, test.expect, diff)
		}
	}
}

// TestReviewRecorded: recorded scenarios have no errors but where they expect some, and
// go forward in time.
func TestReviewRecorded(t *testing.T) {
	each(t, func(t *testing.T, path, text string) {
		s, _ := Read(source.New(path, text))
		if s.ExpectsError() {
			return
		}
		for _, d := range Review(s) {
			if d.Code != diag.NoSuchPartition {
				t.Errorf("%v", d)
			}
		}
	})
}

func TestNotUTF8(t *testing.T) {
	s, found := Read(source.New("dir/in.yaml", "assets: [{key: \xff}]\nticks: []\n"))
	if s.Name != "in" || len(found) != 1 || found[0].Span.From() != (source.Position{Line: 1, Column: 16}) {
		t.Errorf("%s: %v", s.Name, found)
	}
}

// TestCheckIsNamed: an event about a check that names an asset.
func TestCheckIsNamed(t *testing.T) {
	_, found := Read(source.New("in.yaml", replaced(reviewed, "EVENT", "{check: a, passed: true}", "EXPECT", "{}")))
	if len(found) != 1 || found[0].Code != diag.YAMLValue {
		t.Error(found)
	}
}

func TestWhole(t *testing.T) {
	for _, test := range []struct {
		text, key string
		want      int
	}{
		{"[raw/orders, orders]", "orders", 13}, {"{orders: 1}", "orders", 1}, {"raw/orders", "orders", 4}, {"raw", "orders", -1}, {"raw", "", 0},
	} {
		if got := whole(test.text, test.key); got != test.want {
			t.Errorf("%q in %q: %d, not %d", test.key, test.text, got, test.want)
		}
	}
}

func replaced(text string, pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(text)
}
