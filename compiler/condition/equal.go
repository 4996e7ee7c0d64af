package condition

import (
	"maps"
	"slices"

	"auto/vm/code"
)

// Equal reports whether Dagster holds two conditions for equal, as `replace` and
// `without` do. It compares labels, arguments and operands, and not what kind of
// condition they belong to: its conditions are tuples of their fields. So all operands
// without arguments are equal, `any_deps_match(c)` is `all_deps_match(c)`, and `a & b`
// is `a | b`.
func (n *Node) Equal(o *Node) bool {
	if n == o {
		return true
	}
	return shapeOf(n) == shapeOf(o) && n.Label == o.Label && n.Key == o.Key && n.Cron == o.Cron && n.Zone == o.Zone &&
		slices.Equal(n.DownstreamKeys, o.DownstreamKeys) && n.BlockingOnly == o.BlockingOnly &&
		n.Allow.equal(o.Allow) && n.Ignore.equal(o.Ignore) && equalFacts(n.Fact, o.Fact) &&
		slices.EqualFunc(n.Children, o.Children, (*Node).Equal)
}

// Same reports whether two conditions are one in a set of Dagster's, which compares their
// names, too, but for those within the operand of a check operator.
func (n *Node) Same(o *Node) bool { return n.Equal(o) && sameNames(n, o) }

func sameNames(n, o *Node) bool {
	if n.Op != o.Op || n.Fact.Kind != o.Fact.Kind {
		return false
	}
	if n.Op == AnyChecks || n.Op == AllChecks {
		return true
	}
	return slices.EqualFunc(n.Children, o.Children, sameNames)
}

// Identical reports whether two conditions are one in everything, also in what
// any_downstream_conditions stands for on each key.
func (n *Node) Identical(o *Node) bool {
	return n == o || n.Op == o.Op && n.Fact.Kind == o.Fact.Kind && n.Index == o.Index && n.Equal(o) &&
		slices.EqualFunc(n.Children, o.Children, (*Node).Identical) && maps.EqualFunc(n.ByKey, o.ByKey, (*Node).Identical)
}

// shape is the fields that a condition of Dagster has beside its label.
type shape uint8

const (
	noFields  shape = iota // operands without arguments
	lookback               // in_latest_time_window
	passed                 // check_passed, check_failed
	freshness              // freshness_passed, …
	runTags                // the three that have tag_keys and tag_values
	schedule
	operands   // AND, OR
	operand    // NOT, NEWLY_TRUE
	two        // SINCE
	keyed      // asset_matches
	deps       // operand and selections
	checks     // operand, blocking_only and selections
	selections // any_deps_required_but_nonexistent
	wrapped    // one of any_downstream_conditions
	ours       // words that Dagster does not have: equal to themselves only
	oursToCome
)

var opShapes = map[Op]shape{
	And: operands, Or: operands, Not: operand, NewlyTrue: operand, Since: two, Matches: keyed, AnyDeps: deps, AllDeps: deps,
	AnyChecks: checks, AllChecks: checks, DepsNonexistent: selections, DepsToCome: oursToCome, Downstream: wrapped, CronTickPassed: schedule,
}

var factShapes = map[code.FactKind]shape{
	code.CheckPassed: passed, code.CheckFailed: passed, code.InLatestTimeWindow: lookback,
	code.FreshnessPassed: freshness, code.FreshnessWarned: freshness, code.FreshnessFailed: freshness,
	code.AnyNewUpdateHasRunTags: runTags, code.AllNewUpdatesHaveTags: runTags, code.ExecutedWithTags: runTags,
	code.Outdated: ours, code.OutdatedInLatestTimeWindow: ours, code.AlreadyRequested: ours,
}

func shapeOf(n *Node) shape {
	if n.Op == Fact {
		return factShapes[n.Fact.Kind]
	}
	return opShapes[n.Op]
}

// equalFacts compares the arguments of two facts of one shape. The kind is an argument of
// those about checks and freshness, and tells ours apart.
func equalFacts(f, g code.Fact) bool {
	if s := factShapes[f.Kind]; (s == passed || s == freshness || s == ours) && f.Kind != g.Kind {
		return false
	}
	return f.Lookback == g.Lookback && (f.TagKeys == nil) == (g.TagKeys == nil) && slices.Equal(f.TagKeys, g.TagKeys) &&
		(f.TagValues == nil) == (g.TagValues == nil) && maps.Equal(f.TagValues, g.TagValues)
}
