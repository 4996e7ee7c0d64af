// Package store is the narrow interface between the runtime and what it keeps:
// the files that blocks remember, the requests that were decided, and the journal
// of what was observed. Everything a tick changes, it changes in one transaction.
package store

import (
	"context"
	"errors"
	"time"

	"auto/runtime/request"
)

// State is what became of one version of a file. It is in exactly one state.
type State string

// The states of a version.
const (
	// Settling: seen, and not yet unchanged for as long as the block's `settled`.
	Settling State = "settling"
	// Skipped: lay there on the first day, by `existing skip`.
	Skipped State = "skipped"
	// Requested: a request was decided.
	Requested State = "requested"
	// Unmatched: no rule matched.
	Unmatched State = "unmatched"
	// Parked: it could not be decided; the reason says why.
	Parked State = "parked"
	// Quarantined: no rule matched and a move was requested.
	Quarantined State = "quarantined"
	// Kept: changed in a way that the block's `redeliver` does not take again.
	Kept State = "kept"
)

// Version is what a block knows of one (key, etag, last_modified).
type Version struct {
	Block string
	File  request.File
	State State
	// Reason says why in a sentence; for Unmatched the rules that were tried.
	Reason string
	// Request is the ID of the newest request about it, "" where there is none.
	Request string
	// FirstSeen is the instant of the tick that saw it first, and DecidedAt of the
	// one that decided, zero while it is settling.
	FirstSeen, DecidedAt time.Time
	// Current: it is the version that the newest listing had of its key. The key's
	// newest version stays current when the key is gone.
	Current bool
	// Returned, of a settling version: its key has been gone since it was decided about,
	// so that a later file is new whatever `redeliver` says.
	Returned bool
	// GoneAt is the instant of the listing that no longer had it: a complete one
	// without its key, or one with another version of it. Zero while it is listed.
	GoneAt time.Time
}

// Delivery is the state of a request in the outbox.
type Delivery string

// The states of a request.
const (
	// Held: decided, but a clause of its block holds it back (limit, pause, halt).
	Held Delivery = "held"
	// Due: to be delivered at its NextAt or later.
	Due Delivery = "due"
	// Delivered: the receiver acknowledged it.
	Delivered Delivery = "delivered"
	// Refused: the receiver refused it for good; it waits to be retried on demand.
	Refused Delivery = "parked"
)

// Entry is a request with its place in the outbox.
type Entry struct {
	Request  request.Request
	Delivery Delivery
	// Attempts counts deliveries that were begun.
	Attempts int
	// NextAt is when the next delivery may begin; ReleasedAt when it left Held;
	// DoneAt when it was acknowledged or refused. Zero where it does not apply.
	NextAt, ReleasedAt, DoneAt time.Time
	// Reason is the last failure, the refusal, or what holds it back.
	Reason string
}

// Decided gives the entry of a request that nothing holds back: due at the instant of its
// tick, or parked where it is refused.
func Decided(r request.Request, at time.Time) Entry {
	if r.Refused != nil {
		return Entry{Request: r, Delivery: Refused, DoneAt: at, Reason: r.Refused.Reason}
	}
	return Entry{Request: r, Delivery: Due, NextAt: at, ReleasedAt: at}
}

// Block is what is kept of a files block beside its files.
type Block struct {
	Name string
	// Listed: a complete listing has been taken in, so that `existing` is settled.
	Listed bool
	// LastTick is the instant of its last tick that changed something.
	LastTick time.Time
	// HaltedAt is when `halt above` stopped it, zero where it is not halted.
	HaltedAt time.Time
	// Held is the number of its held requests. The store counts; what a Tick says
	// is ignored.
	Held int
	// Forgets counts the calls of Forget that removed something of it, so that
	// whoever remembers its files knows when to read them again. The store counts.
	Forgets int64
}

// Tick is everything that one tick of a block changes.
type Tick struct {
	// Block is its state after the tick. Listed is never taken back, and HaltedAt
	// is stored only by the tick that halts, so that a Resume meanwhile stays.
	Block Block
	At    time.Time
	// Versions are written whole; of a key that gets a new current version the
	// older one stops being current, and is gone, in the same transaction.
	Versions []Version
	// Unseen are settling versions that vanished undecided; they are removed.
	Unseen []request.File
	// Entries are new requests. One whose run key another request of the block has
	// is stored as Refused with the reason, never dropped; an empty run key is no
	// one's. One that was decided already, by its ID, takes the place of the first and
	// goes on with its attempts.
	Entries []Entry
	// Journal are the observations, in order.
	Journal []Record
}

// Record is one entry of the journal.
type Record struct {
	// Seq orders the journal; the store gives it.
	Seq  int64
	At   time.Time
	Kind string
	// Block is the files block that it belongs to, "" for the whole project.
	Block string
	// Body is a JSON value whose form depends on Kind.
	Body []byte
}

// Outcome is what a delivery came to.
type Outcome struct {
	ID string
	At time.Time
	// Delivery is Delivered, Refused, or Due for a further attempt at NextAt.
	Delivery Delivery
	NextAt   time.Time
	Reason   string
}

// FileFilter selects versions; zero fields select everything.
type FileFilter struct {
	Block string
	State State
	Key   string
	// Glob is matched against whole keys, by the rules of a folder glob.
	Glob string
	// History includes versions that are not current.
	History bool
	// Limit is the greatest number given, 0 for all; After skips up to and
	// including that key.
	Limit int
	After string
}

// EntryFilter selects requests; zero fields select everything.
type EntryFilter struct {
	Block    string
	Delivery Delivery
	// Limit is the greatest number given, the newest; 0 for all.
	Limit int
}

// ErrNotFound: there is no such request.
var ErrNotFound = errors.New("not found")

// Store keeps the state of a project, as its only writer: one write follows the other.
// All methods are safe for concurrent use.
type Store interface {
	Reader
	Conditions
	Params
	Marks
	// Commit stores a tick in one transaction, whole or not at all.
	Commit(ctx context.Context, tick Tick) error
	// Release turns up to limit held requests of a block into due ones, those with
	// higher priority first, then by the file's last_modified, oldest or newest
	// first, then by the order of decision; and gives their number.
	Release(ctx context.Context, block string, at time.Time, limit int, newest bool) (int, error)
	// Begin counts an attempt before it is made, so that a receiver never sees the
	// same attempt number for two deliveries, and gives its number; ErrNotFound.
	Begin(ctx context.Context, id string) (int, error)
	// Finish stores what a delivery came to; ErrNotFound.
	Finish(ctx context.Context, outcome Outcome) error
	// Retry makes a refused or held request due at once; ErrNotFound where there is
	// no such request; a delivered one is left alone and false is given.
	Retry(ctx context.Context, id string, at time.Time) (bool, error)
	// Forget removes everything known of the keys of a block that a glob matches,
	// all blocks where block is "", frees their run keys, writes a journal record,
	// and gives the number of keys.
	Forget(ctx context.Context, block, glob string, at time.Time) (int, error)
	// Resume lifts the halt of a block and releases nothing by itself.
	Resume(ctx context.Context, block string, at time.Time) error
	// Prune forgets what of a files block is past its retention, up to limit of each: versions that
	// were gone, requests that were delivered and journal records that were written
	// before an instant. It gives the number. What stays is a version that is listed or
	// whose request is not delivered, a key's newest while others of it stay, and a
	// request whose key is listed.
	Prune(ctx context.Context, block string, before time.Time, limit int) (int, error)
	// Append writes a record that belongs to no tick, such as a policy that was loaded.
	Append(ctx context.Context, record Record) error
}
