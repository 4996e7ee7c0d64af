// Package events is the form in which the world tells what happened: JSON objects, one
// for each event, that fold into runtime/facts. It is pure: the same texts at the same
// instant give the same events, and the same events the same facts.
package events

import (
	"maps"
	"slices"
	"time"

	"auto/runtime/facts"
)

// Type is what an event is about.
type Type string

// The types, in Dagster's words.
const (
	Materialization Type = "materialization"
	Observation     Type = "observation"
	// Run is a new run or a change of its status.
	Run Type = "run"
	// Check is an execution of an asset check.
	Check Type = "check"
	// Partitions are keys of a dynamic definition that come and go.
	Partitions Type = "partitions"
	Backfill   Type = "backfill"
	Freshness  Type = "freshness"
	// Wipe removes all that happened to an asset.
	Wipe Type = "wipe"
)

// Event is one thing that happened. Which fields a type has is in the package's table of
// types; all others are refused.
type Event struct {
	// ID makes the event known once: a second one with it is a duplicate. "" for none.
	ID   string `json:"id,omitempty"`
	Type Type   `json:"type"`
	// At is when it happened, in UTC and to the microsecond; the instant of its arrival
	// where it says nothing, or one that is still to come.
	At time.Time `json:"at"`

	// Asset is an asset key, its components joined by "/".
	Asset string `json:"asset,omitempty"`
	// Check is the key of a check, asset:check.
	Check       string `json:"check,omitempty"`
	Partition   string `json:"partition,omitempty"`
	DataVersion string `json:"data_version,omitempty"`

	// RunID is the run that made it, or that it is about.
	RunID string `json:"run_id,omitempty"`
	// RequestID is the request that the run was launched for, where no tag says so.
	RequestID string       `json:"request_id,omitempty"`
	Status    facts.Status `json:"status,omitempty"`
	// Assets and Checks are what a run or backfill is going to make.
	Assets []string          `json:"assets,omitempty"`
	Checks []string          `json:"checks,omitempty"`
	Tags   map[string]string `json:"tags,omitempty"`

	Passed *bool `json:"passed,omitempty"`
	// Severity of a failed check, "warn" or "error".
	Severity string `json:"severity,omitempty"`

	// Name is a dynamic definition, Add and Delete its keys.
	Name   string   `json:"name,omitempty"`
	Add    []string `json:"add,omitempty"`
	Delete []string `json:"delete,omitempty"`

	BackfillID string `json:"backfill_id,omitempty"`
	// Targets of a backfill, and how far it is, by asset: partition keys, none for an
	// asset without partitions.
	Targets      map[string][]string `json:"targets,omitempty"`
	Materialized map[string][]string `json:"materialized,omitempty"`
	Failed       map[string][]string `json:"failed,omitempty"`

	// State of freshness: pass, warn, fail, unknown, not_applicable.
	State string `json:"state,omitempty"`
}

// RequestTag is the tag of a run with the ID of the request that it was launched for.
const RequestTag = "auto/request"

// Request gives the request that a run event belongs to, "" for none.
func (e *Event) Request() string {
	if e.RequestID != "" {
		return e.RequestID
	}
	return e.Tags[RequestTag]
}

// Keys gives the assets and checks that the event is about.
func (e *Event) Keys() []string {
	keys := slices.Concat(e.Assets, e.Checks, slices.Sorted(maps.Keys(e.Targets)))
	for _, key := range []string{e.Asset, e.Check} {
		if key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}
