package backlog

import (
	"cmp"
	"slices"
	"time"

	"auto/compiler/files"
)

// room is how many pairs a policy may still launch in one release.
type room struct {
	left int
	// until is when there is room again, for what finds none: the next tick for
	// `per tick`. By says which limit it is, nil for that one.
	until int64
	by    *files.Limit
}

// take takes one place, where there is one.
func (r *room) take() bool {
	if r.left == 0 {
		return false
	}
	r.left--
	return true
}

// rooms are those of one release, made when they are asked for.
type rooms struct {
	ledger *Ledger
	now    int64
	made   map[*book]*room
	// stamps are the launches that limits count, oldest first.
	stamps map[*book][]stamp
}

func (l *Ledger) rooms(now int64) *rooms {
	return &rooms{ledger: l, now: now, made: map[*book]*room{}}
}

// of gives what the limits of a policy leave.
func (rs *rooms) of(b *book) *room {
	r := rs.made[b]
	if r != nil {
		return r
	}
	c := rs.ledger.clauses(b)
	r = &room{left: forever, until: rs.now + 1}
	if c.PerTick > 0 {
		r.left = c.PerTick
	}
	for i := range c.Limits {
		r.bound(&c.Limits[i], rs.went(b), rs.now)
	}
	rs.made[b] = r
	return r
}

func (rs *rooms) went(b *book) []stamp {
	if rs.stamps == nil {
		rs.stamps = map[*book][]stamp{}
		for _, a := range rs.ledger.accounts {
			rs.stamps[a.book] = append(rs.stamps[a.book], a.sent...)
		}
		for _, list := range rs.stamps {
			slices.SortFunc(list, func(a, b stamp) int { return cmp.Compare(a.at, b.at) })
		}
	}
	return rs.stamps[b]
}

// bound narrows the room by one limit. What went exactly Per ago does not count any more.
func (r *room) bound(limit *files.Limit, went []stamp, now int64) {
	first := slices.IndexFunc(went, func(s stamp) bool { return after(s.at, limit.Per) > now })
	if first < 0 {
		first = len(went)
	}
	went = went[first:]
	sum := 0
	for _, s := range went {
		sum += s.count
	}
	left := max(limit.Count-sum, 0)
	if left > r.left {
		return
	}
	// What comes after those that still find room waits until enough have left.
	until := frees(limit, append(slices.Clip(went), stamp{now, left}), sum+left)
	if left < r.left || until > r.until {
		r.left, r.until, r.by = left, until, limit
	}
}

// frees gives when so many of the launches, a sum in all, have left the stretch of a limit
// that it has room.
func frees(limit *files.Limit, went []stamp, sum int) int64 {
	for _, s := range went {
		if sum -= s.count; sum < limit.Count {
			return after(s.at, limit.Per)
		}
	}
	return forever
}

// count counts launches for the limits of the policy.
func (a *account) count(now int64, n int) {
	if k := len(a.sent); k > 0 && a.sent[k-1].at == now {
		a.sent[k-1].count += n
		return
	}
	a.sent = append(a.sent, stamp{now, n})
}

// note keeps a launch of a pair for `at most`.
func (a *account) note(partition string, now int64) {
	if a.pairs == nil {
		a.pairs = map[string][]int64{}
	}
	a.pairs[partition] = append(a.pairs[partition], now)
}

// longest gives the longest stretch of limits.
func longest(limits []files.Limit) time.Duration {
	var d time.Duration
	for _, limit := range limits {
		d = max(d, limit.Per)
	}
	return d
}

// prune forgets launches that no limit counts any more, each half stretch once.
func (l *Ledger) prune(a *account, now int64) {
	c := l.clauses(a.book)
	per := max(longest(c.Limits), longest(c.AtMost))
	if now >= after(a.pruned, per/2) || a.pruned == never {
		l.trim(a, now)
		a.pruned = now
	}
}

func (l *Ledger) trim(a *account, now int64) {
	if _, known := l.policies[a.book.name]; !known {
		return
	}
	c := l.clauses(a.book)
	limits, most := longest(c.Limits), longest(c.AtMost)
	a.sent = slices.DeleteFunc(a.sent, func(s stamp) bool { return after(s.at, limits) <= now })
	for partition, list := range a.pairs {
		if list = slices.DeleteFunc(list, func(at int64) bool { return after(at, most) <= now }); len(list) == 0 {
			delete(a.pairs, partition)
			continue
		}
		a.pairs[partition] = list
	}
}
