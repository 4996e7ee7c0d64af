package store

import (
	"context"
	"time"
)

// Item is an input of conditions with the identity that its sender gave it.
type Item struct {
	// ID is "" where it has none, and is then no one's duplicate.
	ID string
	// Body is a JSON value.
	Body []byte
}

// Taken is what became of items: Seq is the record that holds the new ones, 0 where
// all were Duplicates.
type Taken struct {
	Seq        int64
	Duplicates int
}

// Snapshot is the state of a part of the daemon after the record Seq.
type Snapshot struct {
	Seq  int64
	At   time.Time
	Body []byte
}

// Conditions is what conditions keep in a store.
type Conditions interface {
	ConditionsReader
	// Take appends one record of a kind, at an instant, with those of the items whose IDs
	// are not known, in order: the body is {"events": [BODY, …]}. It is on the disk when
	// Take returns. An ID is known for as long as the record that has it is kept. A body
	// that is no JSON is an error, and nothing is taken.
	Take(ctx context.Context, at time.Time, kind string, items []Item) (Taken, error)
	// Decide appends a record of a tick with the requests that it decided, in one
	// transaction, and gives the record's number. A request that is known by its ID stays
	// as it is. Requests are of no files block; no run key of theirs is taken, as each has
	// its own.
	Decide(ctx context.Context, record Record, entries []Entry) (int64, error)
	// Note appends a record that belongs to no block, and gives its number.
	Note(ctx context.Context, record Record) (int64, error)
	// PutText keeps a text and gives its name, the SHA-256 in hexadecimal digits. It stays
	// while a record of kind "policies" names it, and until the first snapshot after it is
	// the oldest that is kept.
	PutText(ctx context.Context, text []byte) (string, error)
	// PutSnapshot keeps a snapshot, in place of one of the same record.
	PutSnapshot(ctx context.Context, s Snapshot) error
	// Alive notes that sensors tick at an instant, outside the journal.
	Alive(ctx context.Context, at time.Time) error
	// PruneConditions forgets what only serves to go back to before an instant: with S the
	// newest snapshot at or before it, all earlier snapshots, the records up to S with the
	// identities of their items, the texts that no record names, and the requests that were
	// delivered before the instant and decided up to S. The newest record of kind "policies"
	// up to S stays, as its policies are in force at S; where there is no S, all stays. Of
	// the snapshots that are a day older than the latest, each day (UTC) keeps the one of
	// the first record. It gives the number of records.
	PruneConditions(ctx context.Context, before time.Time) (int, error)
}

// ConditionsReader is what of it only reads.
type ConditionsReader interface {
	// Records calls yield for the records of some kinds after a number, in order; of all
	// kinds where none is given. Records of a files block are not among them.
	Records(ctx context.Context, after int64, kinds []string, yield func(Record) error) error
	// Text gives the text of a name; ErrNotFound where it is not known.
	Text(ctx context.Context, name string) ([]byte, error)
	// Snapshot gives the newest snapshot at or before an instant, the oldest of all where
	// none is, and false where there is none. With the error of one whose body is damaged
	// it gives Seq and At.
	Snapshot(ctx context.Context, at time.Time) (Snapshot, bool, error)
	// LastAlive gives the instant of the last Alive, zero for never.
	LastAlive(ctx context.Context) (time.Time, error)
}
