package assets

import (
	"slices"
	"sync"

	"auto/runtime/dagster/deployment"
	"auto/vm/graph"
)

// Drift notices while a project runs that its graph is not the deployment's any more. The
// zero Drift has compared nothing. It is safe for concurrent use.
type Drift struct {
	mu      sync.Mutex
	g       *graph.Graph
	d       *deployment.Deployment
	changes []Change
}

// Look compares the graph in force with a deployment, as Watch gives it after each poll.
// It gives all differences, and fresh where they are others than those of the call before,
// so that they are told once. While neither changed it costs nothing.
func (d *Drift) Look(g *graph.Graph, now *deployment.Deployment) (changes []Change, fresh bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if g == nil || now == nil || g == d.g && now == d.d {
		return d.changes, false
	}
	changes = Compare(g, now)
	fresh = !slices.Equal(changes, d.changes)
	d.g, d.d, d.changes = g, now, changes
	return changes, fresh
}

// Changes gives the differences that the last look found.
func (d *Drift) Changes() []Change {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.changes
}
