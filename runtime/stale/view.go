package stale

import (
	mathbits "math/bits"
	"time"

	"auto/vm/bits"
	"auto/vm/code"
	"auto/vm/space"
)

// view lays out what is known over the bits of a space.
type view struct {
	space *space.Space
	// bound are the entities of assets that are asked of.
	bound []bound
	sets  map[code.FactKind]bits.Set
	// version is that of the tracker when the sets were made.
	version uint64
}

type bound struct {
	entity int
	asset  *asset
}

// kinds are the facts that a tracker knows.
var kinds = []code.FactKind{code.Outdated, code.OutdatedInLatestTimeWindow, code.AlreadyRequested}

// Tick lays out what is known over a space, for a tick of an instant; Set answers from it
// until the next event.
func (t *Tracker) Tick(s *space.Space, at time.Time) {
	t.passed(at)
	if t.view == nil || t.view.space != s {
		t.view = t.newView(s)
	}
	v := t.view
	if v.version == t.version {
		return
	}
	for _, b := range v.bound {
		if b.asset.touched > v.version {
			b.lay(v)
		}
	}
	v.version = t.version
}

func (t *Tracker) newView(s *space.Space) *view {
	v := &view{space: s, sets: map[code.FactKind]bits.Set{}}
	for _, kind := range kinds {
		v.sets[kind] = bits.New(s.Bits)
	}
	for i := range s.Entities {
		e := &s.Entities[i]
		if a := t.assets[e.Key]; a != nil && a.asked && e.Check == nil {
			v.bound = append(v.bound, bound{i, a})
		}
	}
	return v
}

// Set gives the bits of a fact over the space of the last Tick, and false for facts that
// a tracker does not know. The caller does not write to it.
func (t *Tracker) Set(f code.Fact) (bits.Set, bool) {
	if t.view == nil {
		return nil, false
	}
	s, ok := t.view.sets[f.Kind]
	return s, ok
}

// Changed gives the entities of the space of the last Tick, in ascending order, whose facts
// may have changed since a version of the tracker, and the version of now; no version is 0
// but that before everything.
func (t *Tracker) Changed(since uint64) (entities []int, version uint64) {
	if t.view != nil && since != t.version {
		for _, b := range t.view.bound {
			if b.asset.touched > since {
				entities = append(entities, b.entity)
			}
		}
	}
	return entities, t.version
}

// lay sets the bits of an entity anew.
func (b bound) lay(v *view) {
	e := &v.space.Entities[b.entity]
	b.asset.facts(func(kind code.FactKind, known bits.Set) {
		b.put(v.sets[kind], e, known)
	})
}

// put writes the bits of an entity.
func (b bound) put(to bits.Set, e *space.Entity, known bits.Set) {
	if e.Keys == nil {
		to.Remove(e.Bit)
		if b.asset.keys == nil && known.Has(0) {
			to.Add(e.Bit)
		}
		return
	}
	words := to[e.Bit>>6 : e.Bit>>6+bits.Words(e.Keys.Total())]
	words.Clear()
	copy(words, moved(b.asset.keys, e.Keys, known))
}

// facts works out the facts of the partitions of an asset.
func (a *asset) facts(give func(kind code.FactKind, known bits.Set)) {
	size := a.keys.Len()
	outdated, latest := bits.New(size), bits.New(size)
	uncovered := bits.New(size)
	for _, u := range a.updates {
		known := a.caughtUp(u, size)
		for word := range min(len(u.ids), len(outdated)) {
			mask := u.ids[word].has &^ known[word]
			outdated[word] |= mask
			if u.latest {
				latest[word] |= mask
			}
			uncovered[word] |= mask &^ a.covered(u, word)
		}
	}
	requested := bits.New(size)
	for word := range min(len(a.decided), len(requested)) {
		requested[word] = a.decided[word].has &^ uncovered[word]
	}
	give(code.Outdated, outdated)
	give(code.OutdatedInLatestTimeWindow, latest)
	give(code.AlreadyRequested, requested)
}

// caughtUp gives those whose newest success knew the update.
func (a *asset) caughtUp(u *updates, size int) bits.Set {
	known := bits.New(size)
	for n, s := range a.successes {
		if n < size && s.knew(u, u.ids.get(n)) {
			known.Add(n)
		}
	}
	return known
}

// covered gives those of a word whose update the newest request covers.
func (a *asset) covered(u *updates, word int) (mask uint64) {
	if word >= len(a.decided) {
		return 0
	}
	mask = u.ids[word].has & a.decided[word].has
	if ids, at := &u.ids[word], &a.decided[word]; ids.each == nil && at.each == nil && ids.same <= at.same {
		return mask
	}
	for left := mask; left != 0; left &= left - 1 {
		i := mathbits.TrailingZeros64(left)
		if !a.covers(u, word<<6+i, u.ids[word].at(i)) {
			mask &^= 1 << i
		}
	}
	return mask
}
