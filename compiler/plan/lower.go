package plan

import (
	"fmt"
	"slices"
	"strings"

	"auto/compiler/condition"
	"auto/vm/code"
	"auto/vm/graph"
)

// Lower makes the plan of a condition as it is written. It fails where the condition has
// more nodes than a program can.
func Lower(n *condition.Node, g *graph.Graph) (*Plan, error) {
	if size(n, code.MaxNodes) > code.MaxNodes {
		return nil, fmt.Errorf("the condition has more than %d nodes, written out; take parts of it away", code.MaxNodes)
	}
	l := lowering{Plan: &Plan{}, graph: g}
	b := l.block(0)
	b.Result, _ = l.node(n, b, b.Candidates, []code.Step{{Index: -1, Name: n.BaseName()}})
	return l.Plan, nil
}

// size counts the nodes that a condition is lowered to, until there are more than most:
// trees share nodes, so that a short one can be endless written out.
func size(n *condition.Node, most int) int {
	count := 1
	for _, child := range n.Children {
		if count <= most {
			count += size(child, most-count)
		}
	}
	for _, child := range n.ByKey {
		if count <= most {
			count += 1 + size(child, most-count)
		}
	}
	return count
}

// lowering makes one plan.
type lowering struct {
	*Plan
	graph *graph.Graph
}

func (l *lowering) block(depth int) *Block {
	b := &Block{Candidates: &Value{}, depth: depth, node: len(l.nodes)}
	l.Blocks = append(l.Blocks, b)
	return b
}

func (b *Block) add(op code.Op, args ...*Value) *Value {
	v := &Value{Op: op, Args: args}
	b.Values = append(b.Values, v)
	return v
}

// node lowers a node that is asked about candidates; path leads to it from the root, its
// own step included. It gives its subset and the number of its record.
func (l *lowering) node(n *condition.Node, b *Block, candidates *Value, path []code.Step) (*Value, int) {
	at := len(l.nodes)
	l.nodes = append(l.nodes, node{Node: code.Node{Name: n.Name(), Label: n.Label}, block: b, candidates: candidates})
	w := &walk{lowering: l, at: at, block: b, candidates: candidates, path: slices.Clip(path)}
	v := w.value(n)
	l.nodes[at].result = v
	return v, at
}

// walk lowers one node.
type walk struct {
	*lowering
	at         int
	block      *Block
	candidates *Value
	path       []code.Step
}

func (w *walk) value(n *condition.Node) *Value {
	b, c := w.block, w.candidates
	switch n.Op {
	case condition.And:
		return w.and(n)
	case condition.Or, condition.AnyDownstream:
		return w.or(n)
	case condition.Not:
		return b.add(code.Sub, c, w.child(n, 0, c))
	case condition.Downstream:
		return w.child(n, 0, c)
	case condition.Since:
		return w.since(n)
	case condition.NewlyTrue:
		return w.newlyTrue(n)
	case condition.AnyDeps, condition.AllDeps, condition.AnyChecks, condition.AllChecks, condition.Matches:
		return w.call(n)
	case condition.DepsNonexistent, condition.DepsToCome:
		v := b.add(plainOps[n.Op], c)
		v.Filter = w.addFilter(w.filter(n))
		return v
	case condition.Fact:
		return w.fact(n)
	case condition.CronTickPassed:
		v := b.add(code.CronPassed, c)
		v.Cron = w.crons.add(n.Cron+"\n"+n.Zone, code.Cron{Schedule: n.Cron, Zone: n.Zone})
		return v
	case condition.CodeVersionChanged:
		v := b.add(code.Version, c)
		v.State = w.state(code.State{Kind: code.VersionState, Path: w.path})
		return v
	}
	return b.add(plainOps[n.Op], c)
}

// plainOps are the operands that have candidates and at most a filter.
var plainOps = map[condition.Op]code.Op{
	condition.NewlyRequested: code.Asked, condition.WillBeRequested: code.Asking,
	condition.InitialEvaluation: code.First, condition.ExecutedWithRootTarget: code.Root,
	condition.DepsNonexistent: code.Lacking, condition.DepsToCome: code.Coming,
}

// child lowers the i-th child.
func (w *walk) child(n *condition.Node, i int, candidates *Value) *Value {
	child, index := n.Children[i], i
	if child.Op == condition.Downstream {
		index = child.Index
	}
	v, at := w.node(child, w.block, candidates, append(w.path, code.Step{Index: int16(index), Name: child.BaseName()}))
	w.nodes[w.at].Children = append(w.nodes[w.at].Children, uint16(at))
	return v
}

// and asks each operand only about what those before it left.
func (w *walk) and(n *condition.Node) *Value {
	left := w.candidates
	for i := range n.Children {
		left = w.block.add(code.And, left, w.child(n, i, left))
	}
	return left
}

func (w *walk) or(n *condition.Node) *Value {
	if len(n.Children) == 0 {
		return w.block.add(code.None)
	}
	any := w.child(n, 0, w.candidates)
	if len(n.Children) == 1 {
		return w.block.add(code.Or, any, any)
	}
	for i := range n.Children[1:] {
		any = w.block.add(code.Or, any, w.child(n, i+1, w.candidates))
	}
	return any
}

// since asks its operands about everything, so as to miss no change.
func (w *walk) since(n *condition.Node) *Value {
	s := w.stable(n, code.SinceState)
	all := w.block.add(code.All)
	trigger := w.child(n, 0, all)
	triggerNode := len(w.nodes[w.at].Children) - 1
	reset := w.child(n, 1, all)
	children := w.nodes[w.at].Children
	w.states[s].trigger = w.timing(n.Children[0], int(children[triggerNode]))
	w.states[s].reset = w.timing(n.Children[1], int(children[triggerNode+1]))
	v := w.block.add(code.Since, trigger, reset)
	v.State = s
	w.parts(n, s)
	return v
}

func (w *walk) newlyTrue(n *condition.Node) *Value {
	s := w.stable(n, code.NewlyTrueState)
	now := w.child(n, 0, w.block.add(code.All))
	v := w.block.add(code.Newly, now, w.candidates)
	v.State = s
	w.parts(n, s)
	return v
}

// parts names the children of a node in the identity of its state.
func (w *walk) parts(n *condition.Node, s int) {
	for i, child := range n.Children {
		part := &w.states[s].Parts[i]
		if child.Op == condition.Since || child.Op == condition.NewlyTrue {
			part.State = w.nodes[w.nodes[w.at].Children[i]].State
		} else {
			part.Name = child.BaseName()
		}
	}
}

// stable makes the state of a node whose identity does not depend on its place; what lies
// below it is found from there.
func (w *walk) stable(n *condition.Node, kind code.StateKind) int {
	s := w.state(code.State{Kind: kind, Parts: make([]code.Part, len(n.Children))})
	w.path = []code.Step{{Index: -1, State: uint16(s + 1), At: uint16(w.block.depth)}}
	return s
}

func (w *walk) state(s code.State) int {
	w.states = append(w.states, state{State: s})
	w.nodes[w.at].State = uint16(len(w.states))
	return len(w.states) - 1
}

func (w *walk) fact(n *condition.Node) *Value {
	op := code.Whole
	switch n.Fact.Kind {
	case code.Missing, code.ExecutedWithTags, code.Outdated, code.OutdatedInLatestTimeWindow, code.AlreadyRequested:
		op = code.Within
	}
	v := w.block.add(op, w.candidates)
	// A name does not tell the tag "a,b" from the tags "a" and "b".
	v.Fact = w.facts.add(fmt.Sprintf("%s\n%d %q %q", n.Name(), n.Fact.Lookback, n.Fact.TagKeys, n.Fact.TagValues), n.Fact)
	return v
}

var callOps = map[condition.Op]code.Op{
	condition.AnyDeps: code.AnyDeps, condition.AllDeps: code.AllDeps, condition.AnyChecks: code.AnyChecks,
	condition.AllChecks: code.AllChecks, condition.Matches: code.Match,
}

// call lowers an operator that evaluates its operand on other entities.
func (w *walk) call(n *condition.Node) *Value {
	switch {
	case n.ByKey != nil:
		return w.calls(n)
	case n.Op == condition.Matches:
		v := w.callOf(n, n.Children[0])
		v.Key = w.keys.add(n.Key, n.Key)
		w.nodes[w.at].Matches = true
		return v
	}
	v := w.callOf(n, n.Children[0])
	v.Filter = w.addFilter(w.filter(n))
	return v
}

// callOf lowers the operand in a block of its own; the keys that it is evaluated on are
// steps of the path.
func (w *walk) callOf(n, operand *condition.Node) *Value {
	inner := w.lowering.block(w.block.depth + 1)
	path := w.path
	if n.Op != condition.Matches {
		path = append(path, code.Step{Index: -1, Depth: uint16(inner.depth + 1)})
	}
	path = append(path, code.Step{Index: 0, Name: operand.BaseName()})
	inner.Result, _ = w.node(operand, inner, inner.Candidates, path)
	v := w.block.add(callOps[n.Op], w.candidates)
	v.Block = inner
	w.nodes[w.at].call = v
	return v
}

// filter resolves the selections of a dependency or check operator.
func (w *walk) filter(n *condition.Node) code.Filter {
	f := code.Filter{Blocking: n.BlockingOnly}
	var text []string
	if n.Allow != nil {
		f.Allow = n.Allow.Resolve(w.graph)
		if f.Allow == nil {
			f.Allow = []string{}
		}
		text = append(text, "allow("+n.Allow.Text+")")
	}
	if n.Ignore != nil {
		f.Ignore = n.Ignore.Resolve(w.graph)
		text = append(text, "ignore("+n.Ignore.Text+")")
	}
	if n.BlockingOnly {
		text = append(text, "blocking_only")
	}
	f.Text = strings.Join(text, " ")
	return f
}

// addFilter numbers equal filters once.
func (p *Plan) addFilter(f code.Filter) int {
	return p.filters.add(fmt.Sprintf("%q %t %q %q %t", f.Text, f.Allow != nil, f.Allow, f.Ignore, f.Blocking), f)
}

// timing says where the times of a lowered node come from, nil where it has none: AND, OR,
// NOT, NEWLY_TRUE, all_deps_match and the operators of checks drop them.
func (w *walk) timing(n *condition.Node, at int) *timing {
	lowered := w.nodes[at]
	if n.ByKey != nil {
		return nil
	}
	t := &timing{block: lowered.block, value: lowered.result}
	switch {
	case n.Op == condition.CronTickPassed:
		t.kind = code.CronTime
	case n.Op == condition.Fact && n.Fact.Kind == code.NewlyUpdated:
		t.kind = code.UpdateTime
	case n.Op == condition.NewlyRequested:
		t.kind = code.RequestTime
	case n.Op == condition.AnyDeps || n.Op == condition.Matches:
		t.kind, t.value = code.CallTime, lowered.call
		t.inner = w.timing(n.Children[0], lowered.call.Block.node)
	case n.Op == condition.Since:
		t.kind = code.TriggerTime
		t.inner = w.states[lowered.State-1].trigger
	default:
		return nil
	}
	if t.inner == nil && (t.kind == code.CallTime || t.kind == code.TriggerTime) {
		return nil
	}
	return t
}
