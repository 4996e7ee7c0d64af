// Package oracle is the slow definition of what conditions mean: one tick evaluated as a
// walk over trees and sets of partition keys, rule by rule as Dagster 1.13.27 does it. It
// is written from Dagster's source and shares nothing with the machine that it judges.
// It is a tool of tests.
package oracle

import (
	"time"

	"auto/lang/ast"
	"auto/vm/graph"
)

// Since is an evaluation that came before: its instant and the id of the last event
// that it knew, 0 where there was none.
type Since struct {
	At    time.Time `json:"at"`
	Event int64     `json:"event"`
}

// Facts is what is known when a tick begins. Partitions are named by their keys, "" where
// there are none; entities by "asset" and "asset:check".
type Facts interface {
	// Holds gives the partitions of an entity for which an operand that is about what is
	// known holds. Of the condition it reads Op, TagKeys and TagValues. For operands
	// about what is new, since is the evaluation before.
	Holds(entity string, c *Condition, since Since) map[string]bool
	// UpdatedAt gives the timestamp of the materialization that was stored last, and false
	// where there is none.
	UpdatedAt(asset, partition string) (time.Time, bool)
	// LatestRunSelects gives the partition of the latest materialization of an entity, if
	// the run that made it selected another entity.
	LatestRunSelects(entity, root string) (partition string, ok bool)
	// LastEvent is the id of the last event, 0 for none.
	LastEvent() int64
}

// Input is what a tick evaluates.
type Input struct {
	Graph *graph.Graph
	// Conditions by entity; those of entities that the graph does not have are ignored.
	Conditions map[string]ast.Expr
	// Dynamic gives the keys of a dynamic definition in order of addition.
	Dynamic func(name string) []string
	At      time.Time
}

// Result is the outcome of a tick.
type Result struct {
	// Requested has what is requested of each entity, where there is something.
	Requested map[string]Subset
	// Trees has the evaluation of each condition, by entity.
	Trees map[string]*Tree
	// State is for the next tick.
	State State
	view  *view
}

// Tree is the outcome of one node.
type Tree struct {
	Name, Label string
	// Entity is what the node was evaluated on.
	Entity   string
	Subset   Subset
	Children []*Tree
}

// Keys gives the partitions of a subset of an entity, in the order of the definition;
// keys that it does not have come last.
func (r *Result) Keys(entity string, s Subset) []string {
	return inOrder(r.view.definition(entity), s.keys)
}

// Definition gives all partition keys of an entity, in order, and nil where it has no
// partitions.
func (r *Result) Definition(entity string) []string {
	if d := r.view.definition(entity); d != nil {
		return d.keys
	}
	return nil
}
