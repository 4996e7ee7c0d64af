package store

import (
	"context"
	"time"

	"auto/runtime/request"
)

// Reader is what of a store only reads. All methods are safe for concurrent use. Times
// are kept in UTC, exact to the nanosecond, from Earliest to Latest. Keys, etags and run
// keys may hold any bytes. Numbers in the parameters and configuration of a request come
// back as json.Number.
//
// A yield may read from the store, and stops the call by its error, which is given
// back as it is.
type Reader interface {
	ConditionsReader
	ParamsReader
	MarksReader
	// Block gives the state of a block, the zero state where it has none.
	Block(ctx context.Context, name string) (Block, error)
	// Versions calls yield for the versions that a filter selects, ordered by block,
	// key and first sight.
	Versions(ctx context.Context, filter FileFilter, yield func(Version) error) error
	// Version gives what is known of one version, found by its key, etag and
	// last_modified, and false where nothing is.
	Version(ctx context.Context, block string, file request.File) (Version, bool, error)
	// Keys calls yield for the keys that the newest listing of a block had, in order.
	Keys(ctx context.Context, block string, yield func(key string) error) error
	// Released counts the block's requests that left Held at or after an instant.
	Released(ctx context.Context, block string, since time.Time) (int, error)
	// Due gives up to limit requests that may be delivered at an instant, higher
	// priority first, then in order of decision, with Gone as the newest listing
	// has it. They stay due.
	Due(ctx context.Context, at time.Time, limit int) ([]Entry, error)
	// NextDue gives the earliest NextAt of a due request that is later than an
	// instant, and false where there is none.
	NextDue(ctx context.Context, after time.Time) (time.Time, bool, error)
	// Entries calls yield for the requests that a filter selects, newest decision last.
	Entries(ctx context.Context, filter EntryFilter, yield func(Entry) error) error
	// Entry gives one request by its ID or a unique beginning of it; ErrNotFound.
	Entry(ctx context.Context, id string) (Entry, error)
	// Journal calls yield for the records after a sequence number, in order. Beside
	// what ticks and Append wrote it has a record of each call of Forget, Resume and
	// Retry that changed something, and of each delivery that was done.
	Journal(ctx context.Context, after int64, yield func(Record) error) error
	// Close ends all work and gives the store free.
	Close() error
}
