// Package files turns files blocks into programs: what arrives, which assets that
// means, and what the run is told (docs/language.md).
package files

import (
	"math"
	"strconv"
	"time"

	"auto/internal/strftime"
	"auto/lang/source"
	"auto/lang/template"
	"auto/vm"
	"auto/vm/code"
	"auto/vm/match"
)

// Program is a checked files block with everything resolved: the block's clauses, the
// file's defaults below them, and the language's below those (docs/language.md, Clauses).
// It is immutable and safe for concurrent use.
type Program struct {
	Name string
	// At is where the block's name is written.
	At     source.Span
	Source SourceRef
	// Every is how often the source is listed.
	Every time.Duration
	// Settled is how long a file has to be unchanged before it is taken.
	Settled time.Duration
	// Existing is what the first listing's files are for: "skip", "take", or "" where
	// it is not written.
	Existing  string
	Redeliver Redeliver
	// TakeFirst: only the first rule that matches contributes.
	TakeFirst bool
	// PerTick is the most requests that one tick launches, 0 for no limit.
	PerTick int
	// Limits bound the launches in any stretch of time.
	Limits []Limit
	// NewestFirst orders what is owed by last_modified, newest first.
	NewestFirst bool
	// HaltAbove stops the block when a tick asks for more, 0 for never.
	HaltAbove int
	// PausedUntil holds launches back until then, zero for no pause.
	PausedUntil time.Time
	PauseReason string
	// Priority: higher is delivered first.
	Priority int
	// Retry says how failed runs are launched again.
	Retry Retry
	// Job is "" where none selects the assets.
	Job string
	// Always are the base assets, first in every request.
	Always []string
	// Rules are in the order of the text.
	Rules []Rule
	// Code decides by a file's name and folder which rules contribute and which targets
	// they request: those of Always first, then those of the rules in order. Machine
	// runs it.
	Code      *code.Program
	Machine   *vm.Files
	Otherwise Otherwise
	// RunKey identifies a request.
	RunKey *template.Template
	// Tags, Params and Config are the block's own; those of a rule are nearer.
	Tags, Params []Entry
	Config       []Config
	used         map[string]bool
}

// SourceRef names a source.
type SourceRef struct {
	// Name is that of the project file's source, "" where the block says itself.
	Name string
	// Kind is "s3" or "folder", "" for a named source that is not known.
	Kind string
	// Bucket is the bucket, or the folder's path.
	Bucket string
	// Prefix ends in "/" or is empty, and includes that of a named source.
	Prefix string
}

// Redeliver says when a key that stayed in the listing is taken again.
type Redeliver struct {
	// Mode is "on new etag", "never", "always" or "after".
	Mode  string
	After time.Duration
}

// Retry says how a failed run is launched again: Times times, 0 for never, the first After
// its failure, with a wait that doubles up to UpTo, 0 for no bound.
type Retry struct {
	Times       int
	After, UpTo time.Duration
	// At is where it is written.
	At source.Span
}

// Wait gives how long the n-th retry waits, from 1.
func (r Retry) Wait(n int) time.Duration {
	wait := r.After
	for ; n > 1 && wait < math.MaxInt64/2; n-- {
		wait *= 2
	}
	if r.UpTo > 0 {
		wait = min(wait, r.UpTo)
	}
	return wait
}

// Limit is at most Count launches in any stretch of Per.
type Limit struct {
	Count int
	Per   time.Duration
}

// Rule is one match clause.
type Rule struct {
	Name string
	At   source.Span
	// Pattern is for the file's name, Folder for its folder path, nil for any.
	Pattern, Folder *match.Pattern
	Targets         []Target
	// Tags, Params and Config are those of the rule's own block.
	Tags, Params []Entry
	Config       []Config
}

// Target is an asset that a rule requests.
type Target struct {
	// Key is a template; most have no fields.
	Key *template.Template
	// Parts are empty where no partition is named; with dimensions there are two.
	Parts []Part
}

// Part is a partition, or one dimension of it.
type Part struct {
	// Dimension is "" where the definition has one only.
	Dimension string
	// Capture names what the file's name or folder gives.
	Capture string
	// As reads a captured text as a time, nil for none.
	As *strftime.Layout
}

// Config is what the op of one asset is told.
type Config struct {
	Asset   string
	Entries []Entry
}

// Otherwise is what happens to a file that no rule matches.
type Otherwise struct {
	// Action is "ignore", "error" or "quarantine".
	Action string
	// To is where a quarantined file is moved; Head is the text that every such key
	// begins with, and what lies below it is none of the block's files.
	To   *template.Template
	Head string
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
