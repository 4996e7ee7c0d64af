package state

import (
	"fmt"
	"maps"
	"slices"

	"auto/runtime/events"
	"auto/runtime/facts"
)

// follow tells what is new since the last poll. Runs are read before what they wrote, and
// that before the executions of checks.
func (p *poll) follow() error {
	if p.change.runs == nil {
		p.change.runs = p.memory.copyRuns()
	}
	list := p.dynamic()
	filled, err := p.backfills()
	if err != nil {
		return fmt.Errorf("the backfills cannot be read: %w", err)
	}
	runs, err := p.runs(false)
	if err != nil {
		return fmt.Errorf("the runs cannot be read: %w", err)
	}
	list = slices.Concat(list, filled, runs.items)
	made, written, err := p.history(runs)
	if err != nil {
		return fmt.Errorf("the events of assets cannot be read: %w", err)
	}
	checks, err := p.checks(runs, written)
	if err != nil {
		return fmt.Errorf("the checks cannot be read: %w", err)
	}
	strangers, err := p.strangers(slices.Concat(made, checks))
	if err != nil {
		return fmt.Errorf("the runs cannot be read: %w", err)
	}
	return p.commit(merge(order(slices.Concat(list, strangers, made, checks))))
}

// strangers tells the begin of runs that are not known and made something already: they
// began after the runs were read. What a run makes comes after its begin; how it went on is
// told by the next poll.
func (p *poll) strangers(made []item) ([]item, error) {
	list, err := p.unknown(made)
	if err != nil {
		return nil, err
	}
	assets, err := p.made(list)
	if err != nil {
		return nil, err
	}
	var out []item
	for i := range list {
		run := &list[i]
		status := statusOf[run.Status]
		if ended(status) {
			status = facts.Started
		}
		m := p.newRun(run, assets[run.RunId])
		m.Status, m.Updated = status, run.CreationTime
		p.change.runs.Runs[run.RunId], p.details[run.RunId] = m, run
		first, more := p.parts(run.RunId, p.loaded(m))
		out = append(out, p.began(run, first, status)...)
		if more.ours() {
			out = append(out, beside(p.began(run, more, status), more)...)
		}
	}
	return out, nil
}

// unknown asks for the new runs that made something and are not known.
func (p *poll) unknown(made []item) ([]RunParts, error) {
	ids := map[string]bool{}
	for i := range made {
		e := &made[i].event
		if run := p.details[e.RunID]; run != nil && p.before(run.CreationTime) {
			continue // as for most that a load reads: each part of it would ask for the newest runs
		}
		if e.RunID != "" && e.Type != events.Run && !p.known(e.RunID) {
			ids[e.RunID] = true
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	answer, err := Newest(p.ctx, p.calls, p.peek, "")
	if err != nil {
		return nil, err
	}
	newest, err := p.newestRuns(answer.RunsOrError)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(ids, func(id string, _ bool) bool { return !newest.fresh[id] })
	found, err := p.runsByID(slices.Sorted(maps.Keys(ids)))
	var out []RunParts
	for _, id := range slices.Sorted(maps.Keys(found)) {
		out = append(out, *found[id])
	}
	return out, err
}

// loaded leaves of what a run makes the assets that are loaded. Of others, the load tells
// what is going to be made.
func (p *poll) loaded(m runMark) runMark {
	waits := func(key string) bool { return p.asset(key) == nil }
	m.Assets = slices.DeleteFunc(slices.Clone(m.Assets), waits)
	m.Checks = slices.DeleteFunc(slices.Clone(m.Checks), func(check string) bool { return waits(assetOf(check)) })
	return m
}
