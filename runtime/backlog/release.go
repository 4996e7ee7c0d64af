package backlog

import (
	"cmp"
	"slices"
	"time"

	"auto/runtime/journal"
)

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
	l.next, l.counts = forever, nil
	l.dropLost()
	all := l.freshChunks(now, f)
	chosen := l.choose(now, f)
	l.changed, l.unchecked = false, false
	for _, s := range chosen {
		if s.over() {
			l.next = min(l.next, s.room.until)
		}
		all = append(all, l.take(s, now, f)...)
	}
	return launches(all), l.takeGone()
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
	for i := range a.debts {
		d := &a.debts[i]
		for _, n := range slices.Concat(d.queue(), d.held()) {
			l.drop(a.book.name, Pair{a.key, d.partition}, n.at, reason)
		}
	}
	a.debts = nil
	l.forgetLaunches(a)
}

func lost(policy, key string, known bool) string {
	if known {
		return "the policy `" + policy + "` no longer selects `" + key + "`"
	}
	return "the policy `" + policy + "` is gone"
}

// dropDone drops what a successful run has made up for. What a pause or halt holds is not
// asked about: its end says first what becomes of it.
func (l *Ledger) dropDone(a *account, f Facts) {
	a.unchecked = false
	for i := range a.debts {
		d := &a.debts[i]
		started, ok := f.Succeeded(Pair{a.key, d.partition})
		if !ok || d.more == nil && d.at >= nano(started) {
			continue // most are newer than any run
		}
		var kept []decision
		for _, n := range d.queue() {
			if n.single || n.at >= nano(started) {
				kept = append(kept, n)
				continue
			}
			l.dropSucceeded(a.book, Pair{a.key, d.partition}, n.at, started)
		}
		d.set(kept, d.held())
	}
	a.settle()
}

func (l *Ledger) dropSucceeded(b *book, p Pair, at int64, started time.Time) {
	l.drop(b.name, p, at, "the run that started at "+clock(nano(started))+" has succeeded")
}
