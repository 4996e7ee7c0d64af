package stale

import (
	"math"
	"slices"

	"auto/vm/bits"
	"auto/vm/graph"
	"auto/vm/space"
)

// asset is what is known about an asset that staleness is asked of. All numbers are those
// of its keys.
type asset struct {
	key   string
	asked bool
	keys  *space.Keys
	// numbered: the keys are those of a moment.
	numbered bool
	// updates are those of its dependencies that a partition has not caught up with, or
	// would not have if another open run of it were the next to succeed.
	updates []*updates
	// decided has the id of the last event that the newest request of a partition knew,
	// until a run that started later has succeeded.
	decided column
	// attempted has the id of the last update up to which the run that a request was
	// launched for got, where that is above decided: it made dependencies, and then ended
	// without having made the partition.
	attempted column
	// opens are the open runs of a partition, successes its newest success; of partitions
	// with open runs only.
	opens     map[int][]*run
	successes map[int]success
	// touched is the version of the tracker at which anything changed.
	touched uint64
}

// updates are the newest updates by one run, or by all runs that cannot make partitions
// of the asset and by none, where by is "". Of those in the latest time window the
// partition was in it when the update happened.
type updates struct {
	by     string
	latest bool
	ids    column
	// start is that of the run; own are the partitions that it was itself going to make.
	start int64
	own   bits.Set
}

// success is a run that made a partition, "" for one from outside, which starts and ends
// with the event itself.
type success struct {
	by    string
	start int64
}

// knew reports whether a run that made a partition knew an update.
func (s success) knew(u *updates, id int64) bool {
	return id <= s.start || u.by != "" && u.by == s.by
}

// updated adds an update of partitions by a run, nil for none; latest are those in the
// latest time window.
func (a *asset) updated(t *Tracker, related, latest bits.Set, by *run, id int64) {
	name := ""
	if by.mayMake(a.key) {
		name = by.id
	}
	in := t.scratch(len(related))
	if in.And(related, latest) {
		a.add(t, name, true, in, by, id)
	}
	if in.AndNot(related, latest) {
		a.add(t, name, false, in, by, id)
	}
}

func (a *asset) add(t *Tracker, by string, latest bool, related bits.Set, r *run, id int64) {
	t.touch(a)
	u := a.updatesBy(by, latest)
	u.ids.putAll(related, id)
	said := int64(math.MaxInt64)
	if by != "" {
		u.start, said = r.start, r.start
		a.owned(u, r, related)
	}
	if len(a.updates) == 1 {
		return
	}
	// What a run does not make itself is outdated by this update at least as long as by
	// earlier ones that the run knew, by runs that make nothing any more.
	rest := slices.Clone(related)
	for word := range min(len(rest), len(u.own)) {
		rest[word] &^= u.own[word]
	}
	for _, o := range a.updates {
		if o != u && o.latest == latest && (o.by == "" || t.runs[o.by].isOver()) {
			o.ids.removeUpTo(rest, said)
		}
	}
	a.tidy()
}

func (a *asset) updatesBy(by string, latest bool) *updates {
	for _, u := range a.updates {
		if u.by == by && u.latest == latest {
			return u
		}
	}
	u := &updates{by: by, latest: latest}
	a.updates = append(a.updates, u)
	return u
}

// owned notes which of the partitions a run is itself going to make.
func (a *asset) owned(u *updates, r *run, related bits.Set) {
	if len(u.own) < len(related) {
		u.own = append(u.own, make(bits.Set, len(related)-len(u.own))...)
	}
	for _, partition := range r.plans[a.key] {
		if n, ok := a.number(partition); ok && related.Has(n) {
			u.own.Add(n)
		}
	}
}

// number gives the number of a partition that the definition has. What happens to a
// partition of an asset without partitions happens to the asset.
func (a *asset) number(partition string) (int, bool) { return number(a.keys, partition) }

func number(k *space.Keys, partition string) (int, bool) {
	if k == nil {
		return 0, true
	}
	n, ok := k.Index(partition)
	return n, ok && n < k.Len()
}

// opened notes an open run of a partition.
func (a *asset) opened(t *Tracker, r *run, partition string) {
	n, ok := a.number(partition)
	if !a.numbered || !ok || slices.Contains(a.opens[n], r) {
		return
	}
	a.opens[n] = append(a.opens[n], r)
	for _, u := range a.updates {
		if u.by == r.id && u.ids.has(n) {
			a.owned(u, r, only(n))
			t.touch(a)
		}
	}
}

func only(n int) bits.Set {
	s := bits.New(n + 1)
	s.Add(n)
	return s
}

// closed notes the end of a run, and forgets what was kept because of it.
func (a *asset) closed(t *Tracker, r *run) {
	a.merge(r)
	for _, partition := range r.plans[a.key] {
		n, ok := a.number(partition)
		if !ok || !slices.Contains(a.opens[n], r) {
			continue
		}
		a.opens[n] = slices.DeleteFunc(a.opens[n], func(o *run) bool { return o == r })
		if s, ok := a.successes[n]; ok {
			a.forget(n, s)
		}
		if len(a.opens[n]) == 0 {
			delete(a.opens, n)
			delete(a.successes, n)
		}
	}
	a.tidy()
	t.touch(a)
}

// merge puts the updates by a run that has ended to those of all others, but for what it
// made last itself. Where nothing but its own updates came after the request that it was
// launched for, the request covers them.
func (a *asset) merge(r *run) {
	for _, u := range slices.Clone(a.updates) {
		if u.by != r.id {
			continue
		}
		others := a.updatesBy("", u.latest)
		u.ids.each(func(n int, id int64) {
			if s, ok := a.successes[n]; ok && s.by == r.id {
				return
			}
			if id > a.reached(n) && a.isCovered(n) {
				a.attempted.set(n, id)
			}
			if !others.ids.has(n) || others.ids.get(n) < id {
				others.ids.set(n, id)
			}
			u.ids.remove(n)
		})
	}
}

// isCovered reports whether all updates that a partition is outdated by are covered by its
// newest request.
func (a *asset) isCovered(n int) bool {
	for _, u := range a.updates {
		id := u.ids.get(n)
		s, made := a.successes[n]
		if u.ids.has(n) && !(made && s.knew(u, id)) && !a.covers(u, n, id) {
			return false
		}
	}
	return a.decided.has(n)
}

// reached gives the last update that the newest request of a partition covers.
func (a *asset) reached(n int) int64 { return max(a.decided.get(n), a.attempted.get(n)) }

// covers reports whether the newest request of a partition covers an update: it was known
// to the tick that made the request, or is by a run that began after that to make both.
func (a *asset) covers(u *updates, n int, id int64) bool {
	return id <= a.reached(n) || u.own.Has(n) && u.start > a.decided.get(n)
}

// isLatest reports whether a partition is outdated in the latest time window.
func (a *asset) isLatest(n int) bool {
	last, made := a.successes[n]
	return slices.ContainsFunc(a.updates, func(u *updates) bool {
		return u.latest && u.ids.has(n) && !(made && last.knew(u, u.ids.get(n)))
	})
}

// succeeded folds that a partition was made.
func (a *asset) succeeded(t *Tracker, n int, s success) {
	t.touch(a)
	stale := a.forget(n, s)
	if s.start >= a.decided.get(n) || !stale {
		a.decided.remove(n)
		a.attempted.remove(n)
	}
	if len(a.opens[n]) > 0 {
		a.successes[n] = s
	}
	a.tidy()
}

// forget takes out the updates of a partition that its newest success knew, unless an open
// run that did not may be the next to make it. It reports whether others are left.
func (a *asset) forget(n int, s success) (stale bool) {
	for _, u := range a.updates {
		id := u.ids.get(n)
		switch {
		case !u.ids.has(n):
		case !s.knew(u, id):
			stale = true
		case !slices.ContainsFunc(a.opens[n], func(r *run) bool { return r.id != s.by && !success{r.id, r.start}.knew(u, id) }):
			u.ids.remove(n)
		}
	}
	return stale
}

// tidy drops what is empty.
func (a *asset) tidy() {
	a.updates = slices.DeleteFunc(a.updates, func(u *updates) bool { return u.ids.isEmpty() })
}

// isPlain reports whether nothing is known about an asset that has to be kept.
func (a *asset) isPlain() bool {
	return len(a.updates) == 0 && len(a.opens) == 0 && a.decided.isEmpty()
}

// decide notes that partitions were requested.
func (a *asset) decide(requested bits.Set, seq int64) {
	a.decided.putAll(requested, seq)
	a.attempted.removeUpTo(requested, math.MaxInt64)
}

// wiped: all partitions are missing from now on, and no request was made since.
func (a *asset) wiped(t *Tracker) {
	a.decided, a.attempted = nil, nil
	t.touch(a)
}

// renumber goes over to the keys of another moment. What is known of keys that are no
// more is forgotten with them.
func (a *asset) renumber(keys *space.Keys) {
	old := a.keys
	a.keys = keys
	if old == keys || extends(keys, old) {
		return // numbers stay
	}
	to := func(n int) (int, bool) {
		if old != nil && keys != nil {
			return number(keys, old.Key(n))
		}
		return 0, old == nil && keys == nil
	}
	for _, u := range a.updates {
		u.ids, u.own = u.ids.moved(to), movedSet(u.own, to, keys.Len())
	}
	a.decided, a.attempted = a.decided.moved(to), a.attempted.moved(to)
	a.opens, a.successes = movedMap(a.opens, to), movedMap(a.successes, to)
	a.tidy()
}

// extends reports whether keys have all numbers of others, and the same ones.
func extends(keys, old *space.Keys) bool {
	if keys == nil || old == nil {
		return keys == old
	}
	p, q := keys.Definition(), old.Definition()
	return (p.IsTime() || p.Type == graph.Static) && (p == q || p.Identity() == q.Identity()) && keys.Len() >= old.Len()
}

// arrived gives the time windows of keys that were not there before; nil for none, and
// where the definition is another one.
func arrived(keys, old *space.Keys) bits.Set {
	if keys == nil || old == nil || !keys.HasTime() || keys.Definition().Identity() != old.Definition().Identity() {
		return nil
	}
	came := bits.New(keys.Len())
	if extends(keys, old) {
		came.AddRange(old.Len(), keys.Len())
		return came
	}
	for n := range keys.Len() {
		if _, ok := number(old, keys.Key(n)); !ok {
			came.Add(n)
		}
	}
	return came
}

func movedSet(s bits.Set, to func(n int) (int, bool), size int) bits.Set {
	out := bits.New(size)
	for n := s.Next(0); n >= 0; n = s.Next(n + 1) {
		if m, ok := to(n); ok {
			out.Add(m)
		}
	}
	return out
}

func movedMap[T any](in map[int]T, to func(n int) (int, bool)) map[int]T {
	out := make(map[int]T, len(in))
	for n, v := range in {
		if m, ok := to(n); ok {
			out[m] = v
		}
	}
	return out
}
