package automation

import (
	"context"
	"errors"
)

// gate lets one in at a time, as a mutex does, but who waits may give up.
type gate chan struct{}

func newGate() gate { return make(gate, 1) }

// errEnded: a loop ended, so that its turn never comes.
var errEnded = errors.New("the sensor has ended")

// enter waits until nobody else is in; the error says that it gave up. A nil channel is
// never closed.
func (g gate) enter(ctx context.Context, ended <-chan struct{}) error {
	select {
	case g <- struct{}{}:
		return nil
	case <-ended:
		return errEnded
	case <-ctx.Done():
		return ctx.Err()
	}
}

// try enters where nobody is in, and reports whether it did.
func (g gate) try() bool {
	select {
	case g <- struct{}{}:
		return true
	default:
		return false
	}
}

func (g gate) leave() { <-g }
