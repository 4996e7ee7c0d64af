package condition

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"auto/vm/code"
)

// opNames are Dagster's names of the operators, and of operands without arguments.
var opNames = map[Op]string{
	And: "AND", Or: "OR", Not: "NOT", Since: "SINCE", NewlyTrue: "NEWLY_TRUE",
	AnyDeps: "ANY_DEPS_MATCH", AllDeps: "ALL_DEPS_MATCH", AnyChecks: "ANY_CHECKS_MATCH", AllChecks: "ALL_CHECKS_MATCH",
	AnyDownstream: "ANY_DOWNSTREAM_CONDITIONS", NewlyRequested: "newly_requested", WillBeRequested: "will_be_requested",
	InitialEvaluation: "initial_evaluation", CodeVersionChanged: "code_version_changed", ExecutedWithRootTarget: "executed_with_root_target",
	DepsNonexistent: "ANY_DEPS_REQUIRED_BUT_NONEXISTENT",
	DepsToCome:      "any_deps_to_come", // has no counterpart in Dagster
}

// factNames are Dagster's names of the facts, without their arguments.
var factNames = map[code.FactKind]string{
	code.Missing: "missing", code.RunInProgress: "run_in_progress", code.BackfillInProgress: "backfill_in_progress",
	code.ExecutionFailed: "execution_failed", code.CheckPassed: "check_passed", code.CheckFailed: "check_failed",
	code.FreshnessPassed: "freshness_result(state=FreshnessState.PASS)", code.FreshnessWarned: "freshness_result(state=FreshnessState.WARN)",
	code.FreshnessFailed: "freshness_result(state=FreshnessState.FAIL)", code.InLatestTimeWindow: "in_latest_time_window",
	code.NewlyUpdated: "newly_updated", code.DataVersionChanged: "data_version_changed",
	code.AnyNewUpdateHasRunTags: "any_new_update_has_run_tags", code.AllNewUpdatesHaveTags: "all_new_updates_have_run_tags",
	code.ExecutedWithTags: "executed_with_tags",
	// These have no counterpart in Dagster.
	code.Outdated: "outdated", code.OutdatedInLatestTimeWindow: "outdated_in_latest_time_window", code.AlreadyRequested: "already_requested",
}

// Name is Dagster's name of the node, with the arguments that are part of it:
// "AND", "cron_tick_passed(cron_schedule=@daily, cron_timezone=UTC)", the key for
// Matches.
func (n *Node) Name() string {
	switch n.Op {
	case Fact:
		return factName(n.Fact) + n.filters()
	case CronTickPassed:
		return fmt.Sprintf("cron_tick_passed(cron_schedule=%s, cron_timezone=%s)", n.Cron, n.Zone)
	case Matches:
		return n.Key
	case Downstream:
		return strings.Join(n.DownstreamKeys, ", ")
	}
	return n.BaseName() + n.filters()
}

// BaseName is the name of an operator without its selections, by which Dagster finds the
// state below it again. For all others it is the Name.
func (n *Node) BaseName() string {
	if name, ok := opNames[n.Op]; ok {
		return name
	}
	return n.Name()
}

// filters are the arguments of dependency and check operators, as part of a name.
func (n *Node) filters() string {
	var props []string
	if n.BlockingOnly {
		props = append(props, "blocking_only=True")
	}
	if n.Allow != nil {
		props = append(props, "allow_selection="+n.Allow.Text)
	}
	if n.Ignore != nil {
		props = append(props, "ignore_selection="+n.Ignore.Text)
	}
	if len(props) == 0 {
		return ""
	}
	return "(" + strings.Join(props, ",") + ")"
}

func factName(f code.Fact) string {
	name := factNames[f.Kind]
	var props []string
	if f.Lookback != 0 {
		props = append(props, "lookback_timedelta="+timedelta(f.Lookback))
	}
	if f.TagKeys != nil {
		props = append(props, "tag_keys={"+strings.Join(f.TagKeys, ",")+"}")
	}
	if f.TagValues != nil {
		var pairs []string
		for _, key := range slices.Sorted(maps.Keys(f.TagValues)) {
			pairs = append(pairs, key+":"+f.TagValues[key])
		}
		props = append(props, "tag_values={"+strings.Join(pairs, ",")+"}")
	}
	if len(props) == 0 {
		return name
	}
	return name + "(" + strings.Join(props, ", ") + ")"
}

// timedelta writes whole seconds as Python prints them: "2 days, 0:30:00".
func timedelta(d time.Duration) string {
	seconds := int64(d / time.Second)
	days := seconds / 86400
	if seconds %= 86400; seconds < 0 {
		seconds += 86400
		days--
	}
	clock := fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
	switch days {
	case 0:
		return clock
	case 1, -1:
		return fmt.Sprintf("%d day, %s", days, clock)
	}
	return fmt.Sprintf("%d days, %s", days, clock)
}
