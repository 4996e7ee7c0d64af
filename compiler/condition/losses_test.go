package condition_test

import (
	"strings"
	"testing"

	"auto/compiler/condition"
)

// TestLosses has conditions that can lose an update, with the place and the form that the
// note names, and some that cannot.
func TestLosses(t *testing.T) {
	g := assets(t)
	for _, c := range []struct{ text, place, form string }{
		{`eager()`, `eager()`, "keep_up_to_date()"},
		{`missing() | eager() & ~execution_failed()`, `eager()`, "keep_up_to_date()"},
		{`on_cron("@daily")`, `on_cron("@daily")`, `on_cron_up_to_date("@daily")`},
		{`on_cron("0 6 * * *", "Europe/Paris")`, `on_cron("0 6 * * *", "Europe/Paris")`, `on_cron_up_to_date("0 6 * * *", "Europe/Paris")`},
		{`any_deps_updated() & in_latest_time_window()`, `any_deps_updated()`, "stale() & ~already_requested()"},
		{`any_deps_match(data_version_changed()).since(newly_requested())`, `data_version_changed()`, "stale()"},
		{`asset_matches("raw", newly_updated())`, `newly_updated()`, "stale()"},
		{`keep_up_to_date()`, "", ""},
		{`on_cron_up_to_date("@daily")`, "", ""},
		{`stale() & ~already_requested() & ~in_progress()`, "", ""},
		{`on_missing()`, "", ""},
		{`newly_updated().since(any_deps_updated())`, "", ""},
		{`missing() & ~any_deps_updated()`, "", ""},
		{`any_deps_match(any_checks_match(newly_updated()))`, "", ""},
	} {
		n, found := build(t, c.text, condition.Env{Graph: g})
		if n == nil {
			t.Errorf("%s: %v", c.text, found)
			continue
		}
		place, help := "", ""
		if notes := condition.Losses(n); len(notes) == 1 {
			place, help = notes[0].Span.Text(), notes[0].Help
		}
		if place != c.place || !strings.Contains(help, c.form) {
			t.Errorf("%s: the note is at %q and says %q, want %q and %q", c.text, place, help, c.place, c.form)
		}
	}
}
