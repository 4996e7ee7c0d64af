// Package launch hands requests to whatever starts the runs: lines on standard
// output, a webhook, or a command.
package launch

import (
	"context"
	"errors"
	"time"

	"auto/runtime/request"
)

// Launcher delivers requests. Its methods are safe for concurrent use.
type Launcher interface {
	// Launch delivers one request and gives nil when the receiver has acknowledged
	// it. A failure is a *Failure; any other error counts as one that may pass.
	Launch(ctx context.Context, r request.Request) error
	// Workers is how many deliveries may be under way at once, at least 1.
	Workers() int
}

// Stopper is a Launcher whose deliveries wait long for their receiver.
type Stopper interface {
	// Stop makes Launch give ErrStopped, at once and from now on.
	Stop()
}

// ErrStopped is given for a delivery that was waiting for its receiver when its launcher
// was stopped. It is no failure: the request stays due as it is.
var ErrStopped = errors.New("the launcher was stopped")

// Kind tells what a failure means for the request and for the others.
type Kind int

const (
	// Passing: this delivery failed; a later one may succeed.
	Passing Kind = iota
	// Unreachable: the receiver cannot be reached, so others would fail too.
	Unreachable
	// Refused: the receiver refuses this request for good.
	Refused
)

// Failure is a delivery that was not acknowledged.
type Failure struct {
	Kind Kind
	// Reason says in a sentence what happened.
	Reason string
	// Wait is the least time before a further attempt that the receiver asks for.
	Wait time.Duration
	// Most is the longest time before it, however many attempts there were: what is waited for
	// is over then. 0 leaves that to the number of attempts.
	Most time.Duration
}

// Error gives the reason.
func (f *Failure) Error() string { return f.Reason }
