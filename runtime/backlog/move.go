package backlog

import (
	"cmp"
	"maps"
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
	l.touch()
	return t
}

func (l *Ledger) moveAccount(t *Ledger, a *account) {
	delete(l.accounts, a.key)
	t.accounts[a.key] = a
	for partition, request := range maps.Clone(a.running) {
		n := l.flights[request][Pair{a.key, partition}]
		l.land(a, partition)
		t.fly(request, a, partition, n)
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
		l.addPause(p)
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
	to.pulled = from.pulled
	for _, d := range from.debts {
		to.debt(d.partition).join(d)
	}
	if o.holding[from] {
		l.holding[to] = true
	}
	to.unchecked = true
	to.sent = joined(to.sent, from.sent, func(a, b stamp) int { return cmp.Compare(a.at, b.at) })
	for partition, list := range from.pairs {
		if to.pairs == nil {
			to.pairs = map[string][]int64{}
		}
		to.pairs[partition] = joined(to.pairs[partition], list, cmp.Compare)
	}
	for partition, request := range from.running {
		l.fly(request, to, partition, o.flights[request][Pair{from.key, partition}])
	}
}
