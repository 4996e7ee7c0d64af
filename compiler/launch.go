package compiler

import (
	"time"

	"auto/compiler/files"
)

// Clauses are what a policy says about how its requests are launched, with the defaults
// of its file and of the language filled in (docs/language.md, Clauses). They delay, and
// drop nothing but by Missed.
type Clauses struct {
	// PerTick is the most pairs that one tick of a sensor launches, 0 for no limit.
	PerTick int
	// Limits bound the pairs that the policy launches in any stretch of time, AtMost those
	// of one pair.
	Limits, AtMost []files.Limit
	// Quiet: a pair is launched when no dependency of it was updated for so long.
	Quiet time.Duration
	Retry Retry
	// Missed is what is done about what came due while nothing could be launched.
	Missed Missed
	// NewestFirst orders the partitions of what is owed, newest first.
	NewestFirst bool
	// HaltAbove pauses the policy when a tick asks for more pairs, 0 for never.
	HaltAbove int
	// PausedUntil holds launches back until then, zero for no pause.
	PausedUntil time.Time
	PauseReason string
	// Priority: higher is delivered first.
	Priority int
	Group    Group
	// MaxPerRun is the most assets and checks in one run, 0 for no limit.
	MaxPerRun int
	// Tags, Params and Config are values for the run; those of the file's defaults are in
	// them, the nearest one of each name. Policy.TagsIn has those of a sensor, too.
	Tags, Params []files.Entry
	Config       []files.Config
}

// Retry says how a failed run is launched again: Times times, the first After its
// failure; each further wait doubles, up to UpTo where that is not 0.
type Retry struct {
	Times       int
	After, UpTo time.Duration
}

// Missed is a word of the clause `missed`.
type Missed string

// The words: of what came due while the daemon was down or the policy paused, nothing is
// launched, each pair once, or every moment.
const (
	MissedNone Missed = "none"
	MissedLast Missed = "last"
	MissedAll  Missed = "all"
)

// Group is a word of the clause `group by`.
type Group string

// The words: what shares a run is what Dagster would put into one, all of one partition
// key, of that one asset group or one owner, or one pair alone.
const (
	GroupDefault   Group = ""
	GroupPartition Group = "partition"
	GroupGroup     Group = "group"
	GroupOwner     Group = "owner"
	GroupNone      Group = "none"
)

// DefaultSensor has the assets that no sensor is for.
const DefaultSensor = "default"

// DefaultEvery is how often it ticks, and DefaultBudget what a tick of any sensor may
// take unless it says otherwise.
const (
	DefaultEvery  = 30 * time.Second
	DefaultBudget = 30 * time.Second
)
