package oracle

import (
	"slices"
	"strings"
	"testing"
	"time"

	"auto/lang/ast"
	"auto/runtime/facts"
	"auto/runtime/scenario"
	"auto/vm"
	"auto/vm/code"
	"auto/vm/space"
)

// evaluator plays scenarios with the oracle on the facts of the runtime.
type evaluator struct{ state State }

func (e *evaluator) Tick(in scenario.TickInput) (scenario.TickOutput, error) {
	input := Input{Graph: in.Graph, Conditions: map[string]ast.Expr{}, Dynamic: in.World.Dynamic, At: in.At}
	for key, c := range in.Conditions {
		input.Conditions[key] = c.Expr
	}
	known, err := newKnown(in, e.state)
	if err != nil {
		return scenario.TickOutput{Err: err}, nil
	}
	result, err := Tick(input, known, e.state)
	if err != nil {
		return scenario.TickOutput{Err: err}, nil
	}
	e.state = result.State
	out := scenario.TickOutput{Requested: map[string]scenario.Subset{}, Runs: runRequests(result)}
	for key, s := range result.Requested {
		if text := subsetText(result, key, s); !text.IsEmpty() {
			out.Requested[key] = text
		}
	}
	if in.Trees {
		out.Evaluations = map[string]*scenario.Evaluation{}
		for key, tree := range result.Trees {
			out.Evaluations[key] = evaluation(result, tree)
		}
	}
	return out, nil
}

// known answers by keys what the runtime's facts answer by bits.
type known struct {
	vm.Facts
	space *space.Space
}

func newKnown(in scenario.TickInput, state State) (known, error) {
	undefined := in.World.Undefined()
	if undefined == nil {
		undefined = map[string][]string{}
	}
	for entity, cursor := range state {
		undefined[entity] = append(undefined[entity], cursor.Requested.Keys...)
		for _, node := range cursor.Nodes {
			for _, stored := range []*Stored{node.True, node.Operand} {
				if stored != nil {
					undefined[entity] = append(undefined[entity], stored.Keys...)
				}
			}
		}
	}
	for entity, keys := range undefined {
		undefined[entity] = slices.DeleteFunc(keys, func(key string) bool { return key == "" })
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

func (k known) entity(key string) (int, space.Entity) {
	n, ok := k.space.Find(key)
	if !ok {
		panic("the space lacks " + key)
	}
	return n, k.space.Entities[n]
}

func (k known) Holds(entity string, c *Condition, since Since) map[string]bool {
	_, e := k.entity(entity)
	set := k.Set(code.Fact{Kind: factKinds[c.Op], TagKeys: c.TagKeys, TagValues: c.TagValues}, vm.Since(since))
	keys := map[string]bool{}
	for i := range e.Keys.Total() {
		if set.Has(e.Bit + i) {
			keys[e.Keys.Key(i)] = true
		}
	}
	return keys
}

func (k known) UpdatedAt(asset, partition string) (time.Time, bool) {
	n, e := k.entity(asset)
	i, ok := e.Keys.Index(partition)
	if e.Keys == nil {
		i, ok = 0, true
	}
	if !ok {
		return time.Time{}, false
	}
	return k.Facts.UpdatedAt(n, i)
}

func (k known) LatestRunSelects(entity, root string) (string, bool) {
	n, e := k.entity(entity)
	r, _ := k.entity(root)
	i, ok := k.Facts.LatestRunSelects(n, r)
	if !ok {
		return "", false
	}
	return e.Keys.Key(i), true
}

// TestRecorded plays every recorded scenario with the oracle on the facts that the
// runtime folds from the events: both are as Dagster's.
func TestRecorded(t *testing.T) {
	for _, s := range recorded(t) {
		t.Run(s.Name, func(t *testing.T) {
			result, err := scenario.Run(s, scenario.Options{Evaluator: &evaluator{State{}}, Strict: true})
			if err != nil {
				t.Fatal(err)
			}
			if !result.Passed() {
				t.Error(strings.TrimSpace(scenario.Diff(result.Differences())))
			}
		})
	}
}

var _ = facts.New
