package vm_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"auto/compiler/condition"
	"auto/compiler/plan"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/lang/types"
	"auto/vm"
	"auto/vm/code"
	"auto/vm/graph"
	"auto/vm/space"
)

// compiled makes the configuration of a machine from conditions by key.
func compiled(t testing.TB, g *graph.Graph, conditions map[string]string, o space.Input) vm.Config {
	t.Helper()
	o.Graph = g
	if o.At.IsZero() {
		o.At = noon
	}
	if o.Dynamic == nil {
		o.Dynamic = func(string) []string { return nil }
	}
	s, err := space.New(o)
	if err != nil {
		t.Fatal(err)
	}
	c, numbers := vm.Config{Space: s}, map[string]int{}
	for i := range s.Entities {
		key := s.Entities[i].Key
		text, ok := conditions[key]
		if !ok {
			continue
		}
		env := condition.Env{Graph: g, On: types.OnAsset}
		if s.Entities[i].Check != nil {
			env.On = types.OnCheck
		}
		e, findings := parse.Expr(source.New(key, text))
		if findings.HasErrors() {
			t.Fatal(findings)
		}
		n, findings := condition.Build(e, env)
		if n == nil {
			t.Fatal(findings)
		}
		p, err := plan.Compile(n, g, plan.Options{})
		if err != nil {
			t.Fatal(err)
		}
		numbers[key] = len(c.Programs)
		c.Programs = append(c.Programs, p)
	}
	c.Of = on(s, numbers)
	return c
}

func partitions(t testing.TB, s graph.Spec) *graph.Partitions {
	t.Helper()
	p, err := graph.NewPartitions(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func assets(t testing.TB, all ...graph.Asset) *graph.Graph {
	t.Helper()
	g, problems := graph.New(all, nil)
	if problems != nil {
		t.Fatal(problems)
	}
	return g
}

// step is the facts of a tick and what is requested then, by key.
type step struct {
	facts string
	want  map[string]string
}

// play plays steps, an hour apart.
func play(t *testing.T, c vm.Config, steps ...step) *vm.Machine {
	t.Helper()
	m, err := vm.New(c)
	if err != nil {
		t.Fatal(err)
	}
	for i, step := range steps {
		m.Tick(read(t, c.Space, step.facts), noon.Add(time.Duration(i)*time.Hour))
		got := map[string]string{}
		for i := range c.Space.Entities {
			if key := c.Space.Entities[i].Key; requested(c.Space, m, key) != "" {
				got[key] = requested(c.Space, m, key)
			}
		}
		if step.want == nil {
			step.want = map[string]string{}
		}
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("tick %d (-want +got):\n%s", i+1, diff)
		}
	}
	return m
}

// TestAllOfNothing: candidates that stand for all partitions are not empty where there are
// none, and what stands for all of one asset is all that another is asked about.
func TestAllOfNothing(t *testing.T) {
	dynamic := partitions(t, graph.Spec{Type: graph.Dynamic, Name: "d"})
	g := assets(t, graph.Asset{Key: "none", Partitions: dynamic}, graph.Asset{Key: "down", Deps: []graph.Dep{{Key: "none"}}}, graph.Asset{Key: "side", Deps: []graph.Dep{{Key: "none"}}})
	for text, want := range map[string]string{
		"any_deps_match(in_latest_time_window())":                  "yes",
		"any_deps_match(initial_evaluation())":                     "yes",
		"any_deps_match(initial_evaluation().newly_true())":        "", // what is new is counted one by one
		"all_deps_match(in_latest_time_window())":                  "yes",
		"any_deps_match(~newly_updated())":                         "", // one by one, and there is none
		"all_deps_match(missing())":                                "",
		"any_deps_match(in_latest_time_window() & ~missing())":     "",
		"any_deps_match(in_latest_time_window() | missing())":      "yes",
		"any_deps_match(missing().since(in_latest_time_window()))": "",
	} {
		t.Run(text, func(t *testing.T) {
			want := map[string]string{"down": want}
			if want["down"] == "" {
				delete(want, "down")
			}
			play(t, compiled(t, g, map[string]string{"down": text}, space.Input{}), step{"", want})
		})
	}
	t.Run("requests", func(t *testing.T) {
		c := compiled(t, g, map[string]string{"none": "in_latest_time_window()"}, space.Input{})
		m := play(t, c, step{"", nil})
		none, _ := c.Space.Find("none")
		down, _ := c.Space.Find("down")
		if !m.RequestsAll(none) || m.RequestsAll(down) {
			t.Error("all of none is what is requested")
		}
	})
}

// TestUndefinedKeys: what stands for all partitions takes the place of keys that the
// definition has lost, and what there is one by one is cut with them.
func TestUndefinedKeys(t *testing.T) {
	static := partitions(t, graph.Spec{Type: graph.Static, Keys: []string{"a", "b"}})
	g := assets(t, graph.Asset{Key: "x", Partitions: static})
	for text, want := range map[string]string{
		"missing()":         "a b", // within what there is
		"~missing()":        "",
		"newly_updated()":   "a gone", // facts are not cut down
		"~~newly_updated()": "a",
		"newly_updated() & initial_evaluation().newly_true()": "",
	} {
		t.Run(text, func(t *testing.T) {
			c := compiled(t, g, map[string]string{"x": text}, space.Input{Undefined: map[string][]string{"x": {"gone"}}})
			facts := "missing x a b gone; updated x a gone"
			wants := map[string]string{"x": want}
			if want == "" {
				wants = nil
			}
			first := wants
			if text != "missing()" && text != "~missing()" {
				first = nil // nothing is new on the first tick
			}
			play(t, c, step{facts, first}, step{facts, wants})
		})
	}
}

// TestSharedStates: nodes of one identity under one root begin a tick with one state, answer
// each for themselves, and the last in the order of the tree leaves what all have next.
func TestSharedStates(t *testing.T) {
	g := assets(t, graph.Asset{Key: "x"})
	// Both are SINCE(OR, missing): the names of the children are their identity.
	text := "(missing() | newly_updated()).since(run_in_progress()) & ~(missing() | missing()).since(run_in_progress())"
	play(t, compiled(t, g, map[string]string{"x": text}, space.Input{}),
		step{"", nil},
		step{"updated x", map[string]string{"x": "yes"}}, // the first holds, the second does not, and is kept
		step{"", nil},
		step{"missing x", nil},
		step{"", nil},
	)
	play(t, compiled(t, g, map[string]string{"x": "newly_updated().newly_true() | newly_updated().newly_true()"}, space.Input{}),
		step{"", nil}, step{"updated x", map[string]string{"x": "yes"}}, step{"updated x", nil}, step{"", nil}, step{"updated x", map[string]string{"x": "yes"}})
}

// TestStatesByEntity: below a dependency operator each dependency has a state of its own.
func TestStatesByEntity(t *testing.T) {
	g := assets(t, graph.Asset{Key: "a"}, graph.Asset{Key: "b"}, graph.Asset{Key: "x", Deps: []graph.Dep{{Key: "a"}, {Key: "b"}}}, graph.Asset{Key: "y", Deps: []graph.Dep{{Key: "a"}}})
	text := "all_deps_match(newly_updated().since(run_in_progress()))"
	play(t, compiled(t, g, map[string]string{"x": text, "y": text}, space.Input{}),
		step{"", nil},
		step{"updated a", map[string]string{"y": "yes"}},
		step{"updated b", map[string]string{"x": "yes", "y": "yes"}},
		step{"running a", nil},
		step{"updated a", map[string]string{"x": "yes", "y": "yes"}},
	)
}

// TestTimes: where both sides of a SINCE are true the later one wins, through a dependency
// too; without times on either side the reset does.
func TestTimes(t *testing.T) {
	g := assets(t, graph.Asset{Key: "up"}, graph.Asset{Key: "x", Deps: []graph.Dep{{Key: "up"}}})
	yes := map[string]string{"x": "yes"}
	for _, test := range []struct {
		text  string
		steps []step
	}{
		{`newly_updated().since(cron_tick_passed("30 * * * *"))`, []step{{"", nil}, {"updated x; at x 12:45", yes}, {"updated x; at x 13:30", nil}}},
		{`any_deps_match(newly_updated()).since(cron_tick_passed("30 * * * *"))`, []step{{"", nil}, {"updated up; at up 12:45", yes}, {"updated up; at up 13:29", nil}}},
		{`cron_tick_passed("30 * * * *").since(newly_updated())`, []step{{"", nil}, {"updated x; at x 12:29", yes}, {"updated x; at x 13:45", nil}}},
		{`(newly_updated() | missing()).since(cron_tick_passed("30 * * * *"))`, []step{{"", nil}, {"updated x; at x 12:45", nil}}},
		{`all_deps_match(newly_updated()).since(cron_tick_passed("30 * * * *"))`, []step{{"", nil}, {"updated up; at up 12:45", nil}}},
		{`newly_updated().since(run_in_progress()).since(cron_tick_passed("30 * * * *"))`, []step{{"", nil}, {"updated x; at x 12:45", yes}}},
		{`missing().since(missing())`, []step{{"missing x", nil}, {"missing x", nil}}},
	} {
		t.Run(test.text, func(t *testing.T) {
			play(t, compiled(t, g, map[string]string{"x": test.text}, space.Input{}), test.steps...)
		})
	}
}

// TestAsking: a request is seen by what comes after it, where one run could execute both;
// of execution sets from the request of any member on.
func TestAsking(t *testing.T) {
	static, other := partitions(t, graph.Spec{Type: graph.Static, Keys: []string{"a", "b"}}), partitions(t, graph.Spec{Type: graph.Static, Keys: []string{"a"}})
	deps := func(keys ...string) (out []graph.Dep) {
		for _, key := range keys {
			out = append(out, graph.Dep{Key: key})
		}
		return out
	}
	g := assets(t,
		graph.Asset{Key: "up", Partitions: static}, graph.Asset{Key: "same", Partitions: static, Deps: deps("up")}, graph.Asset{Key: "other", Partitions: other, Deps: deps("up")},
		graph.Asset{Key: "far", Partitions: static, Repository: "elsewhere/far", Deps: deps("up")}, graph.Asset{Key: "plain", Deps: deps("up")},
		graph.Asset{Key: "m1", ExecutionSet: "set"}, graph.Asset{Key: "m2", ExecutionSet: "set", Deps: deps("plain")}, graph.Asset{Key: "after", Deps: deps("m1", "m2")},
	)
	wanting := "any_deps_match(will_be_requested())"
	play(t, compiled(t, g, map[string]string{"up": "missing()", "same": wanting, "other": wanting, "far": wanting, "plain": wanting, "m2": "missing()", "after": "all_deps_match(will_be_requested())"}, space.Input{}),
		step{"missing up b; missing m2", map[string]string{"up": "b", "same": "b", "m1": "yes", "m2": "yes", "after": "yes"}},
		step{"missing up a", map[string]string{"up": "a", "same": "a"}},
		step{"", nil})
}

// TestQuiet: what has settled and is not touched is not evaluated, and answers as if it were.
func TestQuiet(t *testing.T) {
	static := partitions(t, graph.Spec{Type: graph.Static, Keys: []string{"a", "b"}})
	g := assets(t, graph.Asset{Key: "p", Partitions: static}, graph.Asset{Key: "q", Deps: []graph.Dep{{Key: "p"}}}, graph.Asset{Key: "z"})
	c := compiled(t, g, map[string]string{"p": "missing()", "q": "any_deps_match(newly_requested())", "z": `cron_tick_passed("0 15 * * *")`}, space.Input{})
	m, err := vm.New(c)
	if err != nil {
		t.Fatal(err)
	}
	for i, tick := range []struct {
		changed []string
		facts   string
		p, q    string
		batches int
	}{
		{nil, "missing p a", "a", "", 3},
		{nil, "missing p a", "a", "yes", 3}, // after the first tick, and as p is requested newly
		{nil, "missing p a", "a", "yes", 1},
		{nil, "missing p a", "a", "yes", 1}, // at 15:00 the schedule's moment passes
		{nil, "missing p a", "a", "yes", 1}, // and is not new after it
		{[]string{"p"}, "", "", "yes", 3},   // and ended
		{nil, "", "", "", 3},
		{nil, "", "", "", 1},
		{nil, "", "", "", 0},
	} {
		m.Tick(&quiet{world: read(t, c.Space, tick.facts), changed: tick.changed}, noon.Add(time.Duration(i)*time.Hour))
		if p, q := requested(c.Space, m, "p"), requested(c.Space, m, "q"); p != tick.p || q != tick.q {
			t.Errorf("tick %d: %q and %q, not %q and %q", i+1, p, q, tick.p, tick.q)
		}
		if n := m.Stats().Batches; n > tick.batches {
			t.Errorf("tick %d: %d batches were evaluated, not %d", i+1, n, tick.batches)
		}
	}
}

// quiet is facts that know what has changed.
type quiet struct {
	*world
	changed []string
}

// Changed implements vm.Changing.
func (q *quiet) Changed(uint64) (entities []int, version uint64, known bool) {
	for _, key := range q.changed {
		e, _ := q.space.Find(key)
		entities = append(entities, e)
	}
	return entities, 1, true
}

// TestCursorRoundTrip: a machine goes on from a cursor as from itself, and the cursor of the
// new one is the same.
func TestCursorRoundTrip(t *testing.T) {
	days := partitions(t, graph.Spec{Type: graph.Daily, Start: "2026-01-07"})
	g := assets(t, graph.Asset{Key: "d", Partitions: days, CodeVersion: "1"}, graph.Asset{Key: "x", Deps: []graph.Dep{{Key: "d"}}})
	c := compiled(t, g, map[string]string{"d": "(missing().newly_true() | code_version_changed()).since(run_in_progress())", "x": "any_deps_match(missing().newly_true())"}, space.Input{})
	m := play(t, c, step{"missing d 2026-01-07 2026-01-09", map[string]string{"d": "2026-01-07 2026-01-09", "x": "yes"}}, step{"missing d 2026-01-08; running d 2026-01-07", map[string]string{"d": "2026-01-08 2026-01-09", "x": "yes"}})
	text, err := json.Marshal(m.Cursor())
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &c.Cursor); err != nil {
		t.Fatal(err)
	}
	again, err := vm.New(c)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m.Cursor(), again.Cursor()); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

// TestUnusedPrograms: programs that no entity has are no burden.
func TestUnusedPrograms(t *testing.T) {
	s := small(t)
	m, err := vm.New(vm.Config{Space: s, Programs: []*code.Program{assemble(t, leaf("", "all r1"))}, Of: on(s, nil)})
	if err != nil {
		t.Fatal(err)
	}
	m.Tick(read(t, s, ""), noon)
	if !m.Requested().IsEmpty() || m.Stats() != (vm.Stats{}) {
		t.Errorf("%v %v", m.Requested(), m.Stats())
	}
}
