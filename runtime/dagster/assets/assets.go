// Package assets makes the asset files of a project from a Dagster deployment, and
// compares a project's graph with one.
package assets

import (
	"auto/lang/diag"
	"auto/runtime/dagster/deployment"
	"auto/vm/graph"
)

// Overrides settle by hand what a deployment leaves in doubt (docs/dagster.md).
type Overrides struct{}

// Write gives the text of an asset file: partitions definitions by name, assets and jobs
// sorted, so that an import that changes nothing gives the same bytes. The findings name
// all that is in doubt and what to write.
func Write(d *deployment.Deployment, o Overrides) ([]byte, diag.List) { panic("skeleton") }

// Change is one difference between a project's graph and a deployment.
type Change struct {
	// Key is the asset or check.
	Key string
	// What says in a sentence how they differ.
	What string
}

// Compare gives the differences that matter to policies and launches: keys, partitions,
// dependencies and mappings, groups, tags, code versions, locations, checks. Assets of
// locations that are not loaded are left out.
func Compare(g *graph.Graph, d *deployment.Deployment) []Change { panic("skeleton") }
