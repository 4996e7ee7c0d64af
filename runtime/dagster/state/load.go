package state

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"auto/runtime/events"
	"auto/runtime/facts"
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
	for some := range slices.Chunk(pending, 2*p.callers) {
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
		if a, _ := p.graph.Asset(key); p.asset(key) == nil && !p.away[key] && p.up(a) {
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
	// tops are the newest events of assets, before the rest was read.
	tops map[string]top
	// late: others are loaded before, so that their runs are told already.
	late bool
	info map[string]*AssetInfo
}

// top is an event by its storage id.
type top struct {
	id    int64
	print string
}

// loaded is what is told of an asset.
type loaded struct {
	items []item
	ends  map[string]events.Event
	mark  assetMark
	// planned are the partitions whose last plan is by a run that goes.
	planned map[string]bool
	// counted: Dagster counts it as materialized, whether or not the events are there.
	counted bool
}

// prepare asks for what is asked for many assets at once.
func (l *loading) prepare(keys []string) error {
	l.info, l.tops = map[string]*AssetInfo{}, map[string]top{}
	for some := range slices.Chunk(keys, 50) {
		if err := l.findTops(some); err != nil {
			return err
		}
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

// findTops asks for the newest events of assets: what is stored after them is read later.
func (l *loading) findTops(keys []string) error {
	answer, err := Events(l.ctx, l.calls, inputs(keys), 1, "", nil)
	if err != nil {
		return err
	}
	list, ok := answer.AssetsOrError.(*EventListAssetConnection)
	if !ok {
		return refused("events of assets", answer.AssetsOrError)
	}
	for i := range list.Nodes {
		h := &list.Nodes[i].AssetEventHistory
		id, err := oldest(h.Cursor)
		if err != nil {
			return err
		}
		var s shown
		if err := s.add(h); err != nil {
			return err
		}
		if len(s.prints) > 0 {
			l.tops[list.Nodes[i].Key.key()] = top{id, s.prints[0]}
		}
	}
	return nil
}

// tellRuns tells the runs that wrote assets last: conditions ask for their tags. They come
// before all that they wrote.
func (l *loading) tellRuns() error {
	var list []item
	for _, run := range l.details {
		if run.Status == RunStatusSuccess && !l.late && !l.open(run) {
			m := l.newRun(run, nil)
			list = append(list, l.began(run, m, facts.Started)...)
			l.end(run, "")
		}
	}
	return l.commit(merge(list))
}

// open reports whether the end of a run is told after the load: it went, or began, when the
// runs were read, so that what it wrote may not be loaded.
func (l *loading) open(run *RunParts) bool {
	if m := l.memory.runs.Runs[run.RunId]; m.Status != "" {
		return !ended(m.Status)
	}
	return !l.known(run.RunId) && !l.before(run.CreationTime)
}

// anew gives the ID by which a run that has ended is told for an asset: a run that was told
// to have ended plans nothing more.
func (l *loading) anew(run *RunParts, asset string) string {
	if l.late {
		return run.RunId + "#" + asset
	}
	return run.RunId
}

// ended gives the end of a run as it is told for an asset.
func (l *loading) ended(run *RunParts, status facts.Status, asset string) events.Event {
	e := l.changed(run, status).event
	e.RunID = l.anew(run, asset)
	e.ID = ID("run", e.RunID, string(status))
	if l.late { // of its request it was told: that is not to be launched again once more
		e.RequestID = ""
	}
	return e
}

// end notes the end of a run, which is told when all is loaded.
func (l *loading) end(run *RunParts, asset string) {
	e := l.ended(run, statusOf[run.Status], asset)
	l.change.ends[e.RunID] = &e
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
	keys, found, err := l.assets(keys)
	if err != nil {
		return err
	}
	states, err := l.checkStates(keys)
	if err != nil {
		return err
	}
	keys, found = l.here(keys, found, states)
	var list []item
	for i, key := range keys {
		list = append(list, found[i].items...)
		l.change.assets[key] = &found[i].mark
		for id, e := range found[i].ends {
			l.change.ends[id] = &e
		}
	}
	checks, err := l.executed(keys, states)
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

// assets loads some assets, and gives them without those that Dagster does not define: they
// wait until a location is loaded anew.
func (l *loading) assets(keys []string) (here []string, out []loaded, err error) {
	found, errs := make([]loaded, len(keys)), make([]error, len(keys))
	l.each(len(keys), func(i int) { found[i], errs[i] = l.asset(keys[i]) })
	for i, key := range keys {
		switch {
		case errors.Is(errs[i], errAway):
			l.away[key] = true
		case errs[i] != nil:
			return nil, nil, fmt.Errorf("`%s`: %w", key, errs[i])
		default:
			here, out = append(here, key), append(out, found[i])
		}
	}
	return here, out, nil
}

// here leaves out the assets with checks whose location has just been lost.
func (l *loading) here(keys []string, found []loaded, states map[string][]CheckState) (here []string, out []loaded) {
	for i, key := range keys {
		if _, ok := states[key]; !ok && l.checked(key) {
			l.away[key] = true
			continue
		}
		here, out = append(here, key), append(out, found[i])
	}
	return here, out
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
