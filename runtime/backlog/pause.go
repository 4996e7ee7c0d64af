package backlog

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"auto/compiler"
	"auto/runtime/journal"
)

// pause is one in force.
type pause struct {
	selection, reason string
	keys              []string
	from, until       int64
}

// Pause holds back, from an instant on, all pairs of the keys. Of pauses that overlap the
// one that ends last counts.
func (l *Ledger) Pause(p journal.Pause, at time.Time) {
	l.flush()
	l.settle(nano(at))
	l.addPause(pause{
		selection: p.Selection, reason: p.Reason, keys: slices.Clone(p.Keys), from: nano(at), until: nano(p.Until),
	})
	l.indexPauses()
}

// addPause adds a pause, or its keys to one that is the same but for them.
func (l *Ledger) addPause(p pause) {
	i, same := slices.BinarySearchFunc(l.pauses, p, pause.compare)
	if same {
		p.keys = append(p.keys, l.pauses[i].keys...)
	}
	slices.Sort(p.keys)
	p.keys = slices.Compact(p.keys)
	if same {
		l.pauses[i] = p
		return
	}
	l.pauses = slices.Insert(l.pauses, i, p)
}

func (p pause) compare(o pause) int {
	return cmp.Or(cmp.Compare(p.from, o.from), cmp.Compare(p.until, o.until),
		cmp.Compare(p.selection, o.selection), cmp.Compare(p.reason, o.reason))
}

// indexPauses finds for each key the pause that ends last.
func (l *Ledger) indexPauses() {
	l.touch()
	l.settled = never
	l.paused = map[string]*pause{}
	for i := range l.pauses {
		p := &l.pauses[i]
		for _, key := range p.keys {
			if other := l.paused[key]; other == nil || p.until > other.until {
				l.paused[key] = p
			}
		}
	}
}

// Pauses gives those in force at an instant, with the keys that they still hold, in the
// order in which they began.
func (l *Ledger) Pauses(at time.Time) []journal.Pause {
	var list []journal.Pause
	for _, p := range l.pauses {
		if p.until > nano(at) {
			list = append(list, journal.Pause{
				Selection: p.selection, Keys: slices.Clone(p.keys), Until: instant(p.until), Reason: p.reason,
			})
		}
	}
	return list
}

// Halted gives the policies that `halt above` holds, sorted.
func (l *Ledger) Halted() []string {
	var list []string
	for name, b := range l.books {
		if b.halt != nil {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// Settle does for an instant what follows from policies alone: what came due in pauses that
// have ended is settled, and launches that no limit counts any more are forgotten. It is
// called before other policies come into force, and before Take, so that nothing depends on
// whether a tick came in between.
func (l *Ledger) Settle(at time.Time) {
	now := nano(at)
	l.flush()
	l.settle(now)
	for _, a := range l.accounts {
		l.trim(a, now)
		l.close(a)
	}
}

// Resume ends the pauses of keys and the halts of their policies, and gives those of the
// keys that were held back so, sorted. What came due meanwhile is settled by the clause
// `missed` of the policy, or by what the command says itself: nothing of it is launched,
// each pair once, or every decision.
func (l *Ledger) Resume(r journal.Resume, at time.Time) []string {
	now := nano(at)
	l.settle(now)
	keys := map[string]bool{}
	books := map[*book]bool{}
	for _, key := range r.Keys {
		b := l.bookOf(key)
		halted := b != nil && b.halt != nil
		if halted {
			books[b] = true
		}
		if halted || l.paused[key] != nil {
			keys[key] = true
		}
	}
	for b := range books {
		b.halt = nil
	}
	l.unpause(keys)
	for _, a := range l.held() {
		// A pause of other keys of a halted policy goes on.
		if keys[a.key] || books[a.book] && !l.accountHeld(a, now) {
			l.settleAccount(a, r.Missed)
		}
	}
	l.closeBooks() // of a policy that is gone this may have been the last
	return slices.Sorted(maps.Keys(keys))
}

func (l *Ledger) unpause(keys map[string]bool) {
	for i := range l.pauses {
		p := &l.pauses[i]
		p.keys = slices.DeleteFunc(p.keys, func(key string) bool { return keys[key] })
	}
	l.pauses = slices.DeleteFunc(l.pauses, func(p pause) bool { return len(p.keys) == 0 })
	l.indexPauses()
}

// bookOf gives the policy that has a key, nil for none that anything is known of.
func (l *Ledger) bookOf(key string) *book {
	if a := l.accounts[key]; a != nil && a.pulled {
		return a.book
	}
	if l.policyOf == nil {
		return nil
	}
	return l.books[l.policyOf(key)]
}

func (l *Ledger) keyHeld(key string, at int64) bool {
	p := l.paused[key]
	return p != nil && p.until > at
}

func (l *Ledger) bookHeld(b *book, at int64) bool {
	return b.halt != nil || nano(l.clauses(b).PausedUntil) > at
}

// heldUntil gives when the pauses of an account end, forever where a halt holds it.
func (l *Ledger) heldUntil(a *account) int64 {
	if a.book.halt != nil {
		return forever
	}
	until := nano(l.clauses(a.book).PausedUntil)
	if p := l.paused[a.key]; p != nil {
		until = max(until, p.until)
	}
	return until
}

func (l *Ledger) accountHeld(a *account, at int64) bool {
	return l.heldUntil(a) > at
}

// held gives the accounts that decisions are held of, by key.
func (l *Ledger) held() []*account {
	list := slices.Collect(maps.Keys(l.holding))
	slices.SortFunc(list, func(a, b *account) int { return cmp.Compare(a.key, b.key) })
	return list
}

// settle settles what pauses held that have ended by an instant.
func (l *Ledger) settle(now int64) {
	if now == l.settled {
		return
	}
	l.settled = now
	for a := range l.holding {
		if !l.accountHeld(a, now) {
			l.settleAccount(a, "")
		}
	}
	if slices.ContainsFunc(l.pauses, func(p pause) bool { return p.until <= now }) {
		l.pauses = slices.DeleteFunc(l.pauses, func(p pause) bool { return p.until <= now })
		l.indexPauses()
		l.settled = now
	}
}

// settleAccount does what a word of `missed` says, or the policy's for "", about the
// decisions that were held.
func (l *Ledger) settleAccount(a *account, word compiler.Missed) {
	if word == "" {
		word = l.clauses(a.book).Missed
	}
	l.touch()
	delete(l.holding, a)
	a.unchecked = true
	for i := range a.debts {
		d := &a.debts[i]
		queue := d.queue()
		for _, n := range d.held() {
			if word == compiler.MissedNone {
				l.drop(a.book.name, Pair{a.key, d.partition}, n.at, "it came due while launches were held back, and `missed none` drops that")
				continue
			}
			n.single = word == compiler.MissedAll
			queue = added(queue, n)
		}
		d.set(queue, nil)
	}
	a.settle()
	l.close(a)
}
