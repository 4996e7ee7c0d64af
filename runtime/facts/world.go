package facts

import (
	"time"

	"auto/vm"
	"auto/vm/space"
)

// World is what is known, folded from events in the order in which they are applied.
type World struct{}

// New gives a world in which nothing happened.
func New() *World { panic("skeleton") }

// Apply adds an event.
func (w *World) Apply(e Event) error { panic("skeleton") }

// Dynamic gives the keys of a dynamic definition in order of addition.
func (w *World) Dynamic(name string) []string { panic("skeleton") }

// Facts gives what is known about the entities of a space at an instant. It is good until
// the next event.
func (w *World) Facts(s *space.Space, at time.Time) vm.Facts { panic("skeleton") }

// Undefined gives, by entity key, the partition keys that facts may be about although the
// definition does not have them, such as targets of a backfill (space.Input.Undefined).
func (w *World) Undefined() map[string][]string { panic("skeleton") }
