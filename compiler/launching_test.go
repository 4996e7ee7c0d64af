package compiler_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"auto/compiler"
	"auto/compiler/files"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/lang/template"
	"auto/vm/graph"
)

// compileText compiles texts over a graph, nil for none; findings that are no warnings fail
// the test.
func compileText(t *testing.T, g *graph.Graph, texts ...string) *compiler.Policies {
	t.Helper()
	var sources []*source.File
	for i, text := range texts {
		sources = append(sources, source.New(fmt.Sprintf("%d.auto", i), text))
	}
	trees, found := parse.Files(sources)
	p, more := compiler.Compile(compiler.Input{Files: trees, Graph: g, Env: map[string]string{"CLUSTER": "eu-1"}})
	if found = append(found, more...); found.HasErrors() {
		t.Fatal(found)
	}
	return p
}

func TestClauses(t *testing.T) {
	hour, minute := time.Hour, time.Minute
	for name, c := range map[string]struct {
		defaults, policy string
		want             compiler.Clauses
	}{
		"nothing": {"", "", compiler.Clauses{Missed: compiler.MissedLast}},
		"all": {"", `limit 5 per tick limit 7 per 1h at most 1 per 1h at most 3 per 1d quiet 5m retry 3 after 10m up to 1h missed all
			order newest first halt above 100 per tick pause until "2026-12-01" because "move" priority -4 group by owner max 8 per run`,
			compiler.Clauses{
				PerTick: 5, Limits: []files.Limit{{Count: 7, Per: hour}}, AtMost: []files.Limit{{Count: 1, Per: hour}, {Count: 3, Per: 24 * hour}},
				Quiet: 5 * minute, Retry: compiler.Retry{Times: 3, After: 10 * minute, UpTo: hour}, Missed: compiler.MissedAll, NewestFirst: true, HaltAbove: 100,
				PausedUntil: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), PauseReason: "move", Priority: -4, Group: compiler.GroupOwner, MaxPerRun: 8,
			}},
		"the least per tick": {"", `limit 5 per tick limit 3 per tick limit 4 per tick`, compiler.Clauses{PerTick: 3, Missed: compiler.MissedLast}},
		"of the defaults": {`limit 5 per tick at most 1 per 1h quiet 5m retry 3 after 10m missed none order newest first halt above 9 per tick priority 4 group by none max 8 per run`, "",
			compiler.Clauses{
				PerTick: 5, AtMost: []files.Limit{{Count: 1, Per: hour}}, Quiet: 5 * minute, Retry: compiler.Retry{Times: 3, After: 10 * minute}, Missed: compiler.MissedNone,
				NewestFirst: true, HaltAbove: 9, Priority: 4, Group: compiler.GroupNone, MaxPerRun: 8,
			}},
		"over the defaults": {`limit 5 per tick limit 6 per 1h retry 3 after 10m up to 1h missed none order newest first priority 4 quiet 5m`,
			`limit 9 per 1h retry 1 after 1m missed last order oldest first priority 0 quiet 0s`,
			compiler.Clauses{Limits: []files.Limit{{Count: 9, Per: hour}}, Retry: compiler.Retry{Times: 1, After: minute}, Missed: compiler.MissedLast}},
		"maps": {`tags { a: "far", b: "far" } params { x: 1, y: 2 }`, `tags { b: "near", c: "near" } params { y: 3 } params { z: true } config k { f: 5m }`,
			compiler.Clauses{
				Missed: compiler.MissedLast,
				Tags:   []files.Entry{text("a", "far"), text("b", "near"), text("c", "near")},
				Params: []files.Entry{constant("x", int64(1)), constant("y", int64(3)), constant("z", true)},
				Config: []files.Config{{Asset: "k", Entries: []files.Entry{constant("f", "5m")}}},
			}},
		"constants, fields and secrets": {"", `tags { a: env.CLUSTER, b: team } params { c: tick, d: secret("KEY"), e: [partition, 1] }`,
			compiler.Clauses{
				Missed: compiler.MissedLast,
				Tags:   []files.Entry{constant("a", "eu-1"), constant("b", "sales")},
				Params: []files.Entry{{Key: "c", Value: files.Value{Field: "tick"}}, {Key: "d", Value: files.Value{Secret: "KEY"}},
					{Key: "e", Value: files.Value{Items: []files.Value{{Field: "partition"}, {Const: int64(1)}}}}},
			}},
	} {
		t.Run(name, func(t *testing.T) {
			p := compileText(t, nil, fmt.Sprintf("let team = \"sales\"\ndefaults { %s }\npolicy p for all() { when missing() %s }", c.defaults, c.policy))
			if diff := cmp.Diff(c.want, p.Policies[0].Clauses, templates, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("clauses differ (-want +got):\n%s", diff)
			}
			text := p.Policies[0].Text()
			again := compileText(t, nil, "policy p for all() { when missing() "+text+" }")
			if diff := cmp.Diff(text, again.Policies[0].Text()); diff != "" {
				t.Errorf("the text is read otherwise (-want +got):\n%s", diff)
			}
		})
	}
}

// templates compares templates by their texts.
var templates = cmp.Comparer(func(a, b *template.Template) bool { return a == b || a != nil && b != nil && a.Text() == b.Text() })

func text(key, value string) files.Entry {
	t, _ := template.Parse(value)
	return files.Entry{Key: key, Value: files.Value{Template: t}}
}

func constant(key string, value any) files.Entry {
	return files.Entry{Key: key, Value: files.Value{Const: value}}
}

// TestSensors: every asset and check with a policy is in one sensor, and the runs that this
// asks for have its tags.
func TestSensors(t *testing.T) {
	var assets []graph.Asset
	for _, key := range []string{"a", "b", "c", "d"} {
		assets = append(assets, graph.Asset{Key: key, Checks: []graph.Check{{Name: "x"}, {Name: "y"}}})
	}
	g, problems := graph.New(assets, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	type sensor struct {
		Keys          []string
		Every, Budget time.Duration
		Tags          []files.Entry
	}
	policies := `
defaults { tags { from: "defaults", far: "defaults" } }
policy some for assets("a", "b", "d") { when missing() tags { own: "policy" } }
policy checked for checks("c:x", "a:x", "a:y") { when missing() }
`
	for name, c := range map[string]struct {
		text   string
		want   map[string]sensor
		of     map[string]string
		tagged map[string][]files.Entry // of the policy some, by sensor
	}{
		"none": {"", map[string]sensor{"default": {[]string{"a", "a:x", "a:y", "b", "c:x", "d"}, 30 * time.Second, 30 * time.Second, nil}},
			map[string]string{"a": "default", "a:x": "default", "c": "default", "gone": "default"},
			map[string][]files.Entry{"default": {text("from", "defaults"), text("far", "defaults"), text("own", "policy")}}},
		"one": {`sensor s for assets("a", "c") every 5s { budget 2s tags { from: "sensor", own: "sensor" } }`,
			map[string]sensor{
				"s":       {[]string{"a", "a:x", "a:y", "c", "c:x", "c:y"}, 5 * time.Second, 2 * time.Second, []files.Entry{text("from", "sensor"), text("own", "sensor")}},
				"default": {[]string{"b", "d"}, 30 * time.Second, 30 * time.Second, nil},
			},
			map[string]string{"a": "s", "a:x": "s", "b": "default", "b:x": "default", "c:y": "s"},
			map[string][]files.Entry{
				"s":       {text("from", "sensor"), text("far", "defaults"), text("own", "policy")},
				"default": {text("from", "defaults"), text("far", "defaults"), text("own", "policy")},
			}},
		"checks of their own": {`sensor s for assets("a") every 5s sensor t for checks("a:x") every 1m`,
			map[string]sensor{
				"s":       {[]string{"a", "a:y"}, 5 * time.Second, 30 * time.Second, nil},
				"t":       {[]string{"a:x"}, time.Minute, 30 * time.Second, nil},
				"default": {[]string{"b", "c:x", "d"}, 30 * time.Second, 30 * time.Second, nil},
			},
			map[string]string{"a": "s", "a:x": "t", "a:y": "s"}, nil},
		"another pace": {`sensor default for assets("a") every 1m { tags { from: "sensor" } }`,
			map[string]sensor{"default": {[]string{"a", "a:x", "a:y", "b", "c:x", "d"}, time.Minute, 30 * time.Second, []files.Entry{text("from", "sensor")}}},
			map[string]string{"a": "default", "d": "default"},
			map[string][]files.Entry{"default": {text("from", "sensor"), text("far", "defaults"), text("own", "policy")}}},
		"all in one": {`sensor s for all() every 1m`,
			map[string]sensor{"s": {[]string{"a", "a:x", "a:y", "b", "b:x", "b:y", "c", "c:x", "c:y", "d", "d:x", "d:y"}, time.Minute, 30 * time.Second, nil}},
			map[string]string{"a": "s", "gone": ""}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := compileText(t, g, policies, c.text)
			got := map[string]sensor{}
			for _, s := range p.Sensors {
				got[s.Name] = sensor{s.Keys, s.Every, s.Budget, s.Tags}
			}
			if diff := cmp.Diff(c.want, got, templates); diff != "" {
				t.Errorf("sensors differ (-want +got):\n%s", diff)
			}
			for key, want := range c.of {
				got := ""
				if s := p.SensorOf(key); s != nil {
					got = s.Name
				}
				if got != want {
					t.Errorf("%s is in %q, want %q", key, got, want)
				}
			}
			for name, want := range c.tagged {
				if diff := cmp.Diff(want, p.Policies[0].TagsIn(name), templates); diff != "" {
					t.Errorf("tags in %s differ (-want +got):\n%s", name, diff)
				}
			}
		})
	}
}

// TestSensorsWithoutPolicies: where nothing has a policy there is no default sensor.
func TestSensorsWithoutPolicies(t *testing.T) {
	g, _ := graph.New([]graph.Asset{{Key: "a"}}, nil)
	if p := compileText(t, g, `files f from folder("x") { always a }`); len(p.Sensors) > 0 || p.SensorOf("a") != nil {
		t.Errorf("sensors %v", p.Sensors)
	}
}

// TestChecksJob: checks run with the job of their assets where there is one.
func TestChecksJob(t *testing.T) {
	var jobs []graph.Job
	all := []graph.Asset{{Key: "a", Checks: []graph.Check{{Name: "x"}}}, {Key: "b", Checks: []graph.Check{{Name: "x"}}}}
	for name, keys := range map[string][]string{"one": {"a"}, "two": {"b"}, "three": {"b"}} {
		jobs = append(jobs, graph.Job{Name: name, Selection: graph.Assets(keys...)})
	}
	g, problems := graph.New(all, jobs)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for text, want := range map[string]string{
		`policy p for checks("a:x") { when missing() }`:                             "one",
		`policy p for checks("b:x") { when missing() }`:                             "",
		`policy p for checks("b:x") { when missing() job three }`:                   "three",
		`policy p for checks("a:x", "b:x") { when missing() }`:                      "",
		`policy p for checks_for_assets("a") { when check_failed() }`:               "one",
		`policy p for assets("a") { when missing() } defaults { retry 1 after 1m }`: "one",
	} {
		if got := compileText(t, g, text).Policies[0].Job; got != want {
			t.Errorf("%s: job %q, want %q", text, got, want)
		}
	}
}

// TestText: clauses are shown in the words of the language, the defaults among them.
func TestText(t *testing.T) {
	p := compileText(t, nil, `
let odd = "a{b\"c"
defaults { limit 5 per tick priority 3 retry 2 after 90s missed all group by owner tags { team: "sales" } }
policy p for all() {
    when missing()
    job "nightly load"
    priority 0
    limit 10 per 1h
    at most 1 per 30m
    quiet 1m
    halt above 50 per tick
    pause until "2026-12-01T06:00:00+01:00" because "the \"move\""
    order newest first
    max 3 per run
    tags { where: "{partition}", "a.b": odd }
    params { "a.b": tick, key: secret("KEY"), list: [1, true, "x"], map: { k: 5m } }
    config "sales/raw" { limit: 3 }
}`)
	want := `job "nightly load"
limit 10 per 1h
at most 1 per 30m
quiet 1m
retry 2 after 1m30s
missed all
order newest first
halt above 50 per tick
pause until "2026-12-01T05:00:00Z" because "the \"move\""
group by owner
max 3 per run
tags { team: "sales", where: "{partition}", "a.b": "a{{b\"c" }
params { "a.b": tick, key: secret("KEY"), list: [1, true, "x"], map: { k: "5m" } }
config "sales/raw" { "limit": 3 }
`
	if diff := cmp.Diff(want, p.Policies[0].Text()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
