package gql

import (
	"errors"
	"time"
)

// Kind tells what a failed call means.
type Kind int

const (
	// Unsent: the server has not seen the call, so it did not act.
	Unsent Kind = iota
	// Lost: the call went out and no answer came back; the server may have acted, or may
	// still be about to.
	Lost
	// Failed: Dagster answered with errors. A mutation may have acted in part.
	Failed
	// Denied: something that is not Dagster, or is before it, answered; it will answer the
	// same again.
	Denied
)

// Error is a call that gave no whole answer.
type Error struct {
	Kind Kind
	// Status is that of HTTP, 0 where no answer came.
	Status int
	// Message says in a sentence what happened, and what to do where that is known.
	Message string
	// Wait is the least time before a further call that the server asks for.
	Wait time.Duration
	err  error
}

// Error gives the message.
func (e *Error) Error() string { return e.Message }

// Unwrap gives the cause, nil where there is none.
func (e *Error) Unwrap() error { return e.err }

// KindOf gives the kind of an error of a call. One that is not of this package counts as
// Lost: nothing is known about it.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Lost
}
