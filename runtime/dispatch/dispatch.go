// Package dispatch makes run requests of pairs that are to be launched: what shares a
// run, and what the run is told.
package dispatch

import (
	"time"

	"auto/compiler"
	"auto/runtime/backlog"
	"auto/runtime/request"
	"auto/vm/space"
)

// Input is what the requests of one tick are made of.
type Input struct {
	Sensor string
	At     time.Time
	Space  *space.Space
	// Launches are in the order of the backlog.
	Launches []backlog.Launch
	// Policies are those in force, by name.
	Policies map[string]*compiler.Policy
	// Whole reports of which entities all partitions are requested, so that checks join
	// them; Conditioned which keys have a condition of their own (vm/runs).
	Whole       func(entity int) bool
	Conditioned func(key string) bool
	Env         map[string]string
	// Dynamic gives the keys of a dynamic definition.
	Dynamic func(name string) []string
}

// Sent is a request with the launches that it carries out.
type Sent struct {
	Request  request.Request
	Launches []backlog.Launch
}

// Requests gives the requests, in order: of higher priority first, then those of the
// first launch. Equal inputs give equal requests, with equal IDs.
func Requests(in Input) ([]Sent, error) { panic("skeleton") }
