package backlog

import (
	"maps"
	"slices"
	"time"
)

// Count is how much is owed under a policy.
type Count struct {
	Policy string
	// Pairs is the number of pairs, Oldest the first decision among them, the zero time
	// for none.
	Pairs  int
	Oldest time.Time
}

// Counts counts what is owed, by the name of the policy: under each in force, and each
// other that something is owed under. It goes through what is owed only where that may have
// changed since it was asked last. The list is not to be changed.
func (l *Ledger) Counts() []Count {
	if l.counts == nil {
		l.counts = l.recount()
	}
	return l.counts
}

// Count gives the number of pairs that are owed, and the oldest decision among them, the
// zero time for none.
func (l *Ledger) Count() (pairs int, oldest time.Time) {
	for _, c := range l.Counts() {
		pairs += c.Pairs
		if c.Pairs > 0 && (oldest.IsZero() || c.Oldest.Before(oldest)) {
			oldest = c.Oldest
		}
	}
	return pairs, oldest
}

// tally is a count that goes on.
type tally struct {
	pairs int
	since int64
}

func (t *tally) add(pairs int, since int64) {
	if pairs > 0 {
		t.pairs, t.since = t.pairs+pairs, min(t.since, since)
	}
}

// touch notes that a release may give something, and that what is owed may be another.
func (l *Ledger) touch() { l.changed, l.counts = true, nil }

func (l *Ledger) recount() []Count {
	tallies := make(map[string]*tally, len(l.policies))
	of := func(name string) *tally {
		if tallies[name] == nil {
			tallies[name] = &tally{since: forever}
		}
		return tallies[name]
	}
	for name := range l.policies {
		of(name)
	}
	for _, a := range l.accounts {
		if len(a.debts) > 0 {
			of(a.book.name).add(len(a.debts), a.oldest())
		}
	}
	for name, b := range l.books {
		if k := len(b.fresh.pairs); k > 0 {
			of(name).add(k, b.fresh.at)
		}
	}
	list := make([]Count, 0, len(tallies))
	for _, name := range slices.Sorted(maps.Keys(tallies)) {
		t := tallies[name]
		list = append(list, Count{name, t.pairs, instant(t.since)})
	}
	return list
}

// oldest gives the first decision that an account has, forever for none.
func (a *account) oldest() int64 {
	oldest := int64(forever)
	for i := range a.debts {
		since, _ := a.debts[i].span()
		oldest = min(oldest, since)
	}
	return oldest
}
