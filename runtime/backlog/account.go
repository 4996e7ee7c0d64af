package backlog

import (
	"cmp"
	"math"
	"time"
)

// Instants are kept in nanoseconds, as they are many: never is before all, forever after.
const (
	never   = math.MinInt64
	forever = math.MaxInt64
)

// nano gives an instant in nanoseconds. One that these have no room for, such as that of
// `pause until "2999-01-01"`, is the last of 2262 or the first of 1677 that they have.
func nano(t time.Time) int64 {
	const second = int64(time.Second)
	switch s := t.Unix(); {
	case t.IsZero():
		return never
	case s >= forever/second:
		return forever - 1
	case s <= never/second:
		return never + 1
	}
	return t.UnixNano()
}

// instant is the inverse of nano; what is not known is the zero time.
func instant(n int64) time.Time {
	if n == never || n == forever {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

// after adds a duration to an instant, up to forever.
func after(n int64, d time.Duration) int64 {
	if n > forever-int64(d) {
		return forever
	}
	return n + int64(d)
}

// book is a policy with what it remembers beyond its assets.
type book struct {
	name string
	halt *halt
	// fresh is what was decided since the last release and meets no earlier decision.
	fresh batch
}

// halt is what `halt above` did: since when, how many pairs were asked for, and what N was.
type halt struct {
	since        int64
	asked, above int
}

func (b *book) before(o *book) bool {
	return cmp.Or(cmp.Compare(b.halt.since, o.halt.since), cmp.Compare(b.name, o.name)) < 0
}

// batch is what one tick decided, while it can still go as one.
type batch struct {
	pairs  []Pair
	at     int64
	single bool
}

// account is what is kept about an asset or check. There is none where nothing is.
type account struct {
	key  string
	book *book
	// pulled: no policy selects the key; another asset of its execution set pulls it along.
	// lost: none does any more.
	pulled, lost bool
	// debts are what is owed, sorted by partition. Unchecked tells that a run may have made
	// up for some since they were looked through.
	debts     []debt
	unchecked bool
	// sent counts the pairs that were launched, for `limit N per D`, and pairs has the
	// launches of each, for `at most`; both ascend. pruned is when they were looked
	// through for what is too old to count.
	sent   []stamp
	pairs  map[string][]int64
	pruned int64
	// running has the requests whose runs may be retried, by partition.
	running map[string]string
}

// stamp is a number of launches at an instant.
type stamp struct {
	at    int64
	count int
}

func (l *Ledger) book(name string) *book {
	b := l.books[name]
	if b == nil {
		b = &book{name: name}
		l.books[name] = b
	}
	return b
}

func (l *Ledger) account(key string, b *book) *account {
	a := l.accounts[key]
	if a == nil {
		a = &account{key: key, book: b, pruned: never, pulled: l.policyOf != nil && l.policyOf(key) == ""}
		l.accounts[key] = a
	}
	return a
}

// close forgets an account of which nothing is left.
func (l *Ledger) close(a *account) {
	if len(a.debts)+len(a.sent)+len(a.pairs)+len(a.running) == 0 {
		delete(l.accounts, a.key)
		delete(l.holding, a)
	}
}
