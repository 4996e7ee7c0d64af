package oracle

import (
	"fmt"
	"strconv"
)

// tick is one evaluation of all conditions.
type tick struct {
	*view
	facts    Facts
	state    State
	storage  storage
	requests map[string]Subset
	results  map[string]*result
	err      error
}

// Tick evaluates all conditions once. It fails where Dagster refuses a condition, a
// mapping or a definition.
func Tick(in Input, facts Facts, state State) (*Result, error) {
	v, err := newView(in)
	if err != nil {
		return nil, err
	}
	t := &tick{v, facts, state, storage{}, map[string]Subset{}, map[string]*result{}, nil}
	levels, err := v.levels()
	if err != nil {
		return nil, err
	}
	for _, level := range levels {
		t.level(level)
	}
	if t.err != nil {
		return nil, t.err
	}
	return t.outcome(), nil
}

// level evaluates the entities of one level side by side. Where one waits for storage the
// next begins, so that a later one sees the requests of those that have ended by then.
func (t *tick) level(entities []string) {
	var runs []func(*task)
	for _, entity := range entities {
		if t.conditions[entity] != nil {
			runs = append(runs, func(task *task) { t.entity(task, entity) })
		}
	}
	l := &loop{}
	l.spawn(func(task *task) { task.gather(runs...) })
	l.run()
}

// fail holds the first error. What is evaluated after it does not matter.
func (t *tick) fail(entity string, err error) {
	if t.err == nil && err != nil {
		t.err = fmt.Errorf("%s: %w", entity, err)
	}
}

func (t *tick) entity(task *task, entity string) {
	root := &context{tick: t, task: task, node: t.conditions[entity], entity: entity, candidates: full(t.definition(entity))}
	root.root = root
	root.ids = []string{root.node.id("None", "None", "")}
	r := root.evaluate()
	t.results[entity] = r
	t.request(entity, r.Subset)
	if !t.isCheck(entity) {
		t.requestSet(entity, r.Subset)
	}
}

func (t *tick) request(entity string, s Subset) {
	if earlier, ok := t.requests[entity]; ok {
		s = earlier.Or(s)
	}
	t.requests[entity] = s
}

// requestSet requests the whole execution set with one of its members.
func (t *tick) requestSet(asset string, s Subset) {
	members := t.executionSet(asset)
	if len(members) < 2 || s.Len() == 0 {
		return
	}
	for _, member := range members {
		mapped, err := t.relation(asset, member).Up(s)
		t.fail(asset, err)
		t.request(member, mapped)
	}
}

func (t *tick) outcome() *Result {
	out := &Result{Requested: map[string]Subset{}, Trees: map[string]*Tree{}, State: t.carried(t.state), view: t.view}
	for entity, s := range t.requests {
		if !s.Empty() {
			out.Requested[entity] = s
		}
	}
	since := Since{t.at, t.facts.LastEvent()}
	for entity, r := range t.results {
		out.Trees[entity] = r.tree()
		nodes := map[string]Node{}
		r.collect(nodes)
		out.State[entity] = &Cursor{since, compress(t.definition(entity), r.Subset), nodes}
	}
	return out
}

// result is the outcome of one node.
type result struct {
	*context
	Subset
	children []*result
	times    times
	// state is what the node leaves for the next tick, nil for nothing.
	state *Node
}

func (r *result) tree() *Tree {
	tree := &Tree{Name: r.node.Name(), Label: r.node.Label, Entity: r.entity, Subset: r.Subset}
	for _, child := range r.children {
		tree.Children = append(tree.Children, child.tree())
	}
	return tree
}

// collect gathers the states of nodes; of those that share an identity the last in the
// order of the tree stays.
func (r *result) collect(nodes map[string]Node) {
	if r.state != nil {
		nodes[r.ids[0]] = *r.state
	}
	for _, child := range r.children {
		child.collect(nodes)
	}
}

// context is a node where it is evaluated (AutomationContext).
type context struct {
	*tick
	task *task
	node *Condition
	// ids are the identities by which the node is found; it is stored under the first.
	ids        []string
	entity     string
	candidates Subset
	parent     *context
	root       *context
}

// child gives the context of a child. indices are those that its identity may have; -1
// stands for none.
func (c *context) child(task *task, node *Condition, entity string, candidates Subset, indices ...int) *context {
	target := ""
	if entity != c.root.entity {
		target = entity
	}
	child := &context{tick: c.tick, task: task, node: node, entity: entity, candidates: candidates, parent: c, root: c.root}
	for _, parent := range c.ids {
		for _, i := range indices {
			index := "None"
			if i >= 0 {
				index = strconv.Itoa(i)
			}
			child.ids = append(child.ids, node.id(parent, index, target))
		}
	}
	return child
}

// none gives the empty subset of what the node is evaluated on, whole the full one.
func (c *context) none() Subset  { return empty(c.definition(c.entity)) }
func (c *context) whole() Subset { return full(c.definition(c.entity)) }

// previous gives the evaluation before of the condition's entity.
func (c *context) previous() (Since, bool) {
	cursor := c.tick.state[c.root.entity]
	if cursor == nil {
		return Since{}, false
	}
	return cursor.Since, true
}

// stored gives what the evaluation before left for the node.
func (c *context) stored() Node {
	if cursor := c.tick.state[c.root.entity]; cursor != nil {
		for _, id := range c.ids {
			if node, ok := cursor.Nodes[id]; ok {
				return node
			}
		}
	}
	return Node{}
}

// remembered gives a stored subset of the node's entity; empty where there is none, or it
// does not fit any more.
func (c *context) remembered(s *Stored) Subset {
	if s != nil {
		if subset, ok := restore(c.definition(c.entity), *s); ok {
			return subset
		}
	}
	return c.none()
}

// requestedBefore gives what the condition of an entity asked for on its last evaluation,
// and false where there is none or it does not fit any more.
func (c *context) requestedBefore(entity string) (Subset, bool) {
	cursor := c.tick.state[entity]
	if cursor == nil {
		return Subset{}, false
	}
	return restore(c.definition(entity), cursor.Requested)
}
