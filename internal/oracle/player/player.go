// Package player plays scenarios with the oracle, on the facts that the runtime folds from
// their events.
package player

import (
	"encoding/json"
	"slices"
	"time"

	"auto/internal/oracle"
	"auto/lang/ast"
	"auto/runtime/scenario"
	"auto/vm"
	"auto/vm/code"
	"auto/vm/space"
)

// Player plays the ticks of one scenario with the oracle. It implements
// scenario.Evaluator. Its state is kept written down.
type Player struct{ state []byte }

// Tick implements scenario.Evaluator.
func (e *Player) Tick(in scenario.TickInput) (out scenario.TickOutput, err error) {
	var state oracle.State
	if e.state != nil {
		if err := json.Unmarshal(e.state, &state); err != nil {
			return out, err
		}
	}
	input := oracle.Input{Graph: in.Graph, Conditions: map[string]ast.Expr{}, Dynamic: in.World.Dynamic, At: in.At}
	for key, c := range in.Conditions {
		input.Conditions[key] = c.Expr
	}
	known, err := newKnown(in, state)
	if err != nil {
		return scenario.TickOutput{Err: err}, nil
	}
	result, err := oracle.Tick(input, known, state)
	if err != nil {
		return scenario.TickOutput{Err: err}, nil
	}
	if e.state, err = json.Marshal(result.State); err != nil {
		return out, err
	}
	return known.output(result, in.Trees), nil
}

// known answers by keys what the runtime's facts answer by bits.
type known struct {
	vm.Facts
	space *space.Space
}

// newKnown makes room for the keys that facts or states name and no definition has.
func newKnown(in scenario.TickInput, state oracle.State) (known, error) {
	undefined := map[string][]string{}
	for entity, keys := range in.World.Undefined() {
		undefined[entity] = slices.Clone(keys)
	}
	for entity, cursor := range state {
		undefined[entity] = append(undefined[entity], cursor.Requested.Keys...)
		for _, node := range cursor.Nodes {
			for _, stored := range []*oracle.Stored{node.True, node.Operand} {
				if stored != nil {
					undefined[entity] = append(undefined[entity], stored.Keys...)
				}
			}
		}
		undefined[entity] = slices.DeleteFunc(undefined[entity], func(key string) bool { return key == "" })
	}
	s, err := space.New(space.Input{Graph: in.Graph, At: in.At, Dynamic: in.World.Dynamic, Undefined: undefined})
	if err != nil {
		return known{}, err
	}
	return known{in.World.Facts(s, in.At), s}, nil
}

var factKinds = map[string]code.FactKind{
	"missing": code.Missing, "run_in_progress": code.RunInProgress, "backfill_in_progress": code.BackfillInProgress,
	"execution_failed": code.ExecutionFailed, "check_passed": code.CheckPassed, "check_failed": code.CheckFailed,
	"freshness_passed": code.FreshnessPassed, "freshness_warned": code.FreshnessWarned, "freshness_failed": code.FreshnessFailed,
	"newly_updated": code.NewlyUpdated, "data_version_changed": code.DataVersionChanged,
	"any_new_update_has_run_tags": code.AnyNewUpdateHasRunTags, "all_new_updates_have_run_tags": code.AllNewUpdatesHaveTags,
	"executed_with_tags": code.ExecutedWithTags,
}

func (k known) entity(key string) (int, *space.Keys) {
	n, ok := k.space.Find(key)
	if !ok {
		panic("the space lacks " + key)
	}
	return n, k.space.Entities[n].Keys
}

// Holds gives the keys of a fact's bits.
func (k known) Holds(entity string, c *oracle.Condition, since oracle.Since) map[string]bool {
	n, list := k.entity(entity)
	set := k.Set(code.Fact{Kind: factKinds[c.Op], TagKeys: c.TagKeys, TagValues: c.TagValues}, vm.Since(since))
	keys := map[string]bool{}
	for i := range list.Total() {
		if set.Has(k.space.Entities[n].Bit + i) {
			keys[list.Key(i)] = true
		}
	}
	return keys
}

// UpdatedAt gives the timestamp of a bit.
func (k known) UpdatedAt(asset, partition string) (time.Time, bool) {
	n, list := k.entity(asset)
	i := 0
	if list != nil {
		var ok bool
		if i, ok = list.Index(partition); !ok {
			return time.Time{}, false
		}
	}
	return k.Facts.UpdatedAt(n, i)
}

// LatestRunSelects gives the key of the partition that was materialized last.
func (k known) LatestRunSelects(entity, root string) (string, bool) {
	n, list := k.entity(entity)
	r, _ := k.entity(root)
	i, ok := k.Facts.LatestRunSelects(n, r)
	if !ok {
		return "", false
	}
	return list.Key(i), true
}

// output writes a result as scenarios do.
func (k known) output(r *oracle.Result, trees bool) scenario.TickOutput {
	out := scenario.TickOutput{Requested: map[string]scenario.Subset{}}
	for key, s := range r.Requested {
		if text := subset(r, key, s); !text.IsEmpty() {
			out.Requested[key] = text
		}
	}
	for _, run := range r.Runs() {
		members := append(slices.Clone(run.Assets), run.Checks...)
		out.Runs = append(out.Runs, scenario.RunRequest{Assets: run.Assets, Checks: run.Checks, Partitions: collapse(run.Partitions, r.Definition(members[0]))})
	}
	if trees {
		out.Evaluations = map[string]*scenario.Evaluation{}
		for key, tree := range r.Trees {
			out.Evaluations[key] = evaluation(r, tree)
		}
	}
	return out
}

func subset(r *oracle.Result, entity string, s oracle.Subset) scenario.Subset {
	if !s.Partitioned() {
		return scenario.Subset{True: s.Len() > 0}
	}
	return scenario.Subset{Keys: collapse(r.Keys(entity, s), r.Definition(entity))}
}

// collapse writes more than 20 keys that follow each other in the definition as a range.
func collapse(keys, all []string) (out []string) {
	for len(keys) > 0 {
		at, n := slices.Index(all, keys[0]), 1
		for at >= 0 && n < len(keys) && at+n < len(all) && keys[n] == all[at+n] {
			n++
		}
		if n > 20 {
			out = append(out, keys[0]+".."+keys[n-1])
		} else {
			out = append(out, keys[:n]...)
		}
		keys = keys[n:]
	}
	return out
}

func evaluation(r *oracle.Result, tree *oracle.Tree) *scenario.Evaluation {
	e := &scenario.Evaluation{Node: tree.Name, Label: tree.Label, Subset: subset(r, tree.Entity, tree.Subset)}
	for _, child := range tree.Children {
		e.Children = append(e.Children, evaluation(r, child))
	}
	return e
}
