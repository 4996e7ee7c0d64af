package oracle

import (
	"strings"
	"testing"

	"auto/lang/parse"
	"auto/lang/source"
	"auto/vm/graph"
)

// TestSelections: what selections stand for on dependency and on check operators. One of
// assets stands for their checks, one of checks for no asset (filters/checks_by_asset).
func TestSelections(t *testing.T) {
	checks := []graph.Check{{Name: "x"}, {Name: "y"}}
	g, problems := graph.New([]graph.Asset{
		{Key: "raw/a", External: true, Checks: checks[:1]}, {Key: "b", Group: "g", Checks: checks, Deps: []graph.Dep{{Key: "raw/a"}}}, {Key: "c", Kinds: []string{"s3"}, Deps: []graph.Dep{{Key: "b"}}},
	}, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for text, want := range map[string]string{
		`all()`: "b c, b:x b:y", `all(include_external=true)`: "b c raw/a, b:x b:y raw/a:x", `assets("raw/a", "nothing")`: "raw/a, raw/a:x",
		`checks("b:x", "raw/a:x")`: ", b:x raw/a:x", `checks_for_assets("b")`: ", b:x b:y", `all_checks()`: ", b:x b:y raw/a:x",
		`assets("raw/a") | checks("b:y")`: "raw/a, b:y raw/a:x", `all() & groups("g")`: "b, b:x b:y", `all_checks() - assets("b")`: ", raw/a:x",
		`(kind("s3") | groups("g")) - assets("b")`: "c, ", `assets("c").upstream(1)`: "b c, b:x b:y", `assets("b").downstream()`: "b c, b:x b:y",
		`all().roots()`: "b, b:x b:y", `all().sinks()`: "c, ", `key_prefixes("raw", include_external=true).materializable()`: ", ",
	} {
		s, err := buildSelection(expr(t, text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := strings.Join(s.Resolve(g), " ") + ", " + strings.Join(sorted(s.checks(g)), " "); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// FuzzBuild: any expression is a condition or an error, and a condition has a name.
func FuzzBuild(f *testing.F) {
	for _, text := range []string{"eager()", `on_cron("0 0 * * *").ignore(all())`, "in_latest_time_window(lookback_delta=hours(1))", "any_deps_match()", "missing().replace(1)", "x.y()"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, found := parse.Expr(source.New("<condition>", text))
		if len(found) > 0 || e == nil {
			return
		}
		if c, err := Build(e); err == nil && (c.Name() == "" || c.id("None", "None", "") == "") {
			t.Errorf("%s has no name", text)
		}
	})
}
