package state

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/vm/graph"
)

// load tells the state of the assets of which nothing is told yet, some at a time, so that
// a load that is broken off goes on where it was. Those of locations that are down wait.
func (p *poll) load() error {
	pending := p.pending()
	first := p.memory.runs == nil || !p.memory.runs.Loaded
	if len(pending) == 0 && !first {
		return nil
	}
	if err := p.begin(); err != nil {
		return err
	}
	l := &loading{poll: p, late: !first}
	if err := l.prepare(pending); err != nil {
		return err
	}
	if err := l.tellRuns(); err != nil {
		return err
	}
	done := 0
	for some := range slices.Chunk(pending, 2*workers) {
		if err := l.chunk(some); err != nil {
			return err
		}
		if done += len(some); p.Progress != nil {
			p.Progress(done, len(pending))
		}
	}
	return l.finish()
}

// pending gives the assets that are not loaded and can be.
func (p *poll) pending() []string {
	var out []string
	for _, key := range p.graph.Keys() {
		if a, _ := p.graph.Asset(key); p.asset(key) == nil && p.up(a) {
			out = append(out, key)
		}
	}
	return out
}

// begin notes, at the first load, what of the runs is told by the load: those that go, and
// those that ended before. Dynamic keys come before what is loaded of them.
func (p *poll) begin() error {
	if p.memory.runs != nil {
		p.change.runs = p.memory.copyRuns()
	} else if _, err := p.runs(true); err != nil {
		return err
	}
	return p.commit(merge(p.dynamic()))
}

// loading is a load of assets.
type loading struct {
	*poll
	// late: others are loaded before, so that their runs are told already.
	late bool
	info map[string]*AssetInfo
}

// loaded is what is told of an asset.
type loaded struct {
	items []item
	ends  map[string]events.Event
	mark  assetMark
}

// prepare asks for what is asked for many assets at once.
func (l *loading) prepare(keys []string) error {
	l.info = map[string]*AssetInfo{}
	for some := range slices.Chunk(keys, 50) {
		answer, err := Info(l.ctx, l.calls, inputs(some))
		if err != nil {
			return err
		}
		for i := range answer.AssetsLatestInfo {
			l.info[answer.AssetsLatestInfo[i].AssetKey.key()] = &answer.AssetsLatestInfo[i]
		}
	}
	return l.findRuns()
}

// tellRuns tells the runs that wrote assets last: conditions ask for their tags. They come
// before all that they wrote.
func (l *loading) tellRuns() error {
	var list []item
	for _, run := range l.details {
		if run.Status == RunStatusSuccess && !l.late {
			m := l.newRun(run, nil)
			list = append(list, l.began(run, m, facts.Started)...)
			l.end(run)
		}
	}
	return l.commit(merge(list))
}

// end notes the end of a run, which is told when all is loaded: what has ended plans nothing
// more.
func (l *loading) end(run *RunParts) {
	e := l.changed(run, statusOf[run.Status]).event
	l.change.ends[run.RunId] = &e
}

// findRuns asks for the runs that go and those that wrote something last.
func (l *loading) findRuns() error {
	ids := map[string]bool{}
	for id, m := range l.memory.runs.Runs {
		if !ended(m.Status) {
			ids[id] = true
		}
	}
	for _, info := range l.info {
		if m := info.LatestMaterialization; m != nil && m.RunId != "" {
			ids[m.RunId] = true
		}
	}
	var err error
	l.details, err = l.runsByID(slices.Sorted(maps.Keys(ids)))
	return err
}

// chunk loads some assets and takes them in.
func (l *loading) chunk(keys []string) error {
	found := make([]loaded, len(keys))
	err := each(len(keys), func(i int) (err error) {
		if found[i], err = l.asset(keys[i]); err != nil {
			return fmt.Errorf("`%s`: %w", keys[i], err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	var list []item
	for i, key := range keys {
		list = append(list, found[i].items...)
		l.change.assets[key] = &found[i].mark
		for id, e := range found[i].ends {
			l.change.ends[id] = &e
		}
	}
	checks, err := l.executed(keys, found)
	if err != nil {
		return err
	}
	list = append(list, checks...)
	l.change.runs = l.memory.copyRuns()
	strangers, err := l.strangers(list)
	if err != nil {
		return err
	}
	return l.commit(merge(order(append(strangers, list...))))
}

// finish tells the ends of the runs that the load has told.
func (l *loading) finish() error {
	var list []item
	for _, id := range slices.Sorted(maps.Keys(l.memory.ends)) {
		e := l.memory.ends[id]
		list = append(list, item{group: runsGroup, at: e.At, event: e})
		l.change.ends[id] = nil
	}
	l.change.runs = l.memory.copyRuns()
	l.change.runs.Loaded = true
	return l.commit(merge(list))
}

// asset loads one asset.
func (l *loading) asset(key string) (loaded, error) {
	a, _ := l.graph.Asset(key)
	head := l.heads[key]
	out := loaded{ends: map[string]events.Event{}, mark: assetMark{Head: head, Floor: head}}
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
		o.mark.Last = latest(o.mark.Last, o.items[i].at)
	}
	const newest = 100
	for i := range o.items[max(0, len(o.items)-newest):] {
		at := &o.items[max(0, len(o.items)-newest)+i]
		if at.print != "" {
			o.mark.Told = append(o.mark.Told, at.print)
		}
	}
}

// wrote adds a materialization or observation.
func (l *loading) wrote(a *graph.Asset, out *loaded, o occurrence) {
	out.items = append(out.items, item{group: workGroup, at: o.at, made: true, event: l.event(a.Key, &o), print: o.print()})
}

// failed adds a run that failed to write a partition, or "".
func (l *loading) failed(a *graph.Asset, out *loaded, run *RunParts, partition string) {
	id := run.RunId
	if l.late { // it has ended for what is told already
		id += "#" + a.Key
	}
	at := seconds(run.CreationTime)
	out.items = append(out.items, item{group: workGroup, at: at, event: events.Event{
		ID: ID("run", run.RunId, "load", a.Key, partition), Type: events.Run, At: l.at(at), RunID: id, Status: facts.Started,
		Assets: []string{a.Key}, Partition: partition, Tags: tagsOf(run),
	}})
	end := l.changed(run, facts.Failure).event
	end.RunID, end.ID = id, ID("run", id, string(facts.Failure))
	out.ends[id] = end
}

// going adds the runs that go and write the asset, or execute its checks.
func (l *loading) going(a *graph.Asset, out *loaded) {
	for _, id := range slices.Sorted(maps.Keys(l.memory.runs.Runs)) {
		m, run := l.memory.runs.Runs[id], l.details[id]
		if run == nil || ended(m.Status) {
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
		for _, i := range l.began(run, mine, m.Status) {
			i.event.ID = ID(i.event.ID, "load", a.Key)
			out.items = append(out.items, i)
		}
	}
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
		l.wrote(a, out, o)
	}
	if run != nil && run.Status == RunStatusFailure && (made == nil || made.RunId != run.RunId) {
		l.failed(a, out, run, "")
	}
	return nil
}

// observed loads the newest observation of each partition of an observable asset.
func (l *loading) observed(a *graph.Asset, out *loaded) error {
	had := map[string]bool{}
	for cursor, size := "", page; size == page; {
		h, err := l.older(a.Key, cursor, page)
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

// again loads an asset that was wiped at an instant. What is older than that, and still
// there, is told anew.
func (p *poll) again(key string, wiped time.Time) ([]item, error) {
	l := &loading{poll: p, late: true}
	if err := l.prepare([]string{key}); err != nil {
		return nil, err
	}
	found, err := l.asset(key)
	if err != nil {
		return nil, err
	}
	for i := range found.items {
		it := &found.items[i]
		if it.made && !it.event.At.After(wiped) {
			it.event.ID = ID(it.event.ID, "again", wiped.Format(time.RFC3339Nano))
			it.event.At = wiped.Add(time.Microsecond)
		}
	}
	for _, e := range found.ends {
		found.items = append(found.items, item{group: runsGroup, at: e.At, event: e})
	}
	p.change.assets[key] = &found.mark
	return found.items, nil
}
