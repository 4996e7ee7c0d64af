package explain

import (
	"strings"
	"testing"
	"time"

	"auto/compiler/condition"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/vm/code"
)

// TestEveryOperandHasPhrases: no operand of the vocabulary lacks its words, true and
// false, and those that have arguments show them.
func TestEveryOperandHasPhrases(t *testing.T) {
	for kind := code.Missing; kind <= code.ExecutedWithTags; kind++ {
		if p := facts[kind]; p.yes == "" || p.no == "" || p.yes == p.no {
			t.Errorf("fact %d: %+v", kind, p)
		}
	}
	for op := condition.NewlyRequested; op <= condition.DepsToCome; op++ {
		if p := operands[op]; p.yes == "" || p.no == "" || p.yes == p.no {
			t.Errorf("operand %d: %+v", op, p)
		}
	}
}

func build(t *testing.T, text string) *condition.Node {
	t.Helper()
	e, found := parse.Expr(source.New("test", text))
	n, more := condition.Build(e, condition.Env{})
	if found = append(found, more...); found.HasErrors() {
		t.Fatal(found)
	}
	return n
}

func TestPredicate(t *testing.T) {
	for _, c := range []struct{ condition, yes, no string }{
		{`missing()`, "is missing", "is not missing"},
		{`~missing()`, "is not missing", "is missing"},
		{`missing() & newly_updated()`, "is missing and was updated", "is not missing or was not updated"},
		{`missing() | newly_updated()`, "is missing or was updated", "is not missing and was not updated"},
		{`in_latest_time_window()`, "is in the latest time window", "is not in the latest time window"},
		{`in_latest_time_window(lookback_delta=hours(36))`, "is in the latest time window and 1 day 12 hours back", "is not in the latest time window and 1 day 12 hours back"},
		{`cron_tick_passed("0 6 * * *", "Europe/Paris")`, "came due by the schedule `0 6 * * *` in Europe/Paris", "did not come due by the schedule `0 6 * * *` in Europe/Paris"},
		{`executed_with_root_target()`, "was last executed in one run with `root`", "was not last executed in one run with `root`"},
		{`executed_with_tags(tag_keys=["team"], tag_values={tier: "gold"})`, "was last executed by a run with the tags `team` and `tier=gold`", "was not last executed by a run with the tags `team` and `tier=gold`"},
		{`any_deps_match(missing())`, "has a dependency that is missing", "has no dependency that is missing"},
		{`all_deps_match(newly_updated())`, "has no dependency that was not updated", "has a dependency that was not updated"},
		{`any_deps_updated()`, "has an updated dependency", "has no updated dependency"},
		{`in_progress()`, "is in progress", "is not in progress"},
		{`asset_matches("x", missing())`, "goes with `x`, which is missing", "goes with `x`, which is not missing"},
		{`newly_updated().since(newly_requested())`, "was updated since it was requested on the tick before", "was not updated since it was requested on the tick before"},
		{`stale()`, "is stale", "is not stale"},
		{`outdated()`, "is outdated by an update of a dependency", "is outdated by no update of a dependency"},
		{`already_requested()`, "was already requested and not made since", "was not requested since its newest update"},
		{`any_deps_to_come()`, "requires a time window of a dependency that is still to come", "requires no time window of a dependency that is still to come"},
		{`any_deps_required_but_nonexistent()`, "requires a partition that a dependency does not have", "requires no partition that a dependency does not have"},
		{`missing().newly_true()`, "is missing now, unlike before", "is not missing now, or was so before"},
	} {
		n := build(t, c.condition)
		if yes, no := predicate(n, "root", true), predicate(n, "root", false); yes != c.yes || no != c.no {
			t.Errorf("%s:\n%s\n%s", c.condition, yes, no)
		}
	}
}

func TestPast(t *testing.T) {
	for text, want := range map[string]string{
		"is evaluated for the first time": "was evaluated for the first time",
		"was updated":                     "was updated",
		"is missing and has no run":       "was missing and had no run",
		"has a dependency that is late":   "had a dependency that was late",
		"requires no window that is late": "required no window that was late",
		"does not meet its policy":        "did not meet its policy",
	} {
		if got := past(text); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		48 * time.Hour: "2 days", 25 * time.Hour: "1 day 1 hour", 90 * time.Second: "1 minute 30 seconds",
	} {
		if got := duration(d); got != want {
			t.Errorf("%v: %s", d, got)
		}
	}
}

// TestText: statements about one thing are said together.
func TestText(t *testing.T) {
	got := text([]clause{{"`a`", "is missing"}, {"`a`", "is missing"}, {"`a`", "was updated"}, {"`b`", "failed"}})
	if want := "`a` is missing and was updated and `b` failed"; got != want {
		t.Error(got)
	}
	if strings.Contains(text(nil), " ") {
		t.Error(text(nil))
	}
}
