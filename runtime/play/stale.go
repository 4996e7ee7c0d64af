package play

import (
	"maps"

	"auto/compiler/condition"
	"auto/runtime/scenario"
	"auto/runtime/stale"
)

// follow tells the tracker what happened since the last tick.
func (m *Machine) follow(in scenario.TickInput, conditions map[string]*condition.Node) {
	if m.tracker == nil {
		m.tracker = stale.New()
	}
	if m.followed != in.Graph || !maps.Equal(m.asking, conditions) {
		m.followed, m.asking = in.Graph, conditions
		m.tracker.Follow(in.Graph, stale.Asked(in.Graph, conditions))
		m.tracker.Narrow(stale.Counted(in.Graph, conditions))
	}
	for _, e := range in.Happened {
		m.happened++
		m.tracker.HappenedFact(m.happened, e)
	}
	m.last.Input.Beside = m.tracker
}

// decide tells the tracker what the last tick requested.
func (m *Machine) decide() {
	if m.requested != nil {
		m.tracker.Decided(m.space, m.requested, m.happened)
		m.requested = nil
	}
}
