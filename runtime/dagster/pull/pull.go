// Package pull is the second way to Dagster: a small sensor in the user's code location
// asks for requests and yields them as RunRequests, so that Dagster's run keys hold each
// to one run, too.
package pull

import (
	"context"

	"auto/runtime/request"
)

// Asked is what the sensor sends.
type Asked struct {
	// Done are the IDs of requests whose runs Dagster has; Refused are those that it refuses.
	Done    []string  `json:"done"`
	Refused []Refused `json:"refused,omitempty"`
	// Limit is the greatest number of requests wanted, 0 for the default.
	Limit int `json:"limit,omitempty"`
}

// Refused is a request that Dagster does not take.
type Refused struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// Launcher implements launch.Launcher: a request is under way until the sensor has said
// what became of it.
type Launcher struct{}

// New gives a launcher that offers up to a number of requests at once.
func New(offered int) *Launcher { panic("skeleton") }

// Workers implements launch.Launcher.
func (l *Launcher) Workers() int { panic("skeleton") }

// Launch implements launch.Launcher. It gives nil when the sensor has acknowledged.
func (l *Launcher) Launch(ctx context.Context, r request.Request) error { panic("skeleton") }

// Next takes what the sensor says in, and gives the requests that are offered, the
// oldest first.
func (l *Launcher) Next(ctx context.Context, asked Asked) ([]request.Request, error) {
	panic("skeleton")
}
