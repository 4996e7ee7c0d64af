// Package condition is the typed form of a condition: expressions with their functions
// expanded, composites written out, and methods applied, as the tree that Dagster would
// evaluate.
package condition

import (
	"auto/lang/source"
	"auto/vm/code"
)

// Op is what a node does.
type Op uint8

// The operations. Fact and those after it are operands without children.
const (
	And   Op = iota + 1 // children
	Or                  // children
	Not                 // one child
	Since               // trigger, reset
	NewlyTrue
	AnyDeps // one child, evaluated on each dependency
	AllDeps
	AnyChecks // one child, evaluated on each check
	AllChecks
	Matches       // one child, evaluated on the asset Key
	AnyDownstream // children where expanded, each a Downstream
	Downstream    // one child; DownstreamKeys
	Fact          // Fact
	NewlyRequested
	WillBeRequested
	InitialEvaluation
	CodeVersionChanged
	CronTickPassed // Cron, Zone
	ExecutedWithRootTarget
	DepsNonexistent // Allow, Ignore
	DepsToCome      // Allow, Ignore
)

// Node is one condition. Nodes are not changed once they are made; trees may share them.
type Node struct {
	Op       Op
	Label    string // "" for none
	Children []*Node
	Span     source.Span

	Fact           code.Fact
	Cron, Zone     string
	Key            string // of Matches
	DownstreamKeys []string
	BlockingOnly   bool
	// Allow and Ignore are the selections of what is about dependencies, nil for none; of
	// check operators they select checks.
	Allow, Ignore *Selection
	// Index is the place of a Downstream among all of its operator, those left out too.
	Index int
	// ByKey has the child of a dependency or check operator by the key that it is
	// evaluated on, where any_downstream_conditions reads differently on each; see On.
	ByKey map[string]*Node

	// size is the number of nodes of the tree, capped.
	size int
}

// On gives the child of a dependency or check operator that is evaluated on a key.
func (n *Node) On(key string) *Node {
	if child, ok := n.ByKey[key]; ok {
		return child
	}
	return n.Children[0]
}

// measure counts the nodes of a tree whose children have been measured.
func (n *Node) measure() {
	n.size = 1
	for _, child := range n.Children {
		n.size = min(n.size+child.size, maxWork+1)
	}
}
