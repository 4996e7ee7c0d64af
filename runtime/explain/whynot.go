package explain

import (
	"fmt"
	"slices"
	"time"

	"auto/compiler/condition"
	"auto/runtime/engine"
	"auto/vm"
	"auto/vm/bits"
	"auto/vm/code"
	"auto/vm/cron"
	"auto/vm/space"
)

// The bounds of a search: the facts in a set, the sets that are shown, the evaluations,
// and the partitions of one relative that are tried.
const (
	maxChanges     = 4
	maxSets        = 5
	maxEvaluations = 1000
	maxPartitions  = 3
)

// Search looks for what would have a partition requested on a tick.
type Search struct {
	// Input is what the tick was about, Cursor what the ticks before it left.
	Input  engine.Input
	Cursor *vm.Cursor
	// Key is the asset or check, Partition its partition, "" for none.
	Key, Partition string
}

// Answer is what a search found.
type Answer struct {
	// Requested: the partition is requested as things are.
	Requested bool
	// Sets are sets of facts of the least size for which the partition is requested,
	// each evaluated. None has a smaller one in it that would do.
	Sets [][]Change
	// Others say what stands in the way that is no fact: what only time, an earlier tick
	// or an edit changes.
	Others []string
	// Evaluations is how many times the tick was evaluated; Gave up: there would have
	// been more to try.
	Evaluations int
	GaveUp      bool
}

// WhyNot searches for the smallest sets of up to four facts. The tree of an evaluation
// leads it: it changes what made the condition false, evaluates the tick again, and goes
// on from there. An error is one of the tick, or says that there is no such partition.
func (s Search) WhyNot() (*Answer, error) {
	r := &search{Search: s, answer: &Answer{}, seen: map[string]bool{}, others: map[string]bool{}, expanded: map[string]*condition.Node{}}
	base, err := r.evaluate(s.Input.At, nil)
	if err != nil {
		return nil, err
	}
	if r.number, err = base.Find(s.Partition); err != nil {
		return nil, err
	}
	if r.answer.Requested = base.Requested.Has(r.number); r.answer.Requested {
		return r.answer, nil
	}
	return r.answer, r.run()
}

// search is a search under way.
type search struct {
	Search
	number   int
	answer   *Answer
	seen     map[string]bool
	others   map[string]bool
	expanded map[string]*condition.Node
	// result and changes are what is looked at.
	result  *engine.Result
	changes []Change
	// asking are the entities whose request is being looked into.
	asking []string
}

// run tries all sets of a size before the next.
func (r *search) run() error {
	sets := [][]Change{nil}
	for size := 0; len(sets) > 0 && size <= maxChanges && len(r.answer.Sets) == 0; size++ {
		var next [][]Change
		for _, set := range sets {
			if r.answer.Evaluations >= maxEvaluations {
				r.answer.GaveUp = true
				return nil
			}
			more, err := r.try(set)
			if err != nil {
				return err
			}
			if next = append(next, more...); len(r.answer.Sets) == maxSets {
				return nil
			}
		}
		sets = next
	}
	return nil
}

// try evaluates a set, and gives the sets of one change more that may do.
func (r *search) try(set []Change) ([][]Change, error) {
	tree, err := r.evaluate(r.Input.At, set)
	if err != nil {
		return nil, err
	}
	if tree.Requested.Has(r.number) {
		return nil, r.found(set)
	}
	if len(set) == maxChanges {
		return nil, nil
	}
	var next [][]Change
	for _, c := range r.options(tree.at(r.number), true) {
		if slices.ContainsFunc(set, c.sameFact) {
			continue
		}
		grown := append(slices.Clone(set), c)
		if key := identity(grown); !r.seen[key] {
			r.seen[key] = true
			next = append(next, grown)
		}
	}
	return next, nil
}

// found keeps a set that does, or the part of it that does already.
func (r *search) found(set []Change) error {
	for i := range set {
		part := slices.Delete(slices.Clone(set), i, i+1)
		tree, err := r.evaluate(r.Input.At, part)
		if err != nil {
			return err
		}
		if tree.Requested.Has(r.number) {
			return r.found(part)
		}
	}
	if !slices.ContainsFunc(r.answer.Sets, func(o []Change) bool { return identity(o) == identity(set) }) {
		r.answer.Sets = append(r.answer.Sets, set)
	}
	return nil
}

// identity tells sets of changes from each other, whatever their order.
func identity(set []Change) string {
	names := make([]string, len(set))
	for i, c := range set {
		names[i] = fmt.Sprintf("%d %s %d %d %t", c.operand.Op, c.Name, c.entity, c.number, c.To)
	}
	slices.Sort(names)
	return fmt.Sprint(names)
}

// evaluate evaluates the tick with some facts changed.
func (r *search) evaluate(at time.Time, set []Change) (*Tree, error) {
	r.answer.Evaluations++
	var e engine.Engine
	e.Resume(r.Cursor)
	in := r.Input
	in.At = at
	result, err := e.Tick(in, engine.Options{
		Explain: func(string) bool { return true },
		Facts: func(s *space.Space, known vm.Facts) vm.Facts {
			return changed{Facts: known, space: s, changes: set, at: at}
		},
	})
	if err != nil {
		return nil, err
	}
	r.result, r.changes = result, set
	return r.tree(r.Key, at)
}

// tree gives the tree of an entity in the result that is looked at.
func (r *search) tree(key string, at time.Time) (*Tree, error) {
	return New(r.result, key, r.condition(key), at)
}

func (r *search) condition(key string) *condition.Node {
	n, ok := r.expanded[key]
	if !ok && r.Input.Conditions[key] != nil {
		n = condition.Expand(r.Input.Conditions[key], key, r.Input.Graph, func(asset string) *condition.Node { return r.Input.Conditions[asset] })
		r.expanded[key] = n
	}
	return n
}

// options gives changes of single facts that bring a node nearer to being true, or false,
// for the partitions looked at.
func (r *search) options(n node, want bool) []Change {
	switch {
	case n.isTrue() == want:
		return nil
	case n.relative:
		return r.partitions(n.child(0), want)
	case overRelatives(n.cond.Op):
		return r.each(n.children(), want, (n.cond.Op == condition.AnyDeps || n.cond.Op == condition.AnyChecks) == want)
	}
	switch n.cond.Op {
	case condition.And, condition.Or, condition.AnyDownstream:
		return r.each(n.children(), want, (n.cond.Op == condition.And) != want)
	case condition.Not:
		return r.options(n.child(0), !want)
	case condition.Downstream:
		return r.options(n.child(0), want)
	case condition.Since:
		return r.since(n, want)
	case condition.NewlyTrue:
		if want && n.child(0).isTrue() {
			return r.other(n, "it was so on the tick before, too")
		}
		return r.options(n.child(0), want)
	case condition.Matches:
		return r.partitions(n.child(0), want)
	}
	return r.operand(n, want)
}

// each gives the options of children: of each where one is enough, else of the first that
// is not as it has to be.
func (r *search) each(children []node, want, enough bool) []Change {
	var out []Change
	for _, c := range children {
		if c.isTrue() == want {
			continue
		}
		out = append(out, r.options(c, want)...)
		if !enough {
			break
		}
	}
	return out
}

// partitions gives the options of a node on another entity: one of the last partitions has
// to become true, or each that is has to become false.
func (r *search) partitions(n node, want bool) []Change {
	if !want {
		holds := n.holds()
		if holds.Count() > maxChanges-len(r.changes) {
			return nil
		}
		return r.options(n.on(holds.Next(0)), false)
	}
	var out []Change
	for _, number := range last(n.focus, maxPartitions) {
		out = append(out, r.options(n.on(number), true)...)
	}
	return out
}

// last gives the last numbers of a set, the greatest first.
func last(set bits.Set, count int) []int {
	var all []int
	for i := set.Next(0); i >= 0; i = set.Next(i + 1) {
		all = append(all, i)
	}
	slices.Reverse(all)
	return all[:min(count, len(all))]
}

// since changes the trigger, the reset, or one after the other.
func (r *search) since(n node, want bool) []Change {
	trigger, reset := n.child(0), n.child(1)
	return append(r.options(trigger, want), r.options(reset, !want)...)
}

// operand gives the change of an operand, if it is one of facts.
func (r *search) operand(n node, want bool) []Change {
	number := n.focus.Next(0)
	switch n.cond.Op {
	case condition.Fact:
		if n.cond.Fact.Kind == code.InLatestTimeWindow {
			return r.other(n, "which time windows are the latest is a matter of time, not of facts")
		}
	case condition.ExecutedWithRootTarget:
	case condition.WillBeRequested:
		return r.request(n, want)
	case condition.CronTickPassed:
		return r.cron(n, want)
	case condition.DepsNonexistent, condition.DepsToCome:
		return r.other(n, "which partitions a dependency has is a matter of time and of its definition, not of facts")
	case condition.CodeVersionChanged:
		return r.other(n, "that takes an edit of the asset's code, not another fact")
	default:
		return r.other(n, "what an earlier tick left is no fact that could be another now")
	}
	return []Change{r.change(n, number, want)}
}

func (r *search) change(n node, number int, want bool) Change {
	e := n.entity()
	c := Change{
		Name: n.eval.Name, Entity: e.Key, To: want, operand: n.cond, root: n.tree.Root.Entity, entity: n.eval.Entity, number: number, bit: e.Bit + number,
		subject: "`" + name(e, number) + "`", now: predicate(n.cond, n.tree.entity().Key, !want), then: predicate(n.cond, n.tree.entity().Key, want),
	}
	if e.Keys != nil {
		c.Partition = e.Keys.Key(number)
	}
	return c
}

// request has another entity requested on the same tick, or not.
func (r *search) request(n node, want bool) []Change {
	root, key := n.tree.Root.Entity, n.entity().Key
	switch {
	case r.condition(key) == nil:
		return r.other(n, "it has no condition")
	case n.eval.Entity == root || !n.tree.Space.SameRun(root, n.eval.Entity):
		return r.other(n, "one run cannot execute both")
	}
	t, err := r.tree(key, n.tree.At)
	if err != nil || slices.Contains(r.asking, key) {
		return nil
	}
	r.asking = append(r.asking, key)
	defer func() { r.asking = r.asking[:len(r.asking)-1] }()
	return r.options(t.at(n.focus.Next(0)), want)
}

// cron tries whether the next moment of a schedule would do.
func (r *search) cron(n node, want bool) []Change {
	loc, err := time.LoadLocation(zone(n.cond.Zone))
	if err != nil || !want {
		return r.other(n, "that is a matter of time, not of facts")
	}
	schedule, err := cron.Parse(n.cond.Cron, loc)
	if err != nil {
		return nil
	}
	next := schedule.Next(n.tree.At.Add(1))
	why := "that is a matter of time, not of facts; its next moment is " + clock(next)
	kept, changes := r.result, r.changes
	if t, err := r.evaluate(next, r.changes); err == nil && len(changes) == 0 && t.Requested.Has(r.number) {
		why += ", and the partition is requested then if nothing else changes"
	}
	r.result, r.changes = kept, changes
	return r.other(n, why)
}

// other notes what is no fact.
func (r *search) other(n node, why string) []Change {
	text := fmt.Sprintf("`%s` %s: %s.", name(n.entity(), n.focus.Next(0)), predicate(n.cond, n.tree.entity().Key, n.isTrue()), why)
	if !r.others[text] {
		r.others[text] = true
		r.answer.Others = append(r.answer.Others, text)
	}
	return nil
}
