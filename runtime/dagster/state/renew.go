package state

import (
	"maps"
	"slices"

	"auto/runtime/facts"
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
		more := now.minus(&was)
		if !more.ours() {
			continue
		}
		was.Assets, was.Checks = union(was.Assets, more.Assets), union(was.Checks, more.Checks)
		p.change.runs.Runs[run.RunId] = was
		begun, err := p.plansMore(run, p.loaded(more), statusOf[run.Status])
		if err != nil {
			return err
		}
		items = append(items, begun...)
	}
	if err := p.commit(merge(items)); err != nil {
		return err
	}
	p.Reader.read = p.graph
	return nil
}

// plansMore tells what a run makes beside what may be told of it.
func (p *poll) plansMore(run *RunParts, more runMark, status facts.Status) ([]item, error) {
	if !more.ours() {
		return nil, nil
	}
	list, err := p.beganLate(run, more, status)
	return beside(list, more), err
}

// beside gives other IDs to the events of what a run makes beside what may be told of it.
func beside(list []item, more runMark) []item {
	for i := range list {
		e := &list[i].event
		e.ID = ID(append([]string{e.ID, "graph"}, slices.Concat(more.Assets, more.Checks)...)...)
	}
	return list
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

func (m *runMark) minus(less *runMark) runMark {
	return runMark{Assets: minus(m.Assets, less.Assets), Checks: minus(m.Checks, less.Checks)}
}

func minus(list, less []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(less, s) })
}

func union(a, b []string) []string {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return out
}
