// Package evaluate runs scenarios on the machine.
package evaluate

import (
	"time"

	"auto/compiler/condition"
	"auto/lang/types"
	"auto/runtime/engine"
	"auto/runtime/scenario"
	"auto/vm"
	"auto/vm/bits"
	"auto/vm/graph"
	"auto/vm/space"
)

// Evaluator evaluates the ticks of one scenario.
type Evaluator struct {
	Engine engine.Engine
	// Plain leaves programs as they are written.
	Plain bool
	// Explain says whose evaluations are kept where the tick does not ask for all; nil for
	// none.
	Explain func(key string) bool
	// Input is what the last tick was about, Last its result, nil where it was refused.
	Input engine.Input
	Last  *engine.Result

	built map[*scenario.Condition]*condition.Node
	graph *graph.Graph
}

// New gives an evaluator that has evaluated nothing. now is the clock that evaluation
// times are measured with; nil measures none.
func New(now func() time.Time) *Evaluator {
	return &Evaluator{Engine: engine.Engine{Now: now}}
}

// Tick evaluates. What is wrong with a condition is a refusal.
func (e *Evaluator) Tick(in scenario.TickInput) (scenario.TickOutput, error) {
	e.Last = nil
	conditions, err := e.conditions(in)
	if err != nil {
		return scenario.TickOutput{Err: err}, nil
	}
	o := engine.Options{Plain: e.Plain, Explain: e.Explain}
	if in.Trees {
		o.Explain = func(string) bool { return true }
	}
	e.Input = engine.Input{Graph: in.Graph, Conditions: conditions, World: in.World, At: in.At}
	result, err := e.Engine.Tick(e.Input, o)
	if err != nil {
		return scenario.TickOutput{Err: err}, nil
	}
	e.Last = result
	return output(result, in.Trees), nil
}

// conditions builds the conditions that are new; those of another graph are built anew,
// because selections and keys are looked up in it.
func (e *Evaluator) conditions(in scenario.TickInput) (map[string]*condition.Node, error) {
	if e.graph != in.Graph {
		e.graph, e.built = in.Graph, map[*scenario.Condition]*condition.Node{}
	}
	out := make(map[string]*condition.Node, len(in.Conditions))
	for key, c := range in.Conditions {
		n, err := e.condition(key, c)
		if err != nil {
			return nil, err
		}
		out[key] = n
	}
	return out, nil
}

// Conditions builds conditions, by the key of their asset or check, over a graph. The
// error is a *scenario.Refused.
func Conditions(g *graph.Graph, conditions map[string]*scenario.Condition) (map[string]*condition.Node, error) {
	return new(Evaluator).conditions(scenario.TickInput{Graph: g, Conditions: conditions})
}

func (e *Evaluator) condition(key string, c *scenario.Condition) (*condition.Node, error) {
	if n := e.built[c]; n != nil {
		return n, nil
	}
	if c.Findings.HasErrors() {
		return nil, &scenario.Refused{Findings: c.Findings}
	}
	env := condition.Env{Graph: e.graph, On: types.OnAsset}
	if scenario.IsCheck(key) {
		env.On = types.OnCheck
	}
	n, findings := condition.Build(c.Expr, env)
	if n == nil {
		return nil, &scenario.Refused{Findings: findings}
	}
	e.built[c] = n
	return n, nil
}

// output writes a result as scenarios do.
func output(r *engine.Result, trees bool) scenario.TickOutput {
	out := scenario.TickOutput{Requested: map[string]scenario.Subset{}, EvaluationTime: r.Took}
	for i := range r.Space.Entities {
		if s := Subset(r.Space, i, Part(r.Space, i, r.Requested)); !s.IsEmpty() {
			out.Requested[r.Space.Entities[i].Key] = s
		}
	}
	for _, run := range r.Runs {
		out.Runs = append(out.Runs, scenario.RunRequest{Assets: run.Assets, Checks: run.Checks, Partitions: run.Partitions})
	}
	if trees {
		out.Evaluations = map[string]*scenario.Evaluation{}
		for key, v := range r.Evaluations {
			out.Evaluations[key] = tree(r.Space, v)
		}
	}
	return out
}

// Part gives the bits of an entity in a set of the space, from bit 0 on.
func Part(s *space.Space, entity int, set bits.Set) bits.Set {
	e := &s.Entities[entity]
	if e.Keys == nil {
		one := bits.New(1)
		if set.Has(e.Bit) {
			one.Add(0)
		}
		return one
	}
	return set[e.Bit>>6 : e.Bit>>6+bits.Words(max(e.Keys.Total(), 1))]
}

// Subset writes the partitions of an entity, from bit 0 on, as scenarios do.
func Subset(s *space.Space, entity int, set bits.Set) scenario.Subset {
	keys := s.Entities[entity].Keys
	if keys == nil {
		return scenario.Subset{True: set.Has(0)}
	}
	return scenario.Subset{Keys: keys.Collapse(set)}
}

func tree(s *space.Space, v *vm.Evaluation) *scenario.Evaluation {
	out := &scenario.Evaluation{Node: v.Name, Label: v.Label, Subset: Subset(s, v.Entity, v.Subset)}
	for _, child := range v.Children {
		out.Children = append(out.Children, tree(s, child))
	}
	return out
}
