package stale

import (
	"maps"
	"slices"
	"strings"
	"time"

	"auto/vm/bits"
	"auto/vm/graph"
	"auto/vm/space"
)

// definitions give the partitions that exist, and how they relate.
type definitions struct {
	// now is the latest instant that was heard of: its windows exist from then on, whatever
	// an event that comes late says of its time.
	now     time.Time
	dynamic map[string][]string
	// ids are the identities of definitions, known their partitions.
	ids       map[*graph.Partitions]string
	known     map[string]*known
	relations map[relationKey]*space.Relation
}

// known are the partitions of a definition now, and at an earlier instant.
type known struct {
	keys, past           *space.Keys
	windows, pastWindows int
}

type relationKey struct {
	down, up *space.Keys
	mapping  *graph.Mapping
}

func newDefinitions() *definitions {
	d := &definitions{dynamic: map[string][]string{}}
	d.forget()
	return d
}

// forget drops what was worked out, for another graph.
func (d *definitions) forget() {
	d.ids, d.known, d.relations = map[*graph.Partitions]string{}, map[string]*known{}, map[relationKey]*space.Relation{}
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
	for id, k := range d.known {
		if p := k.keys.Definition(); isDynamic(p) {
			d.list(id, p)
		}
	}
}

func (d *definitions) keysOf(name string) []string { return d.dynamic[name] }

// passed notes an instant, and reports whether a time window has begun to exist.
func (d *definitions) passed(at time.Time) (grown bool) {
	if !at.After(d.now) {
		return false
	}
	// Windows begin and end with a minute.
	same := at.Unix()/60 == d.now.Unix()/60
	if d.now = at; same {
		return false
	}
	for id, k := range d.known {
		if p := k.keys.Definition(); windows(p, at) != k.windows {
			d.list(id, p)
			grown = true
		}
	}
	return grown
}

// of gives the partitions that a definition has now.
func (d *definitions) of(p *graph.Partitions) *space.Keys {
	if p == nil {
		return nil
	}
	id, ok := d.ids[p]
	if !ok {
		id = p.Identity()
		d.ids[p] = id
	}
	if d.known[id] == nil {
		d.list(id, p)
	}
	return d.known[id].keys
}

// list lists the partitions of a definition anew, and forgets how the old ones related.
func (d *definitions) list(id string, p *graph.Partitions) {
	if old := d.known[id]; old != nil {
		maps.DeleteFunc(d.relations, func(key relationKey, _ *space.Relation) bool { return key.down == old.keys || key.up == old.keys })
	}
	d.known[id] = &known{keys: space.NewKeys(p, d.now, d.keysOf, nil), windows: windows(p, d.now)}
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
// is the latest at any of some instants; all where it has none.
func (d *definitions) latest(k *space.Keys, instants []time.Time) bits.Set {
	set := bits.New(k.Len())
	if k == nil || !k.HasTime() {
		set.AddRange(0, k.Len())
		return set
	}
	for _, at := range instants {
		d.addLatest(set, k, at)
	}
	return set
}

func (d *definitions) addLatest(set bits.Set, k *space.Keys, at time.Time) {
	p := k.Definition()
	if p.IsTime() {
		if n := p.Windows(at); n > 0 && n <= k.Len() {
			set.Add(n - 1)
		}
		return
	}
	then := d.past(k, at)
	latest := bits.New(then.Total())
	then.AddLatest(latest, 0)
	for n := latest.Next(0); n >= 0; n = latest.Next(n + 1) {
		if m, ok := number(k, then.Key(n)); ok {
			set.Add(m)
		}
	}
}

// sinceLatest gives when the time window of a partition became the latest, and false where
// it has none.
func sinceLatest(k *space.Keys, n int) (time.Time, bool) {
	p, key := k.Definition(), k.Key(n)
	if p == nil || !k.HasTime() {
		return time.Time{}, false
	}
	if !p.IsTime() {
		p, key = timeDimension(p, key)
	}
	start, ok := p.StartOf(key)
	if !ok {
		return time.Time{}, false
	}
	window := p.Windows(time.Unix(start, 0)) - p.EndOffset
	begins := p.Starts(window+1-p.EndOffset, window+2-p.EndOffset)
	if len(begins) == 0 {
		return time.Time{}, false
	}
	return time.Unix(begins[0], 0).UTC(), true
}

// timeDimension gives the dimension of time windows, and its part of a key.
func timeDimension(p *graph.Partitions, key string) (*graph.Partitions, string) {
	parts := strings.SplitN(key, "|", 2)
	for i, name := range p.DimensionNames() {
		if d := p.Dimensions[name]; d.IsTime() {
			return d, parts[i]
		}
	}
	return p, key
}

// past gives the partitions of two dimensions at an instant.
func (d *definitions) past(k *space.Keys, at time.Time) *space.Keys {
	p := k.Definition()
	now, n := d.known[d.ids[p]], windows(p, at)
	switch {
	case now == nil:
		return space.NewKeys(p, at, d.keysOf, nil)
	case now.windows == n && now.keys == k:
		return k
	case now.past == nil || now.pastWindows != n:
		now.past, now.pastWindows = space.NewKeys(p, at, d.keysOf, nil), n
	}
	return now.past
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
