package condition

import (
	"slices"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/vm/code"
)

// nature is how long a condition stays true.
type nature uint8

const (
	// neutral conditions say something about an event or a partition, and neither come
	// nor go by themselves.
	neutral nature = iota
	// events are true on one tick.
	event
	// guards hold for as long as a state of other things lasts.
	guard
)

var opNatures = map[Op]nature{
	NewlyTrue: event, NewlyRequested: event, WillBeRequested: event, InitialEvaluation: event, CodeVersionChanged: event, CronTickPassed: event,
	Since: guard, DepsNonexistent: guard, DepsToCome: guard,
}

var factNatures = map[code.FactKind]nature{
	code.RunInProgress: guard, code.BackfillInProgress: guard, code.ExecutionFailed: guard, code.CheckPassed: guard, code.CheckFailed: guard,
	code.FreshnessPassed: guard, code.FreshnessWarned: guard, code.FreshnessFailed: guard, code.NewlyUpdated: event, code.DataVersionChanged: event,
	code.Outdated: guard, code.OutdatedInLatestTimeWindow: guard, code.AlreadyRequested: guard,
}

// natureOf gives how long a condition stays true. What is asked of a dependency or check is
// a guard, if it is no event.
func natureOf(n *Node) nature {
	switch n.Op {
	case Fact:
		return factNatures[n.Fact.Kind]
	case And:
		return joint(n.Children, func(has []nature) bool { return slices.Contains(has, event) })
	case Or:
		return joint(n.Children, func(has []nature) bool { return !slices.Contains(has, neutral) && !slices.Contains(has, guard) })
	case Not:
		if natureOf(n.Children[0]) == guard {
			return guard
		}
		return neutral
	case AnyDeps, AllDeps, AnyChecks, AllChecks, Matches:
		if natureOf(n.Children[0]) == event {
			return event
		}
		return guard
	}
	return opNatures[n.Op]
}

// joint gives the nature of an AND or OR: that of an event where isEvent says so, else of
// a guard where one operand is one.
func joint(operands []*Node, isEvent func([]nature) bool) nature {
	has := make([]nature, len(operands))
	for i, o := range operands {
		has[i] = natureOf(o)
	}
	switch {
	case isEvent(has):
		return event
	case slices.Contains(has, guard):
		return guard
	}
	return neutral
}

// swallows finds events that are and-ed with a guard: where the guard is false on the one
// tick of the event, nothing comes of it, then or later. What resets a SINCE, and what is
// negated, loses nothing.
func (r *review) swallows(n *Node, outer source.Span) {
	at, own := written(n, outer)
	if own && n.Op == And {
		r.swallowed(n, at)
	}
	children := n.Children
	switch n.Op {
	case Not:
		return
	case Since:
		children = children[:1]
	}
	for _, child := range children {
		r.swallows(child, at)
	}
}

func (r *review) swallowed(n *Node, at source.Span) {
	first := func(want nature) *Node {
		i := slices.IndexFunc(n.Children, func(c *Node) bool { return natureOf(c) == want })
		if i < 0 {
			return nil
		}
		return n.Children[i]
	}
	if e, g := first(event), first(guard); e != nil && g != nil {
		r.find(diag.EventSwallowed, at, "Write `.since_last_handled()` behind the event, so that it waits for the guard.", "%s is true on one tick only, and is lost where %s is false then.", described(e), described(g))
	}
}
