package engine

import (
	"fmt"
	"maps"
	"slices"

	"auto/compiler/condition"
	"auto/compiler/plan"
	"auto/vm/code"
	"auto/vm/graph"
)

// cache holds the programs of the conditions of the last tick, over one graph.
type cache struct {
	graph *graph.Graph
	plain bool
	of    map[*condition.Node]*compiled
}

// compiled is a program with its binary form, by which equal ones are found.
type compiled struct {
	program *code.Program
	binary  string
}

// all gives the programs of all conditions, equal ones once, and for each entity with a
// condition the number of its program. What is not in use any more is forgotten.
func (c *cache) all(in Input, plain bool) (programs []*code.Program, of map[string]int, err error) {
	known := c.of
	if c.graph != in.Graph || c.plain != plain {
		known = nil
	}
	*c = cache{graph: in.Graph, plain: plain, of: map[*condition.Node]*compiled{}}
	of, numbers := map[string]int{}, map[string]int{}
	conditionOf := func(asset string) *condition.Node { return in.Conditions[asset] }
	for _, key := range slices.Sorted(maps.Keys(in.Conditions)) {
		p, err := c.program(condition.Expand(in.Conditions[key], key, in.Graph, conditionOf), known)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", key, err)
		}
		if _, ok := numbers[p.binary]; !ok {
			numbers[p.binary] = len(programs)
			programs = append(programs, p.program)
		}
		of[key] = numbers[p.binary]
	}
	return programs, of, nil
}

// program compiles a condition unless that is known.
func (c *cache) program(n *condition.Node, known map[*condition.Node]*compiled) (*compiled, error) {
	if c.of[n] != nil {
		return c.of[n], nil
	}
	made := known[n]
	if made == nil {
		p, err := plan.Compile(n, c.graph, plan.Options{Plain: c.plain})
		if err != nil {
			return nil, err
		}
		made = &compiled{p, string(code.Encode(p))}
	}
	c.of[n] = made
	return made, nil
}
