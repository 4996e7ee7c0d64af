package condition

import (
	"fmt"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/stdlib"
	"auto/vm/graph"
)

// Target is what a condition is for.
type Target struct {
	// Graph is nil where none is known.
	Graph *graph.Graph
	// Keys are assets, or checks as asset:check, that have the condition.
	Keys []string
}

// Review gives what a condition that can be evaluated surely does not mean, as warnings:
// parts that are always or never true, an event joined with a guard that can swallow it,
// schedules that never meet, and dependencies whose partitions cannot correspond.
func Review(n *Node, target Target) diag.List {
	r := &review{Target: target, constants: map[*Node]possible{}, met: map[[2]string]bool{}, resolved: map[*Selection]map[string]bool{}}
	r.truths(n, place{at: n.Span, root: true})
	r.swallows(n, n.Span)
	r.grains(n, n.Span, map[string]bool{})
	return r.findings
}

// review is the work of Review.
type review struct {
	Target
	findings  diag.List
	constants map[*Node]possible
	// met are the pairs of schedules that have been compared.
	met map[[2]string]bool
	// resolved are the selections that have been resolved.
	resolved map[*Selection]map[string]bool
}

func (r *review) find(code diag.Code, at source.Span, help, format string, args ...any) {
	r.findings.Add(diag.Diagnostic{Code: code, Span: at, Help: help, Message: fmt.Sprintf(format, args...)})
}

// written gives the place of a node for findings: its own, or that of the composite whose
// text it stands in; own tells which.
func written(n *Node, outer source.Span) (at source.Span, own bool) {
	if !n.Span.IsValid() || stdlib.Wrote(n.Span.File) {
		return outer, false
	}
	return n.Span, true
}

// assets gives the keys that are those of assets.
func (r *review) assets() []*graph.Asset {
	if r.Graph == nil {
		return nil
	}
	var found []*graph.Asset
	for _, key := range r.Keys {
		if a, ok := r.Graph.Asset(key); ok {
			found = append(found, a)
		}
	}
	return found
}
