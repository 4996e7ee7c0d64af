package backlog

import (
	"cmp"
	"slices"
)

// freshChunks gives the batches of policies that hold nothing back, and makes debts of all
// others and of pairs of assets that owe something.
func (l *Ledger) freshChunks(now int64, f Facts) []chunk {
	var all []chunk
	for _, b := range l.books {
		c := l.clauses(b)
		if b.fresh.single || b.fresh.at != now || c.PerTick > 0 || c.Quiet > 0 || len(c.Limits)+len(c.AtMost) > 0 {
			l.flushBook(b)
			continue
		}
		all = l.freshOf(all, b, f)
	}
	return all
}

func (l *Ledger) freshOf(all []chunk, b *book, f Facts) []chunk {
	n, priority := decidedAt(b.fresh.at, false), l.clauses(b).Priority
	for run := range runs(grouped(b.fresh.pairs)) {
		if a := l.accounts[run[0].Key]; a != nil && len(a.debts) > 0 {
			a.owe(byPartition(run), n, false)
			continue
		}
		run = slices.DeleteFunc(run, func(p Pair) bool {
			started, ok := f.Succeeded(p)
			done := ok && n.at < nano(started)
			if done {
				l.dropSucceeded(b, p, n.at, started)
			}
			return done
		})
		if len(run) > 0 {
			all = append(all, chunk{
				book: b, priority: priority, place: n.at, key: run[0].Key, pairs: l.ordered(b, run, f), decisions: []decision{n},
			})
		}
	}
	b.fresh = batch{}
	return all
}

// ordered sorts pairs of one asset by the clause `order`.
func (l *Ledger) ordered(b *book, pairs []Pair, f Facts) []Pair {
	index := l.byOrder(b, pairs, f)
	if slices.IsSorted(index) {
		return pairs
	}
	sorted := make([]Pair, len(pairs))
	for i, at := range index {
		sorted[i] = pairs[at]
	}
	return sorted
}

// grouped gives pairs in which each key is in one stretch.
func grouped(pairs []Pair) []Pair {
	seen := map[string]bool{}
	for run := range runs(pairs) {
		if seen[run[0].Key] {
			slices.SortFunc(pairs, Pair.compare)
			break
		}
		seen[run[0].Key] = true
	}
	return pairs
}

// choice finds the places in the order of release that a policy has room for.
type choice struct {
	room *room
	// accounts have something to launch, offered counts it all.
	accounts []share
	offered  int
	// places are the first ones, where there may be more than room; once it is full, those
	// from last on do not count any more.
	places []place
	last   place
	full   bool
}

// share is how many pairs of an account are launched.
type share struct {
	account *account
	pairs   int
}

// place is that of a debt: when it was first decided, and of which asset it is.
type place struct {
	since   int64
	account *account
}

func (p place) compare(o place) int {
	if d := cmp.Compare(p.since, o.since); d != 0 {
		return d
	}
	return cmp.Compare(p.account.key, o.account.key)
}

// offer adds a place. Now and then all but the first ones are forgotten.
func (s *choice) offer(p place) {
	s.offered++
	if s.room.left == 0 || s.room.left == forever || s.full && p.compare(s.last) >= 0 {
		return
	}
	s.places = append(s.places, p)
	if len(s.places)/2 > s.room.left {
		s.cut()
	}
}

// cut keeps the first places.
func (s *choice) cut() {
	slices.SortFunc(s.places, place.compare)
	s.places, s.full = s.places[:s.room.left], true
	s.last = s.places[s.room.left-1]
}

// over tells whether something finds no room.
func (s *choice) over() bool { return s.offered > s.room.left }

// shares gives how many pairs of each account are launched.
func (s *choice) shares() []share {
	switch {
	case !s.over():
		return s.accounts
	case s.room.left == 0:
		return nil
	}
	s.cut()
	counts := map[*account]int{}
	for _, p := range s.places {
		counts[p.account]++
	}
	var list []share
	for a, n := range counts {
		list = append(list, share{a, n})
	}
	return list
}

// choose goes through everything that is owed, drops what runs have made up for, and gives
// what may be launched by policy. It notes when more may.
func (l *Ledger) choose(now int64, f Facts) map[*book]*choice {
	chosen := map[*book]*choice{}
	rooms := l.rooms(now)
	for _, a := range l.accounts {
		l.prune(a, now)
		if len(a.debts) == 0 {
			l.close(a)
			continue
		}
		a.unchecked = a.unchecked || l.unchecked
		if until := l.heldUntil(a); until > now {
			l.next = min(l.next, until)
			continue
		}
		if a.unchecked {
			l.dropDone(a, f)
		}
		s := chosen[a.book]
		if s == nil {
			s = &choice{room: rooms.of(a.book)}
			chosen[a.book] = s
		}
		l.offer(s, a, now, f)
		l.close(a)
	}
	return chosen
}

func (l *Ledger) offer(s *choice, a *account, now int64, f Facts) {
	before := s.offered
	for i := range a.debts {
		d := &a.debts[i]
		if h := l.holds(a, d, now, f); h.kind != free {
			l.next = min(l.next, h.until)
			continue
		}
		if front, ok := d.front(); ok {
			s.offer(place{front.since, a})
		}
	}
	if n := s.offered - before; n > 0 {
		s.accounts = append(s.accounts, share{a, n})
	}
}

// free gives the debts of an account that only limits may hold back, by index.
func (l *Ledger) free(a *account, now int64, f Facts) []int {
	var list []int
	for i := range a.debts {
		d := &a.debts[i]
		if _, ok := d.front(); ok && l.holds(a, d, now, f).kind == free {
			list = append(list, i)
		}
	}
	return list
}

// take takes what a choice has room for off what is owed.
func (l *Ledger) take(s *choice, now int64, f Facts) []chunk {
	var all []chunk
	for _, part := range s.shares() {
		a := part.account
		chunks := l.chunks(a, l.free(a, now, f), part.pairs, f)
		for _, c := range chunks {
			l.went(a, c, now)
		}
		a.settle()
		l.close(a)
		all = append(all, chunks...)
	}
	return all
}

// went takes a chunk off what is owed and counts the launches.
func (l *Ledger) went(a *account, c chunk, now int64) {
	clauses := l.clauses(a.book)
	if len(clauses.Limits) > 0 {
		a.count(now, len(c.pairs))
	}
	for i, p := range c.pairs {
		if len(clauses.AtMost) > 0 {
			a.note(p.Partition, now)
		}
		if a.debts[c.debts[i]].pop() {
			l.next = min(l.next, now+1)
		}
	}
}
