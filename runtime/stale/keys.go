package stale

import (
	"slices"
	"time"

	"auto/vm/bits"
	"auto/vm/graph"
	"auto/vm/space"
)

// definitions give the partitions that exist, and how they relate.
type definitions struct {
	now     time.Time
	dynamic map[string][]string
	// changes counts changes of dynamic keys.
	changes   int
	known     map[string]*known
	relations map[relationKey]*space.Relation
}

// known are the partitions of a definition, and of an instant in the past.
type known struct {
	keys    *space.Keys
	windows int
	changes int
	past    *known
}

type relationKey struct {
	down, up *space.Keys
	mapping  *graph.Mapping
}

func newDefinitions() *definitions {
	return &definitions{dynamic: map[string][]string{}, known: map[string]*known{}, relations: map[relationKey]*space.Relation{}}
}

// change adds and removes keys of a dynamic definition, as facts.World does: one that is
// added again is last.
func (d *definitions) change(name string, add, remove []string) {
	keys := slices.Clone(d.dynamic[name])
	for _, key := range add {
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	d.dynamic[name] = slices.DeleteFunc(keys, func(key string) bool { return slices.Contains(remove, key) })
	d.changes++
}

func (d *definitions) keysOf(name string) []string { return d.dynamic[name] }

// passed notes an instant: the windows up to the latest one that was heard of exist from
// then on, whatever an event that comes late says of its time.
func (d *definitions) passed(at time.Time) {
	if at.After(d.now) {
		d.now = at
	}
}

// of gives the partitions that a definition has now.
func (d *definitions) of(p *graph.Partitions) *space.Keys {
	if p == nil {
		return nil
	}
	id, n := p.Identity(), windows(p, d.now)
	k := d.known[id]
	if k == nil || k.windows != n || k.changes != d.changes && isDynamic(p) {
		k = &known{keys: space.NewKeys(p, d.now, d.keysOf, nil), windows: n, changes: d.changes}
		d.replace(id, k)
	}
	return k.keys
}

// replace takes other partitions of a definition, and forgets how the old ones related.
func (d *definitions) replace(id string, k *known) {
	if old := d.known[id]; old != nil {
		for key := range d.relations {
			if key.down == old.keys || key.up == old.keys {
				delete(d.relations, key)
			}
		}
	}
	d.known[id] = k
}

// windows gives how many time windows a definition has at an instant, those of its
// dimensions added up.
func windows(p *graph.Partitions, at time.Time) int {
	n := p.Windows(at)
	for _, d := range p.Dimensions {
		n += windows(d, at)
	}
	return n
}

func isDynamic(p *graph.Partitions) bool {
	for _, d := range p.Dimensions {
		if isDynamic(d) {
			return true
		}
	}
	return p.Type == graph.Dynamic
}

// latest gives those of the partitions of a definition that are in the time window that
// is the latest at an instant; all where it has none.
func (d *definitions) latest(k *space.Keys, at time.Time) bits.Set {
	set := bits.New(k.Len())
	if k == nil || !k.HasTime() {
		set.AddRange(0, k.Len())
		return set
	}
	p := k.Definition()
	if p.IsTime() {
		if n := p.Windows(at); n > 0 && n <= k.Len() {
			set.Add(n - 1)
		}
		return set
	}
	then := d.past(k, at)
	latest := bits.New(then.Total())
	then.AddLatest(latest, 0)
	return movedSet(latest, func(n int) (int, bool) { return number(k, then.Key(n)) }, k.Len())
}

// past gives the partitions of two dimensions at an instant.
func (d *definitions) past(k *space.Keys, at time.Time) *space.Keys {
	p := k.Definition()
	now := d.known[p.Identity()]
	n := windows(p, at)
	switch {
	case now == nil:
		return space.NewKeys(p, at, d.keysOf, nil)
	case now.windows == n && now.keys == k:
		return k
	case now.past == nil || now.past.windows != n || now.past.changes != d.changes:
		now.past = &known{keys: space.NewKeys(p, at, d.keysOf, nil), windows: n, changes: d.changes}
	}
	return now.past.keys
}

// relation gives how partitions relate, nil where the mapping does not fit the
// definitions: a condition that looks through it is refused.
func (d *definitions) relation(down, up *space.Keys, m *graph.Mapping) *space.Relation {
	key := relationKey{down, up, m}
	r, ok := d.relations[key]
	if !ok {
		r, _ = space.Relate(down, up, m) // the error is one of the graph, which has said it
		d.relations[key] = r
	}
	return r
}
