package engine_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"auto/compiler/condition"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/lang/types"
	"auto/runtime/engine"
	"auto/runtime/facts"
	"auto/vm/graph"
)

var noon = time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC)

// sensor ticks one engine.
type sensor struct {
	*testing.T
	engine.Engine
	in engine.Input
}

// newSensor has conditions for assets a and b, of which b depends on a, and for p with the
// partitions x and y.
func newSensor(t *testing.T, conditions map[string]string) *sensor {
	t.Helper()
	p, err := graph.NewPartitions(graph.Spec{Type: graph.Static, Keys: []string{"x", "y"}})
	if err != nil {
		t.Fatal(err)
	}
	g, problems := graph.New([]graph.Asset{{Key: "a"}, {Key: "b", Deps: []graph.Dep{{Key: "a"}}}, {Key: "p", Partitions: p}}, nil)
	if problems != nil {
		t.Fatal(problems)
	}
	s := &sensor{T: t, in: engine.Input{Graph: g, Conditions: map[string]*condition.Node{}, World: facts.New(), At: noon}}
	for key, text := range conditions {
		s.in.Conditions[key] = s.condition(text)
	}
	return s
}

func (s *sensor) condition(text string) *condition.Node {
	s.Helper()
	e, findings := parse.Expr(source.New("condition", text))
	if findings.HasErrors() {
		s.Fatal(findings)
	}
	n, findings := condition.Build(e, condition.Env{Graph: s.in.Graph, On: types.OnAsset})
	if n == nil {
		s.Fatal(findings)
	}
	return n
}

func (s *sensor) tick(events ...facts.Event) *engine.Result {
	s.Helper()
	for _, e := range events {
		if err := s.in.World.Apply(e); err != nil {
			s.Fatal(err)
		}
	}
	r, err := s.Tick(s.in, engine.Options{})
	if err != nil {
		s.Fatal(err)
	}
	s.in.At = s.in.At.Add(time.Minute)
	return r
}

// settle ticks until nothing moves.
func (s *sensor) settle() {
	s.Helper()
	for range 5 {
		if s.tick().Idle {
			return
		}
	}
	s.Fatal("it does not settle")
}

// TestIdle: a tick is idle where it could as well not have been.
func TestIdle(t *testing.T) {
	s := newSensor(t, map[string]string{"b": "any_deps_match(newly_updated())"})
	s.settle()
	if s.tick(facts.Materialized{Asset: "p", At: noon}).Idle {
		t.Error("until now there was no event, and of that it matters when it came")
	}
	if !s.tick(facts.Materialized{Asset: "p", Partition: "y", At: noon}).Idle {
		t.Error("nothing asks about p")
	}
	if s.tick(facts.Materialized{Asset: "a", At: noon}).Idle {
		t.Error("b is requested")
	}
	s.settle()
	if !s.tick(facts.RunStarted{Run: "r", Unplanned: true, At: noon}, facts.Planned{Asset: "p", Partition: "x", Run: "r", At: noon}).Idle {
		t.Error("nothing asks about p")
	}
	if s.tick(facts.RunStatus{Run: "r", Status: facts.Failure, At: noon}).Idle {
		t.Error("that p has failed is noted by this tick")
	}
	s.settle()
	s.in.Conditions = map[string]*condition.Node{"b": s.condition("missing()")}
	if s.tick().Idle {
		t.Error("the condition is another one")
	}
}

// TestEntities: what something is requested of is listed in order.
func TestEntities(t *testing.T) {
	s := newSensor(t, map[string]string{"a": "missing()", "b": "missing()", "p": "missing()"})
	r := s.tick(facts.Materialized{Asset: "a", At: noon})
	var keys []string
	for _, i := range r.Entities() {
		keys = append(keys, r.Space.Entities[i].Key)
	}
	slices.Sort(keys)
	if !slices.Equal(keys, []string{"b", "p"}) || !slices.IsSorted(r.Entities()) {
		t.Error(keys, r.Entities())
	}
}

// TestAsked: an engine asks since its last tick, and since the cursor's before the first.
func TestAsked(t *testing.T) {
	s := newSensor(t, map[string]string{"b": "missing()"})
	if event := s.Asked(); event != math.MaxInt64 {
		t.Error("a new one asks since", event)
	}
	s.tick(facts.Materialized{Asset: "a", At: noon}, facts.Materialized{Asset: "a", At: noon})
	if event := s.Asked(); event != 2 {
		t.Error("it asks since", event)
	}
	cursor := s.Cursor()
	other := newSensor(t, nil)
	other.Resume(cursor)
	if event := other.Asked(); event != 2 {
		t.Error("it asks since", event, "of the cursor")
	}
}
