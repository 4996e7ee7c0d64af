package backlog

import (
	"auto/compiler"
	"auto/runtime/journal"
)

// Decide adds what a tick requested under a policy, each pair once. It gives false where the
// tick asked for more than the policy's `halt above`: the policy is halted then, and holds
// all of it.
func (l *Ledger) Decide(d Decided) (ok bool) {
	if len(d.Pairs) == 0 {
		return true
	}
	at, b := nano(d.At), l.book(d.Policy)
	clauses := l.clauses(b)
	l.changed = true
	l.settle(at)
	l.flushBook(b)
	if !d.DownSince.IsZero() && clauses.Missed == compiler.MissedNone {
		l.missed(d)
		return true
	}
	ok = true
	if clauses.HaltAbove > 0 && len(d.Pairs) > clauses.HaltAbove && b.halt == nil {
		b.halt = &halt{since: at, asked: len(d.Pairs), above: clauses.HaltAbove}
		ok = false
	}
	l.enter(b, d, decidedAt(at, !d.DownSince.IsZero() && clauses.Missed == compiler.MissedAll))
	return ok
}

// enter puts each pair where it belongs: what is held to the debts, what meets an earlier
// decision beside that one, and the rest into the batch, in the place of the pairs given.
func (l *Ledger) enter(b *book, d Decided, n decision) {
	fresh := d.Pairs[:0]
	all := l.bookHeld(b, n.at)
	var a *account
	key, held := "", all
	for i, p := range d.Pairs {
		if i == 0 || p.Key != key {
			key, a, held = p.Key, l.accounts[p.Key], all || l.keyHeld(p.Key, n.at)
		}
		switch {
		case held:
			a = l.account(p.Key, b)
			debt := a.debt(p.Partition)
			debt.held = append(debt.held, n)
			l.holding[a] = true
		case a != nil && a.debts[p.Partition] != nil:
			a.debts[p.Partition].add(n)
		default:
			fresh = append(fresh, p)
		}
	}
	b.fresh = batch{fresh, n.at, n.single}
}

// missed drops what came due while nothing ticked.
func (l *Ledger) missed(d Decided) {
	reason := "it came due while the daemon was down, since " + clock(nano(d.DownSince)) + ", and `missed none` drops that"
	for _, p := range d.Pairs {
		l.drop(d.Policy, p, nano(d.At), reason)
	}
}

func (l *Ledger) drop(policy string, p Pair, at int64, reason string) {
	l.gone = append(l.gone, journal.Dropped{
		Policy: policy, Asset: p.Key, Partition: p.Partition, DecidedAt: instant(at), Reason: reason,
	})
}

// flush makes debts of all batches.
func (l *Ledger) flush() {
	for _, b := range l.books {
		l.flushBook(b)
	}
}

func (l *Ledger) flushBook(b *book) {
	n := decidedAt(b.fresh.at, b.fresh.single)
	for _, p := range b.fresh.pairs {
		l.owe(b, p, n)
	}
	b.fresh = batch{}
}

func (l *Ledger) owe(b *book, p Pair, n decision) {
	l.account(p.Key, b).debt(p.Partition).add(n)
}
