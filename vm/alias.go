package vm

import (
	"slices"

	"auto/vm/code"
)

// alias finds the states of one root that have one identity.
func (b *batch) alias(m *Machine) {
	program := m.programs[b.program]
	if !b.mayAlias(program) {
		return
	}
	seen := map[int]map[string]int{}
	var groups []alias
	b.places(m, func(root int, p place, keys []string) {
		if seen[root] == nil {
			seen[root] = map[string]int{}
		}
		id := program.StateID(p.state, keys)
		if at, ok := seen[root][id]; ok {
			groups[at].others = append(groups[at].others, groups[at].last)
			groups[at].last = p
			return
		}
		seen[root][id] = len(groups)
		groups = append(groups, alias{last: p})
	})
	for _, g := range groups {
		if len(g.others) > 0 {
			b.aliases = append(b.aliases, g)
		}
	}
}

// mayAlias reports whether two states of a root can have one identity: those of two nodes
// of equal names, or those of one node on an entity that is met twice.
func (b *batch) mayAlias(p *code.Program) bool {
	seen := map[string]bool{}
	for i := range p.States {
		if p.States[i].Kind == code.VersionState {
			continue // known by its place
		}
		id := p.StateID(i, []string{""})
		if seen[id] {
			return true
		}
		seen[id] = true
	}
	return slices.ContainsFunc(b.frames, func(f *frame) bool { return f.parent != nil && f.parent.parent != nil && len(f.slots) > 0 })
}
