package scenario

import (
	"time"

	"auto/compiler"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/source"
	"auto/vm/graph"
)

// Policies are the policies of a scenario, or those that a reload puts in force.
type Policies struct {
	// Text is what the scenario has in place, Paths are files that it names, below its own
	// folder; one of the two is given.
	Text  string
	Paths []string
	// At is the place of the field.
	At source.Span
	// Trees are the files as they were read. A text has a tree whose places are those of
	// the scenario file.
	Trees []*ast.File
	// Findings are those of reading; what policies say is checked over a graph.
	Findings diag.List
}

// Ref names a run that the scenario's own policies launched. The zero Ref names none.
type Ref struct {
	// Of is TICK.N: the N-th request of a tick, both counted from 1.
	Of string
	// Launched is ASSET[PARTITION], ASSET alone, or the same of a check: the newest
	// request that executes it.
	Launched string
}

// IsZero reports whether no run is named.
func (r Ref) IsZero() bool { return r == Ref{} }

// The events of the daemon, which only a scenario with policies has.
type (
	// Pause holds back what is launched of a selection until an instant.
	Pause struct {
		Selection *Condition
		Until     time.Time
		Reason    string
	}
	// Resume ends pauses and halts of a selection; Missed "" leaves to the policies what
	// becomes of what came due.
	Resume struct {
		Selection *Condition
		Missed    compiler.Missed
	}
	// Reload puts other policies in force, and adds assets. Broken ones have to be refused:
	// all stays as it was.
	Reload struct {
		Policies *Policies
		Assets   []*Asset
		Broken   bool
	}
	// Down says that no sensor ticked from then to the event's instant.
	Down struct{ From time.Time }
)

// HasPolicies reports whether the scenario is about policies, which a daemon plays, and not
// about conditions that stand on the assets.
func (s *Scenario) HasPolicies() bool { return s.Policies != nil || s.Project != "" }

// ofDaemon reports whether only a scenario with policies can have an event.
func ofDaemon(w What) bool {
	switch w.(type) {
	case Pause, Resume, Reload, Down:
		return true
	}
	return !refOf(w).IsZero()
}

// refOf gives the launched run that an event names.
func refOf(w What) Ref {
	switch e := w.(type) {
	case Materialize:
		return e.Of
	case Check:
		return e.Of
	case RunChange:
		return e.Of
	}
	return Ref{}
}

// withRun gives an event with the name of the run that it named otherwise.
func withRun(w What, run string) What {
	switch e := w.(type) {
	case Materialize:
		e.Run, e.Of = run, Ref{}
		return e
	case Check:
		e.Run, e.Of = run, Ref{}
		return e
	case RunChange:
		e.Run, e.Of = run, Ref{}
		return e
	}
	return w
}

// isEdit reports whether an event edits the assets.
func isEdit(w What) bool {
	switch w.(type) {
	case CodeVersion, EditCondition, EditDeps, EditPartitions:
		return true
	}
	return false
}

// resolve gives the assets and checks that a selection selects, sorted. The error is a
// *Refused.
func (c *Condition) resolve(g *graph.Graph) ([]string, error) {
	if c == nil || c.Findings.HasErrors() {
		return nil, &Refused{c.findings()}
	}
	selection, found := compiler.Selection(c.Expr, g)
	if found.HasErrors() {
		return nil, &Refused{errorsOf(found)}
	}
	return selection.Resolve(g), nil
}
