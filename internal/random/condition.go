package random

import (
	"fmt"
	"strings"
)

// topCondition draws the condition of an asset.
func (d *drawer) topCondition() string {
	switch d.IntN(6) {
	case 0:
		return d.composite()
	case 1:
		return fmt.Sprintf("(%s %s %s)", d.composite(), pick(d, "&", "|"), d.condition(2))
	case 2:
		return fmt.Sprintf("(%s & %s).since_last_handled() & ~in_progress()", d.condition(2), d.condition(2))
	}
	return d.condition(2 + d.IntN(3))
}

// checkCondition draws the condition of a check.
func (d *drawer) checkCondition() string {
	return pick(d, "eager()", `on_cron("0 * * * *")`, "any_deps_match(newly_updated()).since_last_handled()", d.onCheck(2), d.onCheck(3))
}

// condition draws a condition on assets.
func (d *drawer) condition(depth int) string {
	if depth == 0 || d.chance(6) {
		return d.operand()
	}
	inner := func() string { return d.condition(depth - 1) }
	switch d.IntN(9) {
	case 0, 1:
		return d.looking(inner)
	case 2:
		return fmt.Sprintf("%s_checks_match(%s%s)%s", pick(d, "any", "all"), d.onCheck(depth-1), pick(d, "", "", ", blocking_only=true"), d.checkFilters())
	case 3:
		return pick(d, d.composite(), "any_downstream_conditions()")
	}
	return d.combined(inner, d.filters(15))
}

// onCheck draws a condition on checks.
func (d *drawer) onCheck(depth int) string {
	if depth <= 0 || d.chance(6) {
		return pick(d, checkOperands...)
	}
	inner := func() string { return d.onCheck(depth - 1) }
	if d.chance(6) {
		return fmt.Sprintf("%s_deps_match(%s)", pick(d, "any", "all"), d.condition(depth-1))
	}
	return d.combined(inner, "")
}

// combined draws a condition of others on the same entity; filters follow where they may.
func (d *drawer) combined(inner func() string, filters string) string {
	switch d.IntN(9) {
	case 0:
		return fmt.Sprintf("(%s & %s)", inner(), inner()) + filters
	case 1:
		return fmt.Sprintf("(%s & %s & %s)", inner(), inner(), inner()) + filters
	case 2:
		return fmt.Sprintf("(%s | %s)", inner(), inner()) + filters
	case 3:
		return fmt.Sprintf("(%s | %s | %s)", inner(), inner(), inner()) + filters
	case 4:
		return "~(" + inner() + ")"
	case 5:
		return fmt.Sprintf("(%s).since(%s)", inner(), inner()) + filters
	case 6:
		return fmt.Sprintf("(%s).newly_true()", inner())
	case 7:
		return fmt.Sprintf("(%s).since_last_handled()", inner())
	}
	return fmt.Sprintf("(%s).with_label(%q)", inner(), pick(d, "l1", "l2", "l3"))
}

// looking draws a condition that looks at other assets.
func (d *drawer) looking(inner func() string) string {
	if d.chance(4) {
		return fmt.Sprintf("asset_matches(%q, %s)", d.known(), inner())
	}
	return fmt.Sprintf("%s_deps_match(%s)%s", pick(d, "any", "any", "all"), inner(), d.filters(3))
}

var operands = strings.Fields(`missing() missing() newly_updated() newly_updated() newly_requested() newly_missing() will_be_requested()
	initial_evaluation() in_latest_time_window() any_deps_updated() any_deps_missing() in_progress() data_version_changed()
	code_version_changed() run_in_progress() backfill_in_progress() execution_failed() executed_with_root_target() any_deps_in_progress()
	all_deps_blocking_checks_passed() in_latest_time_window(lookback_delta=hours(48)) in_latest_time_window(lookback_delta=days(3))
	in_latest_time_window(lookback_delta=hours(1)) freshness_passed() freshness_warned() freshness_failed()`)

var checkOperands = strings.Fields(`check_passed() check_passed() check_failed() check_failed() missing() in_progress() execution_failed()
	newly_updated() newly_requested() newly_missing() will_be_requested() initial_evaluation()`)

func (d *drawer) operand() string {
	switch d.IntN(8) {
	case 0:
		return fmt.Sprintf("%s(%s)", pick(d, "executed_with_tags", "any_new_update_has_run_tags", "all_new_updates_have_run_tags"),
			pick(d, `tag_keys=["team"]`, `tag_values={"team": "red"}`, `tag_keys=["team"], tag_values={"mode": "full"}`))
	case 1:
		return fmt.Sprintf("%s(%s)", pick(d, "cron_tick_passed", "cron_tick_passed", "all_deps_updated_since_cron"), d.cron())
	}
	return pick(d, operands...)
}

// cron draws the arguments of an operand with a schedule.
func (d *drawer) cron() string {
	schedule := pick(d, "0 * * * *", "*/15 * * * *", "0 0 * * *", "@hourly", "30 1 * * *", "0 2 * * 0", "0 0 L * *", "5 */3 * * 1-5")
	if d.zone != "UTC" && d.chance(2) {
		return fmt.Sprintf("%q, %q", schedule, d.zone)
	}
	return fmt.Sprintf("%q", schedule)
}

// composite draws one of the ready-made conditions, in some cases changed.
func (d *drawer) composite() string {
	kind := pick(d, "eager()", "eager()", "on_missing()", "on_cron("+d.cron()+")")
	tagged := `(newly_updated() & ~executed_with_tags(tag_keys=["team"]))`
	changed := pick(d, "", "", "",
		".without(in_latest_time_window())",
		".replace(in_latest_time_window(), in_latest_time_window(lookback_delta=hours(48)))",
		fmt.Sprintf(`.replace("newly_updated", %s)`, pick(d, "data_version_changed()", tagged)),
		fmt.Sprintf(`.replace("handled", %s)`, pick(d, "newly_requested()", "newly_updated()")),
		fmt.Sprintf(`.replace("any_deps_updated", any_deps_updated()%s)`, d.filters(2)))
	if kind == "eager()" && d.chance(8) {
		changed = pick(d, ".without(~any_deps_missing())", ".without(~any_deps_in_progress()).without(~in_progress())")
	}
	return kind + changed + d.filters(10)
}

// filters draws allow and ignore once in n times.
func (d *drawer) filters(n int) (text string) {
	for d.chance(n) && len(text) < 100 {
		text += fmt.Sprintf(".%s(%s)", pick(d, "allow", "ignore"), d.selection(1))
	}
	return text
}

func (d *drawer) checkFilters() string {
	if !d.chance(4) {
		return ""
	}
	return fmt.Sprintf(".%s(%s)", pick(d, "allow", "ignore"), pick(d, "all_checks()", fmt.Sprintf("checks_for_assets(%q)", d.known()), d.selection(1)))
}

// selection draws a selection of assets.
func (d *drawer) selection(depth int) string {
	if depth > 0 && d.chance(3) {
		inner := d.selection(depth - 1)
		if d.chance(2) {
			return inner + pick(d, ".upstream()", ".downstream()", ".roots()", ".sinks()", ".upstream(depth=1)", ".downstream(depth=1)", ".materializable()")
		}
		return fmt.Sprintf("(%s %s %s)", inner, pick(d, "|", "&", "-"), d.selection(depth-1))
	}
	return pick(d, "all()", fmt.Sprintf("assets(%q, %q)", d.known(), d.known()), fmt.Sprintf("assets(%q)", d.known()), `groups("g1")`, `groups("g1", "g2")`,
		`tag("tier", "gold")`, `kind("s3")`, `owner("team:sales")`, `key_prefixes("raw")`, "all(include_external=true)")
}

// known draws the key of an asset.
func (d *drawer) known() string { return pick(d, d.Assets...).Key }
