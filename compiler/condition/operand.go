package condition

import (
	"time"

	"auto/vm/code"
)

// plain are the operands without arguments.
var plain = map[string]Node{
	"missing": fact(code.Missing), "run_in_progress": fact(code.RunInProgress), "backfill_in_progress": fact(code.BackfillInProgress),
	"execution_failed": fact(code.ExecutionFailed), "newly_updated": fact(code.NewlyUpdated), "data_version_changed": fact(code.DataVersionChanged),
	"outdated": fact(code.Outdated), "outdated_in_latest_time_window": fact(code.OutdatedInLatestTimeWindow), "already_requested": fact(code.AlreadyRequested),
	"check_passed": fact(code.CheckPassed), "check_failed": fact(code.CheckFailed),
	"freshness_passed": labeled(code.FreshnessPassed, "freshness_passed"), "freshness_warned": labeled(code.FreshnessWarned, "freshness_warned"),
	"freshness_failed": labeled(code.FreshnessFailed, "freshness_failed"),
	"newly_requested":  {Op: NewlyRequested}, "will_be_requested": {Op: WillBeRequested}, "initial_evaluation": {Op: InitialEvaluation},
	"any_deps_required_but_nonexistent": {Op: DepsNonexistent, Label: "any_deps_required_but_nonexistent"}, "any_deps_to_come": {Op: DepsToCome},
	"code_version_changed": {Op: CodeVersionChanged}, "executed_with_root_target": {Op: ExecutedWithRootTarget},
}

func fact(kind code.FactKind) Node { return Node{Op: Fact, Fact: code.Fact{Kind: kind}} }

// labeled is a fact that Dagster gives a label.
func labeled(kind code.FactKind, label string) Node {
	n := fact(kind)
	n.Label = label
	return n
}

// tagged are the operands about tags of runs.
var tagged = map[string]code.FactKind{
	"executed_with_tags": code.ExecutedWithTags, "any_new_update_has_run_tags": code.AnyNewUpdateHasRunTags,
	"all_new_updates_have_run_tags": code.AllNewUpdatesHaveTags,
}

// operandNode makes the node of an operand, nil where an argument is not known or the
// operand has no node.
func (c *Checker) operandNode(name string, args arguments) *Node {
	if n, ok := plain[name]; ok {
		return &n
	}
	if kind, ok := tagged[name]; ok {
		return c.taggedNode(kind, args)
	}
	switch name {
	case "cron_tick_passed":
		return cronNode(args)
	case "in_latest_time_window":
		return windowNode(args)
	}
	return nil
}

func (c *Checker) taggedNode(kind code.FactKind, args arguments) *Node {
	keys, keysKnown := c.tagKeys(args)
	values, valuesKnown := c.tagValues(args)
	if !keysKnown || !valuesKnown {
		return nil
	}
	return &Node{Op: Fact, Fact: code.Fact{Kind: kind, TagKeys: keys, TagValues: values}}
}

func cronNode(args arguments) *Node {
	schedule, known := args.named["cron"].Constant.(string)
	zone := "UTC"
	if v, given := args.named["tz"]; given {
		text, isText := v.Constant.(string)
		zone, known = text, known && isText
	}
	if !known {
		return nil
	}
	return &Node{Op: CronTickPassed, Cron: schedule, Zone: zone}
}

func windowNode(args arguments) *Node {
	lookback, known := args.named["lookback_delta"].Constant.(time.Duration)
	if _, given := args.named["lookback_delta"]; given && !known {
		return nil
	}
	return &Node{Op: Fact, Fact: code.Fact{Kind: code.InLatestTimeWindow, Lookback: lookback}}
}

// operators are those that evaluate a condition on something else.
var operators = map[string]Op{
	"any_deps_match": AnyDeps, "all_deps_match": AllDeps, "any_checks_match": AnyChecks, "all_checks_match": AllChecks, "asset_matches": Matches,
}

// operatorNode makes the node of an operator, nil where an argument is not known.
func operatorNode(name string, args arguments) *Node {
	if name == "any_downstream_conditions" {
		return &Node{Op: AnyDownstream}
	}
	inner := args.named["condition"].Node
	n := &Node{Op: operators[name], Children: []*Node{inner}, Key: args.text("key"), BlockingOnly: args.is("blocking_only")}
	if inner == nil || n.Op == Matches && n.Key == "" {
		return nil
	}
	return n
}
