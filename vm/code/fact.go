// Package code is the form of compiled conditions: facts, instructions, programs.
package code

import (
	"strconv"
	"time"
)

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
	// Those that follow are not known from events alone, but from runtime/stale.
	Outdated
	OutdatedInLatestTimeWindow
	AlreadyRequested
)

// factNames are Dagster's names of the kinds.
var factNames = [...]string{
	Missing:                "missing",
	RunInProgress:          "run_in_progress",
	BackfillInProgress:     "backfill_in_progress",
	ExecutionFailed:        "execution_failed",
	CheckPassed:            "check_passed",
	CheckFailed:            "check_failed",
	FreshnessPassed:        "freshness_passed",
	FreshnessWarned:        "freshness_warned",
	FreshnessFailed:        "freshness_failed",
	InLatestTimeWindow:     "in_latest_time_window",
	NewlyUpdated:           "newly_updated",
	DataVersionChanged:     "data_version_changed",
	AnyNewUpdateHasRunTags: "any_new_update_has_run_tags",
	AllNewUpdatesHaveTags:  "all_new_updates_have_run_tags",
	ExecutedWithTags:       "executed_with_tags",
	Outdated:               "outdated", OutdatedInLatestTimeWindow: "outdated_in_latest_time_window", AlreadyRequested: "already_requested",
}

// String gives the name of a kind in assembler text.
func (k FactKind) String() string {
	if k == 0 || int(k) >= len(factNames) {
		return "fact " + strconv.Itoa(int(k))
	}
	return factNames[k]
}

// hasTags reports whether facts of the kind are about the tags of runs.
func (k FactKind) hasTags() bool {
	return k == AnyNewUpdateHasRunTags || k == AllNewUpdatesHaveTags || k == ExecutedWithTags
}

// Fact is a kind with its arguments.
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
