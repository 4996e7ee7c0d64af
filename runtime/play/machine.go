// Package play plays scenarios up to a tick, and keeps what explains it.
package play

import (
	"fmt"
	"maps"

	"auto/compiler/condition"
	"auto/runtime/explain"
	"auto/runtime/scenario"
	"auto/runtime/scenario/evaluate"
	"auto/vm"
	"auto/vm/graph"
)

// Machine evaluates the ticks of one scenario. It implements scenario.Evaluator.
type Machine struct {
	evaluate.Evaluator
	// Instead has conditions that stand in, by key, for those of the scenario.
	Instead map[string]*scenario.Condition
	// Cursor is what the ticks before the last one left.
	Cursor *vm.Cursor

	// stories has, by key, a tree for each tick.
	stories map[string]explain.Story
}

// New gives a machine that keeps the stories of the assets and checks that keep names.
func New(keep func(key string) bool) *Machine {
	return &Machine{Evaluator: evaluate.Evaluator{Explain: keep}}
}

// Story gives the trees of an asset or check on the ticks so far, the last one last; nil
// where it had no condition on the last tick, or is not kept.
func (m *Machine) Story(key string) explain.Story { return m.stories[key] }

// Tick implements scenario.Evaluator.
func (m *Machine) Tick(in scenario.TickInput) (scenario.TickOutput, error) {
	m.Cursor = m.Engine.Cursor()
	if m.Instead != nil {
		in.Conditions = maps.Clone(in.Conditions)
		maps.Copy(in.Conditions, m.Instead)
	}
	out, err := m.Evaluator.Tick(in)
	if err == nil && out.Err == nil {
		err = m.keep()
	}
	return out, err
}

// keep adds to the stories, and ends those of what is not evaluated any more.
func (m *Machine) keep() error {
	before := m.stories
	m.stories = map[string]explain.Story{}
	for key := range m.Input.Conditions {
		if !m.Explain(key) {
			continue
		}
		tree, err := explain.New(m.Last, key, Expand(m.Input.Conditions, key, m.Input.Graph), m.Input.At)
		if err != nil {
			return err
		}
		m.stories[key] = append(before[key], tree)
	}
	return nil
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
