// Package explain says of evaluations why a partition was requested or not: as a tree, as
// a sentence, and as the facts that would have to be others.
package explain

import (
	"fmt"
	"strings"
	"time"

	"auto/compiler/condition"
	"auto/runtime/engine"
	"auto/vm"
	"auto/vm/bits"
	"auto/vm/space"
)

// Tree is the evaluation of one entity's condition on one tick.
type Tree struct {
	Space *space.Space
	// Condition is what was evaluated, with its downstream conditions expanded: the nodes
	// of the evaluation stand for its nodes.
	Condition *condition.Node
	Root      *vm.Evaluation
	// Requested are the entity's partitions that the tick requested, also because of its
	// execution set.
	Requested bits.Set
	At        time.Time
}

// New takes the tree of an entity from the result of a tick that kept it. It copies what
// the next tick would change. The error says what the result does not have.
func New(r *engine.Result, key string, c *condition.Node, at time.Time) (*Tree, error) {
	entity, ok := r.Space.Find(key)
	root := r.Evaluations[key]
	if !ok || root == nil {
		return nil, fmt.Errorf("`%s` was not evaluated: it has no condition on this tick", key)
	}
	return &Tree{Space: r.Space, Condition: c, Root: root, At: at, Requested: r.RequestedOf(entity)}, nil
}

// Find gives the number of a partition by its key, "" for an entity without partitions.
// The error says what to write instead.
func (t *Tree) Find(partition string) (int, error) {
	e := t.entity()
	if e.Keys == nil {
		if partition != "" {
			return 0, fmt.Errorf("`%s` has no partitions; write `%s`", e.Key, e.Key)
		}
		return 0, nil
	}
	number, ok := e.Keys.Index(partition)
	if !ok {
		return 0, fmt.Errorf("`%s` has no partition `%s` at %s; %s", e.Key, partition, clock(t.At), t.example())
	}
	return number, nil
}

func (t *Tree) example() string {
	e := t.entity()
	if e.Keys.Len() == 0 {
		return "it has none at all"
	}
	return fmt.Sprintf("its last is `%s`", name(e, e.Keys.Len()-1))
}

// Partitioned reports whether the entity has partitions.
func (t *Tree) Partitioned() bool { return t.entity().Keys != nil }

// Name writes the entity with one of its partitions in brackets, without for Whole.
func (t *Tree) Name(number int) string {
	if number == Whole {
		return t.entity().Key
	}
	return name(t.entity(), number)
}

func (t *Tree) entity() *space.Entity { return &t.Space.Entities[t.Root.Entity] }

// name writes an entity with a partition.
func name(e *space.Entity, number int) string {
	if e.Keys == nil {
		return e.Key
	}
	return e.Key + "[" + e.Keys.Key(number) + "]"
}

// clock writes an instant for people: to the second, as finer ones of a daemon say nothing.
func clock(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// node is a node of a tree, looked at for some partitions of the entity that it is
// evaluated on.
type node struct {
	tree *Tree
	cond *condition.Node
	eval *vm.Evaluation
	// focus are the partitions looked at, nil for all.
	focus bits.Set
	// relative: the node is an operator of dependencies or checks, as it is about one of
	// them.
	relative bool
	// more is how many other partitions are as the one looked at.
	more int
	// path leads here from the root.
	path []step
}

type step struct {
	index int
	name  string
}

// at looks at the root for one partition.
func (t *Tree) at(number int) node {
	return node{tree: t, cond: t.Condition, eval: t.Root, focus: one(t.entity(), number)}
}

// whole looks at the root for all partitions.
func (t *Tree) whole() node { return node{tree: t, cond: t.Condition, eval: t.Root} }

func one(e *space.Entity, number int) bits.Set {
	s := bits.New(max(e.Keys.Total(), number+1))
	s.Add(number)
	return s
}

func (n node) entity() *space.Entity { return &n.tree.Space.Entities[n.eval.Entity] }

// overRelatives reports whether the children of a condition are about relatives of the
// entity.
func overRelatives(op condition.Op) bool {
	return op >= condition.AnyDeps && op <= condition.AllChecks
}

// children gives what a node is made of, in order.
func (n node) children() []node {
	out := make([]node, 0, len(n.eval.Children))
	for i, e := range n.eval.Children {
		child := node{tree: n.tree, eval: e, focus: n.focus, path: append(n.path[:len(n.path):len(n.path)], step{i, e.Name})}
		switch {
		case overRelatives(n.cond.Op) && !n.relative:
			child.cond, child.relative = n.cond, true
			child.path[len(child.path)-1].index = -1
		case n.relative || n.cond.Op == condition.Matches:
			child.cond, child.focus = n.cond.On(n.tree.Space.Entities[e.Entity].Key), n.tree.related(n.eval.Entity, e.Entity, n.focus)
		default:
			child.cond = n.cond.Children[i]
		}
		out = append(out, child)
	}
	return out
}

// child gives one child; the node must have it.
func (n node) child(i int) node { return n.children()[i] }

// related gives the partitions of one entity that belong to those of another, as an
// operator that looks from one to the other maps them.
func (t *Tree) related(from, to int, set bits.Set) bits.Set {
	if set == nil || from == to && t.Space.Entities[from].Keys == nil {
		return set
	}
	down, up := from, to
	toChild := from != to && t.Space.IsChild(from, to)
	if toChild {
		down, up = to, from
	}
	out := bits.New(t.Space.Entities[to].Keys.Total())
	r, err := t.Space.Relation(down, up)
	switch {
	case err != nil: // the machine was built with it
	case toChild:
		r.Down(out, set)
	default:
		r.Up(out, set)
	}
	return out
}

// holds gives the partitions looked at that the node is true for.
func (n node) holds() bits.Set { return n.within(n.eval.Subset) }

// asked gives the partitions looked at that the node was asked about.
func (n node) asked() bits.Set { return n.within(n.eval.Candidates) }

func (n node) within(set bits.Set) bits.Set {
	if n.focus == nil {
		return set
	}
	out := make(bits.Set, len(n.focus))
	for i := range out {
		if i < len(set) {
			out[i] = set[i] & n.focus[i]
		}
	}
	return out
}

// isTrue reports whether the node is true for any of the partitions looked at.
func (n node) isTrue() bool { return !n.holds().IsEmpty() }

// on narrows what is looked at to one partition.
func (n node) on(number int) node {
	n.focus = one(n.entity(), number)
	return n
}

// earlier finds the node in the tree of another tick, with the same partitions by key;
// false where it is not there.
func (n node) earlier(t *Tree) (node, bool) {
	at := t.whole()
	for _, s := range n.path {
		next, ok := at.follow(s)
		if !ok {
			return node{}, false
		}
		at = next
	}
	if at.eval.Name != n.eval.Name || at.entity().Key != n.entity().Key {
		return node{}, false
	}
	keys := at.entity().Keys
	at.focus = bits.New(keys.Total())
	for i := n.focus.Next(0); i >= 0; i = n.focus.Next(i + 1) {
		if number, ok := keys.Index(n.entity().Keys.Key(i)); ok || keys == nil {
			at.focus.Add(number)
		}
	}
	return at, true
}

func (n node) follow(s step) (node, bool) {
	for i, c := range n.children() {
		if c.eval.Name == s.name && (s.index < 0 || s.index == i) {
			return c, true
		}
	}
	return node{}, false
}

// bare is the name of a node; of asset_matches, whose name is the asset's key, with the
// operator.
func (n node) bare() string {
	if n.cond.Op == condition.Matches {
		return "ASSET_MATCHES " + n.eval.Name
	}
	return strings.TrimSuffix(n.eval.Name, "()")
}
