// Package stale knows which partitions have not caught up with what they depend on, on
// the total order of events and not of ticks, so that no update is lost.
package stale

import (
	"auto/runtime/events"
	"auto/vm/bits"
	"auto/vm/code"
	"auto/vm/graph"
	"auto/vm/space"
)

// Tracker follows updates and runs. It is not safe for concurrent use.
type Tracker struct{}

// New gives a tracker that knows nothing.
func New() *Tracker { return &Tracker{} }

// Follow says of which assets staleness is asked (those with conditions that use it), over
// a graph; what is known of others is kept.
func (t *Tracker) Follow(g *graph.Graph, asked func(asset string) bool) {}

// Happened folds an event; seq is its place in the total order, greater than that of the
// event before. Which partitions of a dependent an update belongs to is fixed here, with
// the windows that exist at the event's time.
func (t *Tracker) Happened(seq int64, e *events.Event) {}

// Decided tells that partitions of an asset were requested by a tick that knew all events
// up to seq: their updates so far are covered by it.
func (t *Tracker) Decided(s *space.Space, requested bits.Set, seq int64) {}

// Set gives a fact of the lossless forms over a space, and false for any other fact.
func (t *Tracker) Set(s *space.Space, f code.Fact) (bits.Set, bool) { return nil, false }

// Changed gives the entities of the space whose facts may have changed since the call
// before.
func (t *Tracker) Changed(s *space.Space) []int { return nil }

// MarshalJSON gives a snapshot; UnmarshalJSON reads it.
func (t *Tracker) MarshalJSON() ([]byte, error) { return []byte("{}"), nil }

// UnmarshalJSON reads a snapshot.
func (t *Tracker) UnmarshalJSON([]byte) error { return nil }

// Take moves what is kept about dependents out of the tracker, for Give of another.
func (t *Tracker) Take(mine func(asset string) bool) *Tracker { return New() }

// Give adds what another tracker has.
func (t *Tracker) Give(o *Tracker) {}
