package oracle

import (
	"errors"

	"auto/vm/graph"
)

// operand evaluates a node without children. Without candidates it is empty unseen, but
// for those with a state.
func (c *context) operand() *result {
	switch {
	case c.node.Op == "code_version_changed":
		return c.codeVersionChanged()
	case c.node.Op == "initial_evaluation":
		return c.initialEvaluation()
	case c.candidates.Empty():
		return c.is(c.none())
	}
	switch c.node.Op {
	case "cron_tick_passed":
		return c.cronTickPassed()
	case "newly_requested":
		return c.newlyRequested()
	case "newly_updated":
		return c.newlyUpdated()
	case "will_be_requested":
		return c.is(c.willBeRequested())
	case "in_latest_time_window":
		return c.is(c.definition(c.entity).latest(c.node.Lookback))
	case "executed_with_tags", "executed_with_root_target":
		return c.is(c.executedWith())
	}
	return c.is(c.known())
}

// codeVersionChanged: the version differs from the one that was seen before, which is
// not none.
func (c *context) codeVersionChanged() *result {
	asset, check := c.asset(c.entity)
	if check != nil {
		c.fail(c.root.entity, errors.New("a check has no code version"))
	}
	r := c.is(c.none())
	if seen := c.stored().CodeVersion; seen != "" && seen != asset.CodeVersion {
		r.Subset = c.candidates
	}
	r.state = &Node{CodeVersion: asset.CodeVersion}
	return r
}

func (c *context) initialEvaluation() *result {
	if c.initial() {
		return c.is(c.candidates)
	}
	return c.is(c.none())
}

// initial: the condition was not evaluated before, or what it asked for is held in
// another form than now. Ranges are compared with the definition of the asset that the
// node is evaluated on; a check has none here.
func (c *context) initial() bool {
	before, ok := c.requestedBefore(c.root.entity)
	if !ok {
		return true
	}
	if before.form != ranged {
		return before.form != empty(c.definition(c.root.entity)).form
	}
	d := c.definition(c.entity)
	return c.isCheck(c.entity) || d == nil || d.Type != graph.Dynamic || d.Partitions.Name != before.dynamic
}

// cronTickPassed: the schedule's latest moment is not before the previous evaluation.
func (c *context) cronTickPassed() *result {
	before, ok := c.previous()
	moment := c.node.schedule.Prev(c.at)
	if !ok || moment.Before(before.At) {
		return c.is(c.none())
	}
	r := c.is(c.candidates)
	r.times = times{{moment, c.candidates}}
	return r
}

// newlyRequested: what the entity's own condition asked for on the previous tick.
func (c *context) newlyRequested() *result {
	s, ok := c.requestedBefore(c.entity)
	if !ok {
		s = c.none()
	}
	r := c.is(s)
	if before, ok := c.previous(); ok && !s.Empty() {
		r.times = times{{before.At, s}}
	}
	return r
}

// newlyUpdated: what was stored after the previous evaluation. Assets have the times of
// their latest materializations, more than 100 partitions that of the tick.
func (c *context) newlyUpdated() *result {
	before, ok := c.previous()
	if !ok {
		return c.is(c.none())
	}
	keys := c.facts.Holds(c.entity, c.node, before)
	if c.isCheck(c.entity) {
		c.storage.load(c.task, "check", c.entity)
		return c.is(c.wholeIf(len(keys) > 0))
	}
	r := c.is(of(c.definition(c.entity), keys))
	if r.Len() > 100 {
		r.times = times{{c.at, r.Subset}}
		return r
	}
	for _, key := range sorted(keys) {
		if at, ok := c.facts.UpdatedAt(c.entity, key); ok {
			r.times = r.times.merged(times{{at, of(c.definition(c.entity), map[string]bool{key: true})}})
		}
	}
	return r
}

func (c *context) wholeIf(yes bool) Subset {
	if yes {
		return c.whole()
	}
	return c.none()
}

// willBeRequested: what is requested so far on this tick, where one run can execute it
// together with the condition's entity.
func (c *context) willBeRequested() Subset {
	s, ok := c.requests[c.entity]
	if !ok || !c.sameRun(c.root.entity, c.entity) || !c.isCheck(c.entity) && !c.materializable(c.entity) {
		return c.none()
	}
	return s
}

// executedWith looks at the run of the latest materialization only, so that at most one
// partition is ever true.
func (c *context) executedWith() Subset {
	c.loadLatestRun()
	var keys map[string]bool
	if c.node.Op == "executed_with_tags" {
		keys = c.facts.Holds(c.entity, c.node, Since{})
	} else if c.entity != c.root.entity {
		if key, ok := c.facts.LatestRunSelects(c.entity, c.root.entity); ok {
			keys = map[string]bool{key: true}
		}
	}
	if c.isCheck(c.entity) && c.definition(c.entity) != nil {
		c.fail(c.root.entity, errors.New("partitioned checks have no latest run"))
	}
	return c.candidates.And(of(c.definition(c.entity), filter(keys, c.candidates.Has)))
}

// known evaluates operands that are facts. missing answers within the candidates.
func (c *context) known() Subset {
	c.load()
	before, ok := c.previous()
	d := c.definition(c.entity)
	switch c.node.Op {
	case "missing":
		return c.missing()
	case "data_version_changed":
		if !ok {
			return c.none()
		}
	case "any_new_update_has_run_tags", "all_new_updates_have_run_tags":
		if before.Event == 0 {
			return c.none()
		}
	case "freshness_passed", "freshness_warned", "freshness_failed":
		return c.wholeIf(len(c.facts.Holds(c.entity, c.node, before)) > 0)
	case "check_passed", "check_failed":
		if !c.isCheck(c.entity) {
			c.fail(c.root.entity, errors.New("an asset does not pass or fail"))
		}
	}
	return of(d, c.facts.Holds(c.entity, c.node, before))
}

func (c *context) missing() Subset {
	missing := c.facts.Holds(c.entity, c.node, Since{})
	d := c.definition(c.entity)
	if c.isCheck(c.entity) && d == nil {
		return of(d, missing)
	}
	if !c.isCheck(c.entity) && !c.materializable(c.entity) {
		return of(d, filter(c.candidates.keys, func(key string) bool { return missing[key] }))
	}
	there := filter(c.candidates.keys, func(key string) bool { return !missing[key] })
	return c.candidates.Minus(of(d, there))
}
