package state

import (
	"maps"
	"slices"

	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/vm/graph"
)

// asset loads one asset.
func (l *loading) asset(key string) (loaded, error) {
	a, _ := l.graph.Asset(key)
	head := l.heads[key]
	out := loaded{ends: map[string]events.Event{}, planned: map[string]bool{}, mark: assetMark{Head: head, Shown: head, Floor: head}}
	if top, ok := l.tops[key]; ok {
		out.mark.Floor, out.mark.Anchor = top.id, top.print
	}
	var err error
	if a.Partitions != nil {
		err = l.partitions(a, &out)
	} else {
		err = l.whole(a, &out)
	}
	if err == nil && a.Observable {
		err = l.observed(a, &out)
	}
	l.going(a, &out)
	out.note()
	return out, err
}

// note keeps the newest of what is told: it may be above the head that is noted.
func (o *loaded) note() {
	slices.SortStableFunc(o.items, func(a, b item) int { return a.at.Compare(b.at) })
	for i := range o.items {
		if o.items[i].made {
			o.mark.Last = latest(o.mark.Last, o.items[i].at)
			o.mark.Told = append(o.mark.Told, o.items[i].print)
		}
	}
	const newest = 100
	o.mark.Told = o.mark.Told[max(0, len(o.mark.Told)-newest):]
}

// wrote adds a materialization or observation.
func (l *loading) wrote(a *graph.Asset, out *loaded, o occurrence) {
	out.items = append(out.items, item{group: workGroup, at: o.at, made: true, event: l.event(a.Key, &o), print: o.print()})
}

// failed adds a run that failed to write a partition, or "".
func (l *loading) failed(a *graph.Asset, out *loaded, run *RunParts, partition string) {
	if l.open(run) { // it is told as one that goes
		out.planned[partition] = true
		return
	}
	at := seconds(run.CreationTime)
	out.items = append(out.items, item{group: workGroup, at: at, event: events.Event{
		ID: ID("run", l.anew(run, a.Key), "load", a.Key, partition), Type: events.Run, At: l.at(at), RunID: l.anew(run, a.Key), Status: facts.Started,
		Assets: []string{a.Key}, Partition: partition, Tags: tagsOf(run),
	}})
	end := l.ended(run, facts.Failure, a.Key)
	out.ends[end.RunID] = end
}

// going adds the runs that go and write the asset, or execute its checks.
func (l *loading) going(a *graph.Asset, out *loaded) {
	for _, id := range slices.Sorted(maps.Keys(l.memory.runs.Runs)) {
		m, run := l.memory.runs.Runs[id], l.details[id]
		if run == nil || m.Status == "" || ended(m.Status) {
			continue
		}
		mine := runMark{}
		if slices.Contains(m.Assets, a.Key) {
			mine.Assets = []string{a.Key}
		}
		for _, c := range m.Checks {
			if assetOf(c) == a.Key {
				mine.Checks = append(mine.Checks, c)
			}
		}
		if !mine.ours() {
			continue
		}
		// Where it has ended since, a poll that broke off may have told that: then it plans
		// nothing more, and what it does here is told of a run of its own.
		status := statusOf[run.Status]
		over := l.late && ended(status)
		if over {
			end := l.ended(run, status, a.Key)
			out.ends[end.RunID] = end
		}
		// An event with an earlier status than one that is told would plan nothing.
		for _, i := range l.began(run, mine, status) {
			i.event.ID = ID(i.event.ID, "load", a.Key)
			if over {
				i.event.RunID, i.event.ID = l.anew(run, a.Key), ID(i.event.ID, "over")
			}
			if !l.last(a, out, run, i.event.Partition) { // its checks go on
				i.event.Assets = nil
			}
			out.items = append(out.items, i)
		}
	}
}

// last reports whether a run that goes may have planned a partition last: what another one
// has planned since is not in progress by it.
func (l *loading) last(a *graph.Asset, out *loaded, run *RunParts, partition string) bool {
	if a.Partitions != nil {
		return partition == "" || out.planned[partition] || !l.shows(a, partition)
	}
	info := l.info[a.Key]
	return info == nil || info.LatestRun == nil || info.LatestRun.CreationTime <= run.CreationTime || l.open(info.LatestRun)
}

// shows reports whether Dagster shows how a partition is: of a key that was deleted it does
// when it is added again.
func (l *loading) shows(a *graph.Asset, partition string) bool {
	_, there := l.keys(a).Index(partition)
	return there
}

// whole loads an asset without partitions.
func (l *loading) whole(a *graph.Asset, out *loaded) error {
	info := l.info[a.Key]
	if info == nil {
		return nil
	}
	made, run := info.LatestMaterialization, info.LatestRun
	if made != nil {
		o, err := newOccurrence(events.Materialization, made.RunId, made.Partition, made.Timestamp, made.Tags)
		if err != nil {
			return err
		}
		// That was told, so that where nothing is there any more its event was deleted.
		m := l.poll.asset(a.Key)
		out.counted = m != nil && !o.at.After(m.Last)
		l.wrote(a, out, o)
	}
	if run == nil || run.Status != RunStatusFailure || made != nil && made.RunId == run.RunId {
		return nil
	}
	wrote, err := l.by(a.Key, run)
	if err == nil && !wrote {
		l.failed(a, out, run, "")
	}
	return err
}

// by reports whether a run that failed has written an asset before.
func (l *loading) by(key string, run *RunParts) (bool, error) {
	list, err := l.downTo(key, seconds(run.CreationTime), nil)
	return slices.ContainsFunc(list, func(o occurrence) bool { return o.run == run.RunId && o.kind == events.Materialization }), err
}

// observed loads the newest observation of each partition of an observable asset.
func (l *loading) observed(a *graph.Asset, out *loaded) error {
	had := map[string]bool{}
	for cursor, size := "", l.page; size == l.page; {
		h, err := l.older(a.Key, cursor, l.page)
		if err != nil {
			return err
		}
		list, err := occurrencesOf(h)
		if err != nil {
			return err
		}
		for _, o := range list {
			if o.kind == events.Observation && !had[o.partition] {
				had[o.partition] = true
				l.wrote(a, out, o)
			}
		}
		if cursor, size = h.Cursor, len(h.Results); a.Partitions == nil && had[""] {
			break
		}
	}
	return nil
}
