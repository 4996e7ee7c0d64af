package condition_test

import (
	"strings"
	"testing"

	"auto/compiler/condition"
)

// TestReview has conditions that surely are not meant, and some like them that are.
func TestReview(t *testing.T) {
	g := assets(t)
	for _, c := range []struct{ keys, text, want string }{
		// Never and always true.
		{"orders", `missing() & ~missing()`, "A306"},
		{"orders", `eager() & in_progress()`, "A306"},
		{"orders", `eager() & (missing() | run_in_progress())`, ""},
		{"orders", `newly_updated().since_last_handled() & (missing() | ~missing())`, "A307"},
		{"orders", `missing() | ~missing()`, "A307"},
		{"orders", `missing() | ~missing().with_label("l")`, "A307"},
		{"orders", `any_deps_match(missing()) & ~any_deps_match(missing())`, "A306"},
		{"orders", `any_deps_match(missing()) & ~any_deps_match(missing()).ignore(assets("raw"))`, ""},
		{"orders", `any_deps_match(missing() & ~missing()) & in_progress()`, "A306"},
		{"orders", `(missing() & ~missing()).newly_true().since(newly_updated()) | in_progress()`, "A306"},
		{"orders", `any_checks_match(check_passed() & check_failed())`, "A306"},
		{"orders", `any_checks_match(check_passed() & missing())`, "A306"},
		{"orders", `freshness_passed() & ~freshness_failed()`, ""},
		{"orders", `freshness_passed() & freshness_failed()`, "A306"},
		{"orders", `missing() & in_progress() & (execution_failed() | ~missing()) & ~execution_failed()`, "A306"},
		{"orders", `will_be_requested() | missing()`, "A306"},
		{"in_set", `will_be_requested() | missing()`, ""},
		{"orders", `missing() & ~executed_with_root_target()`, "A306"},
		{"orders", `any_deps_match(newly_updated() & ~executed_with_root_target())`, ""},
		{"orders items", `any_checks_match(check_failed())`, ""},
		{"items", `any_checks_match(check_failed())`, "A306"},
		{"items", `all_checks_match(check_passed())`, "A307"},
		{"items", `all_checks_match(check_passed(), blocking_only=true)`, "A307"},
		{"items", `eager() & all_deps_blocking_checks_passed()`, ""},
		{"orders", `any_deps_match(missing()).ignore(assets("raw", "undeclared"))`, ""},
		{"items", `any_deps_match(missing()).ignore(assets("raw"))`, "A306"},
		{"items", `all_deps_match(missing()).allow(assets("orders"))`, "A307"},
		{"ab", `all_deps_match(missing()).allow(assets("orders"))`, ""},
		{"days", `any_deps_to_come().ignore(assets("hours")) | missing()`, "A306"},
		{"days", `any_deps_required_but_nonexistent().allow(assets("hours")) | missing()`, ""},
		{"raw", `eager()`, ""},
		{"orders:fresh", `any_deps_match(missing()).allow(assets("items"))`, ""},
		// An event and a guard.
		{"orders", `cron_tick_passed("@daily") & ~any_deps_missing()`, "A308"},
		{"orders", `cron_tick_passed("@daily") & ~any_deps_to_come()`, "A308"},
		{"orders", `cron_tick_passed("@daily") & all_deps_updated_since_cron("@daily")`, "A308"},
		{"orders", `cron_tick_passed("@daily").since_last_handled() & all_deps_updated_since_cron("@daily")`, ""},
		{"orders", `in_latest_time_window() & missing() & cron_tick_passed("@daily")`, ""},
		{"orders", `(newly_missing() | any_deps_updated()) & ~in_progress()`, "A308"},
		{"orders", `(missing() | any_deps_updated()) & ~in_progress()`, ""},
		{"orders", `any_deps_match(newly_updated() & any_checks_match(check_failed()))`, "A308"},
		{"orders", `(newly_updated() & ~in_progress()).since(newly_requested())`, "A308"},
		{"orders", `any_deps_updated().since(newly_requested() & in_progress())`, ""},
		{"orders", `missing() & ~(newly_updated() & in_progress())`, ""},
		{"orders", `newly_updated() & any_new_update_has_run_tags(tag_keys=["a"]) & ~newly_requested()`, ""},
		{"orders", `eager() & ~execution_failed()`, ""},
		{"orders", `on_cron("@daily") | on_missing()`, ""},
		// Schedules.
		{"orders", `cron_tick_passed("0 6 * * *") & cron_tick_passed("0 7 * * *")`, "A310"},
		{"orders", `cron_tick_passed("0 6 * * *") & missing() & cron_tick_passed("0 7 * * *", "Europe/Paris")`, ""},
		{"orders", `cron_tick_passed("0 6 * * *") & cron_tick_passed("0 * * * *")`, ""},
		{"orders", `cron_tick_passed("0 0 29 2 *") & cron_tick_passed("0 0 * * 1")`, ""},
		{"orders", `cron_tick_passed("0 0 29 2 *") & cron_tick_passed("0 0 30 * *")`, "A310"},
		{"orders", `cron_tick_passed("*/2 * * * *") & cron_tick_passed("1-59/2 * * * *")`, "A310"},
		{"orders", `cron_tick_passed("0 6 * * *").since_last_handled() & cron_tick_passed("0 7 * * *").since_last_handled()`, ""},
		// Partitions.
		{"days", `eager()`, ""},
		{"days_by_key", `eager()`, "A309"},
		{"days_by_key", `any_deps_match(missing()).ignore(assets("hours")) | missing()`, "A306"},
		{"bc", `eager()`, ""},
		{"xy", `eager()`, "A309 A309"},
		{"xy", `eager().ignore(assets("days"))`, "A309"},
		{"xy", `asset_matches("days", any_deps_match(missing()))`, ""},
	} {
		n, found := build(t, c.text, condition.Env{Graph: g})
		if n == nil {
			t.Errorf("%s: %v", c.text, found)
			continue
		}
		found = condition.Review(n, condition.Target{Graph: g, Keys: strings.Fields(c.keys)})
		if codes(found) != c.want {
			t.Errorf("%s for %s: %v, want %q", c.text, c.keys, found, c.want)
		}
		for _, d := range found {
			if d.Help == "" || !strings.HasSuffix(d.Message, ".") || d.Span.File.Name != "<expr>" {
				t.Errorf("%s: %+v", c.text, d)
			}
		}
	}
}
