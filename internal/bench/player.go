package bench

import (
	"fmt"
	"time"

	"auto/compiler/condition"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/lang/types"
	"auto/runtime/engine"
	"auto/runtime/facts"
	"auto/vm/bits"
	"auto/vm/graph"
	"auto/vm/space"
)

// Player evaluates the ticks of a workload with the engine.
type Player struct {
	// Engine evaluates. A new one has no cursor: its next tick is a first one.
	Engine engine.Engine

	graph      *graph.Graph
	conditions map[string]*condition.Node
	world      *facts.World
}

// NewPlayer builds the graph and the conditions of a workload. Nothing has happened yet.
func NewPlayer(w *Workload) (*Player, error) {
	g, problems := graph.New(w.Assets, nil)
	if len(problems) > 0 {
		return nil, fmt.Errorf("%s: %s", problems[0].Asset, problems[0].Message)
	}
	p := &Player{graph: g, conditions: map[string]*condition.Node{}, world: facts.New()}
	built := map[string]*condition.Node{}
	for _, a := range w.Assets {
		if a.Condition == "" {
			continue
		}
		if built[a.Condition] == nil {
			n, err := p.build(a.Condition)
			if err != nil {
				return nil, err
			}
			built[a.Condition] = n
		}
		p.conditions[a.Key] = built[a.Condition]
	}
	return p, nil
}

func (p *Player) build(text string) (*condition.Node, error) {
	e, findings := parse.Expr(source.New("condition", text))
	if findings.HasErrors() {
		return nil, fmt.Errorf("%s: %s", text, findings[0].Message)
	}
	n, findings := condition.Build(e, condition.Env{Graph: p.graph, On: types.OnAsset})
	if n == nil {
		return nil, fmt.Errorf("%s: %s", text, findings[0].Message)
	}
	return n, nil
}

// World is what is known.
func (p *Player) World() *facts.World { return p.world }

// Apply has the updates of a tick happen, a second before it.
func (p *Player) Apply(t Tick) error {
	at := t.At.Add(-time.Second)
	if len(t.Updates) > 0 && t.Name == "first" {
		return p.seed(t, at)
	}
	for _, u := range t.Updates {
		if u.Partitions == nil {
			u.Partitions = []string{""}
		}
		for _, key := range u.Partitions {
			if err := p.world.Apply(facts.Materialized{Asset: u.Asset, Partition: key, At: at}); err != nil {
				return err
			}
		}
	}
	return nil
}

// seed has everything be materialized as in a snapshot.
func (p *Player) seed(t Tick, at time.Time) error {
	s, err := space.New(space.Input{Graph: p.graph, At: t.At, Dynamic: p.world.Dynamic})
	if err != nil {
		return err
	}
	for i := range s.Entities {
		n := 1
		if keys := s.Entities[i].Keys; keys != nil {
			n = keys.Len()
		}
		all := bits.New(n)
		all.AddRange(0, n)
		if err := p.world.Seed(s, i, all, at); err != nil {
			return err
		}
	}
	return nil
}

// Evaluate evaluates the conditions at an instant.
func (p *Player) Evaluate(at time.Time) (*engine.Result, error) {
	return p.Engine.Tick(engine.Input{Graph: p.graph, Conditions: p.conditions, World: p.world, At: at}, engine.Options{})
}
