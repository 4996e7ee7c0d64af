// Package scenario reads, runs and writes scenario files: an asset graph, conditions and a
// list of ticks with what happens before and what is expected.
package scenario

import (
	"time"

	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/facts"
	"auto/runtime/graphdoc"
	"auto/vm/graph"
)

// Scenario is a scenario as it is written.
type Scenario struct {
	// Name is slash-separated; that of the file where it gives none.
	Name, About string
	// Partitions are the definitions with a name, in the order of the text.
	Partitions []*graphdoc.Definition
	Assets     []*Asset
	// Project is the folder of a project whose assets and policies are played, "" for none;
	// Policies are the scenario's own, nil for none. With one of them a daemon plays the
	// scenario, and no asset has a condition.
	Project  string
	Policies *Policies
	Ticks    []*Tick
	// Source is the text, nil for a scenario that was made otherwise.
	Source *source.File

	from From // where the files are that it names, nil for nowhere
	// What the project has: its jobs, the values of its environment names, its policies.
	jobs []graph.Job
	env  map[string]string
	own  *Policies
	// added are the assets that reloads add.
	added []*Asset
}

// Asset is an asset with its conditions.
type Asset struct {
	*graphdoc.Asset
	// Condition is nil for none; CheckConditions has one for each check, nil for none.
	Condition       *Condition
	CheckConditions []*Condition
}

// Condition is the text of a condition, read as an expression.
type Condition struct {
	// Text is the condition, Span where it stands. A text that YAML writes in another
	// way (with escapes, folded) has a file of its own with the lines of the original.
	Text string
	Span source.Span
	// Expr is nil where Findings has errors.
	Expr     ast.Expr
	Findings diag.List
}

// Tick is one evaluation of all conditions.
type Tick struct {
	At time.Time
	// Sensors are those that tick; nil for all, `default` first and then by name. SensorAt
	// is the place of the field.
	Sensors  []string
	SensorAt source.Span
	Events   []*Event
	// Expect is nil where nothing is expected: the tick only runs.
	Expect *Expect
	// Place is that of the tick's `at`.
	Place source.Span
}

// Event is something that happens before a tick.
type Event struct {
	// At is the zero time where the event gives none: one second before the tick.
	At    time.Time
	What  What
	Place source.Span
}

// What is what an event says: one of the types below.
type What interface{ entries() []entry }

type (
	// Materialize is a materialization; Observe one of an external or observable asset.
	Materialize struct {
		Asset string
		// Partitions are keys and ranges "A..B", or the one word "all"; nil is none.
		Partitions []string
		Run        string // "" for a report from outside
		Of         Ref    // stands for Run where the scenario's policies launched it
		// DataVersion is "" for none.
		DataVersion string
	}
	// Observe is an observation of an external or observable asset.
	Observe struct {
		Asset       string
		Partitions  []string
		DataVersion string
	}
	// RunChange is a change of a run's status; at its first mention also what it executes,
	// unless it is one that was launched.
	RunChange struct {
		Run            string
		Of             Ref
		Assets, Checks []string
		Partition      string // "" for none
		Tags           map[string]string
		Status         facts.Status
	}
	// Check is an execution of a check.
	Check struct {
		Check, Run   string
		Of           Ref
		Partitions   []string
		Passed, Warn bool
	}
	// Backfill is a backfill, or a change of its status and progress.
	Backfill struct {
		ID                   string
		Assets, Partitions   []string
		Status               facts.Status
		Materialized, Failed map[string]Subset
	}
	// CodeVersion is an edit of an asset's code version; To "" is none.
	CodeVersion struct{ Asset, To string }
	// EditCondition is an edit of the condition of an asset or check; To nil is none.
	EditCondition struct {
		Key string
		To  *Condition
	}
	// EditDeps is an edit of an asset's dependencies.
	EditDeps struct {
		Asset string
		To    graphdoc.Deps
	}
	// EditPartitions is an edit of an asset's partitions; To nil is none.
	EditPartitions struct {
		Asset string
		To    *graphdoc.Definition
	}
	// Dynamic is dynamic partition keys that come or go.
	Dynamic struct {
		Name        string
		Add, Delete []string
	}
	// Wipe removes all materializations and checks of an asset.
	Wipe struct{ Asset string }
	// Freshness is a new freshness state of an asset.
	Freshness struct{ Asset, State string }
)
