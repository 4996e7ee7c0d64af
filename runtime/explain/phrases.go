package explain

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"auto/compiler/condition"
	"auto/vm/code"
)

// phrase says of something that an operand is true for it, or false. %s stands for the
// operand's arguments, where it has any.
type phrase struct{ yes, no string }

// facts has a phrase for every fact that is known of an asset or check.
var facts = map[code.FactKind]phrase{
	code.Missing:                {"is missing", "is not missing"},
	code.RunInProgress:          {"has a run in progress", "has no run in progress"},
	code.BackfillInProgress:     {"has a backfill in progress", "has no backfill in progress"},
	code.ExecutionFailed:        {"failed in its latest run", "did not fail in its latest run"},
	code.CheckPassed:            {"passed", "did not pass"},
	code.CheckFailed:            {"failed", "did not fail"},
	code.FreshnessPassed:        {"meets its freshness policy", "does not meet its freshness policy"},
	code.FreshnessWarned:        {"has a freshness warning", "has no freshness warning"},
	code.FreshnessFailed:        {"violates its freshness policy", "does not violate its freshness policy"},
	code.InLatestTimeWindow:     {"is in the latest time window%s", "is not in the latest time window%s"},
	code.NewlyUpdated:           {"was updated", "was not updated"},
	code.DataVersionChanged:     {"has a new data version", "has no new data version"},
	code.AnyNewUpdateHasRunTags: {"was updated by a run with%s", "was not updated by a run with%s"},
	code.AllNewUpdatesHaveTags:  {"was updated by runs with%s alone", "was not updated by runs with%s alone"},
	code.ExecutedWithTags:       {"was last executed by a run with%s", "was not last executed by a run with%s"},
	code.Outdated:               {"is outdated by an update of a dependency", "is outdated by no update of a dependency"},
	code.AlreadyRequested:       {"was already requested and not made since", "was not requested since its newest update"},

	code.OutdatedInLatestTimeWindow: {"is outdated by an update of a dependency", "is outdated by no update of a dependency that came in its latest time window"},
}

// operands has a phrase for every other operand.
var operands = map[condition.Op]phrase{
	condition.NewlyRequested:         {"was requested on the tick before", "was not requested on the tick before"},
	condition.WillBeRequested:        {"is requested on this tick", "is not requested on this tick"},
	condition.InitialEvaluation:      {"is evaluated for the first time", "was evaluated before"},
	condition.CodeVersionChanged:     {"has a new code version", "has no new code version"},
	condition.CronTickPassed:         {"came due by the schedule%s", "did not come due by the schedule%s"},
	condition.DepsNonexistent:        {"requires a partition that a dependency does not have", "requires no partition that a dependency does not have"},
	condition.DepsToCome:             {"requires a time window of a dependency that is still to come", "requires no time window of a dependency that is still to come"},
	condition.ExecutedWithRootTarget: {"was last executed in one run with%s", "was not last executed in one run with%s"},
}

// labels has shorter phrases for the composites that Dagster labels.
var labels = map[string]phrase{
	"in_progress":                     {"is in progress", "is not in progress"},
	"newly_missing":                   {"became missing", "did not become missing"},
	"handled":                         {"was handled", "was not handled"},
	"missing_since_last_handled":      {"is missing and was not handled", "is not missing or was handled"},
	"newly_updated_without_root":      {"was updated", "was not updated"},
	"any_deps_missing":                {"has a missing dependency", "has no missing dependency"},
	"any_deps_in_progress":            {"has a dependency in progress", "has no dependency in progress"},
	"any_deps_updated":                {"has an updated dependency", "has no updated dependency"},
	"all_deps_blocking_checks_passed": {"has only dependencies whose blocking checks passed", "has a dependency whose blocking checks did not all pass"},
	"stale":                           {"is stale", "is not stale"},
	"stale_in_latest_time_window":     {"is stale in the latest time window", "is not stale in the latest time window"},
	"cron_due":                        {"has come due by its schedule", "has not come due by its schedule"},
	"any_deps_requested":              {"has a dependency that is requested on this tick", "has no dependency that is requested on this tick"},
	"all_blocking_checks_passed":      {"passed all of its blocking checks", "did not pass all of its blocking checks"},
}

func (p phrase) say(want bool, args string) string {
	text := p.no
	if want {
		text = p.yes
	}
	return strings.Replace(text, "%s", args, 1)
}

// predicate says of a subject that a condition is true for it, or false; root is the
// entity whose condition it belongs to.
func predicate(n *condition.Node, root string, want bool) string {
	if p, ok := labels[n.Label]; ok {
		return p.say(want, "")
	}
	switch n.Op {
	case condition.And, condition.Or, condition.AnyDownstream:
		return joined(n, root, want)
	case condition.Not:
		return predicate(n.Children[0], root, !want)
	case condition.Downstream:
		return predicate(n.Children[0], root, want)
	case condition.Since:
		return sincePredicate(n, root, want)
	case condition.NewlyTrue:
		return predicate(n.Children[0], root, want) + map[bool]string{true: " now, unlike before", false: " now, or was so before"}[want]
	case condition.AnyDeps, condition.AllDeps, condition.AnyChecks, condition.AllChecks, condition.Matches:
		return relatives(n, root, want)
	}
	return operand(n, root, want)
}

// past says a predicate of what was.
func past(text string) string {
	for _, verb := range [][2]string{{"is ", "was "}, {"has ", "had "}, {"meets ", "met "}, {"violates ", "violated "}, {"does not ", "did not "}, {"goes ", "went "}, {"requires ", "required "}} {
		if rest, ok := strings.CutPrefix(text, verb[0]); ok {
			text = verb[1] + rest
		}
		for _, word := range []string{" and ", " or ", ", ", " which ", " that "} {
			text = strings.ReplaceAll(text, word+verb[0], word+verb[1])
		}
	}
	return strings.ReplaceAll(text, " on this tick", "")
}

// joined is the predicate of AND and OR, which turn into each other where they are false.
func joined(n *condition.Node, root string, want bool) string {
	parts := make([]string, len(n.Children))
	for i, c := range n.Children {
		parts[i] = predicate(c, root, want)
	}
	if (n.Op == condition.And) == want {
		return list(parts, "and")
	}
	return list(parts, "or")
}

func sincePredicate(n *condition.Node, root string, want bool) string {
	trigger, reset := n.Children[0], n.Children[1]
	if want {
		return predicate(trigger, root, true) + " since it " + predicate(reset, root, true)
	}
	return predicate(trigger, root, false) + " since it " + predicate(reset, root, true)
}

// relatives is the predicate of an operator over dependencies, checks, or another asset.
func relatives(n *condition.Node, root string, want bool) string {
	inner := func(want bool) string { return predicate(n.Children[0], root, want) }
	noun := "dependency"
	if n.Op == condition.AnyChecks || n.Op == condition.AllChecks {
		noun = "check"
	}
	switch {
	case n.Op == condition.Matches:
		return "goes with `" + n.Key + "`, which " + inner(want)
	case (n.Op == condition.AnyDeps || n.Op == condition.AnyChecks) == want:
		return "has a " + noun + " that " + inner(want)
	}
	return "has no " + noun + " that " + inner(!want)
}

// operand is the predicate of an operand.
func operand(n *condition.Node, root string, want bool) string {
	if n.Op == condition.Fact {
		return facts[n.Fact.Kind].say(want, factArgs(n.Fact))
	}
	args := ""
	switch n.Op {
	case condition.CronTickPassed:
		args = fmt.Sprintf(" `%s` in %s", n.Cron, zone(n.Zone))
	case condition.ExecutedWithRootTarget:
		args = " `" + root + "`"
	}
	return operands[n.Op].say(want, args)
}

func zone(name string) string {
	if name == "" {
		return "UTC"
	}
	return name
}

// factArgs writes the arguments of a fact after its phrase.
func factArgs(f code.Fact) string {
	if f.Kind == code.InLatestTimeWindow {
		if f.Lookback == 0 {
			return ""
		}
		return " and " + duration(f.Lookback) + " back"
	}
	var tags []string
	for _, k := range f.TagKeys {
		tags = append(tags, "`"+k+"`")
	}
	for _, k := range slices.Sorted(maps.Keys(f.TagValues)) {
		tags = append(tags, "`"+k+"="+f.TagValues[k]+"`")
	}
	switch len(tags) {
	case 0:
		return " any tags"
	case 1:
		return " the tag " + tags[0]
	}
	return " the tags " + list(tags, "and")
}

// duration writes a time span in the largest units that it is made of.
func duration(d time.Duration) string {
	var parts []string
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := d / unit.size; n > 0 {
			parts = append(parts, plural(int(n), unit.name))
			d -= n * unit.size
		}
	}
	return strings.Join(parts, " ")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok && noun != "day" {
		noun = stem + "ie"
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// list joins parts, the last with a word.
func list(parts []string, word string) string {
	switch len(parts) {
	case 0:
		return ""
	case 1:
		return parts[0]
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + " " + word + " " + parts[last]
}
