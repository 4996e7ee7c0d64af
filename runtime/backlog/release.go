package backlog

import (
	"cmp"
	"slices"
	"time"

	"auto/runtime/journal"
)

// candidate is a pair that only limits of its policy may still hold back.
type candidate struct {
	Pair
	book *book
	// debt is nil for a pair of the batch.
	debt *debt
	// since and order are what the order of release goes by.
	since int64
	order int
}

// Release gives what is to be launched at an instant, in that order, and what is dropped
// since the last release and why. What it gives is owed no longer, but for retries. It is
// called once for each tick, after the decisions of that.
//
// Policies of higher priority go first, then pairs that were owed earlier, then those of
// the lesser key. Among the places that an asset has so, its partitions go by `order`.
func (l *Ledger) Release(at time.Time, f Facts) ([]Launch, []journal.Dropped) {
	now := nano(at)
	l.now = now
	if l.policies == nil || !l.changed && now < l.next {
		return nil, nil
	}
	l.settle(now)
	l.next, l.changed = forever, false
	l.dropLost()
	for _, b := range l.books {
		if b.fresh.at != now {
			l.flushBook(b)
		}
	}
	l.dropDone(now, f)
	launches := l.launch(now, l.ready(now, f))
	return launches, l.takeGone()
}

// takeGone gives what was dropped, by policy, pair and instant.
func (l *Ledger) takeGone() []journal.Dropped {
	list := l.gone
	l.gone = nil
	sortDropped(list)
	return list
}

func sortDropped(list []journal.Dropped) {
	slices.SortFunc(list, func(a, b journal.Dropped) int {
		return cmp.Or(cmp.Compare(a.Policy, b.Policy), cmp.Compare(a.Asset, b.Asset), cmp.Compare(a.Partition, b.Partition),
			a.DecidedAt.Compare(b.DecidedAt), cmp.Compare(a.Reason, b.Reason))
	})
}

// dropLost drops what no policy has any more.
func (l *Ledger) dropLost() {
	for name, b := range l.books {
		if _, known := l.policies[name]; !known {
			for _, p := range b.fresh.pairs {
				l.drop(name, p, b.fresh.at, lost(name, p.Key, false))
			}
			b.fresh = batch{}
		}
	}
	for _, a := range l.accounts {
		if _, known := l.policies[a.book.name]; a.lost || !known {
			l.dropAccount(a, lost(a.book.name, a.key, known))
		}
	}
	l.closeBooks()
}

func (l *Ledger) dropAccount(a *account, reason string) {
	for partition := range a.running {
		l.land(a, partition)
	}
	for partition, d := range a.debts {
		for _, n := range slices.Concat(d.queue, d.held) {
			l.drop(a.book.name, Pair{a.key, partition}, n.at, reason)
		}
	}
	delete(l.accounts, a.key)
	delete(l.holding, a)
}

func lost(policy, key string, known bool) string {
	if known {
		return "the policy `" + policy + "` selects `" + key + "` no longer"
	}
	return "the policy `" + policy + "` is gone"
}

// dropDone drops what a successful run has made up for, unless a pause or halt holds it:
// its end says first what becomes of it.
func (l *Ledger) dropDone(now int64, f Facts) {
	for _, a := range l.accounts {
		if len(a.debts) == 0 || l.accountHeld(a, now) {
			continue
		}
		for partition, d := range a.debts {
			l.dropDebt(a, Pair{a.key, partition}, d, f)
		}
	}
}

func (l *Ledger) dropDebt(a *account, p Pair, d *debt, f Facts) {
	started, ok := f.Succeeded(p)
	if !ok {
		return
	}
	start := nano(started)
	d.queue = slices.DeleteFunc(d.queue, func(n decision) bool {
		done := !n.single && n.at < start
		if done {
			l.drop(a.book.name, p, n.at, "the run that started at "+clock(start)+" has succeeded")
		}
		return done
	})
	l.tidy(a, p.Partition)
}

// ready gives the candidates, in order, and notes when others become one.
func (l *Ledger) ready(now int64, f Facts) []candidate {
	var list []candidate
	for _, a := range l.accounts {
		l.prune(a, now)
		if l.holding[a] {
			l.next = min(l.next, l.heldUntil(a))
		}
		for partition, d := range a.debts {
			p := Pair{a.key, partition}
			if h := l.holds(a, p, d, now, f); h.kind != free {
				l.next = min(l.next, h.until)
				continue
			}
			if len(d.queue) == 0 {
				continue
			}
			list = append(list, candidate{p, a.book, d, d.queue[0].since, order(f, p)})
		}
	}
	for _, b := range l.books {
		list = l.readyBatch(list, b, now, f)
	}
	return l.arrange(list)
}

// readyBatch adds what of a batch is a candidate and makes debts of the rest.
func (l *Ledger) readyBatch(list []candidate, b *book, now int64, f Facts) []candidate {
	fresh := b.fresh
	if len(fresh.pairs) == 0 {
		return list
	}
	list = slices.Grow(list, len(fresh.pairs))
	for _, p := range fresh.pairs {
		if h := l.holdsPair(b, l.accounts[p.Key], p, now, f); h.kind != free {
			l.next = min(l.next, h.until)
			l.owe(b, p, decidedAt(fresh.at, fresh.single))
			continue
		}
		list = append(list, candidate{p, b, nil, fresh.at, order(f, p)})
	}
	return list
}

func order(f Facts, p Pair) int {
	if p.Partition == "" {
		return 0
	}
	return f.Order(p)
}

// launch gives launches of the candidates that limits let go, and keeps the others.
func (l *Ledger) launch(now int64, list []candidate) []Launch {
	launches := make([]Launch, 0, len(list))
	rooms := l.rooms(now)
	for i, c := range list {
		if i > 0 && c.debt == nil && c.Pair == list[i-1].Pair {
			continue // asked for twice by one tick
		}
		n := c.front()
		if r := rooms.of(c.book); !r.take() {
			l.next = min(l.next, r.until)
			if c.debt == nil {
				l.owe(c.book, c.Pair, n)
			}
			continue
		}
		launches = append(launches, Launch{c.Pair, c.book.name, instant(n.since), instant(n.at), n.retry, n.single})
		l.went(c, now)
	}
	for _, b := range l.books {
		b.fresh = batch{}
	}
	return launches
}

// front gives the decision that a candidate stands for.
func (c candidate) front() decision {
	if c.debt != nil {
		return c.debt.queue[0]
	}
	return decidedAt(c.book.fresh.at, c.book.fresh.single)
}

// went takes a decision off what is owed and counts the launch.
func (l *Ledger) went(c candidate, now int64) {
	clauses := l.clauses(c.book)
	if len(clauses.Limits) > 0 {
		l.account(c.Key, c.book).count(now)
	}
	if len(clauses.AtMost) > 0 {
		l.account(c.Key, c.book).note(c.Partition, now)
	}
	if c.debt == nil {
		return
	}
	c.debt.queue = slices.Delete(c.debt.queue, 0, 1)
	if len(c.debt.queue) > 0 {
		l.next = min(l.next, now+1)
	}
	l.tidy(l.accounts[c.Key], c.Partition)
}
