package backlog

import (
	"iter"
	"slices"

	"auto/compiler"
	"auto/runtime/journal"
)

// Decide adds what a tick requested under a policy, each pair once. It gives false where the
// tick asked for more than the policy's `halt above`, beside what is owed already: the policy
// is halted then, and holds all of it.
func (l *Ledger) Decide(d Decided) (ok bool) {
	if len(d.Pairs) == 0 {
		return true
	}
	at, b := nano(d.At), l.book(d.Policy)
	clauses := l.clauses(b)
	l.touch()
	l.settle(at)
	l.flushBook(b)
	if !d.DownSince.IsZero() && clauses.Missed == compiler.MissedNone {
		l.missed(d)
		return true
	}
	ok = true
	if n := clauses.HaltAbove; n > 0 && len(d.Pairs) > n && b.halt == nil {
		if asked := l.unowed(d.Pairs); asked > n {
			b.halt = &halt{since: at, asked: asked, above: n}
			ok = false
		}
	}
	l.enter(b, d, decidedAt(at, !d.DownSince.IsZero() && clauses.Missed == compiler.MissedAll))
	return ok
}

// unowed counts the pairs that are not owed already. Only these count for `halt above`: what
// an ended halt lets go on would start the next one otherwise, where a condition asks again.
func (l *Ledger) unowed(pairs []Pair) (n int) {
	for _, p := range pairs {
		a := l.accounts[p.Key]
		if a == nil || !a.owes(p.Partition) {
			n++
		}
	}
	return n
}

// enter puts each pair where it belongs: what is held to the debts, what meets an earlier
// decision beside that one, and the rest into the batch, in the place of the pairs given.
func (l *Ledger) enter(b *book, d Decided, n decision) {
	fresh := d.Pairs[:0]
	all := l.bookHeld(b, n.at)
	for run := range runs(d.Pairs) {
		key := run[0].Key
		a := l.accounts[key]
		switch {
		case all || l.keyHeld(key, n.at):
			a = l.account(key, b)
			a.owe(byPartition(run), decidedAt(n.at, false), true)
			l.holding[a] = true
		case a != nil && len(a.debts) > 0:
			a.owe(byPartition(run), n, false)
		default:
			fresh = append(fresh, run...)
		}
	}
	b.fresh = batch{fresh, n.at, n.single}
}

// runs gives the stretches of pairs of one key.
func runs(pairs []Pair) iter.Seq[[]Pair] {
	return func(yield func([]Pair) bool) {
		for len(pairs) > 0 {
			n := 1
			for n < len(pairs) && pairs[n].Key == pairs[0].Key {
				n++
			}
			run := pairs[:n]
			if pairs = pairs[n:]; !yield(run) {
				return
			}
		}
	}
}

// byPartition gives pairs of one key by partition.
func byPartition(run []Pair) []Pair {
	if slices.IsSortedFunc(run, Pair.compare) {
		return run
	}
	run = slices.Clone(run)
	slices.SortFunc(run, Pair.compare)
	return run
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
	for run := range runs(b.fresh.pairs) {
		l.account(run[0].Key, b).owe(byPartition(run), n, false)
	}
	b.fresh = batch{}
}
