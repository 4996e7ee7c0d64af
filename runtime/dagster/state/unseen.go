package state

import (
	"context"

	"auto/vm/graph"
)

// Unseen gives the assets of a graph of which nothing is told yet, in the graph's order:
// to conditions they would be missing. They are loaded by the next poll, unless their code
// location is down.
func (r *Reader) Unseen(ctx context.Context, g *graph.Graph) ([]string, error) {
	p := &poll{Reader: r, ctx: ctx}
	if err := p.remember(); err != nil {
		return nil, err
	}
	var out []string
	for _, key := range g.Keys() {
		if _, told := r.memory.assets[key]; !told {
			out = append(out, key)
		}
	}
	return out, nil
}
