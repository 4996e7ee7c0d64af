// Package engine evaluates conditions over what is known: it compiles them, lays out the
// space of partitions, keeps the machine while nothing is edited, and turns what a tick
// requests into runs.
package engine

import (
	"maps"
	"math"
	"reflect"
	"slices"
	"time"

	"auto/compiler/condition"
	"auto/runtime/facts"
	"auto/vm"
	"auto/vm/bits"
	"auto/vm/code"
	"auto/vm/graph"
	"auto/vm/runs"
	"auto/vm/space"
)

// Input is what a tick is about. Where Graph, or a node in Conditions, is another value than
// on the tick before, it counts as edited; none of them is changed in place, the map neither.
type Input struct {
	Graph *graph.Graph
	// Conditions are the conditions by entity key: of assets, and of checks as asset:check.
	Conditions map[string]*condition.Node
	World      *facts.World
	// Beside has facts that the world does not hold (runtime/stale); nil where no condition
	// asks for any.
	Beside Beside
	At     time.Time
}

// Beside gives facts that are known from something else than the state of the world.
type Beside interface {
	// Tick lays out what is known over a space, for a tick of an instant.
	Tick(s *space.Space, at time.Time)
	// Set gives the bits of a fact over that space, and false for a fact that it does not
	// know.
	Set(f code.Fact) (bits.Set, bool)
	// Changed gives the entities of that space whose facts may have changed since a
	// version, and the version of now.
	Changed(since uint64) (entities []int, version uint64)
}

// Options choose how a tick is evaluated.
type Options struct {
	// Explain says which entities have their evaluation kept; nil for none.
	Explain func(key string) bool
	// NoRuns leaves Result.Runs out, for who makes runs otherwise.
	NoRuns bool
	// Plain leaves the programs as they are written.
	Plain bool
	// Facts stands in for what the world gives, so that other facts can be tried out.
	Facts func(s *space.Space, known vm.Facts) vm.Facts
	// Group lays out entities otherwise than by their programs (space.Input.Group). It
	// makes no difference to what is answered.
	Group func(key string) int
}

// Result is what a tick answered. Its sets are good until the next tick.
type Result struct {
	Space *space.Space
	// Requested are the partitions to run, over the bits of the space, and Runs the runs
	// that they make.
	Requested bits.Set
	Runs      []runs.Run
	// Evaluations are those asked for, by entity key.
	Evaluations map[string]*vm.Evaluation
	// Idle: nothing was evaluated, nothing is requested, and without this tick those to come
	// would answer as they do after it. It need not be remembered.
	Idle bool
	// Took is how long the machine evaluated; the facts were loaded before.
	Took time.Duration
}

// Engine evaluates tick after tick. It is not safe for concurrent use.
type Engine struct {
	// Now is the clock that Took is measured with; nil does not measure.
	Now func() time.Time

	programs cache
	linked   *linked
	cursor   *vm.Cursor
}

// linked is a machine with what it was made of.
type linked struct {
	machine    *vm.Machine
	space      *space.Space
	graph      *graph.Graph
	conditions map[string]*condition.Node
	plain      bool
	// undefined are the keys beyond the definitions that the world had something about.
	undefined map[string][]string
	// beside is the version of Input.Beside at the tick before.
	beside uint64
}

// Cursor gives what the ticks so far leave for the next one.
func (e *Engine) Cursor() *vm.Cursor {
	if e.linked != nil {
		return e.linked.machine.Cursor()
	}
	return e.cursor
}

// Machine gives the machine and the space of the last tick, nil before the first.
func (e *Engine) Machine() (*vm.Machine, *space.Space) {
	if e.linked == nil {
		return nil, nil
	}
	return e.linked.machine, e.linked.space
}

// Asked gives the event of the oldest evaluation that a condition may still ask about what
// is new since (facts.Horizon); math.MaxInt64 where none asks. States of entities that have
// no condition now are not looked at: such a state may be of long ago.
func (e *Engine) Asked() int64 {
	asked := e.cursor.Asked
	if e.linked != nil {
		asked = e.linked.machine.Asked
	}
	if event, ok := asked(); ok {
		return event
	}
	return math.MaxInt64
}

// Resume has the next tick go on from a cursor.
func (e *Engine) Resume(c *vm.Cursor) { e.cursor, e.linked = c, nil }

// Tick evaluates the conditions. An error says what of the graph or the conditions
// Dagster refuses; the state is as before then.
func (e *Engine) Tick(in Input, o Options) (*Result, error) {
	l, err := e.link(in, o)
	if err != nil {
		return nil, err
	}
	again := e.linked == l
	e.linked = l
	known := e.facts(in, l)
	if o.Facts != nil {
		known = o.Facts(l.space, known)
	}
	out := &Result{Space: l.space, Evaluations: map[string]*vm.Evaluation{}}
	began := e.now()
	if o.Explain == nil {
		l.machine.Tick(known, in.At)
	} else {
		l.machine.TickTraced(known, in.At, func(entity int) bool { return o.Explain(l.space.Entities[entity].Key) },
			func(entity int, v *vm.Evaluation) { out.Evaluations[l.space.Entities[entity].Key] = v })
	}
	out.Took = e.now().Sub(began)
	out.Requested = l.machine.Requested()
	out.Idle = again && l.machine.Idle() && !in.World.Noted()
	if o.NoRuns || !l.machine.Requests() {
		return out, nil
	}
	out.Runs = runs.Group(l.space, out.Requested, l.machine.RequestsAll, func(key string) bool { return in.Conditions[key] != nil })
	return out, nil
}

func (e *Engine) now() time.Time {
	if e.Now == nil {
		return time.Time{}
	}
	return e.Now()
}

// link gives the machine for a tick: the one of the tick before where nothing of what it
// was made of is another.
func (e *Engine) link(in Input, o Options) (*linked, error) {
	known := in.World.Undefined()
	if l := e.linked; l != nil && l.graph == in.Graph && equalMaps(l.conditions, in.Conditions, func(a, b *condition.Node) bool { return a == b }) && l.plain == o.Plain &&
		l.hasRoom(known) && l.space.Holds(in.At, in.World.Dynamic) {
		return l, nil
	}
	cursor := e.Cursor()
	programs, of, err := e.programs.all(in, o.Plain)
	if err != nil {
		return nil, err
	}
	group := o.Group
	if group == nil {
		group = func(key string) int { return numberOf(of, key) }
	}
	s, err := space.New(space.Input{Graph: in.Graph, At: in.At, Dynamic: in.World.Dynamic, Undefined: undefined(cursor, known), Group: group})
	if err != nil {
		return nil, err
	}
	numbers := make([]int, len(s.Entities))
	for i := range s.Entities {
		numbers[i] = numberOf(of, s.Entities[i].Key)
	}
	m, err := vm.New(vm.Config{Space: s, Programs: programs, Of: numbers, Cursor: cursor})
	if err != nil {
		return nil, err
	}
	return &linked{machine: m, space: s, graph: in.Graph, conditions: in.Conditions, plain: o.Plain, undefined: known}, nil
}

// equalMaps compares maps, and at once where they are one and the same.
func equalMaps[V any](a, b map[string]V, equal func(V, V) bool) bool {
	return reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer() || maps.EqualFunc(a, b, equal)
}

// hasRoom reports whether the space has bits for all keys that something is known about.
func (l *linked) hasRoom(known map[string][]string) bool {
	if equalMaps(l.undefined, known, slices.Equal) {
		return true
	}
	for key, keys := range known {
		entity, ok := l.space.Find(key)
		if !ok {
			continue // nothing asks about it
		}
		if slices.ContainsFunc(keys, func(key string) bool { _, ok := l.space.Entities[entity].Keys.Index(key); return !ok }) {
			return false
		}
	}
	l.undefined = known
	return true
}

// numberOf gives the number of an entity's program, -1 for none.
func numberOf(of map[string]int, key string) int {
	if n, ok := of[key]; ok {
		return n
	}
	return -1
}

// undefined gives the keys that the cursor or something known is about.
func undefined(c *vm.Cursor, known map[string][]string) map[string][]string {
	out := c.Undefined()
	for key, keys := range known {
		out[key] = append(out[key], keys...)
	}
	return out
}
