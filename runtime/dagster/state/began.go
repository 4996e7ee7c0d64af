package state

import (
	"slices"
	"time"

	"auto/runtime/events"
	"auto/runtime/facts"
)

// begins tells that a run is new.
func (p *poll) begins(run *RunParts, m runMark, status facts.Status) ([]item, error) {
	first, more := p.parts(run.RunId, m)
	list, err := p.beganLate(run, first, status)
	if err != nil {
		return nil, err
	}
	rest, err := p.plansMore(run, more, status)
	return append(list, rest...), err
}

// parts takes apart what a run makes. A poll that broke off may have told the run without what
// was not loaded then: that is told beside it, as its event would be taken for the one that was
// told.
func (p *poll) parts(id string, m runMark) (first, more runMark) {
	was, maybe := p.memory.runs.Runs[id]
	if !maybe {
		return m, runMark{}
	}
	more = m.minus(&was)
	return m.minus(&more), more
}

// beganLate is began for a run of which partitions may have been told to be written since: a
// load that went on when it began has read that. These it does not plan any more. Of an
// asset without partitions the run itself tells whether it is still to be written.
func (p *poll) beganLate(run *RunParts, m runMark, status facts.Status) ([]item, error) {
	list := p.began(run, m, status)
	for _, key := range p.withPartitions(m.Assets) {
		if !p.asset(key).Last.After(seconds(run.CreationTime)) {
			continue
		}
		since, err := p.writtenSince(key, run, p.partitionsOf(run, m.Assets))
		if err != nil {
			return nil, err
		}
		for i := range list {
			if e := &list[i].event; since[e.Partition] {
				e.Assets = slices.DeleteFunc(slices.Clone(e.Assets), func(k string) bool { return k == key })
			}
		}
	}
	return list, nil
}

// writtenSince gives which of some partitions were materialized since a run was created.
func (p *poll) writtenSince(key string, run *RunParts, partitions []string) (map[string]bool, error) {
	at := seconds(run.CreationTime)
	list, err := p.downTo(key, at, partitions)
	out := map[string]bool{}
	for i := range list {
		if list[i].at.After(at) && list[i].kind == events.Materialization {
			out[list[i].partition] = true
		}
	}
	return out, err
}

// downTo gives events of an asset, of some partitions or, with nil, all: the newest first, by
// pages down to the one that reaches an instant.
func (p *poll) downTo(key string, at time.Time, partitions []string) ([]occurrence, error) {
	var out []occurrence
	for cursor, more := "", true; more; {
		h, err := p.pageOf(key, cursor, p.page, partitions)
		if err != nil {
			return nil, err
		}
		list, err := occurrencesOf(h)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
		cursor, more = h.Cursor, len(h.Results) == p.page && !slices.ContainsFunc(list, func(o occurrence) bool { return !o.at.After(at) })
	}
	return out, nil
}

// began tells that a run is new, once for each partition. One that has ended went before.
func (p *poll) began(run *RunParts, m runMark, status facts.Status) []item {
	if ended(status) {
		status = facts.Started
	}
	at := seconds(run.CreationTime)
	told := p.at(at)
	for _, key := range m.Assets {
		told = p.after(key, told)
	}
	var out []item
	for i, key := range p.partitionsOf(run, m.Assets) {
		e := events.Event{
			ID: ID("run", run.RunId, string(status)), Type: events.Run, At: told, RunID: run.RunId, Status: status,
			Assets: m.Assets, Checks: m.Checks, Partition: key, Tags: tagsOf(run),
		}
		if i > 0 {
			e.ID += "[" + key + "]"
			e.Assets, e.Checks, e.Tags = p.withPartitions(m.Assets), p.partitionedChecks(m.Checks), nil
		}
		out = append(out, item{group: workGroup, at: at, event: e})
	}
	return out
}

// withPartitions gives the assets that have partitions.
func (p *poll) withPartitions(keys []string) []string {
	var out []string
	for _, key := range keys {
		if a, ok := p.graph.Asset(key); ok && a.Partitions != nil {
			out = append(out, key)
		}
	}
	return out
}

func (p *poll) partitionedChecks(checks []string) []string {
	var out []string
	for _, key := range checks {
		if p.partitionedCheck(key) {
			out = append(out, key)
		}
	}
	return out
}
