package oracle

import "slices"

// gathered is a condition with the assets that have it.
type gathered struct {
	*Condition
	assets []string
}

// anyDownstream evaluates the conditions of all descendants on the asset itself. One that
// is being evaluated already is left out.
func (c *context) anyDownstream() *result {
	any := c.none()
	var results []*result
	for i, g := range c.gather() {
		if c.under(g.Condition) {
			continue
		}
		wrapped := &Condition{Op: opDownstream, Downstream: g.assets, Children: []*Condition{g.Condition}}
		r := c.child(c.task, wrapped, c.entity, c.candidates, i).evaluate()
		results = append(results, r)
		any = any.Or(r.Subset)
	}
	return c.is(any, results...)
}

// under reports whether the node is part of a condition's evaluation.
func (c *context) under(condition *Condition) bool {
	for at := c; at != nil; at = at.parent {
		if at.node.equal(condition) {
			return true
		}
	}
	return false
}

func (c *context) downstreamCondition() *result {
	r := c.child(c.task, c.node.Children[0], c.entity, c.candidates, 0).evaluate()
	return c.is(r.Subset, r)
}

// gather collects the conditions of all descendants. Equal ones are one, once nested
// any_downstream_conditions() are taken out; they are ordered by their first assets.
func (c *context) gather() []gathered {
	var list []gathered
	for _, asset := range c.descendants() {
		condition := c.conditions[asset]
		if condition == nil {
			continue
		}
		if condition = stripped(condition); condition == nil {
			continue
		}
		if i := slices.IndexFunc(list, func(g gathered) bool { return g.equal(condition) }); i >= 0 {
			list[i].assets = append(list[i].assets, asset)
		} else {
			list = append(list, gathered{condition, []string{asset}})
		}
	}
	return list
}

// descendants gives the assets below the entity, sorted by key. An asset that depends on
// itself is not below itself; Dagster does not come to an end with one.
func (c *context) descendants() []string {
	found := map[string]bool{}
	var visit func(key string)
	visit = func(key string) {
		for _, child := range c.graph.Downstream(key) {
			if child != c.entity && !found[child] {
				found[child] = true
				visit(child)
			}
		}
	}
	visit(c.entity)
	list := sorted(found)
	slices.SortFunc(list, compareKeys)
	return list
}

// stripped takes any_downstream_conditions() for false, outside of labeled conditions;
// nil is false (_strip_downstream_condition).
func stripped(c *Condition) *Condition {
	switch {
	case c.Label != "":
		return c
	case c.Op == opAnyDownstream:
		return nil
	case c.Op != opAnd && c.Op != opOr:
		return c
	}
	var kept []*Condition
	for _, child := range c.Children {
		switch child = stripped(child); {
		case child != nil:
			kept = append(kept, child)
		case c.Op == opAnd:
			return nil
		}
	}
	switch {
	case len(kept) == 0:
		return nil
	case len(kept) == 1 && len(c.Children) > 1:
		return kept[0]
	}
	return c.with(kept...)
}
