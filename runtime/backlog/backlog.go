// Package backlog keeps what conditions decided and nothing has launched yet, and says what
// is launched when. It is pure: what a ledger gives follows from what it was told.
//
// The clauses of a policy (docs/language.md, Clauses) delay a decision; only three things
// drop one: a successful run that started after it, a policy that is gone or selects its
// asset no longer, and `missed none`. Whatever is dropped is given once, with the reason, by
// the next Release.
package backlog

import (
	"cmp"
	"time"

	"auto/compiler"
	"auto/runtime/journal"
)

// Pair is an asset, or a check as asset:check, with a partition, "" for none.
type Pair struct {
	Key       string `json:"key"`
	Partition string `json:"partition,omitempty"`
}

func (p Pair) compare(o Pair) int {
	return cmp.Or(cmp.Compare(p.Key, o.Key), cmp.Compare(p.Partition, o.Partition))
}

// Policy is a policy in force, as far as launching goes.
type Policy struct {
	Name    string
	Clauses *compiler.Clauses
}

// Decided is what one tick requested under one policy: of pairs that it selects, and of
// others that those pull along, as no policy selects them.
type Decided struct {
	Policy string
	// Pairs are taken over by the ledger.
	Pairs []Pair
	At    time.Time
	// DownSince is for what came due while nothing ticked, on the first tick afterwards or
	// at a moment before it: since when that was. It is zero otherwise.
	DownSince time.Time
}

// Facts is what releasing asks about the world.
type Facts interface {
	// DependencyUpdated gives when a dependency of the pair was updated last, and false
	// for never.
	DependencyUpdated(p Pair) (time.Time, bool)
	// Succeeded gives the start of the newest successful run of the pair, and false
	// for none.
	Succeeded(p Pair) (time.Time, bool)
	// Order gives the place of the pair's partition in its definition, by which those of
	// one asset are ordered, oldest first.
	Order(p Pair) int
}

// Launch is a pair that is to be launched now.
type Launch struct {
	Pair
	Policy string
	// Since is the first decision that is carried out, DecidedAt the newest of those that
	// were merged into it.
	Since, DecidedAt time.Time
	// Retry counts the launches of the decision before this one.
	Retry int

	single bool
}

// Owed is a pair that waits.
type Owed struct {
	Pair
	Policy string `json:"policy"`
	// Since is the first decision, DecidedAt the newest.
	Since     time.Time `json:"since"`
	DecidedAt time.Time `json:"decided_at"`
	// Decisions is how often the pair is launched, where that is more than once: under
	// `missed all`, or while a pause may still end in that.
	Decisions int `json:"decisions,omitempty"`
	// Why says in a sentence what holds it back; NotBefore is the earliest instant at
	// which that ends by itself, zero where it is not known.
	Why       string    `json:"why"`
	NotBefore time.Time `json:"not_before,omitzero"`
	Retry     int       `json:"retry,omitempty"`
	// Running is the request whose run is awaited, for a pair that can be retried; such a
	// pair is not owed yet.
	Running string `json:"running,omitempty"`
}

// Ledger is what is owed under the policies of one sensor. The instants that it is told
// never go back, and lie between the years 1678 and 2262, but for ends of pauses. It is not safe for concurrent use.
type Ledger struct {
	policies map[string]Policy
	policyOf func(key string) string

	books    map[string]*book
	accounts map[string]*account
	flights  map[string]flight
	pauses   []pause
	paused   map[string]*pause
	// holding are the accounts with decisions that a pause or halt holds, settled the
	// instant up to which the pauses that ended were settled.
	holding map[*account]bool
	settled int64
	// gone is what the next release reports as dropped.
	gone []journal.Dropped

	// now is the newest instant of a release. Before next no further one gives anything,
	// unless something changed.
	now, next int64
	changed   bool
	// counts are those of Counts, nil where they may be others now.
	counts []Count
	// unchecked tells that a run may have made up for something since the last release.
	unchecked bool
}

// New gives a ledger in which nothing is owed.
func New() *Ledger {
	return &Ledger{
		books: map[string]*book{}, accounts: map[string]*account{}, flights: map[string]flight{},
		paused: map[string]*pause{}, holding: map[*account]bool{},
		settled: never, now: never, next: forever, changed: true, unchecked: true,
	}
}

// Gone is what policyOf gives for a key that there is no asset or check of any more: nothing
// pulls that along.
const Gone = "\x00gone"

// Use puts policies in force, by name; policyOf gives the one of an asset or check, "" for
// none. What is owed follows its asset to the policy that has it now, renamed or another; a
// policy that stands for one that is gone is halted if that was. What has no policy any more
// is dropped by the next release, unless a further Use brings one; its launches are
// forgotten. A ledger that was read from a snapshot needs it before anything else; one that
// has policies needs Settle before it.
func (l *Ledger) Use(policies map[string]Policy, policyOf func(key string) string) {
	l.flush()
	l.policies, l.policyOf = policies, policyOf
	l.touch()
	l.settled = never
	halted := map[string]*book{}
	for _, a := range l.accounts {
		l.assign(a, halted)
	}
	for name, from := range halted {
		l.book(name).halt = from.halt
	}
	l.closeBooks()
	l.forgetFlights()
}

// assign puts an account under the policy of its key. Halted collects the policies that
// take over from a halted one.
func (l *Ledger) assign(a *account, halted map[string]*book) {
	name := l.policyOf(a.key)
	if a.pulled = a.pulled && name == ""; a.pulled {
		name = a.book.name
	}
	_, known := l.policies[name]
	if a.lost = !known; a.lost {
		l.forgetLaunches(a)
		return
	}
	if name == a.book.name {
		return
	}
	from := a.book
	a.book = l.book(name)
	_, remains := l.policies[from.name]
	if remains || from.halt == nil || len(a.debts) == 0 || a.book.halt != nil {
		return
	}
	// Of several that end in one policy the earliest halt counts, then the first name.
	if other := halted[name]; other == nil || from.before(other) {
		halted[name] = from
	}
}

// forgetLaunches forgets those of an account.
func (l *Ledger) forgetLaunches(a *account) {
	for partition := range a.running {
		l.land(a, partition)
	}
	a.sent, a.pairs = nil, nil
	l.close(a)
}

// closeBooks forgets the policies that are gone and have nothing left.
func (l *Ledger) closeBooks() {
	used := map[*book]bool{}
	for _, a := range l.accounts {
		used[a.book] = true
	}
	for name, b := range l.books {
		if _, known := l.policies[name]; !known && !used[b] {
			delete(l.books, name)
		}
	}
}

// clauses gives those of a policy, empty ones where it is gone.
func (l *Ledger) clauses(b *book) *compiler.Clauses {
	if p, ok := l.policies[b.name]; ok && p.Clauses != nil {
		return p.Clauses
	}
	return &none
}

var none compiler.Clauses
