package oracle

import "errors"

// operand makes a node without arguments.
func operand(op string) *Condition { return &Condition{Op: op} }

// and and or take unlabeled operands of the same kind apart (AutomationCondition.__and__).
func and(a, b *Condition) *Condition { return join(opAnd, a, b) }
func or(a, b *Condition) *Condition  { return join(opOr, a, b) }

func join(op string, sides ...*Condition) *Condition {
	joined := &Condition{Op: op}
	for _, side := range sides {
		if side.Op == op && side.Label == "" {
			joined.Children = append(joined.Children, side.Children...)
		} else {
			joined.Children = append(joined.Children, side)
		}
	}
	return joined
}

func not(c *Condition) *Condition { return &Condition{Op: opNot, Children: []*Condition{c}} }

func since(trigger, reset *Condition) *Condition {
	return &Condition{Op: opSince, Children: []*Condition{trigger, reset}}
}

func newlyTrue(c *Condition) *Condition {
	return &Condition{Op: opNewlyTrue, Children: []*Condition{c}}
}
func anyDeps(c *Condition) *Condition { return &Condition{Op: opAnyDeps, Children: []*Condition{c}} }
func allDeps(c *Condition) *Condition { return &Condition{Op: opAllDeps, Children: []*Condition{c}} }
func matches(key string, c *Condition) *Condition {
	return &Condition{Op: opMatches, Key: key, Children: []*Condition{c}}
}

// sinceLastHandled: since the target was requested or updated, or evaluated first.
func sinceLastHandled(c *Condition) *Condition {
	handled := or(or(operand("newly_requested"), operand("newly_updated")), operand("initial_evaluation"))
	return since(c, handled.labeled("handled"))
}

// The ready-made conditions, as automation_condition.py writes them.

func inProgress() *Condition {
	return or(operand("run_in_progress"), operand("backfill_in_progress")).labeled("in_progress")
}

func newlyMissing() *Condition { return newlyTrue(operand("missing")).labeled("newly_missing") }

func anyDepsUpdated() *Condition {
	withoutRoot := and(operand("newly_updated"), not(operand("executed_with_root_target"))).labeled("newly_updated_without_root")
	return anyDeps(or(withoutRoot, operand("will_be_requested"))).labeled("any_deps_updated")
}

func anyDepsMissing() *Condition {
	return anyDeps(and(operand("missing"), not(operand("will_be_requested")))).labeled("any_deps_missing")
}

func anyDepsInProgress() *Condition { return anyDeps(inProgress()).labeled("any_deps_in_progress") }

func allDepsBlockingChecksPassed() *Condition {
	checks := &Condition{Op: opAllChecks, BlockingOnly: true, Children: []*Condition{or(operand("check_passed"), operand("will_be_requested"))}}
	return allDeps(checks.labeled("all_blocking_checks_passed")).labeled("all_deps_blocking_checks_passed")
}

func allDepsUpdatedSinceCron(tick *Condition) *Condition {
	updated := or(since(operand("newly_updated"), tick), operand("will_be_requested"))
	return allDeps(updated).labeled("all_deps_updated_since_cron(" + tick.Cron + ", " + tick.Zone + ")")
}

func eager() *Condition {
	c := and(operand("in_latest_time_window"), sinceLastHandled(or(newlyMissing(), anyDepsUpdated())))
	return and(and(and(c, not(anyDepsMissing())), not(anyDepsInProgress())), not(inProgress())).labeled("eager")
}

func onCron(tick *Condition) *Condition {
	c := and(operand("in_latest_time_window"), sinceLastHandled(tick))
	return and(c, allDepsUpdatedSinceCron(tick)).labeled("on_cron(" + tick.Cron + ", " + tick.Zone + ")")
}

func onMissing() *Condition {
	missing := sinceLastHandled(newlyTrue(operand("missing"))).labeled("missing_since_last_handled")
	return and(and(operand("in_latest_time_window"), missing), not(anyDepsMissing())).labeled("on_missing")
}

// The methods.

// replaced puts a condition in the place of all that fit. It does not look into
// NEWLY_TRUE and check operators.
func (c *Condition) replaced(fits func(*Condition) bool, by *Condition) *Condition {
	if fits(c) {
		return by
	}
	if c.Op == opNewlyTrue || c.isChecks() {
		return c
	}
	return c.mapChildren(func(child *Condition) *Condition { return child.replaced(fits, by) })
}

func (c *Condition) mapChildren(change func(*Condition) *Condition) *Condition {
	var children []*Condition
	for _, child := range c.Children {
		children = append(children, change(child))
	}
	return c.with(children...)
}

// narrowable reports whether a condition has the methods allow and ignore.
func (c *Condition) narrowable() bool {
	switch c.Op {
	case opAnd, opOr, opNot, opSince:
		return true
	}
	return c.isDeps() || c.isChecks()
}

// narrowed applies allow or ignore to what a condition reaches.
func (c *Condition) narrowed(apply func(*Condition)) *Condition {
	switch {
	case !c.narrowable():
		return c
	case c.isDeps() || c.isChecks():
		changed := *c
		apply(&changed)
		return &changed
	}
	return c.mapChildren(func(child *Condition) *Condition { return child.narrowed(apply) })
}

// without leaves out the operands of AND that equal a condition.
func (c *Condition) without(o *Condition) (*Condition, error) {
	var kept []*Condition
	for _, child := range c.Children {
		if !child.equalFields(o) {
			kept = append(kept, child)
		}
	}
	if c.Op != opAnd || len(kept) == len(c.Children) || len(kept) < 2 {
		return nil, errors.New("without needs an operand of AND, and two that remain")
	}
	return c.with(kept...), nil
}
