package dagster

import (
	"context"

	"auto/runtime/dagster/state"
	"auto/runtime/store"
	"auto/vm/graph"
)

// Unread gives the assets of a graph that were never read, as the marks of a store have it:
// Dagster is not asked.
func Unread(ctx context.Context, marks store.Marks, g *graph.Graph) ([]string, error) {
	return state.New(state.Options{Marks: marks}).Unseen(ctx, g)
}
