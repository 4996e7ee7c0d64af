package equal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"

	"auto/compiler/condition"
	"auto/runtime/engine"
	"auto/runtime/facts"
	"auto/runtime/play"
	"auto/runtime/scenario"
	"auto/vm"
	"auto/vm/graph"
	"auto/vm/space"
)

// machine evaluates with the engine, in a way that has to make no difference.
type machine struct {
	name string
	// trees: the subsets of all nodes are compared, too. Without, batches that no event was
	// about and that have settled are skipped.
	trees bool
	// plain leaves the programs as they are written.
	plain bool
	// group lays out entities of its own accord.
	group func(key string) int
	// load reports whether to go on, on this tick, from the cursor as text, in a new engine.
	load func() bool
	// forget has the world forget what it may, restart has it saved and loaded, too.
	forget, restart bool

	// unfit: a mapping was refused. The machine does so as soon as a condition looks through
	// one that does not suit the definitions on its sides, Dagster when there is something
	// to map.
	unfit bool

	engine     *engine.Engine
	graph      *graph.Graph
	conditions map[string]*condition.Node
}

func never() bool  { return false }
func always() bool { return true }

// machines are all ways to evaluate, for one scenario. What is random is drawn by r.
func machines(r *rand.Rand) []*machine {
	sometimes := func() bool { return r.IntN(2) == 0 }
	return []*machine{
		{name: "plain", trees: true, plain: true, load: never},
		{name: "optimised", trees: true, load: never},
		{name: "loaded on every tick", trees: true, load: always},
		{name: "laid out otherwise", trees: true, load: never, group: scatter(r)},
		{name: "skipping", load: never},
		{name: "with a world that forgets and is loaded", load: sometimes, forget: true, restart: true},
		{name: "skipping, with a world that forgets", load: never, forget: true},
		{name: "skipping, plain, loaded on some ticks", load: sometimes, plain: true},
		{name: "skipping, laid out otherwise", load: never, group: scatter(r)},
	}
}

// scatter gives entities random groups.
func scatter(r *rand.Rand) func(key string) int {
	groups := map[string]int{}
	return func(key string) int {
		if _, ok := groups[key]; !ok {
			groups[key] = r.IntN(4)
		}
		return groups[key]
	}
}

// Tick implements scenario.Evaluator.
func (m *machine) Tick(in scenario.TickInput) (out scenario.TickOutput, err error) {
	if m.engine == nil {
		m.engine = &engine.Engine{}
	} else if m.load() {
		if m.engine, err = reloaded(m.engine); err != nil {
			return out, err
		}
	}
	if m.graph != in.Graph {
		m.graph = in.Graph
		if m.conditions, err = play.Conditions(in.Graph, in.Conditions); err != nil {
			return scenario.TickOutput{Err: err}, nil
		}
	}
	o := engine.Options{Plain: m.plain, Group: m.group}
	if m.trees {
		o.Explain = func(string) bool { return true }
	}
	r, err := m.engine.Tick(engine.Input{Graph: in.Graph, Conditions: m.conditions, World: in.World, At: in.At}, o)
	if err != nil {
		var field *graph.FieldError
		m.unfit = errors.As(err, &field)
		return scenario.TickOutput{Err: err}, nil
	}
	if m.forget {
		in.World.Compact(facts.Horizon{Event: m.engine.Asked(), Runs: -1, All: true})
	}
	if m.restart {
		err = restart(in.World)
	}
	return output(r), err
}

// restart puts a world that was saved and loaded in the place of another.
func restart(w *facts.World) error {
	var text bytes.Buffer
	if err := w.Save(&text); err != nil {
		return err
	}
	again, err := facts.Load(&text)
	if err == nil {
		*w = *again
	}
	return err
}

// reloaded gives an engine that goes on from another's cursor as text.
func reloaded(e *engine.Engine) (*engine.Engine, error) {
	text, err := json.Marshal(e.Cursor())
	if err != nil {
		return nil, err
	}
	var c *vm.Cursor
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, fmt.Errorf("%s: %w", text, err)
	}
	again := &engine.Engine{}
	again.Resume(c)
	return again, nil
}

// output writes a result as scenarios do.
func output(r *engine.Result) scenario.TickOutput {
	out := scenario.TickOutput{Requested: map[string]scenario.Subset{}, Evaluations: map[string]*scenario.Evaluation{}}
	for i := range r.Space.Entities {
		if s := play.Subset(r.Space, i, r.RequestedOf(i)); !s.IsEmpty() {
			out.Requested[r.Space.Entities[i].Key] = s
		}
	}
	for _, run := range r.Runs {
		out.Runs = append(out.Runs, scenario.RunRequest{Assets: run.Assets, Checks: run.Checks, Partitions: run.Partitions})
	}
	for key, e := range r.Evaluations {
		out.Evaluations[key] = tree(r.Space, e)
	}
	return out
}

func tree(s *space.Space, e *vm.Evaluation) *scenario.Evaluation {
	out := &scenario.Evaluation{Node: e.Name, Label: e.Label, Subset: play.Subset(s, e.Entity, e.Subset)}
	for _, child := range e.Children {
		out.Children = append(out.Children, tree(s, child))
	}
	return out
}
