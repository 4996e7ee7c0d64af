package oracle

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/scenario"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

const conformance = "../../runtime/scenario/testdata/conformance"

// recorded gives all scenarios that Dagster's answers were recorded for.
func recorded(t *testing.T) []*scenario.Scenario {
	t.Helper()
	var all []*scenario.Scenario
	err := filepath.WalkDir(conformance, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".yaml") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		s, findings := scenario.Read(source.New(path, string(text)))
		if s == nil {
			return fmt.Errorf("%s: %v", path, findings)
		}
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// replay answers what is known with what the recorded trees say, so that everything else
// is compared: narrowing, mappings, states, times, order.
type replay struct {
	trees   map[string]*scenario.Evaluation
	state   State
	answers map[string]map[string]bool
	updated map[[2]string]time.Time
	events  int64
	world   world
	defs    func(asset string) *graph.Partitions
}

func (r *replay) load() {
	r.answers = map[string]map[string]bool{}
	for root, tree := range r.trees {
		r.walk(root, root, tree)
	}
}

func (r *replay) since(root string) Since {
	if c := r.state[root]; c != nil {
		return c.Since
	}
	return Since{}
}

func answerKey(entity, name string, since Since) string {
	if slices.Contains([]string{"newly_updated", "data_version_changed"}, name) || strings.Contains(name, "new_update") {
		return fmt.Sprint(entity, " ", name, " ", since.At.UnixNano(), since.Event)
	}
	return entity + " " + name
}

var operatorNames = []string{opAnd, opOr, opNot, opSince, opNewlyTrue, opAnyDownstream}

func (r *replay) walk(root, entity string, e *scenario.Evaluation) {
	name, _, _ := strings.Cut(e.Node, "(")
	inside := entity
	switch {
	case len(e.Children) == 0:
		key := answerKey(entity, e.Node, r.since(root))
		if name == "executed_with_root_target" {
			key = entity + " selects " + root
		}
		if r.answers[key] == nil {
			r.answers[key] = map[string]bool{}
		}
		for _, k := range r.expand(entity, e.Subset) {
			r.answers[key][k] = true
		}
	case slices.Contains(operatorNames, name) || strings.HasSuffix(name, "_MATCH") || strings.Contains(name, ", "):
	default:
		inside = e.Node
	}
	for _, child := range e.Children {
		if name == opAnyDownstream {
			for _, c := range child.Children {
				r.walk(root, entity, c)
			}
			continue
		}
		r.walk(root, inside, child)
	}
}

func (r *replay) expand(entity string, s scenario.Subset) []string {
	if s.True {
		return []string{""}
	}
	asset, _, _ := strings.Cut(entity, ":")
	d, err := r.world.define(r.defs(asset))
	if err != nil {
		panic(err)
	}
	var keys []string
	for _, item := range s.Keys {
		first, last, ok := strings.Cut(item, "..")
		switch {
		case item == "all":
			keys = append(keys, d.keys...)
		case !ok:
			keys = append(keys, item)
		default:
			i, j := slices.Index(d.keys, first), slices.Index(d.keys, last)
			keys = append(keys, d.keys[i:j+1]...)
		}
	}
	return keys
}

func (r *replay) Holds(entity string, c *Condition, since Since) map[string]bool {
	return r.answers[answerKey(entity, c.Name(), since)]
}

func (r *replay) UpdatedAt(asset, partition string) (time.Time, bool) {
	at, ok := r.updated[[2]string{asset, partition}]
	return at, ok
}

func (r *replay) LatestRunSelects(entity, root string) (string, bool) {
	for key := range r.answers[entity+" selects "+root] {
		return key, true
	}
	return "", false
}

func (r *replay) LastEvent() int64 { return r.events }

// stage has the definitions of a scenario as they are now.
type stage struct {
	assets  []*scenario.Asset
	dynamic map[string][]string
	*replay
}

func (s *stage) asset(key string) *scenario.Asset {
	for _, a := range s.assets {
		if a.Key == key {
			return a
		}
	}
	return nil
}

func (s *stage) happen(e *scenario.Event, tick time.Time) {
	at := e.At
	if at.IsZero() {
		at = tick.Add(-time.Second)
	}
	s.world = s.world.moved(at)
	switch w := e.What.(type) {
	case scenario.Materialize:
		s.events++
		keys := []string{""}
		if w.Partitions != nil {
			keys = s.expand(w.Asset, scenario.Subset{Keys: w.Partitions})
		}
		for _, key := range keys {
			s.updated[[2]string{w.Asset, key}] = at
		}
	case scenario.Observe, scenario.RunChange, scenario.Check, scenario.Freshness, scenario.Wipe:
		s.events++
	case scenario.CodeVersion:
		s.asset(w.Asset).CodeVersion = w.To
	case scenario.EditDeps:
		s.asset(w.Asset).Deps = w.To.Deps
		s.asset(w.Asset).Refused = w.To.Refused
	case scenario.EditPartitions:
		s.asset(w.Asset).Partitions = nil
		s.asset(w.Asset).Definition = w.To
		if w.To != nil {
			s.asset(w.Asset).Partitions = w.To.Partitions
		}
	case scenario.EditCondition:
		asset, name, ok := strings.Cut(w.Key, ":")
		a := s.asset(asset)
		if !ok {
			a.Condition = w.To
		}
		for i, c := range a.Checks {
			if ok && c.Name == name {
				a.CheckConditions[i] = w.To
			}
		}
	case scenario.Dynamic:
		s.world = s.world.moved(at)
		for _, key := range w.Add {
			if !slices.Contains(s.dynamic[w.Name], key) {
				s.dynamic[w.Name] = append(s.dynamic[w.Name], key)
			}
		}
		s.dynamic[w.Name] = slices.DeleteFunc(slices.Clone(s.dynamic[w.Name]), func(key string) bool { return slices.Contains(w.Delete, key) })
	}
}

func (s *stage) input(at time.Time) (Input, error) {
	in := Input{Conditions: map[string]ast.Expr{}, Dynamic: s.world.dynamic, At: at}
	var assets []graph.Asset
	known := map[string]bool{}
	for _, a := range s.assets {
		known[a.Key] = true
		assets = append(assets, a.Asset.Asset)
		if a.Condition != nil {
			in.Conditions[a.Key] = a.Condition.Expr
		}
		for i, c := range a.CheckConditions {
			if c != nil {
				in.Conditions[a.Key+":"+a.Checks[i].Name] = c.Expr
			}
		}
		if refused := refusals(a); len(refused) > 0 {
			return in, refused[0]
		}
	}
	for _, a := range s.assets {
		deps := []string{}
		for _, dep := range a.Deps {
			deps = append(deps, dep.Key)
		}
		for _, c := range a.Checks {
			deps = append(deps, c.Deps...)
		}
		for _, dep := range deps {
			if !known[dep] {
				known[dep] = true
				assets = append(assets, graph.Asset{Key: dep, External: true})
			}
		}
	}
	g, problems := graph.New(assets, nil)
	for _, p := range problems {
		if !p.Mapping {
			return in, fmt.Errorf("%+v", p)
		}
	}
	in.Graph = g
	return in, nil
}

func TestReplay(t *testing.T) {
	ticks := 0
	for _, s := range recorded(t) {
		t.Run(s.Name, func(t *testing.T) { ticks += replayScenario(t, s) })
	}
	t.Logf("%d ticks", ticks)
}

func replayScenario(t *testing.T, s *scenario.Scenario) (ticks int) {
	st := &stage{assets: s.Assets, dynamic: map[string][]string{}, replay: &replay{state: State{}, updated: map[[2]string]time.Time{}}}
	st.world.dynamic = func(name string) []string { return st.dynamic[name] }
	st.defs = func(key string) *graph.Partitions {
		if a := st.asset(key); a != nil {
			return a.Partitions
		}
		return nil
	}
	for i, tick := range s.Ticks {
		for _, e := range tick.Events {
			st.happen(e, tick.At)
		}
		if tick.Expect.Error == "" && tick.Expect.Evaluations == nil {
			return
		}
		st.world = st.world.moved(tick.At)
		in, err := st.input(tick.At)
		st.trees = tick.Expect.Evaluations
		var out *Result
		if err == nil {
			st.load()
			out, err = Tick(in, st.replay, st.state)
		}
		if (err != nil) != (tick.Expect.Error != "") {
			t.Errorf("tick %d: %v, want error %q", i+1, err, tick.Expect.Error)
		}
		if err != nil {
			return
		}
		ticks++
		requested := map[string]scenario.Subset{}
		for key, s := range out.Requested {
			if v := subsetText(out, key, s); !v.IsEmpty() {
				requested[key] = v
			}
		}
		if diff := cmp.Diff(tick.Expect.Requested, requested); diff != "" {
			t.Errorf("tick %d requested: %s", i+1, diff)
		}
		trees := map[string]*scenario.Evaluation{}
		for key, tree := range out.Trees {
			trees[key] = withoutSelections(evaluation(out, tree))
		}
		want := map[string]*scenario.Evaluation{}
		for key, e := range tick.Expect.Evaluations {
			want[key] = withoutSelections(e)
		}
		if diff := cmp.Diff(want, trees); diff != "" {
			t.Errorf("tick %d trees: %s", i+1, diff)
		}
		if diff := cmp.Diff(tick.Expect.Runs, runRequests(out)); diff != "" {
			t.Errorf("tick %d runs: %s", i+1, diff)
		}
		st.state = out.State
	}
	return ticks
}

func runRequests(out *Result) []scenario.RunRequest {
	type entry struct {
		request    scenario.RunRequest
		definition *graph.Partitions
		keys       map[string]bool
	}
	var entries []*entry
next:
	for _, run := range out.Runs() {
		for _, e := range entries {
			if slices.Equal(e.request.Assets, run.Assets) && slices.Equal(e.request.Checks, run.Checks) && (e.request.Checks == nil) == (run.Checks == nil) && e.definition.Same(run.Definition) {
				e.keys[run.Partition] = true
				continue next
			}
		}
		entries = append(entries, &entry{scenario.RunRequest{Assets: run.Assets, Checks: run.Checks}, run.Definition, map[string]bool{run.Partition: true}})
	}
	var requests []scenario.RunRequest
	for _, e := range entries {
		if e.definition != nil {
			d, err := out.view.define(e.definition)
			if err != nil {
				panic(err)
			}
			e.request.Partitions = collapse(inOrder(d, e.keys), d.keys)
		}
		requests = append(requests, e.request)
	}
	slices.SortFunc(requests, func(a, b scenario.RunRequest) int {
		return strings.Compare(fmt.Sprintf("%q %q %q", a.Assets, a.Checks, a.Partitions), fmt.Sprintf("%q %q %q", b.Assets, b.Checks, b.Partitions))
	})
	return requests
}

// collapse writes more than 20 keys that follow each other in the definition as a range.
func collapse(keys, all []string) (out []string) {
	for len(keys) > 0 {
		at := slices.Index(all, keys[0])
		n := 1
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

func subsetText(out *Result, entity string, s Subset) scenario.Subset {
	if !s.Partitioned() {
		return scenario.Subset{True: s.Len() > 0}
	}
	return scenario.Subset{Keys: collapse(out.Keys(entity, s), out.Definition(entity))}
}

// bare takes selections out of a node's name.
func bare(name string) string {
	for _, op := range []string{opAnyDeps, opAllDeps, opAnyChecks, opAllChecks} {
		if strings.HasPrefix(name, op+"(") {
			blocking := strings.Contains(name, "blocking_only=True")
			return fmt.Sprint(op, blocking)
		}
	}
	return name
}

func withoutSelections(e *scenario.Evaluation) *scenario.Evaluation {
	out := &scenario.Evaluation{Node: bare(e.Node), Label: e.Label, Subset: e.Subset}
	for _, child := range e.Children {
		out.Children = append(out.Children, withoutSelections(child))
	}
	return out
}

func evaluation(out *Result, tree *Tree) *scenario.Evaluation {
	e := &scenario.Evaluation{Node: tree.Name, Label: tree.Label, Subset: subsetText(out, tree.Entity, tree.Subset)}
	for _, child := range tree.Children {
		e.Children = append(e.Children, evaluation(out, child))
	}
	return e
}

// moved gives the world at another instant.
func (w world) moved(at time.Time) world {
	return world{at, w.dynamic, map[*graph.Partitions]*definition{}}
}

func refusals(a *scenario.Asset) diag.List {
	if a.Definition == nil {
		return a.Refused
	}
	return slices.Concat(a.Refused, a.Definition.Refused)
}
