package oracle

import (
	"errors"
	"fmt"
	"slices"
)

// evaluate evaluates a node.
func (c *context) evaluate() *result {
	switch c.node.Op {
	case opAnd:
		return c.and()
	case opOr:
		return c.or()
	case opNot:
		return c.not()
	case opSince:
		return c.since()
	case opNewlyTrue:
		return c.newlyTrue()
	case opMatches:
		return c.matches()
	case opAnyDeps, opAllDeps:
		return c.deps()
	case opAnyChecks, opAllChecks:
		return c.checkOperator()
	case opAnyDownstream:
		return c.anyDownstream()
	case opDownstream:
		return c.downstreamCondition()
	}
	return c.operand()
}

func (c *context) is(s Subset, children ...*result) *result {
	return &result{context: c, Subset: s, children: children}
}

// each evaluates the children on the same entity, side by side.
func (c *context) each(candidates Subset) []*result {
	results := make([]*result, len(c.node.Children))
	var runs []func(*task)
	for i, child := range c.node.Children {
		runs = append(runs, func(t *task) { results[i] = c.child(t, child, c.entity, candidates, i).evaluate() })
	}
	c.task.gather(runs...)
	return results
}

// and: each operand is asked about what is left after those before it.
func (c *context) and() *result {
	left := c.candidates
	var results []*result
	for i, child := range c.node.Children {
		r := c.child(c.task, child, c.entity, left, i).evaluate()
		results = append(results, r)
		left = left.And(r.Subset)
	}
	return c.is(left, results...)
}

// or: all operands are asked about all candidates, and their answers are not cut down.
func (c *context) or() *result {
	results := c.each(c.candidates)
	any := c.none()
	for _, r := range results {
		any = any.Or(r.Subset)
	}
	return c.is(any, results...)
}

func (c *context) not() *result {
	r := c.child(c.task, c.node.Children[0], c.entity, c.candidates, 0).evaluate()
	return c.is(c.candidates.Minus(r.Subset), r)
}

// since: true from the trigger to the reset. Both are asked about the whole entity. Where
// both are true the later wins, the reset where either has no times.
func (c *context) since() *result {
	results := c.each(c.whole())
	trigger, reset := results[0], results[1]
	now := c.remembered(c.stored().True).Or(trigger.Subset).Minus(reset.Subset)
	both := trigger.Subset.And(reset.Subset)
	if !both.Empty() && trigger.times != nil && reset.times != nil {
		now = now.Or(trigger.times.later(reset.times, c.none()).And(both))
	}
	r := c.is(now, results...)
	r.times = trigger.times
	written := compress(c.definition(c.entity), now)
	r.state = &Node{True: &written}
	return r
}

// newlyTrue: the operand is asked about the whole entity, the answer is within the
// candidates.
func (c *context) newlyTrue() *result {
	operand := c.child(c.task, c.node.Children[0], c.entity, c.whole(), 0).evaluate()
	fresh := operand.Subset.Minus(c.remembered(c.stored().Operand))
	r := c.is(c.candidates.And(fresh), operand)
	written := store(c.definition(c.entity), operand.Subset)
	r.state = &Node{Operand: &written}
	return r
}

// matches evaluates the operand on another entity, and maps candidates there and the
// answer back: down and up where the other is a child, else up and down.
func (c *context) matches() *result {
	key := c.node.Key
	if !c.has(key) {
		c.fail(c.root.entity, fmt.Errorf("there is no asset %s", key))
		return c.is(c.none())
	}
	there, back := c.relation(c.entity, key).Up, c.relation(c.entity, key).Down
	if key != c.entity && c.isChild(key, c.entity) {
		there, back = c.relation(key, c.entity).Down, c.relation(key, c.entity).Up
	}
	mapped := func(direction func(Subset) (Subset, error), s Subset) Subset {
		s, err := direction(s)
		c.fail(c.root.entity, err)
		return s
	}
	candidates := mapped(there, c.candidates)
	if c.err != nil {
		return c.is(c.none())
	}
	operand := c.child(c.task, c.node.Children[0], key, candidates, 0).evaluate()
	r := c.is(mapped(back, operand.Subset), operand)
	for _, t := range operand.times {
		r.times = append(r.times, timed{t.at, mapped(back, t.Subset)})
	}
	return r
}

// deps asks each dependency, in order of keys. Any keeps times, all does not.
func (c *context) deps() *result {
	keys := c.selected(c.parents(c.entity), func(s *selection) map[string]bool { return setOf(s.Resolve(c.graph)) })
	whole := c.candidates
	if c.node.Op == opAnyDeps {
		whole = c.none()
	}
	r := c.is(whole)
	for i, key := range keys {
		dep := c.child(c.task, matches(key, c.node.Children[0]), c.entity, c.candidates, -1, i).evaluate()
		r.children = append(r.children, dep)
		if c.node.Op == opAllDeps {
			r.Subset = r.Subset.And(dep.Subset)
			continue
		}
		r.Subset = r.Subset.Or(dep.Subset)
		r.times = r.times.merged(dep.times)
	}
	if c.node.Op == opAnyDeps {
		r.Subset = c.candidates.And(r.Subset)
	}
	return r
}

// selected gives the keys that allow and ignore leave.
func (c *context) selected(keys []string, resolve func(*selection) map[string]bool) []string {
	if s := c.node.Allow; s != nil {
		allowed := resolve(s)
		keys = slices.DeleteFunc(keys, func(key string) bool { return !allowed[key] })
	}
	if s := c.node.Ignore; s != nil {
		ignored := resolve(s)
		keys = slices.DeleteFunc(keys, func(key string) bool { return ignored[key] })
	}
	return keys
}

// checkOperator asks the checks of an asset, by name.
func (c *context) checkOperator() *result {
	if c.isCheck(c.entity) {
		c.fail(c.root.entity, errors.New("a check has no checks"))
		return c.is(c.none())
	}
	keys := c.selected(c.blocking(), func(s *selection) map[string]bool { return s.checks(c.graph) })
	results := make([]*result, len(keys))
	ask := func(t *task, i int) {
		results[i] = c.child(t, matches(keys[i], c.node.Children[0]), c.entity, c.candidates, -1, i).evaluate()
	}
	if c.node.Op == opAllChecks {
		all := c.candidates
		for i := range keys {
			ask(c.task, i)
			all = all.And(results[i].Subset)
		}
		return c.is(all, results...)
	}
	var runs []func(*task)
	for i := range keys {
		runs = append(runs, func(t *task) { ask(t, i) })
	}
	c.task.gather(runs...)
	any := c.none()
	for _, r := range results {
		any = any.Or(r.Subset)
	}
	return c.is(c.candidates.And(any), results...)
}

// blocking gives the checks of the asset, only the blocking ones where these are meant.
func (c *context) blocking() []string {
	return slices.DeleteFunc(c.checks(c.entity), func(key string) bool {
		_, check := c.asset(key)
		return c.node.BlockingOnly && !check.Blocking
	})
}
