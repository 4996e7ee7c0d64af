package facts

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"auto/vm/bits"
)

// loader reads a world.
type loader struct {
	*reader
	*World
	slots  []*slots
	checks []*check
}

// Load reads a snapshot that Save wrote, to the end. It fails where that is damaged or of
// another version.
func Load(from io.Reader) (*World, error) {
	l := &loader{reader: newReader(from), World: New()}
	l.head()
	w := l.World
	w.last, w.compacted, w.evaluated = l.int(), l.int(), l.int()
	w.runsSoFar, w.keptRuns = l.number(), l.below(1<<31)
	l.each(func() {
		next := len(l.names.texts)
		l.unique(next, int(l.names.number(l.text())))
	})
	l.each(func() {
		next := len(l.assets)
		l.unique(next, int(l.asset(l.text()).number))
	})
	l.each(l.loadSlots)
	for _, a := range w.assets {
		l.loadAsset(a)
	}
	l.each(l.loadCheck)
	l.each(l.loadRun)
	l.each(l.loadDynamic)
	l.loadBackfills()
	if err := l.close(); err != nil {
		return nil, err
	}
	w.order()
	return w, nil
}

func (l *loader) head() {
	if l.text() != magic {
		l.fail("it does not begin as one")
	}
	if v := l.uint(); l.err == nil && v != Version {
		l.fail("it is of version %d and this program reads version %d", v, Version)
	}
}

// unique reports a name that comes twice: its number is not the next one.
func (l *loader) unique(next, number int) {
	if l.err == nil && number != next {
		l.fail("a name comes twice")
	}
}

func (l *loader) number() int32 { return int32(l.below(1 << 31)) }

// key reads the number of a partition key.
func (l *loader) key() int32 { return int32(l.below(len(l.names.texts))) }

func (l *loader) loadSlots() {
	s := newSlots()
	l.each(func() {
		next := len(s.keys)
		l.unique(next, s.slot(l.key()))
	})
	l.slots = append(l.slots, s)
}

func (l *loader) loadAsset(a *asset) {
	if n := l.below(len(l.slots)); l.err == nil {
		a.slots = l.slots[n]
	}
	a.shares = l.bool()
	l.loadLog(&a.log)
	a.settled = int32(l.below(int(a.log.last()) + 1))
	l.each(func() { a.holds = append(a.holds, l.number()) })
	a.touched, a.isWipe, a.wiped = l.int(), l.bool(), l.int()
	l.each(func() { a.seeds = append(a.seeds, l.loadSeed(a)) })
	a.state = freshness(l.below(int(failing) + 1))
	if l.err == nil {
		a.refold()
		a.indexVersions()
	}
	if a.failed = l.loadSet(a); len(a.failed) > 0 {
		a.defined = l.text()
	}
}

func (l *loader) loadSeed(a *asset) seed {
	s := seed{position: int32(l.below(int(a.log.last()) + 1)), slots: l.loadSet(a)}
	if l.err == nil && a.log.at(s.position).kind != seeded {
		l.fail("a seed is none")
	}
	return s
}

// loadSet reads a set of slots.
func (l *loader) loadSet(a *asset) bits.Set {
	n := len(a.slots.keys)
	set := bits.Set(l.words(bits.Words(n)))
	if set.Next(n) >= 0 {
		l.fail("a set has more than there is")
	}
	return set
}

// loadLog reads a log and checks that everything in it leads somewhere.
func (l *loader) loadLog(o *log) {
	l.each(func() { o.packed = append(o.packed, l.loadChunk()) })
	l.each(func() { o.tail = append(o.tail, l.loadEntry()) })
	if len(o.tail) >= chunkSize {
		l.fail("a log has too long a tail")
	}
	last := int64(0)
	for position := int32(1); l.err == nil && position <= o.last(); position++ {
		e := o.at(position)
		if e.id <= last || e.id > l.last || e.kind < materialized || e.kind > seeded ||
			e.key < 0 || int(e.key) >= len(l.names.texts) || e.before < 0 || e.before >= position {
			l.fail("an entry of a log is none")
		}
		last = e.id
	}
}

func (l *loader) loadChunk() *chunk {
	c := &chunk{}
	for f := range c.least {
		c.least[f], c.width[f] = uint64(l.int()), uint8(l.below(65))
	}
	c.words = make([]uint64, c.size())
	raw := l.bytes(8 * uint64(len(c.words)))
	for i := range len(raw) / 8 {
		c.words[i] = word(raw[8*i:])
	}
	return c
}

func (l *loader) loadEntry() entry {
	var v [fields]uint64
	for f := range v {
		v[f] = uint64(l.int())
	}
	return entryOf(v)
}

// indexVersions finds the latest entry with a data version of each partition.
func (a *asset) indexVersions() {
	for position := int32(1); position <= a.log.last(); position++ {
		if e := a.log.at(position); e.version != 0 && e.key != 0 {
			a.set(&a.version, a.slots.slot(e.key), position)
		}
	}
}

func (l *loader) loadCheck() {
	key := l.text()
	a := l.assetOf[key[:max(strings.LastIndexByte(key, ':'), 0)]]
	if l.err == nil && (a == nil || l.checkOf[key] != nil) {
		l.fail("`%s` is no check", key)
	}
	if l.err != nil {
		return
	}
	c := l.check(key)
	l.checks = append(l.checks, c)
	c.any, c.last = l.bool(), l.key()
	l.each(func() {
		r := row{key: l.key(), run: l.number(), outcome: outcome(l.below(int(failed) + 1)), at: l.int(), created: l.int()}
		r.target = int32(l.below(int(a.log.last())+2)) + gone
		c.rows[r.key] = r
	})
	l.each(func() {
		run := l.number()
		l.each(func() { c.seen[run] = append(c.seen[run], l.key()) })
	})
}

func (l *loader) loadRun() {
	n := l.number()
	r := &run{id: l.text(), last: l.int(), known: l.bool()}
	if n == 0 || n > l.runsSoFar || r.id == "" || l.runs[n] != nil || l.runOf[r.id] != 0 {
		l.fail("a run has no number of its own")
	}
	if l.err != nil {
		return
	}
	l.runs[n], l.runOf[r.id] = r, n
	if r.known {
		l.loadStart(r)
	}
	r.wide = l.bool()
	l.each(func() {
		if a, key := l.below(len(l.assets)), l.key(); l.err == nil {
			r.plans = append(r.plans, plan{l.assets[a], key})
		}
	})
	l.each(func() {
		if c := l.below(len(l.checks)); l.err == nil {
			r.evaluations = append(r.evaluations, l.checks[c])
		}
	})
}

// loadStart reads what is known of a run that has started.
func (l *loader) loadStart(r *run) {
	r.status, r.created = Status(l.text()), l.int()
	if l.err == nil && !r.status.ofRun() {
		l.fail("a run cannot be `%s`", r.status)
	}
	l.each(func() {
		if r.tags == nil {
			r.tags = map[string]string{}
		}
		key := l.text()
		r.tags[key] = l.text()
	})
	l.each(func() { r.selects = append(r.selects, l.text()) })
	if !slices.IsSorted(r.selects) {
		l.fail("what a run selects is not in order")
	}
}

func (l *loader) loadDynamic() {
	d := &dynamic{has: map[string]bool{}}
	name := l.text()
	l.each(func() {
		key := l.text()
		d.keys, d.has[key] = append(d.keys, key), true
	})
	if len(d.has) != len(d.keys) || l.dynamic[name] != nil {
		l.fail("a name comes twice")
	}
	l.dynamic[name] = d
}

// loadBackfills reads the backfills; those in progress keep their order.
func (l *loader) loadBackfills() {
	places := map[*backfill]int{}
	l.each(func() {
		id := l.text()
		b := &backfill{left: map[string]map[int32]bool{}, last: l.int()}
		if place := l.int(); place >= 0 {
			places[b] = int(place)
			l.active = append(l.active, b)
		}
		l.each(func() { l.loadLeft(b) })
		l.backfills[id] = b
	})
	slices.SortStableFunc(l.active, func(a, b *backfill) int { return places[a] - places[b] })
}

func (l *loader) loadLeft(b *backfill) {
	asset, keys := l.text(), map[int32]bool{}
	l.each(func() { keys[l.key()] = true })
	if l.assetOf[asset] == nil {
		l.fail("a backfill is of no asset")
	}
	b.left[asset] = keys
}

// order puts the assets in the order of their last events.
func (w *World) order() {
	all := slices.Clone(w.assets)
	last := func(a *asset) int64 { return a.log.id(a.log.last()) }
	slices.SortFunc(all, func(a, b *asset) int { return cmp.Compare(last(a), last(b)) })
	for _, a := range all {
		if last(a) > 0 {
			w.newest.put(a)
		}
	}
}
