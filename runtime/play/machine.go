// Package play evaluates the ticks of scenarios with the machine.
package play

import (
	"maps"
	"strings"
	"time"

	"auto/compiler/condition"
	"auto/lang/diag"
	"auto/lang/types"
	"auto/runtime/engine"
	"auto/runtime/explain"
	"auto/runtime/scenario"
	"auto/vm"
	"auto/vm/bits"
	"auto/vm/graph"
	"auto/vm/space"
)

// Machine evaluates scenarios with the engine. It implements scenario.Evaluator and is
// for one run of one scenario.
type Machine struct {
	// Now is the clock that evaluations are timed with; nil does not time them.
	Now func() time.Time
	// Plain leaves programs as they are written.
	Plain bool
	// Instead has conditions that stand in, by key, for those of the scenario.
	Instead map[string]*scenario.Condition
	// Keep says of which assets and checks the story is kept; nil for none.
	Keep func(key string) bool

	engine engine.Engine
	last   Tick
	// stories has, by key, a tree for each tick.
	stories map[string]explain.Story
	graph   *graph.Graph
	nodes   map[*scenario.Condition]*condition.Node
}

// Tick is what a tick was about.
type Tick struct {
	Input  engine.Input
	Result *engine.Result
	// Cursor is what the ticks before it left; only where something is kept.
	Cursor *vm.Cursor
}

// Last is the tick that was evaluated last.
func (m *Machine) Last() Tick { return m.last }

// Story gives the trees of an asset or check on the ticks so far, the last one last; nil
// where it had no condition on the last tick, or is not kept.
func (m *Machine) Story(key string) explain.Story { return m.stories[key] }

// Tick implements scenario.Evaluator.
func (m *Machine) Tick(in scenario.TickInput) (scenario.TickOutput, error) {
	conditions, refused := m.build(in)
	if refused != nil {
		return scenario.TickOutput{Err: &scenario.Refused{Findings: refused}}, nil
	}
	m.engine.Now = m.Now
	m.last = Tick{Input: engine.Input{Graph: in.Graph, Conditions: conditions, World: in.World, At: in.At}}
	if m.Keep != nil {
		m.last.Cursor = m.engine.Cursor()
	}
	result, err := m.engine.Tick(m.last.Input, engine.Options{Explain: m.explain(in.Trees), Plain: m.Plain})
	if err != nil {
		return scenario.TickOutput{Err: err}, nil
	}
	m.last.Result = result
	if err := m.keep(); err != nil {
		return scenario.TickOutput{}, err
	}
	return output(result), nil
}

func (m *Machine) explain(all bool) func(string) bool {
	if all {
		return func(string) bool { return true }
	}
	return m.Keep
}

// build makes the trees of the conditions; those of the tick before are taken where
// neither they nor the graph were edited.
func (m *Machine) build(in scenario.TickInput) (map[string]*condition.Node, diag.List) {
	if m.graph != in.Graph {
		m.graph, m.nodes = in.Graph, map[*scenario.Condition]*condition.Node{}
	}
	wanted := maps.Clone(in.Conditions)
	maps.Copy(wanted, m.Instead)
	return build(wanted, in.Graph, m.nodes)
}

// Conditions makes the trees of conditions, by the key of their asset or check, over a
// graph. What Dagster would refuse is in the findings; the trees are nil then.
func Conditions(g *graph.Graph, conditions map[string]*scenario.Condition) (map[string]*condition.Node, diag.List) {
	return build(conditions, g, map[*scenario.Condition]*condition.Node{})
}

func build(conditions map[string]*scenario.Condition, g *graph.Graph, known map[*scenario.Condition]*condition.Node) (map[string]*condition.Node, diag.List) {
	out := make(map[string]*condition.Node, len(conditions))
	var refused diag.List
	for key, c := range conditions {
		n, ok := known[c]
		if !ok {
			built, found := condition.Build(c.Expr, condition.Env{Graph: g, On: on(key)})
			if found.HasErrors() {
				refused = append(refused, found...)
				continue
			}
			n, known[c] = built, built
		}
		out[key] = n
	}
	if len(refused) > 0 {
		refused.Sort()
		return nil, refused
	}
	return out, nil
}

// on says what a condition is for, by the key.
func on(key string) types.Scope {
	if strings.Contains(key, ":") {
		return types.OnCheck
	}
	return types.OnAsset
}

// Expand gives the condition of an asset or check as it is evaluated: with its
// downstream conditions written out.
func Expand(conditions map[string]*condition.Node, key string, g *graph.Graph) *condition.Node {
	return condition.Expand(conditions[key], key, g, func(asset string) *condition.Node { return conditions[asset] })
}

// keep adds to the stories, and ends those of what is not evaluated any more.
func (m *Machine) keep() error {
	if m.Keep == nil {
		return nil
	}
	before := m.stories
	m.stories = map[string]explain.Story{}
	in := m.last.Input
	for key := range in.Conditions {
		if !m.Keep(key) {
			continue
		}
		tree, err := explain.New(m.last.Result, key, Expand(in.Conditions, key, in.Graph), in.At)
		if err != nil {
			return err
		}
		m.stories[key] = append(before[key], tree)
	}
	return nil
}

// output writes a result as scenarios do.
func output(r *engine.Result) scenario.TickOutput {
	out := scenario.TickOutput{Requested: map[string]scenario.Subset{}, EvaluationTime: r.Took, Evaluations: map[string]*scenario.Evaluation{}}
	for i := range r.Space.Entities {
		e := &r.Space.Entities[i]
		if subset := subset(e, r.RequestedOf(i)); !subset.IsEmpty() {
			out.Requested[e.Key] = subset
		}
	}
	for _, run := range r.Runs {
		out.Runs = append(out.Runs, scenario.RunRequest{Assets: run.Assets, Checks: run.Checks, Partitions: run.Partitions})
	}
	for key, e := range r.Evaluations {
		out.Evaluations[key] = evaluation(r.Space, e)
	}
	return out
}

func subset(e *space.Entity, set bits.Set) scenario.Subset {
	if e.Keys == nil {
		return scenario.Subset{True: !set.IsEmpty()}
	}
	return scenario.Subset{Keys: e.Keys.Collapse(set)}
}

func evaluation(s *space.Space, e *vm.Evaluation) *scenario.Evaluation {
	out := &scenario.Evaluation{Node: e.Name, Label: e.Label, Subset: subset(&s.Entities[e.Entity], e.Subset)}
	for _, c := range e.Children {
		out.Children = append(out.Children, evaluation(s, c))
	}
	return out
}
