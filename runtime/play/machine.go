// Package play plays scenarios on the machine, and keeps what explains a tick.
package play

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"auto/compiler/condition"
	"auto/lang/diag"
	"auto/lang/types"
	"auto/runtime/engine"
	"auto/runtime/explain"
	"auto/runtime/scenario"
	"auto/runtime/stale"
	"auto/vm"
	"auto/vm/bits"
	"auto/vm/graph"
	"auto/vm/space"
)

// Machine evaluates the ticks of one scenario with the engine. It implements
// scenario.Evaluator.
type Machine struct {
	// Now is the clock that evaluations are timed with; nil does not time them.
	Now func() time.Time
	// Plain leaves programs as they are written.
	Plain bool
	// Instead has conditions that stand in, by key, for those of the scenario.
	Instead map[string]*scenario.Condition
	// Keep says of which assets and checks the story is kept; nil for none.
	Keep func(key string) bool

	engine  engine.Engine
	last    Tick
	stories map[string]explain.Story
	graph   *graph.Graph
	built   map[*scenario.Condition]*condition.Node

	// tracker has what the lossless forms ask; happened counts its events. What the last
	// tick requested is told to it before the next one, so that the last can be explained.
	tracker   *stale.Tracker
	happened  int64
	followed  *graph.Graph
	asking    map[string]*condition.Node
	space     *space.Space
	requested bits.Set
}

// Tick is what a tick was about.
type Tick struct {
	Input engine.Input
	// Result is nil where the tick was refused.
	Result *engine.Result
	// Cursor is what the ticks before it left, where something is kept.
	Cursor *vm.Cursor
}

// Last is the tick that was evaluated last.
func (m *Machine) Last() Tick { return m.last }

// Story gives the trees of an asset or check on the ticks so far, the last one last; nil
// where it had no condition on the last tick, or is not kept.
func (m *Machine) Story(key string) explain.Story { return m.stories[key] }

// Tick implements scenario.Evaluator.
func (m *Machine) Tick(in scenario.TickInput) (scenario.TickOutput, error) {
	m.last = Tick{Input: engine.Input{Graph: in.Graph, World: in.World, At: in.At}}
	m.decide()
	conditions, err := m.conditions(in)
	if err != nil {
		return scenario.TickOutput{Err: err}, nil
	}
	m.last.Input.Conditions = conditions
	m.follow(in, conditions)
	if m.Keep != nil {
		m.last.Cursor = m.engine.Cursor()
	}
	m.engine.Now = m.Now
	o := engine.Options{Plain: m.Plain, Explain: m.Keep}
	if in.Trees {
		o.Explain = func(string) bool { return true }
	}
	result, err := m.engine.Tick(m.last.Input, o)
	if err != nil {
		return scenario.TickOutput{Err: err}, nil
	}
	m.last.Result = result
	m.space, m.requested = result.Space, slices.Clone(result.Requested)
	return output(result, in.Trees), m.keep()
}

// keep adds to the stories, and ends those of what is not evaluated any more.
func (m *Machine) keep() error {
	if m.Keep == nil {
		return nil
	}
	before, in := m.stories, m.last.Input
	m.stories = map[string]explain.Story{}
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

// conditions makes the trees of the conditions that are new; those of another graph are
// made anew, because selections and keys are looked up in it.
func (m *Machine) conditions(in scenario.TickInput) (map[string]*condition.Node, error) {
	if m.graph != in.Graph || m.built == nil {
		m.graph, m.built = in.Graph, map[*scenario.Condition]*condition.Node{}
	}
	wanted := in.Conditions
	if m.Instead != nil {
		wanted = maps.Clone(wanted)
		maps.Copy(wanted, m.Instead)
	}
	out := make(map[string]*condition.Node, len(wanted))
	var refused diag.List
	for key, c := range wanted {
		n := m.built[c]
		if n == nil {
			var found diag.List
			if n, found = build(m.graph, key, c); n == nil {
				refused = append(refused, found...)
			}
			m.built[c] = n
		}
		out[key] = n
	}
	if refused != nil {
		refused.Sort()
		return nil, &scenario.Refused{Findings: refused}
	}
	return out, nil
}

// build makes the tree of the condition of an asset or check; nil where the findings have
// errors.
func build(g *graph.Graph, key string, c *scenario.Condition) (*condition.Node, diag.List) {
	if c.Findings.HasErrors() {
		return nil, c.Findings
	}
	env := condition.Env{Graph: g, On: types.OnAsset}
	if scenario.IsCheck(key) {
		env.On = types.OnCheck
	}
	return condition.Build(c.Expr, env)
}

// Conditions makes the trees of conditions, by the key of their asset or check, over a
// graph. The error is a *scenario.Refused.
func Conditions(g *graph.Graph, conditions map[string]*scenario.Condition) (map[string]*condition.Node, error) {
	return new(Machine).conditions(scenario.TickInput{Graph: g, Conditions: conditions})
}

// Expand gives the condition of an asset or check as it is evaluated: with its
// downstream conditions written out.
func Expand(conditions map[string]*condition.Node, key string, g *graph.Graph) *condition.Node {
	return condition.Expand(conditions[key], key, g, func(asset string) *condition.Node { return conditions[asset] })
}

// Until plays the first ticks of a scenario, up to a count of them. The error says which
// tick was refused, and why.
func (m *Machine) Until(s *scenario.Scenario, ticks int) (*scenario.Session, error) {
	session := scenario.NewSession(s, m)
	for i, t := range s.Ticks[:ticks] {
		out, err := session.Tick(t, false)
		if err == nil {
			err = out.Err
		}
		if err != nil {
			return nil, fmt.Errorf("tick %d: %w", i+1, err)
		}
	}
	return session, nil
}
