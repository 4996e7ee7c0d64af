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

func nano(t time.Time) int64 {
	if t.IsZero() {
		return never
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
	// priority and newest are what of the clauses the order goes by, as of the release.
	priority int
	newest   bool
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
	// lost: no policy selects the key any more.
	lost bool
	// debts are what is owed, by partition.
	debts map[string]*debt
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

// debt is what is owed of a pair.
type debt struct {
	// queue is launched in order, one with each release at most.
	queue []decision
	// held came due in a pause or halt; its end settles what becomes of them.
	held []decision
}

// decision is one, or several that were merged.
type decision struct {
	// since is the first instant, at the newest one.
	since, at int64
	// retry counts earlier launches; another one waits until notBefore.
	retry     int
	notBefore int64
	// single stands for itself, as `missed all` asks: nothing merges with it, and no
	// other run makes up for it.
	single bool
}

func decidedAt(at int64, single bool) decision {
	return decision{since: at, at: at, notBefore: never, single: single}
}

// add puts a newer decision into the queue. One that was launched and is to be retried is
// no moment of its own any more: the newer one goes in its place, at once.
func (d *debt) add(n decision) {
	if k := len(d.queue); k > 0 {
		last := &d.queue[k-1]
		if last.retry > 0 || !last.single && !n.single {
			n.since = min(n.since, last.since)
			*last = n
			return
		}
	}
	d.queue = append(d.queue, n)
}

// again owes a decision another time, after its run failed. What is owed already is newer
// and goes in its place.
func (d *debt) again(n decision) {
	if len(d.queue) == 0 {
		d.queue = append(d.queue, n)
		return
	}
	d.queue[0].since = min(d.queue[0].since, n.since)
}

func (d *debt) empty() bool { return len(d.queue)+len(d.held) == 0 }

// span gives the first and the newest instant of all that is owed.
func (d *debt) span() (since, at int64) {
	since, at = forever, never
	for _, list := range [][]decision{d.queue, d.held} {
		for _, n := range list {
			since, at = min(since, n.since), max(at, n.at)
		}
	}
	return since, at
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
		a = &account{key: key, book: b, pruned: never}
		l.accounts[key] = a
	}
	return a
}

func (a *account) debt(partition string) *debt {
	d := a.debts[partition]
	if d == nil {
		if a.debts == nil {
			a.debts = map[string]*debt{}
		}
		d = &debt{}
		a.debts[partition] = d
	}
	return d
}

// tidy forgets what is empty of a pair, and then of its account.
func (l *Ledger) tidy(a *account, partition string) {
	if d := a.debts[partition]; d != nil && d.empty() {
		delete(a.debts, partition)
	}
	l.close(a)
}

func (l *Ledger) close(a *account) {
	if len(a.debts)+len(a.sent)+len(a.pairs)+len(a.running) == 0 {
		delete(l.accounts, a.key)
		delete(l.holding, a)
	}
}
