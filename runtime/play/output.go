package play

import (
	"auto/runtime/engine"
	"auto/runtime/scenario"
	"auto/vm"
	"auto/vm/bits"
	"auto/vm/space"
)

// output writes a result as scenarios do.
func output(r *engine.Result, trees bool) scenario.TickOutput {
	out := scenario.TickOutput{Requested: map[string]scenario.Subset{}, EvaluationTime: r.Took}
	for i := range r.Space.Entities {
		if s := Subset(r.Space, i, r.RequestedOf(i)); !s.IsEmpty() {
			out.Requested[r.Space.Entities[i].Key] = s
		}
	}
	for _, run := range r.Runs {
		out.Runs = append(out.Runs, scenario.RunRequest{Assets: run.Assets, Checks: run.Checks, Partitions: run.Partitions})
	}
	if trees {
		out.Evaluations = map[string]*scenario.Evaluation{}
		for key, e := range r.Evaluations {
			out.Evaluations[key] = tree(r.Space, e)
		}
	}
	return out
}

// Subset writes the partitions of an entity, from bit 0 on, as scenarios do.
func Subset(s *space.Space, entity int, set bits.Set) scenario.Subset {
	keys := s.Entities[entity].Keys
	if keys == nil {
		return scenario.Subset{True: set.Has(0)}
	}
	return scenario.Subset{Keys: keys.Collapse(set)}
}

func tree(s *space.Space, e *vm.Evaluation) *scenario.Evaluation {
	out := &scenario.Evaluation{Node: e.Name, Label: e.Label, Subset: Subset(s, e.Entity, e.Subset)}
	for _, child := range e.Children {
		out.Children = append(out.Children, tree(s, child))
	}
	return out
}
