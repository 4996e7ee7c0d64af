package explain

import (
	"fmt"
	"slices"
	"strings"

	"auto/compiler/condition"
	"auto/vm"
	"auto/vm/bits"
	"auto/vm/code"
)

// Story is the trees of one entity on the ticks up to the one that is asked about, the
// oldest first. Where only the last is known, what came before it is told as such.
type Story []*Tree

// Last is the tree of the tick that is asked about.
func (s Story) Last() *Tree { return s[len(s)-1] }

// Sentence says in one sentence why a partition of the entity was requested on the last
// tick, or why not; of Whole, that there are no partitions.
func (s Story) Sentence(number int) string {
	t := s.Last()
	if number == Whole {
		return "`" + t.entity().Key + "` was not requested: it has no partitions at " + clock(t.At) + "."
	}
	root := t.at(number)
	asked := t.Requested.Has(number)
	what := "was not requested"
	if asked {
		what = "was requested"
	}
	because := text(s.teller(number).why(root, root.isTrue()))
	subject := "`" + name(t.entity(), number) + "`"
	switch {
	case asked && !root.isTrue():
		return fmt.Sprintf("%s was requested with %s, whose execution set it belongs to; by itself it would not have been: %s.", subject, t.companions(), because)
	case because == "":
		return fmt.Sprintf("%s %s.", subject, what)
	}
	return fmt.Sprintf("%s %s: %s.", subject, what, because)
}

// companions names the entities of the execution set.
func (t *Tree) companions() string {
	var names []string
	for _, e := range t.Space.ExecutionSet(t.Root.Entity) {
		if e != t.Root.Entity {
			names = append(names, "`"+t.Space.Entities[e].Key+"`")
		}
	}
	return list(names, "and")
}

// clause is a statement about a subject.
type clause struct{ subject, predicate string }

// text joins clauses, those about one subject under it.
func text(clauses []clause) string {
	var parts []string
	for i := 0; i < len(clauses); {
		n := i + 1
		for n < len(clauses) && clauses[n].subject == clauses[i].subject {
			n++
		}
		var predicates []string
		for _, c := range clauses[i:n] {
			if !slices.Contains(predicates, c.predicate) {
				predicates = append(predicates, c.predicate)
			}
		}
		parts = append(parts, clauses[i].subject+" "+list(predicates, "and"))
		i = n
	}
	return list(slices.Compact(parts), "and")
}

// teller finds reasons by following the nodes that decided.
type teller struct {
	story Story
	// partition is the key of the partition that is asked about.
	partition string
	// told are the nodes that the reason was found in.
	told map[*vm.Evaluation]bool
}

func (s Story) teller(number int) teller {
	t := teller{story: s, told: map[*vm.Evaluation]bool{}}
	if keys := s.Last().entity().Keys; keys != nil {
		t.partition = keys.Key(number)
	}
	return t
}

// why says why a node is true for a partition that is looked at, or false for all.
func (t teller) why(n node, want bool) []clause {
	t.told[n.eval] = true
	switch {
	case n.relative:
		return t.relative(n, want)
	case overRelatives(n.cond.Op):
		return t.relatives(n, want)
	}
	switch n.cond.Op {
	case condition.And, condition.Or, condition.AnyDownstream:
		return t.joined(n, want)
	case condition.Not:
		return t.why(n.child(0), !want)
	case condition.Downstream:
		return t.why(n.child(0), want)
	case condition.Since:
		return t.since(n, want)
	case condition.NewlyTrue:
		return t.newlyTrue(n, want)
	case condition.Matches:
		return t.relative(n, want)
	}
	return t.state(n, want)
}

// joined follows the first operand that decided. Where all had to, it names those that
// tell something new, or else all.
func (t teller) joined(n node, want bool) []clause {
	children := n.children()
	if (n.cond.Op == condition.And) != want { // one was enough
		for _, c := range children {
			if c.isTrue() == want {
				return t.why(c, want)
			}
		}
		return t.state(n, want)
	}
	if labels[n.cond.Label].yes != "" {
		return t.state(n, want)
	}
	if len(children) == 0 {
		return []clause{{t.subject(n), "has no conditions downstream"}}
	}
	if want && slices.ContainsFunc(n.cond.Children, isEvent) {
		children = slices.DeleteFunc(children, func(c node) bool { return !isEvent(c.cond) })
	}
	var out []clause
	for _, c := range children {
		out = append(out, t.why(c, want)...)
	}
	if len(out) > 4 {
		return t.state(n, want)
	}
	return out
}

// isEvent reports whether a condition tells that something happened, on this tick or one
// that it remembers.
func isEvent(n *condition.Node) bool {
	switch n.Op {
	case condition.Since, condition.NewlyTrue, condition.NewlyRequested, condition.InitialEvaluation, condition.CodeVersionChanged, condition.CronTickPassed:
		return true
	case condition.Fact:
		return n.Fact.Kind.IsNew() || n.Fact.Kind == code.Outdated || n.Fact.Kind == code.OutdatedInLatestTimeWindow
	case condition.Not:
		return false
	}
	return slices.ContainsFunc(n.Children, isEvent)
}

// newlyTrue tells what became true; or that it did not, or was so before.
func (t teller) newlyTrue(n node, want bool) []clause {
	operand := n.child(0)
	switch {
	case want || !operand.isTrue():
		return t.why(operand, want)
	case labels[n.cond.Label].no != "":
		return t.state(n, false)
	}
	return suffixed(then(t.why(operand, true)), " already")
}

func suffixed(clauses []clause, text string) []clause {
	if len(clauses) > 0 {
		clauses[len(clauses)-1].predicate += text
	}
	return clauses
}

// since goes back to the tick where its trigger or its reset was true last.
func (t teller) since(n node, want bool) []clause {
	if want {
		return t.triggered(n)
	}
	trigger := n.child(0)
	for i, at := range t.back(n) {
		reset := at.child(1)
		if !reset.isTrue() {
			continue
		}
		because := t.why(reset, true)
		switch {
		case i > 0:
			return suffixed(then(t.why(trigger, false)), " since "+clock(at.tree.At)+", when "+text(then(because)))
		case trigger.isTrue() || saysRequest(because):
			return suffixed(because, counts(reset, because))
		}
		return sinceThat(t.why(trigger, false), because, counts(reset, because))
	}
	return t.why(trigger, false)
}

// sinceThat joins that nothing happened with what reset it on the same tick.
func sinceThat(nothing, reset []clause, label string) []clause {
	switch {
	case label != "":
		return append(nothing, suffixed(reset, label)...)
	case len(nothing) == 1 && len(reset) == 1 && nothing[0].subject == reset[0].subject:
		return suffixed(nothing, " since it "+reset[0].predicate)
	}
	return suffixed(nothing, " since "+text(reset))
}

// triggered says when the trigger of a SINCE was true.
func (t teller) triggered(n node) []clause {
	for i, at := range t.back(n) {
		trigger := at.child(0)
		switch {
		case !trigger.isTrue():
		case i == 0:
			return t.why(trigger, true)
		default:
			return suffixed(then(t.why(trigger, true)), " at "+clock(at.tree.At))
		}
	}
	return suffixed(then(t.state(n.child(0), true)), " on an earlier tick")
}

// then tells clauses of an earlier tick.
func then(clauses []clause) []clause {
	for i := range clauses {
		clauses[i].predicate = past(clauses[i].predicate)
	}
	return clauses
}

// counts says what a labeled reset makes of its reason.
func counts(reset node, because []clause) string {
	if reset.eval.Label == "" || saysRequest(because) {
		return ""
	}
	return ", which counts as " + reset.eval.Label
}

// saysRequest reports whether a reason is that the asset was requested, which needs no
// comment.
func saysRequest(c []clause) bool {
	return len(c) == 1 && c[0].predicate == operands[condition.NewlyRequested].yes
}

// back gives a node on this tick and on the ticks before, the latest first.
func (t teller) back(n node) []node {
	out := []node{n}
	for i := len(t.story) - 1; i >= 0; i-- {
		if t.story[i] == n.tree {
			for _, earlier := range slices.Backward(t.story[:i]) {
				at, ok := n.earlier(earlier)
				if !ok {
					break
				}
				out = append(out, at)
			}
		}
	}
	return out
}

// relative follows an operator to one of the entities that it looked at: to one of the
// partitions that decided, or to all of them where none is true.
func (t teller) relative(n node, want bool) []clause {
	inner := n.child(0)
	decided := inner.focus
	if want {
		decided = inner.holds()
	}
	first, count := decided.Next(0), decided.Count()
	switch {
	case count == 0:
		return []clause{{t.relation(inner), "has no partition that belongs to " + t.subject(n)}}
	case count > 1 && !want:
		return []clause{{fmt.Sprintf("none of the %d partitions of %s", count, t.relation(inner)), t.predicate(inner.cond, true)}}
	case count > 1:
		inner.more = count - 1
	}
	narrowed := inner.on(first)
	return t.why(narrowed, want)
}

// relatives follows an operator to the first entity that decided; where all had to, it
// names them together.
func (t teller) relatives(n node, want bool) []clause {
	children := n.children()
	any := n.cond.Op == condition.AnyDeps || n.cond.Op == condition.AnyChecks
	switch {
	case len(children) == 0:
		return []clause{{t.subject(n), "has no " + t.lookedAt(n.cond)}}
	case len(children) == 1:
		return t.why(children[0], want)
	case any == want:
		for _, c := range children {
			if c.isTrue() == want {
				return t.why(c, want)
			}
		}
	}
	return []clause{t.together(n, children, want)}
}

// lookedAt names what an operator looks at.
func (t teller) lookedAt(n *condition.Node) string {
	what := plurals(n.Op)
	if n.BlockingOnly {
		what = "blocking " + what
	}
	if n.Allow != nil || n.Ignore != nil {
		what += " that the selection leaves"
	}
	return what
}

func plurals(op condition.Op) string {
	if op == condition.AnyDeps || op == condition.AllDeps {
		return "dependencies"
	}
	return "checks"
}

// together says of all relatives that the operand is true or false for them.
func (t teller) together(n node, children []node, want bool) clause {
	var names []string
	for _, c := range children {
		names = append(names, "`"+c.eval.Name+"`")
	}
	quantity := map[bool]string{true: "each", false: "none"}[want]
	what := quantity + " of its " + plurals(n.cond.Op)
	if !t.isRoot(n) {
		what = quantity + " of the " + plurals(n.cond.Op) + " of " + t.relation(n)
	}
	if len(names) <= 4 {
		what += " (" + strings.Join(names, ", ") + ")"
	}
	return clause{what, t.predicate(n.cond.Children[0], true)}
}

func (t teller) predicate(n *condition.Node, want bool) string {
	return predicate(n, t.story.Last().entity().Key, want)
}

// state is a statement about a node as a whole.
func (t teller) state(n node, want bool) []clause {
	return []clause{{t.subject(n), t.predicate(n.cond, want)}}
}

// subject names what a node is about.
func (t teller) subject(n node) string {
	if t.isRoot(n) {
		return "it"
	}
	return t.relation(n)
}

// isRoot reports whether a node is about the very partition that is asked about.
func (t teller) isRoot(n node) bool {
	root := t.story.Last().entity()
	at := n.entity()
	return at.Key == root.Key && (root.Keys == nil || at.Keys != nil && at.Keys.Key(n.focus.Next(0)) == t.partition)
}

// relation names the entity of a node, and what it is to the root.
func (t teller) relation(n node) string {
	e, root := n.entity(), t.story.Last().entity()
	what := ""
	switch {
	case e.Key == root.Key:
		what = "its own "
	case e.Check != nil:
		what = "the check "
	case t.dependsOn(e.Key):
		what = "its dependency "
	}
	number := only(n.focus)
	if number < 0 {
		return what + "`" + e.Key + "`"
	}
	what += "`" + name(e, number) + "`"
	if n.more > 0 {
		what += fmt.Sprintf(" (like %d more)", n.more)
	}
	return what
}

// dependsOn reports whether the root has an asset for a dependency.
func (t teller) dependsOn(key string) bool {
	last := t.story.Last()
	return slices.ContainsFunc(last.Space.Deps(last.Root.Entity), func(e int) bool { return last.Space.Entities[e].Key == key })
}

// only gives the number of the only partition looked at, -1 where there are others.
func only(focus bits.Set) int {
	first := focus.Next(0)
	if first < 0 || focus.Next(first+1) >= 0 {
		return -1
	}
	return first
}
