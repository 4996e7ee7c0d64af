// Package stale knows which partitions have not caught up with what they depend on, on
// the total order of events and not of ticks, so that no update is lost.
//
// A partition is outdated where a related partition of a dependency was updated by an
// event whose id is above the start of the partition's newest successful run, and not by
// that run. An update is a materialization, or an observation with another data version.
// Which partitions it is related to is settled when it happens. What is outdated stays so
// until a run that started after the update has made it, however many ticks there are in
// between, what guards its condition has, and how runs end.
package stale

import (
	"maps"
	"slices"
	"time"

	"auto/vm/bits"
	"auto/vm/graph"
	"auto/vm/space"
)

// Tracker follows updates and runs. What it knows follows from what it was told, in order.
// It is not safe for concurrent use.
type Tracker struct {
	graph       *graph.Graph
	counts      func(asset, dependency string) bool
	definitions *definitions
	// last is the id of the last event.
	last   int64
	assets map[string]*asset
	// versions are the newest data versions by partition of assets that are observed.
	versions map[string]map[string]string
	runs     map[string]*run
	// recent are runs to be forgotten, the first first.
	recent []string
	// version counts changes of what Tick lays out.
	version uint64
	view    *view
	spare   bits.Set
	// stored are assets of a snapshot whose partitions are not known yet.
	stored map[string]*storedAsset
}

// New gives a tracker that knows nothing.
func New() *Tracker {
	return &Tracker{
		definitions: newDefinitions(), assets: map[string]*asset{}, versions: map[string]map[string]string{}, runs: map[string]*run{},
	}
}

// Follow says over which graph staleness is asked, and of which assets (see Asked). What
// is known of an asset that is asked of no more is kept, but for what was requested of it:
// nothing may come of that any more. Of one that is asked of for the first time nothing is
// known before that, so it is outdated from its next update on.
func (t *Tracker) Follow(g *graph.Graph, asked func(asset string) bool) {
	t.graph = g
	t.definitions.forget()
	t.restore()
	for _, a := range t.assets {
		if a.asked && !asked(a.key) {
			a.asked, a.numbered, a.decided, a.attempted = false, false, nil, nil
			t.touch(a)
		}
	}
	for _, key := range g.Keys() {
		if asked(key) {
			t.ask(key)
		}
	}
	t.view = nil
}

// Narrow says which dependencies' updates outdate an asset from now on (see Counted); nil
// stands for all.
func (t *Tracker) Narrow(counts func(asset, dependency string) bool) { t.counts = counts }

// ask begins to follow an asset, or goes on with it under a graph.
func (t *Tracker) ask(key string) {
	a := t.assets[key]
	if a == nil {
		a = &asset{key: key, opens: map[int][]*run{}, successes: map[int]success{}}
		t.assets[key] = a
	}
	t.touch(a)
	t.number(a)
	if a.asked {
		return
	}
	a.asked = true
	for _, id := range slices.Sorted(maps.Keys(t.runs)) {
		for _, partition := range t.runs[id].plans[key] {
			a.opened(t, t.runs[id], partition)
		}
	}
}

// number has the numbers of an asset be those of now. A time window that came to be is
// outdated from its first moment on, whenever that is noticed; those that there were when
// the asset was asked of first are not.
func (t *Tracker) number(a *asset) {
	g, ok := t.defined(a.key)
	if !ok || t.definitions.now.IsZero() {
		return
	}
	old, keys := a.keys, t.definitions.of(g.Partitions)
	a.renumber(keys)
	if a.numbered && old != keys {
		if came := arrived(keys, old); came != nil && !came.IsEmpty() {
			a.add(t, "", true, came, nil, t.last)
		}
	}
	a.numbered = true
}

// passed notes an instant.
func (t *Tracker) passed(at time.Time) {
	unknown := t.definitions.now.IsZero()
	if grown := t.definitions.passed(at); !grown && !unknown {
		return
	}
	for _, a := range t.assets {
		if a.asked {
			t.number(a)
		}
	}
}

// scratch gives a set to write to until it is asked for the next time.
func (t *Tracker) scratch(words int) bits.Set {
	if len(t.spare) < words {
		t.spare = make(bits.Set, words)
	}
	return t.spare[:words]
}

func (t *Tracker) touch(a *asset) {
	t.version++
	a.touched = t.version
}

// Decided tells that partitions of a space were requested by a tick that knew all events
// up to one: their updates so far are covered by it.
func (t *Tracker) Decided(s *space.Space, requested bits.Set, seq int64) {
	for i := range s.Entities {
		e := &s.Entities[i]
		a := t.assets[e.Key]
		if e.Check != nil || a == nil || !a.asked {
			continue
		}
		if set := subset(e, requested); set != nil {
			t.touch(a)
			a.decide(moved(e.Keys, a.keys, set), seq)
		}
	}
}

// subset gives the partitions of an entity in a set of the space, from bit 0 on; nil for
// none.
func subset(e *space.Entity, s bits.Set) bits.Set {
	if e.Keys == nil {
		if s.Has(e.Bit) {
			return bits.Set{1}
		}
		return nil
	}
	set := bits.New(e.Keys.Len())
	copy(set, s[e.Bit>>6:])
	trim(set, e.Keys.Len())
	if set.IsEmpty() {
		return nil
	}
	return set
}

// trim takes out what is not below a number.
func trim(s bits.Set, size int) {
	if size&63 != 0 && len(s) > size>>6 {
		s[size>>6] &= 1<<(size&63) - 1
	}
	for word := bits.Words(size); word < len(s); word++ {
		s[word] = 0
	}
}

// moved gives a set of numbers of some keys by those of others.
func moved(from, to *space.Keys, s bits.Set) bits.Set {
	if from == to || extends(to, from) || extends(from, to) {
		out := bits.New(to.Len())
		copy(out, s)
		trim(out, to.Len())
		return out
	}
	return movedSet(s, func(n int) (int, bool) {
		if from == nil || to == nil {
			return 0, false
		}
		return number(to, from.Key(n))
	}, to.Len())
}
