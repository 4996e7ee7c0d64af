package condition_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"auto/compiler/condition"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/lang/types"
	"auto/vm/graph"
)

// assets is a small graph of all kinds.
func assets(t testing.TB) *graph.Graph {
	t.Helper()
	partitions := func(spec graph.Spec) *graph.Partitions {
		p, err := graph.NewPartitions(spec)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	daily := partitions(graph.Spec{Type: graph.Daily, Start: "2026-01-01"})
	hourly := partitions(graph.Spec{Type: graph.Hourly, Start: "2026-01-01"})
	ab := partitions(graph.Spec{Type: graph.Static, Keys: []string{"a", "b"}})
	bc := partitions(graph.Spec{Type: graph.Static, Keys: []string{"b", "c"}})
	xy := partitions(graph.Spec{Type: graph.Static, Keys: []string{"x", "y"}})
	keys := graph.Mapping{Kind: graph.MapIdentity}
	g, problems := graph.New([]graph.Asset{
		{Key: "raw", External: true},
		{Key: "orders", Group: "mart", Deps: []graph.Dep{{Key: "raw"}, {Key: "undeclared"}}, Checks: []graph.Check{{Name: "fresh", Blocking: true}}},
		{Key: "items", Group: "mart", Deps: []graph.Dep{{Key: "raw"}}},
		{Key: "hours", Partitions: hourly},
		{Key: "days", Partitions: daily, Deps: []graph.Dep{{Key: "hours"}}},
		{Key: "days_by_key", Partitions: daily, Deps: []graph.Dep{{Key: "hours", Mapping: &keys}}},
		{Key: "ab", Partitions: ab},
		{Key: "bc", Partitions: bc, Deps: []graph.Dep{{Key: "ab"}}},
		{Key: "xy", Partitions: xy, Deps: []graph.Dep{{Key: "ab"}, {Key: "days"}}},
		{Key: "in_set", ExecutionSet: "s", Deps: []graph.Dep{{Key: "raw"}}},
	}, nil)
	for _, p := range problems {
		if p.Asset != "orders" {
			t.Fatal(p)
		}
	}
	return g
}

func codes(found diag.List) string {
	var all []string
	for _, d := range found {
		all = append(all, string(d.Code))
	}
	return strings.Join(all, " ")
}

// TestBuildFindings has what is refused, as Dagster refuses it, and what is warned of.
func TestBuildFindings(t *testing.T) {
	onCheck := types.OnCheck
	for _, c := range []struct {
		text string
		on   types.Scope
		want string
	}{
		{`missing()`, 0, ""},
		{`asset_matches("P", missing()).allow(all())`, 0, "A112"},
		{`asset_matches("orders", missing()).allow(all())`, 0, "A122"},
		{`any_deps_match(missing()).newly_true().allow(all())`, 0, "A122"},
		{`missing().ignore(all())`, 0, "A122"},
		{`any_downstream_conditions().ignore(all())`, 0, "A122"},
		{`asset_matches("nowhere", missing())`, 0, "A112"},
		{`asset_matches("undeclared", missing())`, 0, ""},
		{`on_cron("totally-invalid")`, 0, "A105"},
		{`on_cron("* /15 * * * 1-6")`, 0, "A105"},
		{`cron_tick_passed("0 * * * *", "Mars/Olympus")`, 0, "A105"},
		{`cron_tick_passed("0 * * * *", tz="Local")`, 0, "A105"},
		{`check_passed()`, 0, "A118"},
		{`check_passed()`, onCheck, ""},
		{`any_checks_match(any_checks_match(missing()))`, 0, "A118"},
		{`any_checks_match(missing())`, onCheck, "A118"},
		{`any_checks_match(code_version_changed())`, 0, "A118"},
		{`code_version_changed()`, onCheck, "A118"},
		{`freshness_passed() & missing()`, onCheck, "A118"},
		{`any_downstream_conditions()`, onCheck, "A118"},
		{`check_passed() & code_version_changed()`, 0, "A118"},
		{`check_passed().since(code_version_changed())`, 0, "A118"},
		{`any_deps_match(check_failed())`, 0, "A118"},
		{`any_deps_match(missing()).replace("missing", check_failed())`, 0, "A118"},
		{`any_checks_match(missing() & check_passed()) & any_deps_match(missing())`, 0, ""},
		{`any_checks_match(data_version_changed() | executed_with_tags() | in_latest_time_window() | any_deps_match(missing()))`, 0, ""},
		{`eager() & any_deps_updated()`, onCheck, ""},
		{`(missing() & newly_updated()).without(missing())`, 0, "A121"},
		{`eager().without(in_progress())`, 0, "A121"},
		{`(missing() | newly_updated()).without(missing())`, 0, "A121"},
		{`missing().without(missing())`, 0, "A121"},
		{`eager().without(~in_progress())`, 0, ""},
		{`missing().with_label("")`, 0, "A105"},
		{`executed_with_tags(tag_keys=[1])`, 0, "A104"},
		{`executed_with_tags(tag_values={a: true})`, 0, "A104"},
		{`executed_with_tags(tag_keys=[missing()])`, 0, "A104"},
		{`in_latest_time_window(lookback_delta=days(200000))`, 0, "A105"},
		{`missing() & "a"`, 0, "A117"},
		{`missing() - in_progress()`, 0, "A117"},
		{`groups("mart")`, 0, "A104"},
		{`unknown()`, 0, "A101"},
		{`env.HOME`, 0, "A115"},
		{`stale()`, 0, ""},
		{`eager() | keep_up_to_date()`, 0, ""},
		{`all_checks_match(stale())`, 0, "A118"},
		{`any_deps_match(missing()).allow(assets("nowhere"))`, 0, "A304"},
		{`any_checks_match(missing()).allow(checks("orders:nothing"))`, 0, "A304"},
		{`any_checks_match(missing()).allow(checks("nowhere:fresh") | checks_for_assets("nowhere"))`, 0, "A304 A304"},
		{`any_checks_match(missing()).allow(checks("orders"))`, 0, "A105"},
		{`any_deps_match(missing()).ignore(groups("none"))`, 0, "A301"},
		{`any_deps_match(missing()).ignore(groups("mart") & groups("default"))`, 0, "A301"},
		{`any_deps_match(missing()).ignore(groups("mart") - kind("s3"))`, 0, ""},
		{`any_checks_match(missing()).allow(groups("mart").roots().upstream(depth=0))`, 0, ""},
		{`(missing() | newly_updated()).allow(all())`, 0, "A305"},
		{`eager().replace("eagr", missing())`, 0, "A305"},
		{`(missing() | newly_updated()).replace(missing(), in_progress())`, 0, "A311"},
		{`(missing() | newly_updated()).replace("missing", in_progress())`, 0, ""},
	} {
		n, found := build(t, c.text, condition.Env{Graph: assets(t), On: c.on})
		if codes(found) != c.want {
			t.Errorf("%s: %v, want %q", c.text, found, c.want)
		}
		if (n == nil) != found.HasErrors() {
			t.Errorf("%s: node %v with %v", c.text, n, found)
		}
		for _, d := range found {
			if d.Help == "" || !d.Span.IsValid() || !strings.HasSuffix(d.Message, ".") || d.Span.File.Name != "<expr>" {
				t.Errorf("%s: %+v", c.text, d)
			}
		}
	}
}

// declared finds the declarations of a text.
func declared(t *testing.T, text string) func(name string) (ast.Decl, bool) {
	t.Helper()
	file, found := parse.File(source.New("p.auto", text))
	if len(found) > 0 {
		t.Fatal(found)
	}
	decls := map[string]ast.Decl{}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.Let:
			decls[d.Name.Name] = d
		case *ast.Def:
			decls[d.Name.Name] = d
		}
	}
	return func(name string) (ast.Decl, bool) { d, ok := decls[name]; return d, ok }
}

// TestDeclarations builds with lets and defs.
func TestDeclarations(t *testing.T) {
	env := condition.Env{
		Graph: assets(t),
		Lookup: declared(t, `
let flaky = assets("raw")
let calm = ~in_progress()
let loop = loop2
let loop2 = loop
def after(schedule: Cron, zone: Zone="UTC") = cron_tick_passed(schedule, zone) & calm
def looped(c: Condition) = looped(c)
def tagged(t: String) = executed_with_tags(tag_keys=[t])
def matched(k, c: Condition) = asset_matches(k, c).with_label(k)
`),
		Getenv: func(name string) (string, bool) { return "@" + strings.ToLower(name), name == "DAILY" },
	}
	for _, c := range []struct{ text, want string }{
		{`after("@daily")`, `cron_tick_passed("@daily") & ~in_progress()`},
		{`after(env.DAILY, zone="Asia/Tokyo")`, `cron_tick_passed("@daily", "Asia/Tokyo") & ~in_progress()`},
		{`eager().ignore(flaky)`, `eager().ignore(assets("raw"))`},
		{`tagged("a")`, `executed_with_tags(tag_keys=["a"])`},
		{`matched("raw", missing())`, `asset_matches("raw", missing()).with_label("raw")`},
		{`calm & (calm | calm)`, `~in_progress() & (~in_progress() | ~in_progress())`},
		{`loop`, "A107"},
		{`looped(missing())`, "A107"},
		{`after`, "A103"},
		{`calm()`, "A104"},
		{`after("never")`, "A105"},
		{`matched("nowhere", missing())`, "A112"},
		{`env.OTHER`, "A115"},
		{`aftr("@daily")`, "A101"},
	} {
		n, found := build(t, c.text, env)
		if n == nil {
			if codes(found) != c.want {
				t.Errorf("%s: %v, want %s", c.text, found, c.want)
			}
			continue
		}
		want, _ := build(t, c.want, env)
		if want == nil || form(n) != form(want) {
			t.Errorf("%s gives %s, want what %s gives", c.text, form(n), c.want)
		}
	}
}

// TestTooLarge: an expression that doubles itself ends with a finding.
func TestTooLarge(t *testing.T) {
	for _, step := range []string{"%[1]s & %[1]s", "any_deps_match(%[1]s) | asset_matches(\"raw\", any_deps_match(%[1]s))", "asset_matches(\"raw\", %[1]s).since(%[1]s)"} {
		for _, kind := range []string{"let c%d = ", "def c%d() = "} {
			call := strings.TrimSuffix(strings.TrimPrefix(kind, "let "), " = ")
			call = strings.TrimPrefix(call, "def ")
			text := fmt.Sprintf(kind, 0) + "missing()\n"
			for i := range 60 {
				text += fmt.Sprintf(kind, i+1) + fmt.Sprintf(step, fmt.Sprintf(call, i)) + "\n"
			}
			env := condition.Env{Lookup: declared(t, text)}
			if n, found := build(t, fmt.Sprintf(call, 60), env); n != nil || codes(found) != "A123" {
				t.Errorf("%s: %v", text[:60], found)
			}
			if n, found := build(t, fmt.Sprintf(call, 3), condition.Env{Lookup: declared(t, text)}); n == nil {
				t.Errorf("%s: %v", text[:60], found)
			}
		}
	}
}

// TestSpans: nodes know where they are written, those of composites in their text.
func TestSpans(t *testing.T) {
	n := built(t, `(missing() | on_cron("@daily")) & ~in_progress()`)
	if got := n.Children[0].Span.Text(); got != `missing() | on_cron("@daily")` {
		t.Errorf("the OR stands at %q", got)
	}
	cron := n.Children[0].Children[1]
	if got := cron.Span.Text(); got != `on_cron("@daily")` {
		t.Errorf("the composite stands at %q", got)
	}
	if got := cron.Children[0].Span; got.Text() != "in_latest_time_window()" || got.File.Name != "stdlib/composites.auto" {
		t.Errorf("a part of the composite stands at %q in %s", got.Text(), got.File.Name)
	}
}

// TestShared: a method changes none of the trees that it is given.
func TestShared(t *testing.T) {
	env := condition.Env{Lookup: declared(t, "let base = eager() | missing()")}
	before, _ := build(t, `base`, env)
	want, span := form(before), before.Span
	for _, method := range []string{`replace("missing", newly_updated())`, `replace("OR", base)`, `replace("nothing", base)`, `ignore(all())`, `with_label("l")`} {
		if n, found := build(t, `(base & base.`+method+`) | base`, env); n == nil {
			t.Fatal(found)
		}
	}
	if form(before) != want || before.Span != span {
		t.Errorf("the tree is %s at %q now", form(before), before.Span.Text())
	}
}

// TestNames has the names whose arguments Python writes.
func TestNames(t *testing.T) {
	for text, want := range map[string]string{
		`in_latest_time_window(lookback_delta=24h)`:                           "in_latest_time_window(lookback_timedelta=1 day, 0:00:00)",
		`in_latest_time_window(lookback_delta=days(-1))`:                      "in_latest_time_window(lookback_timedelta=-1 day, 0:00:00)",
		`in_latest_time_window(lookback_delta=minutes(-1))`:                   "in_latest_time_window(lookback_timedelta=-1 day, 23:59:00)",
		`in_latest_time_window(lookback_delta=hours(-25))`:                    "in_latest_time_window(lookback_timedelta=-2 days, 23:00:00)",
		`in_latest_time_window(lookback_delta=days(0))`:                       "in_latest_time_window",
		`in_latest_time_window(lookback_delta=2d3h4m5s)`:                      "in_latest_time_window(lookback_timedelta=2 days, 3:04:05)",
		`executed_with_tags(tag_keys=[])`:                                     "executed_with_tags(tag_keys={})",
		`executed_with_tags(tag_values={b: "1", a: "2"}, tag_keys=["z","z"])`: "executed_with_tags(tag_keys={z}, tag_values={a:2,b:1})",
		`any_checks_match(missing(), blocking_only=true).allow(all())`:        "ANY_CHECKS_MATCH(blocking_only=True,allow_selection=*)",
	} {
		if got := built(t, text).Name(); got != want {
			t.Errorf("%s is named %s, want %s", text, got, want)
		}
	}
}

// TestChecksOfSelection: on check operators assets stand for their checks.
func TestChecksOfSelection(t *testing.T) {
	g := assets(t)
	for text, want := range map[string][]string{
		`any_checks_match(missing()).allow(assets("orders", "items"))`:             {"orders:fresh"},
		`any_checks_match(missing()).allow(all_checks())`:                          {"orders:fresh"},
		`any_checks_match(missing()).allow(assets("items")).allow(all())`:          {"orders:fresh"},
		`any_checks_match(missing()).allow(assets("items"))`:                       nil,
		`any_deps_match(missing()).allow(assets("orders"))`:                        {"orders"},
		`any_deps_match(missing()).allow(assets("orders")).allow(assets("items"))`: {"items", "orders"},
		`any_deps_match(missing()).allow(all_checks())`:                            {"orders:fresh"},
	} {
		if got := built(t, text).Allow.Resolve(g); !slices.Equal(got, want) {
			t.Errorf("%s selects %q, want %q", text, got, want)
		}
	}
}

// FuzzBuild: no text makes Build, Review or Expand panic, and what builds once builds
// alike again.
func FuzzBuild(f *testing.F) {
	for _, text := range []string{
		`eager()`, `on_cron("0 6 * * *", "Europe/Paris").replace("in_latest_time_window", missing())`, `eager().without(~in_progress()).allow(all() - groups("mart"))`,
		`any_checks_match(check_passed(), blocking_only=true).ignore(checks("orders:fresh"))`, `executed_with_tags(tag_keys=["a"], tag_values={b: "c"}).since(newly_updated()).newly_true()`,
		`(missing() & ~missing()) | cron_tick_passed("0 6 * * *") & cron_tick_passed("0 7 * * *")`, `missing().replace(missing(), eager()).with_label("l")`, `asset_matches("orders", any_downstream_conditions())`,
	} {
		f.Add(text)
	}
	g := assets(f)
	f.Fuzz(func(t *testing.T, text string) {
		e, found := parse.Expr(source.New("<expr>", text))
		if found.HasErrors() {
			return
		}
		n, found := condition.Build(e, condition.Env{Graph: g})
		if n == nil {
			if !found.HasErrors() {
				t.Errorf("%s: neither tree nor error", text)
			}
			return
		}
		condition.Review(n, condition.Target{Graph: g, Keys: g.Keys()})
		condition.Expand(n, "orders", g, func(string) *condition.Node { return n })
		again, _ := condition.Build(e, condition.Env{Graph: g})
		if !n.Equal(again) || !n.Same(again) || form(n) != form(again) {
			t.Errorf("%s gives %s and then %s", text, form(n), form(again))
		}
	})
}

func BenchmarkBuild(b *testing.B) {
	for _, text := range []string{`eager()`, `on_cron("@daily").ignore(assets("raw")).replace("in_latest_time_window", missing())`} {
		e, _ := parse.Expr(source.New("<expr>", text))
		b.Run(text[:5], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				condition.Build(e, condition.Env{})
			}
		})
	}
}
