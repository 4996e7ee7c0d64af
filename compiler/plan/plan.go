// Package plan turns conditions into programs of the machine: it lowers the tree to
// values, rewrites them, and emits code. Each step can be shown.
package plan

import (
	"auto/compiler/condition"
	"auto/vm/code"
	"auto/vm/graph"
)

// Options choose what is done.
type Options struct {
	// Plain leaves the values as they were lowered.
	Plain bool
}

// Compile makes the program of a condition over a graph, which resolves the selections of
// `allow` and `ignore`; `any_downstream_conditions()` has been expanded. The result is
// verified. An error says which limit of the machine the condition is beyond.
func Compile(n *condition.Node, g *graph.Graph, o Options) (*code.Program, error) {
	p, err := Lower(n, g)
	if err != nil {
		return nil, err
	}
	if !o.Plain {
		p.Optimise()
	}
	return p.Emit()
}

// Plan is a condition as values in blocks.
type Plan struct {
	// Blocks has the root's block first, each before those that it calls.
	Blocks  []*Block
	nodes   []node
	states  []state
	facts   table[code.Fact]
	crons   table[code.Cron]
	filters table[code.Filter]
	keys    table[string]
}

// Block is a list of values that are computed in order over the partitions of some
// entities.
type Block struct {
	Candidates *Value
	Values     []*Value
	Result     *Value
	// depth is how many calls lead to the block, node the number of the node it is for.
	depth, node int
}

// Value is what one instruction computes.
type Value struct {
	Op   code.Op
	Args []*Value
	// Fact, Cron, Filter, Key and State are indexes into the plan's tables, where the
	// operation has such an argument.
	Fact, Cron, Filter, Key, State int
	// Block is what a call runs.
	Block *Block
	// Until is, for a Skip, the last value that is skipped.
	Until *Value
	// number is the value's register, and at its position in the code, once emitted.
	number, at int
}

// node is a node of the tree as written with the values that it became.
type node struct {
	code.Node
	block              *Block
	result, candidates *Value
	call               *Value
}

// state is the state of a node.
type state struct {
	code.State
	trigger, reset *timing
}

// timing says where the times of a value come from.
type timing struct {
	kind  code.TimeKind
	block *Block
	value *Value
	inner *timing
}

// table numbers what has an equal name once.
type table[T any] struct {
	items []T
	index map[string]int
}

// add gives the number of an item.
func (t *table[T]) add(name string, item T) int {
	if i, ok := t.index[name]; ok {
		return i
	}
	if t.index == nil {
		t.index = map[string]int{}
	}
	t.index[name] = len(t.items)
	t.items = append(t.items, item)
	return len(t.items) - 1
}
