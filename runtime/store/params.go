package store

import (
	"context"
	"errors"
	"time"

	"auto/runtime/request"
)

// ParamsEdit is an edit of the parameters of a job.
type ParamsEdit struct {
	Job string
	// Version counts the edits of the job, from 1.
	Version int64
	At      time.Time
	// Body is the body of its record in the journal, a JSON value.
	Body []byte
}

// ErrConflict: another edit of the job came first.
var ErrConflict = errors.New("the parameters were changed meanwhile")

// Params is what a store keeps of the parameters of jobs.
type Params interface {
	ParamsReader
	// PutParams keeps an edit, and appends it to the journal as a record of a kind, in one
	// transaction. It gives the record's number. Where the version is not the next one of
	// its job it is ErrConflict, and nothing is kept.
	PutParams(ctx context.Context, kind string, e ParamsEdit) (int64, error)
	// Revise makes a parked request due in a new form, which has its ID, and writes a
	// journal record; false where it is not parked, ErrNotFound where there is none.
	Revise(ctx context.Context, r request.Request, at time.Time) (bool, error)
}

// ParamsReader is what of it only reads.
type ParamsReader interface {
	// Params gives an edit of a job, the newest for a version of 0, and false where there
	// is none.
	Params(ctx context.Context, job string, version int64) (ParamsEdit, bool, error)
	// ParamsInForce calls yield for the newest edit of each job, by job.
	ParamsInForce(ctx context.Context, yield func(ParamsEdit) error) error
	// ParamsHistory calls yield for all edits of a job, newest first.
	ParamsHistory(ctx context.Context, job string, yield func(ParamsEdit) error) error
}
