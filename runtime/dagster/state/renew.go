package state

import (
	"maps"
	"slices"
)

// renew notes what the runs that go make of a graph that is not the one of the last poll,
// and tells it of assets that are loaded; of others the load does. What the one before had of
// them stays, so that their end is told.
func (p *poll) renew() error {
	if p.memory.runs == nil || p.Reader.read == p.graph {
		return nil
	}
	list, made, err := p.goingOn()
	if err != nil {
		return err
	}
	p.change.runs = p.memory.copyRuns()
	var items []item
	for i := range list {
		run := &list[i]
		was, now := p.change.runs.Runs[run.RunId], p.newRun(run, made[run.RunId])
		more := runMark{Assets: minus(now.Assets, was.Assets), Checks: minus(now.Checks, was.Checks)}
		if !more.ours() {
			continue
		}
		was.Assets, was.Checks = union(was.Assets, more.Assets), union(was.Checks, more.Checks)
		p.change.runs.Runs[run.RunId] = was
		if more = p.loaded(more); !more.ours() {
			continue
		}
		begun, err := p.beganLate(run, more, statusOf[run.Status])
		if err != nil {
			return err
		}
		for _, it := range begun {
			it.event.ID = ID(append([]string{it.event.ID, "graph"}, slices.Concat(more.Assets, more.Checks)...)...)
			items = append(items, it)
		}
	}
	if err := p.commit(merge(items)); err != nil {
		return err
	}
	p.Reader.read = p.graph
	return nil
}

// goingOn gives the runs that are known to go, and the assets of those that have no selection.
func (p *poll) goingOn() ([]RunParts, map[string][]string, error) {
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(p.memory.runs.Runs)) {
		if m := p.memory.runs.Runs[id]; m.Status != "" && !ended(m.Status) {
			ids = append(ids, id)
		}
	}
	found, err := p.runsByID(ids)
	if err != nil {
		return nil, nil, err
	}
	var list []RunParts
	for _, id := range ids {
		if run, ok := found[id]; ok {
			list = append(list, *run)
		}
	}
	made, err := p.assetsOf(list)
	return list, made, err
}

func minus(list, less []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(less, s) })
}

func union(a, b []string) []string {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return out
}
