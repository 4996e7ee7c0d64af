package facts

import (
	"slices"
	"time"

	"auto/vm/bits"
	"auto/vm/code"
	"auto/vm/graph"
	"auto/vm/space"
)

// view is a world laid out over the bits of a space. An event marks what it touches; the
// next tick looks at that and at nothing else.
type view struct {
	world *World
	space *space.Space
	bound []bound // by entity
	// now are the facts that are not about what is new, by kind.
	now [code.FreshnessFailed + 1]bits.Set
	// some is set where a fact has ever held for anything.
	some [code.FreshnessFailed + 1]bool
	// recent are facts about what is new, for one tick; overRuns those about runs, for as
	// long as nothing happens; windows those about time windows, which are the space's.
	recent   map[recentKey]bits.Set
	overRuns map[string]bits.Set
	windows  map[time.Duration]bits.Set
	applied  int // events when it was refreshed last

	touched []touched
	changed []int
	// version counts the ticks; spare are sets of earlier ones to use again.
	version uint64
	spare   []bits.Set
}

// bound is an entity with what is known about it.
type bound struct {
	asset *asset
	check *check // nil for an asset
	bit   int
	// keys and way are nil without partitions. The first of the total numbers are defined.
	keys           *space.Keys
	way            *way
	defined, total int
	source         source
	freshness      bool
}

// source is how an asset comes to be updated.
type source uint8

const (
	executed   source = iota
	external          // materialized elsewhere
	observable        // observed
)

func sourceOf(a *graph.Asset) source {
	switch {
	case a.Observable:
		return observable
	case a.External:
		return external
	}
	return executed
}

// touched is what something happened to: the runs and materializations of a partition, by
// its key, or those of an entity without partitions; whole is everything about an entity.
type touched struct {
	entity int
	key    int32
	whole  bool
}

// current are the kinds of facts in view.now.
var current = []code.FactKind{
	code.Missing, code.RunInProgress, code.BackfillInProgress, code.ExecutionFailed,
	code.CheckPassed, code.CheckFailed, code.FreshnessPassed, code.FreshnessWarned, code.FreshnessFailed,
}

// newView lays a world out over a space.
func (w *World) newView(s *space.Space) *view {
	v := &view{
		world: w, space: s, bound: make([]bound, len(s.Entities)),
		windows: map[time.Duration]bits.Set{},
	}
	for _, kind := range current {
		v.now[kind] = bits.New(s.Bits)
	}
	for _, a := range w.assets {
		a.entity = -1
		for _, c := range a.checks {
			c.entity = -1
		}
	}
	for i := range s.Entities {
		v.bind(i)
		v.fill(&v.bound[i])
		v.changed = append(v.changed, i)
	}
	w.forgetWays(v)
	v.forget()
	return v
}

// forgetWays drops the ways that a view does not use.
func (w *World) forgetWays(v *view) {
	w.ways = map[wayKey]*way{}
	w.slots = map[*graph.Partitions]*slots{}
	for i := range v.bound {
		if b := &v.bound[i]; b.way != nil {
			w.ways[wayKey{b.keys, b.way.slots}] = b.way
			w.slots[b.keys.Definition()] = b.way.slots
		}
	}
}

// bind finds what is known about an entity.
func (v *view) bind(i int) {
	e := &v.space.Entities[i]
	b := &v.bound[i]
	*b = bound{bit: e.Bit, keys: e.Keys, defined: e.Keys.Len(), total: e.Keys.Total(), source: sourceOf(e.Asset), freshness: e.Asset.Freshness}
	b.asset = v.world.asset(e.Asset.Key)
	if e.Keys != nil {
		v.world.share(b.asset, e.Keys)
		b.way = v.world.way(e.Keys, b.asset.slots)
	}
	if e.Check != nil {
		b.check = v.world.check(e.Key)
		b.check.entity = i
		return
	}
	b.asset.entity = i
	b.asset.define(e.Keys)
}

// refresh looks at what events have touched since the last time.
func (v *view) refresh() {
	v.changed = v.changed[:0]
	for _, t := range v.touched {
		v.changed = append(v.changed, t.entity)
		switch b := &v.bound[t.entity]; {
		case t.whole:
			v.lay(b)
		case b.keys == nil:
			v.layWhole(b)
		default:
			v.layKey(b, t.key)
		}
	}
	v.touched = v.touched[:0]
	slices.Sort(v.changed)
	v.changed = slices.Compact(v.changed)
	v.forget()
}

// forget drops what was worked out for the tick before.
func (v *view) forget() {
	if v.recent == nil {
		v.recent = map[recentKey]bits.Set{}
	}
	for _, set := range v.recent {
		if set != nil {
			v.spare = append(v.spare, set)
		}
	}
	clear(v.recent)
	v.version++
	if v.overRuns == nil || v.applied != v.world.applied {
		v.overRuns = map[string]bits.Set{}
	}
	v.applied = v.world.applied
}

// blank gives an empty set of the space.
func (v *view) blank() bits.Set {
	if n := len(v.spare); n > 0 {
		set := v.spare[n-1]
		v.spare = v.spare[:n-1]
		set.Clear()
		return set
	}
	return bits.New(v.space.Bits)
}

// mostTouched is how much a view notes between two ticks. Beyond that it is cheaper to
// look at everything.
const mostTouched = 1 << 20

// mark notes that something was touched.
func (w *World) mark(t touched) {
	if len(w.view.touched) == mostTouched {
		w.view = nil
		return
	}
	w.view.touched = append(w.view.touched, t)
}

// touch marks everything about an asset and its checks.
func (w *World) touch(a *asset) {
	if w.view != nil && a.entity >= 0 {
		w.mark(touched{entity: a.entity, whole: true})
	}
	for _, c := range a.checks {
		w.touchCheck(c)
	}
}

// touchAll marks everything about all assets.
func (w *World) touchAll() {
	for _, a := range w.assets {
		w.touch(a)
	}
}

// touchKey marks the runs and materializations of a partition, or of an asset without
// partitions, and the checks. Where an asset with partitions was wiped, every event may
// bring back its record and with it all partitions.
func (w *World) touchKey(a *asset, key int32) {
	if w.view == nil || a.entity < 0 {
		return
	}
	if w.view.bound[a.entity].keys != nil && (key == 0 || a.isWipe) {
		w.touch(a)
		return
	}
	w.mark(touched{entity: a.entity, key: key})
	for _, c := range a.checks {
		w.touchExecution(c, key)
	}
}

func (w *World) touchCheck(c *check) {
	if w.view != nil && c.entity >= 0 {
		w.mark(touched{entity: c.entity, whole: true})
	}
}

// touchExecution marks one partition of a check, all for none.
func (w *World) touchExecution(c *check, key int32) {
	if w.view != nil && c.entity >= 0 {
		w.mark(touched{entity: c.entity, key: key, whole: key == 0})
	}
}
