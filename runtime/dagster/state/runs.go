package state

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"auto/runtime/events"
	"auto/runtime/facts"
)

// statusOf gives the word of events for a status of Dagster. What has no run worker, or is
// managed elsewhere, goes on all the same.
var statusOf = map[RunStatus]facts.Status{
	RunStatusQueued: facts.Queued, RunStatusNotStarted: facts.Queued,
	RunStatusStarting: facts.Starting,
	RunStatusStarted:  facts.Started, RunStatusManaged: facts.Started, RunStatusSuspended: facts.Started,
	RunStatusCanceling: facts.Canceling,
	RunStatusSuccess:   facts.Success, RunStatusFailure: facts.Failure, RunStatusCanceled: facts.Canceled,
}

func ended(s facts.Status) bool {
	return s == facts.Success || s == facts.Failure || s == facts.Canceled
}

// runNews is what is new about runs.
type runNews struct {
	items []item
	// touched are the assets whose runs changed or go on, ended those of which one ended:
	// what it wrote is read before its end is told.
	touched, ended map[string]bool
}

// runs tells which runs began, changed and ended. With `quiet` those that are told of by
// the first load are only noted.
func (p *poll) runs(quiet bool) (*runNews, error) {
	list, err := p.changedRuns()
	if err != nil {
		return nil, err
	}
	made, err := p.made(list)
	if err != nil {
		return nil, err
	}
	n := &runNews{touched: map[string]bool{}, ended: map[string]bool{}}
	for i := range list {
		if err := p.run(n, &list[i], made, quiet); err != nil {
			return nil, err
		}
	}
	p.prune()
	for _, run := range p.change.runs.Runs {
		if !ended(run.Status) {
			n.touch(run)
		}
	}
	return n, nil
}

// changedRuns gives the runs that changed, those that go or are new and not known, and those
// that went and are not found among them, by their creation.
func (p *poll) changedRuns() ([]RunParts, error) {
	newest, err := p.newestRuns(p.answer.Newest)
	if err != nil {
		return nil, err
	}
	list, err := p.changedPages()
	if err != nil {
		return nil, err
	}
	// What has ended and is not new was told, and forgotten.
	list = slices.DeleteFunc(list, func(run RunParts) bool {
		return ended(statusOf[run.Status]) && p.change.runs.Runs[run.RunId].Status == "" && !newest.fresh[run.RunId]
	})
	further, err := p.further(newest.fresh, list)
	if err != nil {
		return nil, err
	}
	p.recall(newest.list)
	// Of those that were created at the same time, which planned an asset last is what counts.
	slices.Reverse(list)
	list, places := append(list, further...), newest.places()
	slices.SortStableFunc(list, func(a, b RunParts) int {
		return cmp.Or(cmp.Compare(a.CreationTime, b.CreationTime), cmp.Compare(places[a.RunId], places[b.RunId]))
	})
	return list, nil
}

// changedPages gives all runs that were updated since the cursor.
func (p *poll) changedPages() ([]RunParts, error) {
	list, err := runsOf(p.answer.Changed)
	list, last := slices.Clone(list), len(list) // a first load reads the answer twice
	for err == nil && last == p.page {
		var answer *ChangedResponse
		if answer, err = Changed(p.ctx, p.calls, p.since(), list[len(list)-1].RunId, p.page); err != nil {
			break
		}
		var more []RunParts
		more, err = runsOf(answer.RunsOrError)
		last = len(more)
		list = append(list, more...)
	}
	return list, err
}

// further gives runs that are not listed: active ones that are not known or have another
// status, fresh ones, and known ones that are no longer active. Of these, deleted ones are
// canceled.
func (p *poll) further(fresh map[string]bool, list []RunParts) ([]RunParts, error) {
	active, err := statesOf(p.answer.Active)
	if err != nil {
		return nil, err
	}
	listed := map[string]bool{}
	for i := range list {
		listed[list[i].RunId] = true
	}
	known, goes := p.change.runs.Runs, map[string]bool{}
	var ask []string
	for _, s := range active {
		goes[s.RunId] = true
		if run, ok := known[s.RunId]; !listed[s.RunId] && (!ok || run.Status != statusOf[s.Status]) {
			ask = append(ask, s.RunId)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(fresh)) {
		if !goes[id] && !listed[id] {
			ask, goes[id] = append(ask, id), true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(known)) {
		if !ended(known[id].Status) && !goes[id] && !listed[id] {
			ask = append(ask, id)
		}
	}
	found, err := p.runsByID(ask)
	if err != nil {
		return nil, err
	}
	var out []RunParts
	for _, id := range ask {
		if run, ok := found[id]; ok {
			out = append(out, *run)
		} else if _, ok := known[id]; ok {
			out = append(out, RunParts{RunId: id, Status: RunStatusCanceled, EndTime: -1, AssetSelection: []Key{}})
		}
	}
	return out, nil
}

// runsByID gives runs, without those that are deleted.
func (p *poll) runsByID(ids []string) (map[string]*RunParts, error) {
	out := map[string]*RunParts{}
	for some := range slices.Chunk(ids, p.page) {
		answer, err := RunsByID(p.ctx, p.calls, some)
		if err != nil {
			return nil, err
		}
		list, err := runsOf(answer.RunsOrError)
		if err != nil {
			return nil, err
		}
		for i := range list {
			out[list[i].RunId] = &list[i]
		}
	}
	return out, nil
}

// made gives the assets of the runs that are new and have no selection.
func (p *poll) made(list []RunParts) (map[string][]string, error) {
	return p.assetsOf(slices.DeleteFunc(slices.Clone(list), func(run RunParts) bool { return p.change.runs.Runs[run.RunId].Status != "" }))
}

// assetsOf gives the assets of the runs that have no selection: jobs launched whole.
func (p *poll) assetsOf(list []RunParts) (map[string][]string, error) {
	var ids []string
	for i := range list {
		if list[i].AssetSelection == nil {
			ids = append(ids, list[i].RunId)
		}
	}
	out := map[string][]string{}
	for some := range slices.Chunk(ids, p.page) {
		answer, err := AssetsOfRuns(p.ctx, p.calls, some)
		if err != nil {
			return nil, err
		}
		runs, ok := answer.RunsOrError.(*MadeListRuns)
		if !ok {
			return nil, refused("runs", answer.RunsOrError)
		}
		for _, run := range runs.Results {
			for i := range run.Assets {
				out[run.RunId] = append(out[run.RunId], run.Assets[i].Key.key())
			}
		}
	}
	return out, nil
}

// run tells what is new about a run.
func (p *poll) run(n *runNews, run *RunParts, made map[string][]string, quiet bool) error {
	status, ok := statusOf[run.Status]
	if !ok {
		return fmt.Errorf("the run `%s` has the status %q, which is not known", run.RunId, run.Status)
	}
	mark := p.change.runs
	was := mark.Runs[run.RunId]
	known, gone := was.Status != "", run.EndTime < 0
	now := was
	if !known && !gone {
		now = p.newRun(run, made[run.RunId])
	}
	now.Status, now.Updated = status, max(run.UpdateTime, was.Updated)
	mark.Runs[run.RunId] = now
	mark.Since = max(mark.Since, run.UpdateTime)
	if quiet || !now.ours() || known && was.Status == status {
		return nil
	}
	n.touch(now)
	if !known && !gone {
		begun, err := p.begins(run, p.loaded(now), status)
		if err != nil {
			return err
		}
		n.items = append(n.items, begun...)
	}
	if known || ended(status) {
		n.items = append(n.items, p.changed(run, status))
	}
	if ended(status) {
		n.items = append(n.items, p.progress(run, now, status)...)
		for _, key := range now.Assets {
			n.ended[key] = true
		}
	}
	return nil
}

func (n *runNews) touch(run runMark) {
	for _, key := range run.Assets {
		n.touched[key] = true
	}
	for _, check := range run.Checks {
		n.touched[assetOf(check)] = true
	}
}

// ours reports whether a run is told: it makes something of the graph, or was launched for
// a request.
func (m *runMark) ours() bool { return len(m.Assets)+len(m.Checks) > 0 || m.Request }

// newRun gives what a run makes of the graph.
func (p *poll) newRun(run *RunParts, made []string) runMark {
	keys := keysOf(run.AssetSelection)
	if run.AssetSelection == nil {
		keys = made
	}
	_, request := tagsOf(run)[events.RequestTag]
	m := runMark{Request: request, Created: run.CreationTime}
	for _, key := range keys {
		if _, ok := p.graph.Asset(key); ok {
			m.Assets = append(m.Assets, key)
		}
	}
	slices.Sort(m.Assets)
	m.Checks = p.checksOf(run, m.Assets)
	return m
}

// checksOf gives the checks that a run executes: those that it selects, or where it selects
// none by name, all of its assets.
func (p *poll) checksOf(run *RunParts, assets []string) []string {
	var out []string
	if run.AssetCheckSelection == nil {
		for _, key := range assets {
			a, _ := p.graph.Asset(key)
			for _, c := range a.Checks {
				out = append(out, key+":"+c.Name)
			}
		}
		return out
	}
	for i := range run.AssetCheckSelection {
		c := &run.AssetCheckSelection[i]
		if key := c.AssetKey.key(); p.graph.Has(key + ":" + c.Name) {
			out = append(out, key+":"+c.Name)
		}
	}
	slices.Sort(out)
	return out
}

// changed tells that a run has another status, and of which request: files blocks launch
// again what failed, and know the request only.
func (p *poll) changed(run *RunParts, status facts.Status) item {
	at := p.changedAt(run, status)
	return item{group: runsGroup, at: at, event: events.Event{
		ID: ID("run", run.RunId, string(status)), Type: events.Run, At: p.at(at), RunID: run.RunId, Status: status,
		RequestID: tagsOf(run)[events.RequestTag],
	}}
}

// changedAt gives when a run got its status; of a deleted one only that it is gone is known.
func (p *poll) changedAt(run *RunParts, status facts.Status) time.Time {
	switch {
	case run.EndTime < 0:
		return p.now
	case ended(status) && run.EndTime > 0:
		return seconds(run.EndTime)
	}
	return seconds(run.UpdateTime)
}

// prune forgets runs that ended before what is read again.
func (p *poll) prune() {
	since := p.since()
	maps.DeleteFunc(p.change.runs.Runs, func(_ string, m runMark) bool { return ended(m.Status) && m.Updated < since })
}

func tagsOf(run *RunParts) map[string]string {
	if len(run.Tags) == 0 {
		return nil
	}
	out := make(map[string]string, len(run.Tags))
	for _, t := range run.Tags {
		out[t.Key] = t.Value
	}
	return out
}
