package condition

import (
	"slices"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/vm/code"
	"auto/vm/graph"
)

// possible is which of the two values a condition can have.
type possible struct{ yes, no bool }

var (
	free   = possible{true, true}
	never  = possible{no: true}
	always = possible{yes: true}
)

// place is where a node stands.
type place struct {
	at source.Span
	// root: it is evaluated on the asset or check that has the condition, and not on a
	// dependency or check.
	root bool
}

// truths finds the parts of a tree that are always or never true, and gives what the whole
// can be. A part is reported, and not what follows from it.
func (r *review) truths(n *Node, p place) possible {
	at, own := written(n, p.at)
	below := place{at, p.root && !leaves(n.Op)}
	known := true
	for _, child := range n.Children {
		known = r.truths(child, below) == free && known
	}
	is, why := r.value(n, p.root)
	r.constants[n] = is
	if is == free || !known || !own {
		return is
	}
	if is == never {
		r.reportNever(n, at, why)
	} else {
		r.find(diag.AlwaysTrue, at, "Write the condition without it.", "This is always true%s.", why)
	}
	return is
}

func (r *review) reportNever(n *Node, at source.Span, why string) {
	if n.Op != And {
		r.find(diag.NeverTrue, at, "Write the condition without it.", "This can never be true%s.", why)
		return
	}
	for i, a := range n.Children {
		for _, b := range n.Children[i+1:] {
			if a.Op == CronTickPassed && b.Op == CronTickPassed && !r.meet(a, b) {
				r.find(diag.NeverMeet, at, "Write `|` for either schedule, or one schedule that has both.", "The schedules `%s` and `%s` never have a moment in common.", a.Cron, b.Cron)
				return
			}
			if r.solve(&Node{Op: And, Children: []*Node{a, b}}) == never {
				r.find(diag.NeverTrue, at, "Remove one of them.", "This can never be true: %s and %s exclude each other.", described(a), described(b))
				return
			}
		}
	}
	r.find(diag.NeverTrue, at, "Remove a part of it.", "This can never be true: its parts exclude each other.")
}

// leaves reports whether an operator evaluates its operand on something else.
func leaves(op Op) bool {
	return slices.Contains([]Op{AnyDeps, AllDeps, AnyChecks, AllChecks, Matches}, op)
}

// value gives what a node can be, from what its children can, and why for a sentence.
func (r *review) value(n *Node, root bool) (possible, string) {
	switch n.Op {
	case And, Or, Not:
		return r.solve(n), ""
	case NewlyTrue, Since, Matches:
		if r.constants[n.Children[0]] == never {
			return never, ""
		}
	case AnyDeps, AllDeps, DepsNonexistent, DepsToCome:
		return r.overDeps(n, root)
	case AnyChecks, AllChecks:
		return r.overChecks(n, root)
	case WillBeRequested, ExecutedWithRootTarget:
		if root && !r.inSets() {
			return never, ": it is about another asset than the one that has the condition, such as in `any_deps_match(…)`"
		}
	}
	return free, ""
}

// inSets reports whether an asset or check of the target always executes together with
// others, so that it can be requested by them.
func (r *review) inSets() bool {
	assets := r.assets()
	return len(assets) < len(r.Keys) || slices.ContainsFunc(assets, func(a *graph.Asset) bool { return a.ExecutionSet != "" })
}

// overDeps says what an operator over dependencies can be.
func (r *review) overDeps(n *Node, root bool) (possible, string) {
	if n.Op == AnyDeps && r.constants[n.Children[0]] == never {
		return never, ""
	}
	assets := r.assets()
	if !root || n.Allow == nil && n.Ignore == nil || len(assets) == 0 || len(assets) < len(r.Keys) {
		return free, ""
	}
	had := false
	for _, a := range assets {
		had = had || len(a.Deps) > 0
		if len(r.selected(n, dependencyKeys(a))) > 0 {
			return free, ""
		}
	}
	if !had {
		return free, ""
	}
	return ofNone(n.Op != AllDeps), ": its selections leave no dependency"
}

// overChecks says what an operator over checks can be.
func (r *review) overChecks(n *Node, root bool) (possible, string) {
	if n.Op == AnyChecks && r.constants[n.Children[0]] == never {
		return never, ""
	}
	assets := r.assets()
	if !root || len(assets) == 0 || len(assets) < len(r.Keys) {
		return free, ""
	}
	for _, a := range assets {
		if len(r.selected(n, checkKeys(a, n.BlockingOnly))) > 0 {
			return free, ""
		}
	}
	return ofNone(n.Op == AnyChecks), ": no asset of the policy has such a check"
}

// ofNone is the value of an operator over nothing.
func ofNone(any bool) possible {
	if any {
		return never
	}
	return always
}

// selected gives the keys that the selections of an operator leave.
func (r *review) selected(n *Node, keys []string) []string {
	return slices.DeleteFunc(keys, func(key string) bool {
		return n.Allow != nil && !r.resolve(n.Allow)[key] || n.Ignore != nil && r.resolve(n.Ignore)[key]
	})
}

// resolve gives the keys of a selection, finding them once.
func (r *review) resolve(s *Selection) map[string]bool {
	set, known := r.resolved[s]
	if !known {
		set = map[string]bool{}
		for _, key := range s.Resolve(r.Graph) {
			set[key] = true
		}
		r.resolved[s] = set
	}
	return set
}

func dependencyKeys(a *graph.Asset) []string {
	keys := make([]string, len(a.Deps))
	for i, d := range a.Deps {
		keys[i] = d.Key
	}
	return keys
}

func checkKeys(a *graph.Asset, blockingOnly bool) []string {
	var keys []string
	for _, c := range a.Checks {
		if c.Blocking || !blockingOnly {
			keys = append(keys, a.Key+":"+c.Name)
		}
	}
	return keys
}

// maxAtoms bounds the atoms of one formula whose values are tried out.
const maxAtoms = 12

// formula is the AND, OR and NOT of a tree over its other nodes, the atoms.
type formula struct {
	atoms []*Node
	index map[string]int
	// positive and negative are the atoms that occur so.
	positive, negative uint
}

// solve gives what a formula can be, with every value of its atoms that they can have
// together.
func (r *review) solve(n *Node) possible {
	f := &formula{index: map[string]int{}}
	f.collect(n, true)
	excluded := r.exclusions(f)
	fixed := slices.ContainsFunc(f.atoms, func(a *Node) bool { return r.constant(a) })
	if len(f.atoms) > maxAtoms || f.positive&f.negative == 0 && len(excluded) == 0 && !fixed {
		return free
	}
	var is possible
	for values := uint(0); values < 1<<len(f.atoms); values++ {
		if !r.consistent(f, values, excluded) {
			continue
		}
		if f.holds(n, values) {
			is.yes = true
		} else {
			is.no = true
		}
		if is == free {
			break
		}
	}
	return is
}

func (r *review) constant(n *Node) bool {
	is, known := r.constants[n]
	return known && is != free
}

// collect numbers the atoms of a tree.
func (f *formula) collect(n *Node, positive bool) {
	switch n.Op {
	case And, Or, Not:
		for _, child := range n.Children {
			f.collect(child, positive != (n.Op == Not))
		}
		return
	}
	id := identity(n)
	i, known := f.index[id]
	if !known {
		i = len(f.atoms)
		f.index[id], f.atoms = i, append(f.atoms, n)
	}
	if positive {
		f.positive |= 1 << i
	} else {
		f.negative |= 1 << i
	}
}

// identity is equal for conditions that are always equal: their names, without labels.
func identity(n *Node) string {
	if len(n.Children) == 0 {
		return n.Name()
	}
	parts := make([]string, len(n.Children))
	for i, child := range n.Children {
		parts[i] = identity(child)
	}
	return n.Name() + tuple(parts...)
}

// exclusions gives the pairs of atoms that are never true together, as sets of two.
func (r *review) exclusions(f *formula) []uint {
	var pairs []uint
	for i, a := range f.atoms {
		for j, b := range f.atoms[:i] {
			if r.exclude(a, b) {
				pairs = append(pairs, 1<<i|1<<j)
			}
		}
	}
	return pairs
}

// exclude reports whether two different atoms are never true together.
func (r *review) exclude(a, b *Node) bool {
	if a.Op == CronTickPassed && b.Op == CronTickPassed {
		return !r.meet(a, b)
	}
	if a.Op != Fact || b.Op != Fact {
		return false
	}
	s, t := factShapes[a.Fact.Kind], factShapes[b.Fact.Kind]
	missing := a.Fact.Kind == code.Missing && t == passed || b.Fact.Kind == code.Missing && s == passed
	return missing || s == t && (s == passed || s == freshness)
}

func (r *review) consistent(f *formula, values uint, excluded []uint) bool {
	for _, pair := range excluded {
		if values&pair == pair {
			return false
		}
	}
	for i, a := range f.atoms {
		if is, known := r.constants[a]; known && (values>>i&1 == 1 && !is.yes || values>>i&1 == 0 && !is.no) {
			return false
		}
	}
	return true
}

// holds gives the value of a tree under values of the atoms.
func (f *formula) holds(n *Node, values uint) bool {
	switch n.Op {
	case And:
		return !slices.ContainsFunc(n.Children, func(c *Node) bool { return !f.holds(c, values) })
	case Or:
		return slices.ContainsFunc(n.Children, func(c *Node) bool { return f.holds(c, values) })
	case Not:
		return !f.holds(n.Children[0], values)
	}
	return values>>f.index[identity(n)]&1 == 1
}
