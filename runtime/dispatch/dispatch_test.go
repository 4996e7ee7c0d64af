package dispatch_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"auto/compiler"
	"auto/internal/recorded"
	"auto/runtime/backlog"
	"auto/runtime/dispatch"
	"auto/runtime/request"
	"auto/vm/graph"
)

// shop is a graph with what clauses are about: groups, owners, checks, partitions, an
// execution set and a repository of its own.
func shop(t testing.TB) *graph.Graph {
	t.Helper()
	daily := partitions(t, graph.Spec{Type: graph.Daily, Start: "2026-01-01"})
	dates := partitions(t, graph.Spec{Type: graph.Static, Keys: []string{"2026-01-08", "2026-01-09"}})
	dep := func(keys ...string) (deps []graph.Dep) {
		for _, key := range keys {
			deps = append(deps, graph.Dep{Key: key})
		}
		return deps
	}
	return graphOf(t,
		graph.Asset{Key: "raw", Group: "in", Owners: []string{"team:a"}},
		graph.Asset{Key: "clean", Group: "in", Owners: []string{"team:b", "team:a"}, Deps: dep("raw"), Checks: []graph.Check{{Name: "fresh", Condition: "missing()"}, {Name: "plain"}}},
		graph.Asset{Key: "mart", Group: "out", Deps: dep("clean"), Op: "build_mart", Config: map[string]any{"size": int64(1), "mode": "full"}},
		graph.Asset{Key: "report", Group: "out", Owners: []string{"team:a"}, Deps: dep("mart")},
		graph.Asset{Key: "left", Group: "twin", ExecutionSet: "twins", Deps: dep("raw")},
		graph.Asset{Key: "right", Group: "twins", ExecutionSet: "twins", Deps: dep("between")},
		graph.Asset{Key: "between", Group: "twin", Deps: dep("left")},
		graph.Asset{Key: "day", Partitions: daily}, graph.Asset{Key: "days", Partitions: daily, Deps: dep("day")}, graph.Asset{Key: "date", Partitions: dates},
		graph.Asset{Key: "far", Repository: "other"},
	)
}

// show gives requests in a short form, one a line: `raw clean + clean:fresh [partition]`.
func show(sent []dispatch.Sent) (lines []string) {
	for _, s := range sent {
		line := strings.Join(s.Request.Selection, " ")
		if len(s.Request.Checks) > 0 {
			line = strings.TrimSpace(line + " + " + strings.Join(s.Request.Checks, " "))
		}
		if s.Request.Partition != "" {
			line += " [" + s.Request.Partition + "]"
		}
		lines = append(lines, line)
	}
	return lines
}

func TestClauses(t *testing.T) {
	g := shop(t)
	all := []string{"report", "raw", "mart", "clean"}
	for name, c := range map[string]struct {
		clauses string
		pairs   []string
		want    []string
	}{
		"nothing":      {"", nil, nil},
		"none":         {"", all, []string{"clean mart raw report + clean:plain"}},
		"repositories": {"", []string{"raw", "far"}, []string{"raw", "far"}},
		"definitions":  {"", []string{"day[2026-01-08]", "date[2026-01-08]", "days[2026-01-08]"}, []string{"day days [2026-01-08]", "date [2026-01-08]"}},
		"the check joins its asset": {"", []string{"clean:fresh", "mart", "clean"},
			[]string{"clean mart + clean:fresh clean:plain"}},
		"the check alone": {"", []string{"clean:fresh", "mart"}, []string{"mart + clean:fresh"}},

		"group by partition":                {"group by partition", []string{"day[2026-01-08]", "raw", "date[2026-01-08]", "date[2026-01-09]", "far"}, []string{"date day [2026-01-08]", "raw", "date [2026-01-09]", "far"}},
		"group by group":                    {"group by group", all, []string{"mart report", "clean raw + clean:plain"}},
		"group by group, with a check":      {"group by group", []string{"clean:fresh", "raw", "mart", "clean"}, []string{"clean raw + clean:fresh clean:plain", "mart"}},
		"group by group, partitions":        {"group by group", []string{"day[2026-01-08]", "date[2026-01-09]", "days[2026-01-09]"}, []string{"day [2026-01-08]", "date days [2026-01-09]"}},
		"group by group, as one unit":       {"group by group", []string{"right", "between", "left"}, []string{"between left right"}},
		"group by owner":                    {"group by owner", all, []string{"raw report", "mart", "clean + clean:plain"}},
		"group by none":                     {"group by none", []string{"clean:fresh", "clean", "raw", "day[2026-01-08]", "day[2026-01-09]"}, []string{"+ clean:fresh", "clean + clean:plain", "raw", "day [2026-01-08]", "day [2026-01-09]"}},
		"group by none, as one unit":        {"group by none", []string{"right", "between", "left"}, []string{"left right", "between"}},
		"max per run":                       {"max 3 per run", all, []string{"clean mart raw + clean:plain", "report"}},
		"max per run, one":                  {"max 1 per run", all, []string{"raw", "clean + clean:plain", "mart", "report"}},
		"max per run counts checks":         {"max 2 per run", []string{"clean:fresh", "clean", "raw"}, []string{"clean raw + clean:plain", "+ clean:fresh"}},
		"max per run, of each partition":    {"max 1 per run", []string{"days[2026-01-09]", "days[2026-01-08]", "day[2026-01-09]", "day[2026-01-08]"}, []string{"day [2026-01-09]", "days [2026-01-09]", "day [2026-01-08]", "days [2026-01-08]"}},
		"max per run, as one unit":          {"max 1 per run", []string{"right", "left", "raw"}, []string{"raw", "left right"}},
		"max per run, a circle of units":    {"max 2 per run", []string{"right", "left", "raw", "between"}, []string{"raw", "between left right"}},
		"max per run and group by":          {"max 1 per run group by group", all, []string{"mart", "report", "raw", "clean + clean:plain"}},
		"a pair twice":                      {"", []string{"raw", "mart", "raw", "raw"}, []string{"mart raw", "raw", "raw"}},
		"a pair twice, and max per run":     {"max 1 per run", []string{"raw", "mart", "raw"}, []string{"raw", "mart", "raw"}},
		"a check twice, its asset once":     {"", []string{"clean:fresh", "clean", "clean:fresh"}, []string{"clean + clean:fresh clean:plain", "+ clean:fresh"}},
		"keys that no definition has (any)": {"", []string{"day[2020-01-01]", "day[2026-01-01]"}, []string{"day [2020-01-01]", "day [2026-01-01]"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := compile(t, g, `policy p for all() { when missing() `+c.clauses+` }`)
			in := dispatch.Input{Sensor: "default", At: at, Space: spaceOf(t, g, at), Launches: launches("p", pairs(c.pairs...)...), Policies: byName(p)}
			in.Conditioned = recorded.Conditioned(in.Space)
			sent, err := dispatch.Requests(in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, show(sent)); diff != "" {
				t.Errorf("requests differ (-want +got):\n%s", diff)
			}
		})
	}
}

// TestProfiles: policies share a run where they agree on all that a run is told.
func TestProfiles(t *testing.T) {
	g := shop(t)
	for name, c := range map[string]struct {
		a, b string
		want []string
	}{
		"nothing":               {"", "", []string{"mart raw"}},
		"equal tags":            {`tags { x: "1", y: "{partition}" }`, `tags { y: "{partition}" x: "1" }`, []string{"mart raw"}},
		"other tags":            {`tags { x: "1" }`, `tags { x: "2" }`, []string{"raw", "mart"}},
		"tags of their names":   {`tags { x: "{policy}" }`, `tags { x: "{policy}" }`, []string{"raw", "mart"}},
		"text like a field":     {`tags { x: "{partition}" }`, `tags { x: "{{partition}}" }`, []string{"raw", "mart"}},
		"other params":          {`params { x: 1 }`, ``, []string{"raw", "mart"}},
		"of another type":       {`params { x: 1 }`, `params { x: "1" }`, []string{"raw", "mart"}},
		"equal params":          {`params { x: 1 }`, `params { x: 1 }`, []string{"mart raw"}},
		"config of each":        {`config raw { x: 1 }`, `config mart { x: 2 }`, []string{"mart raw"}},
		"priority":              {`priority 1`, `priority 2`, []string{"mart", "raw"}},
		"equal priority":        {`priority 1`, `priority 1`, []string{"mart raw"}},
		"group by":              {`group by group`, ``, []string{"raw", "mart"}},
		"max per run":           {`max 5 per run`, ``, []string{"raw", "mart"}},
		"limits are no profile": {`limit 5 per tick quiet 5m`, `at most 1 per 1h`, []string{"mart raw"}},
	} {
		t.Run(name, func(t *testing.T) {
			text := fmt.Sprintf("policy a for assets(\"raw\") { when missing() %s }\npolicy b for assets(\"mart\") { when missing() %s }", strings.ReplaceAll(c.a, "\" x", "\", x"), strings.ReplaceAll(c.b, "\" x", "\", x"))
			in := dispatch.Input{Sensor: "default", At: at, Space: spaceOf(t, g, at), Policies: byName(compile(t, g, text)),
				Launches: slices.Concat(launches("a", pair("raw")), launches("b", pair("mart")))}
			sent, err := dispatch.Requests(in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, show(sent)); diff != "" {
				t.Errorf("requests differ (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRequest holds all fields of one request against what its policy says.
func TestRequest(t *testing.T) {
	g := shop(t)
	p := compile(t, g, `
defaults {
    tags { team: "sales", from: "defaults" }
    params { full: false, rows: 5 }
    priority 3
}
policy nightly for groups("out") {
    when missing()
    tags { at: "{tick:%Y-%m-%d}", who: "{policy}", where: "{env.CLUSTER}" }
    params { full: true, key: secret("KEY") }
    config mart { mode: "fast", label: "{policy}" }
    config report { mode: "fast" }
}
sensor quick for groups("out") every 5s { tags { from: "sensor", who: "sensor" } }
`)
	l := launches("nightly", pair("mart"))
	in := dispatch.Input{Sensor: "quick", At: at.In(time.FixedZone("", 3600)), Space: spaceOf(t, g, at), Launches: l, Policies: byName(p), Env: map[string]string{"CLUSTER": "eu-1"}}
	sent, err := dispatch.Requests(in)
	if err != nil {
		t.Fatal(err)
	}
	id := sent[0].Request.ID
	want := []dispatch.Sent{{Launches: l, Request: request.Request{
		ID: id, RunKey: id, Sensor: "quick", Policies: []string{"nightly"}, Selection: []string{"mart"}, Priority: 3, DecidedAt: at,
		Tags:      map[string]string{"team": "sales", "from": "sensor", "at": "2026-01-10", "who": "nightly", "where": "eu-1", "auto/request": id, "auto/policy": "nightly"},
		Params:    map[string]any{"full": true, "rows": int64(5), "key": map[string]any{"secret": "KEY"}},
		RunConfig: map[string]any{"ops": map[string]any{"build_mart": map[string]any{"config": map[string]any{"size": int64(1), "mode": "fast", "label": "nightly"}}}},
	}}}
	if diff := cmp.Diff(want, sent, whole); diff != "" {
		t.Errorf("the request differs (-want +got):\n%s", diff)
	}
	if len(id) != 32 {
		t.Errorf("ID %q, want 32 digits", id)
	}
}

// TestID: whatever makes another decision makes another ID, and nothing else does.
func TestID(t *testing.T) {
	g := shop(t)
	s := spaceOf(t, g, at)
	policies := map[string]*compiler.Policy{"p": {Name: "p"}}
	id := func(edit func(*dispatch.Input)) string {
		in := dispatch.Input{Sensor: "default", At: at, Space: s, Policies: policies, Launches: launches("p", pair("raw"))}
		edit(&in)
		sent, err := dispatch.Requests(in)
		if err != nil || len(sent) != 1 {
			t.Fatal(sent, err)
		}
		return sent[0].Request.ID
	}
	known := map[string]string{}
	for name, edit := range map[string]func(*dispatch.Input){
		"as it is":         func(*dispatch.Input) {},
		"sensor":           func(in *dispatch.Input) { in.Sensor = "other" },
		"tick":             func(in *dispatch.Input) { in.At = at.Add(time.Nanosecond) },
		"asset":            func(in *dispatch.Input) { in.Launches[0].Key = "mart" },
		"more assets":      func(in *dispatch.Input) { in.Launches = append(in.Launches, launches("p", pair("mart"))...) },
		"partition":        func(in *dispatch.Input) { in.Launches[0].Pair = pair("day[2026-01-08]") },
		"other partition":  func(in *dispatch.Input) { in.Launches[0].Pair = pair("day[2026-01-09]") },
		"decision":         func(in *dispatch.Input) { in.Launches[0].DecidedAt = at.Add(-time.Hour) },
		"retry":            func(in *dispatch.Input) { in.Launches[0].Retry = 1 },
		"check":            func(in *dispatch.Input) { in.Launches[0].Pair = pair("clean:fresh") },
		"check and others": func(in *dispatch.Input) { in.Launches[0].Pair = pair("clean") },
	} {
		made := id(edit)
		if other, ok := known[made]; ok {
			t.Errorf("%s and %s have one ID", name, other)
		}
		known[made] = name
		if again := id(edit); again != made {
			t.Errorf("%s has IDs %s and %s", name, made, again)
		}
	}
	zone := id(func(in *dispatch.Input) { in.At = at.In(time.FixedZone("", 3600)) })
	if known[zone] != "as it is" {
		t.Error("the time zone of the tick makes another ID")
	}
}

// TestPairTwice: a pair that is to be launched for two decisions is in two requests, each
// with its own.
func TestPairTwice(t *testing.T) {
	g := shop(t)
	all := launches("p", pair("raw"), pair("raw"))
	all[0].DecidedAt = at.Add(-time.Hour)
	sent, err := dispatch.Requests(dispatch.Input{Sensor: "default", At: at, Space: spaceOf(t, g, at), Launches: all, Policies: map[string]*compiler.Policy{"p": {}}})
	if err != nil || len(sent) != 2 {
		t.Fatal(sent, err)
	}
	if sent[0].Request.ID == sent[1].Request.ID {
		t.Error("the two have one ID")
	}
	for i, s := range sent {
		if diff := cmp.Diff(all[i:i+1], s.Launches, whole); diff != "" {
			t.Errorf("request %d (-want +got):\n%s", i, diff)
		}
	}
}

// TestChecksWithoutPartitionsOfTheirAsset: as in Dagster a check that joins an asset of
// which all partitions are requested while there are none has no run; one whose asset is
// only held back has.
func TestChecksWithoutPartitionsOfTheirAsset(t *testing.T) {
	none := partitions(t, graph.Spec{Type: graph.Daily, Start: "2030-01-01"})
	some := partitions(t, graph.Spec{Type: graph.Daily, Start: "2026-01-01"})
	checks := []graph.Check{{Name: "c", Condition: "missing()"}}
	g := graphOf(t, graph.Asset{Key: "none", Partitions: none, Checks: checks}, graph.Asset{Key: "some", Partitions: some, Checks: checks})
	in := dispatch.Input{Sensor: "default", At: at, Space: spaceOf(t, g, at), Launches: launches("p", pair("none:c"), pair("some:c")), Policies: map[string]*compiler.Policy{"p": {}}}
	in.Whole = func(int) bool { return true }
	sent, err := dispatch.Requests(in)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"+ some:c"}, show(sent)); diff != "" {
		t.Errorf("requests differ (-want +got):\n%s", diff)
	}
}

func TestUnknown(t *testing.T) {
	g := shop(t)
	in := dispatch.Input{Sensor: "default", At: at, Space: spaceOf(t, g, at), Policies: map[string]*compiler.Policy{"p": {}}}
	for want, launch := range map[string]backlog.Launch{
		"raw of policy gone: there is no such policy":      {Pair: pair("raw"), Policy: "gone"},
		"wat of policy p: there is no such asset or check": {Pair: pair("wat"), Policy: "p"},
	} {
		in.Launches = []backlog.Launch{launch}
		if _, err := dispatch.Requests(in); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
