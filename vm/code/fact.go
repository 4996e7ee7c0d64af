// Package code is the form of compiled conditions: facts, instructions, programs.
package code

import "time"

// FactKind is something that is known about each partition of an asset or check.
type FactKind uint8

// The facts. A new one is about what happened since the evaluation before.
const (
	Missing FactKind = iota + 1
	RunInProgress
	BackfillInProgress
	ExecutionFailed
	CheckPassed
	CheckFailed
	FreshnessPassed
	FreshnessWarned
	FreshnessFailed
	InLatestTimeWindow     // Lookback
	NewlyUpdated           // new
	DataVersionChanged     // new
	AnyNewUpdateHasRunTags // new; tags
	AllNewUpdatesHaveTags  // new; tags
	ExecutedWithTags       // tags
)

// Fact is a kind with its arguments. It is comparable by Name.
type Fact struct {
	Kind FactKind
	// Lookback of InLatestTimeWindow, 0 for none.
	Lookback time.Duration
	// Tags that a run must have; a nil TagKeys or TagValues is one that is not given.
	TagKeys   []string
	TagValues map[string]string
}

// IsNew reports whether the fact is about what happened since the evaluation before;
// there is nothing new on the first.
func (k FactKind) IsNew() bool { return k >= NewlyUpdated && k <= AllNewUpdatesHaveTags }
