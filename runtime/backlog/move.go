package backlog

import (
	"cmp"
	"slices"

	"auto/runtime/journal"
)

// Take moves what is kept about keys out of the ledger into one that Give takes: for assets
// that another sensor has from now on. Halts of their policies are in both then.
func (l *Ledger) Take(keys func(key string) bool) *Ledger {
	l.flush()
	t := New()
	t.now = l.now
	for key, a := range l.accounts {
		if keys(key) {
			l.moveAccount(t, a)
		}
	}
	l.movePauses(t, keys)
	l.gone = slices.DeleteFunc(l.gone, func(d journal.Dropped) bool {
		if !keys(d.Asset) {
			return false
		}
		t.gone = append(t.gone, d)
		return true
	})
	l.changed = true
	return t
}

func (l *Ledger) moveAccount(t *Ledger, a *account) {
	delete(l.accounts, a.key)
	t.accounts[a.key] = a
	for partition, request := range a.running {
		pairs := l.flights[request].pairs
		i := slices.IndexFunc(pairs, func(p flown) bool { return p.Pair == Pair{a.key, partition} })
		flown := pairs[i]
		l.land(a, partition)
		t.fly(request, a, flown)
	}
	if l.holding[a] {
		delete(l.holding, a)
		t.holding[a] = true
	}
	halt := a.book.halt
	a.book = t.book(a.book.name)
	a.book.halt = halt
}

func (l *Ledger) movePauses(t *Ledger, keys func(key string) bool) {
	moved := map[string]bool{}
	for _, p := range l.pauses {
		var own []string
		for _, key := range p.keys {
			if keys(key) {
				own, moved[key] = append(own, key), true
			}
		}
		if p.keys = own; len(own) > 0 {
			t.pauses = append(t.pauses, p)
		}
	}
	t.indexPauses()
	l.unpause(moved)
}

// Give adds what another ledger has, which is not to be used any more.
func (l *Ledger) Give(o *Ledger) {
	l.flush()
	o.flush()
	for name, b := range o.books {
		l.giveHalt(l.book(name), b.halt)
	}
	for _, a := range o.accounts {
		l.giveAccount(o, a)
	}
	for _, p := range o.pauses {
		l.givePause(p)
	}
	l.indexPauses()
	l.gone = append(l.gone, o.gone...)
	l.now = max(l.now, o.now)
	if l.policies != nil {
		l.Use(l.policies, l.policyOf)
	}
}

// giveHalt keeps the earlier of two halts.
func (l *Ledger) giveHalt(b *book, h *halt) {
	if h != nil && (b.halt == nil || h.since < b.halt.since) {
		b.halt = h
	}
}

func (l *Ledger) giveAccount(o *Ledger, from *account) {
	to := l.account(from.key, l.book(from.book.name))
	for partition, d := range from.debts {
		to.debt(partition).join(d)
		if len(d.held) > 0 {
			l.holding[to] = true
		}
	}
	to.sent = joined(to.sent, from.sent, func(a, b stamp) int { return cmp.Compare(a.at, b.at) })
	for partition, list := range from.pairs {
		if to.pairs == nil {
			to.pairs = map[string][]int64{}
		}
		to.pairs[partition] = joined(to.pairs[partition], list, cmp.Compare)
	}
	for _, request := range from.running {
		for _, p := range o.flights[request].pairs {
			if p.Key == from.key && from.running[p.Partition] == request {
				l.fly(request, to, p)
			}
		}
	}
}

// givePause adds a pause, or its keys to one that is the same but for them.
func (l *Ledger) givePause(p pause) {
	for i := range l.pauses {
		own := &l.pauses[i]
		if own.selection == p.selection && own.reason == p.reason && own.from == p.from && own.until == p.until {
			own.keys = append(own.keys, p.keys...)
			slices.Sort(own.keys)
			own.keys = slices.Compact(own.keys)
			return
		}
	}
	l.pauses = append(l.pauses, p)
	slices.SortStableFunc(l.pauses, func(a, b pause) int { return cmp.Compare(a.from, b.from) })
}

// join adds what another ledger owed of the same pair.
func (d *debt) join(o *debt) {
	byAt := func(a, b decision) int { return cmp.Compare(a.at, b.at) }
	queue := joined(d.queue, o.queue, byAt)
	d.queue = nil
	for _, n := range queue {
		d.add(n)
	}
	d.held = joined(d.held, o.held, byAt)
}

// joined gives both of two sorted lists, sorted.
func joined[T any](a, b []T, compare func(a, b T) int) []T {
	list := slices.Concat(a, b)
	slices.SortStableFunc(list, compare)
	return list
}
