// Package backlog keeps what conditions decided and nothing has launched yet. It is pure:
// what it gives follows from what it was told.
package backlog

import (
	"encoding/json"
	"time"

	"auto/compiler"
	"auto/runtime/events"
	"auto/runtime/journal"
)

// Pair is an asset, or a check as asset:check, with a partition, "" for none.
type Pair struct {
	Key       string `json:"key"`
	Partition string `json:"partition,omitempty"`
}

// Policy is a policy in force, as far as launching goes.
type Policy struct {
	Name    string
	Clauses *compiler.Clauses
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
	// DecidedAt is the instant of the decision that is carried out, the newest of those
	// that were merged into it.
	DecidedAt time.Time
	// Retry counts the launches of the decision before this one.
	Retry int
}

// Owed is a pair that waits.
type Owed struct {
	Pair
	Policy string `json:"policy"`
	// Since is the first decision, DecidedAt the newest.
	Since     time.Time `json:"since"`
	DecidedAt time.Time `json:"decided_at"`
	// Why says in a sentence what holds it back; NotBefore is the earliest instant at
	// which that ends by itself, zero where it is not known.
	Why       string    `json:"why"`
	NotBefore time.Time `json:"not_before,omitzero"`
	Retry     int       `json:"retry,omitempty"`
	// Running is the request whose run is awaited, for a pair that can be retried; such a
	// pair is not owed yet.
	Running string `json:"running,omitempty"`
}

// Ledger is what is owed under the policies of one sensor.
type Ledger struct{}

// New gives a ledger in which nothing is owed.
func New() *Ledger { return &Ledger{} }

// Decide adds what a tick requested under a policy. It gives false where the tick asked
// for more than the policy's `halt above`: the policy is halted then.
// catchUp tells that the tick makes up for a missed one; down is since when nothing ticked,
// where the tick is the first after a gap, else zero.
func (l *Ledger) Decide(p Policy, pairs []Pair, at time.Time, catchUp bool, down time.Time) (ok bool) {
	panic("skeleton")
}

// Release gives what may be launched at an instant under the policies, by name, in the
// order in which it is to be launched, and what is dropped and why. What is released is
// owed no longer, but for retries.
func (l *Ledger) Release(at time.Time, policies map[string]Policy, f Facts) ([]Launch, []journal.Dropped) {
	panic("skeleton")
}

// Launched tells under which request a launch went out.
func (l *Ledger) Launched(request string, launches []Launch) { panic("skeleton") }

// Happened tells of an event: the end of a run that a request launched. Unrelated events
// are nothing to it.
func (l *Ledger) Happened(e *events.Event) { panic("skeleton") }

// Pause holds pairs of the keys back; Resume ends pauses and halts.
func (l *Ledger) Pause(p journal.Pause) { panic("skeleton") }

// Resume ends the pauses and halts of keys, and settles by the clause `missed` of their
// policies, or by what it says itself, what came due meanwhile.
func (l *Ledger) Resume(r journal.Resume, at time.Time, policyOf func(key string) Policy) []journal.Dropped {
	panic("skeleton")
}

// Waiting gives everything that is owed, oldest first, with what holds it back at an
// instant.
func (l *Ledger) Waiting(at time.Time, policies map[string]Policy, f Facts) []Owed { panic("skeleton") }

// Owed counts the pairs that are owed, and gives the oldest decision, zero for none, and
// the policies that are halted, sorted.
func (l *Ledger) Owed() (count int, oldest time.Time, halted []string) { panic("skeleton") }

// NextAt gives the earliest instant after one at which a release can give something
// without a further decision or event, and false for none.
func (l *Ledger) NextAt(after time.Time) (time.Time, bool) { panic("skeleton") }

// Take moves what is kept about keys out of the ledger, for Give of another.
func (l *Ledger) Take(keys func(key string) bool) *Ledger { panic("skeleton") }

// Give adds what another ledger has.
func (l *Ledger) Give(o *Ledger) { panic("skeleton") }

// MarshalJSON gives the ledger's snapshot; UnmarshalJSON reads it.
func (l *Ledger) MarshalJSON() ([]byte, error) { return json.Marshal(struct{}{}) }

// UnmarshalJSON reads a snapshot.
func (l *Ledger) UnmarshalJSON([]byte) error { return nil }
