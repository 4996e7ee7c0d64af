package facts

import (
	"auto/vm"
	"auto/vm/bits"
	"auto/vm/code"
)

// recentKey names a fact about what is new since an evaluation.
type recentKey struct {
	kind  code.FactKind
	tags  string
	event int64
	at    int64
}

// news collects what is new since an event.
type news struct {
	*view
	since vm.Since
	set   bits.Set
}

// add puts a partition into the news: its key has to be of the definition, 0 for an asset
// without partitions.
func (n *news) add(b *bound, key int32) {
	if number, ok := n.number(b, key); ok {
		n.put(b.bit + number)
	}
}

func (n *news) put(bit int) {
	if n.set == nil {
		n.set = n.blank()
	}
	n.set.Add(bit)
}

// number gives the number of a key that the definition of an entity has.
func (v *view) number(b *bound, key int32) (int, bool) {
	if b.keys == nil {
		return 0, key == 0
	}
	if key == 0 {
		return 0, false
	}
	number := b.way.number(v.world.names, b.asset.slots.slot(key))
	return number, number >= 0 && number < b.defined
}

// entries walks the entries after the evaluation that are about assets of the space.
func (n *news) entries(visit func(b *bound, position int32, e *entry)) {
	n.world.newest.since(n.since.Event, func(a *asset) {
		if a.entity < 0 {
			return
		}
		for at := a.log.since(n.since.Event); at <= a.log.last(); at++ {
			e := a.log.at(at)
			visit(&n.bound[a.entity], at, &e)
		}
	})
}

// updated collects the partitions with a materialization after the evaluation; with
// changed only those whose data version differs from before. Observable assets are
// updated by changes only. Where the event log was empty at the evaluation everything
// counts (Dagster's get_asset_partitions_updated_after_cursor).
func (n *news) updated(changed bool) {
	observed := map[*bound]bool{}
	n.entries(func(b *bound, at int32, e *entry) {
		switch {
		case b.source == observable:
			observed[b] = true
		case e.kind == seeded:
			n.seeded(b, at, e, changed)
		case e.kind == materialized && b.asset.shows(e.at) && b.asset.record() != 0:
			n.materialized(b, e.key, changed)
		}
	})
	for b := range observed {
		n.observed(b)
	}
}

// materialized adds a partition that was materialized. What happens to a partition of an
// asset without partitions happens to the asset.
func (n *news) materialized(b *bound, key int32, changed bool) {
	if b.keys == nil {
		key = 0
	}
	if !changed || n.since.Event == 0 || n.changed(b, key) {
		n.add(b, key)
	}
}

func (n *news) seeded(b *bound, at int32, e *entry, changed bool) {
	if !b.asset.shows(e.at) || b.asset.record() == 0 {
		return
	}
	for _, s := range b.asset.seeds {
		if s.position == at {
			n.materialized(b, 0, changed)
			for slot := s.slots.Next(0); slot >= 0; slot = s.slots.Next(slot + 1) {
				n.materialized(b, b.asset.slots.keys[slot], changed)
			}
		}
	}
}

// observed adds what is new of an observable asset.
func (n *news) observed(b *bound) {
	a := b.asset
	latest := a.later(a.latest.materialized, a.latest.observed)
	if latest == 0 || a.log.id(latest) <= n.since.Event {
		return
	}
	if b.keys == nil {
		if n.since.Event == 0 || n.changed(b, 0) {
			n.add(b, 0)
		}
		return
	}
	for slot, at := range a.observed {
		key := a.slots.keys[slot]
		if at != 0 && a.log.id(at) > n.since.Event && (n.since.Event == 0 || n.changed(b, key)) {
			n.add(b, key)
		}
	}
}

// later gives which of a materialization and an observation has the later timestamp, the
// materialization where both have the same.
func (a *asset) later(materialized, observed int32) int32 {
	switch {
	case observed == 0:
		return materialized
	case materialized == 0 || a.log.at(observed).at > a.log.at(materialized).at:
		return observed
	}
	return materialized
}

// changed reports whether the data version of a partition, or of an asset without, is
// another one than at the evaluation.
func (n *news) changed(b *bound, key int32) bool {
	if key != 0 {
		return n.partitionChanged(b.asset, key)
	}
	a := b.asset
	if b.source != observable {
		return a.log.at(a.record()).version != a.log.at(n.before(a, materialized)).version
	}
	now := a.later(a.latest.materialized, a.latest.observed)
	then := a.later(n.before(a, materialized), n.before(a, observed))
	return a.log.at(now).version != a.log.at(then).version
}

// before gives the latest event of a kind up to the evaluation, 0 for none.
func (n *news) before(a *asset, k kind) int32 {
	for at := a.log.since(n.since.Event) - 1; at > 0; at-- {
		e := a.log.at(at)
		if e.class() == k && a.shows(e.at) {
			return at
		}
	}
	return 0
}

// partitionChanged compares the last two known versions of a partition, after the
// evaluation and up to it. Events without one are passed over, wiped ones are not
// (Dagster's get_updated_data_version_partitions).
func (n *news) partitionChanged(a *asset, key int32) bool {
	var now uint64
	for at := a.version.at(a.slots.slot(key)); at != 0; at = a.log.at(at).before {
		e := a.log.at(at)
		if e.id <= n.since.Event {
			return now != 0 && now != e.version
		}
		if now == 0 {
			now = e.version
		}
	}
	return now != 0
}

// checks adds the checks that were evaluated, by the timestamp, at the evaluation or
// later; all partitions at once.
func (n *news) checks() {
	from := micros(n.since.At)
	if n.world.evaluated < from {
		return
	}
	for i := range n.bound {
		b := &n.bound[i]
		if b.check == nil || !b.check.any {
			continue
		}
		if r := b.check.rows[b.check.last]; r.outcome != pending && r.at >= from {
			for number := range b.defined {
				n.put(b.bit + number)
			}
		}
	}
}
