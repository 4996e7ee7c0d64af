package stale

import (
	"time"

	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/vm/bits"
	"auto/vm/graph"
	"auto/vm/space"
)

// status is what a status of a run comes to.
type status uint8

const (
	going   status = iota
	waiting        // it has not started
	over
)

func statusOf(s facts.Status) status {
	switch s {
	case facts.Queued, facts.Starting:
		return waiting
	case facts.Success, facts.Failure, facts.Canceled:
		return over
	}
	return going
}

// Happened folds an event; seq is its place in the total order, greater than that of the
// event before. Which partitions of a dependent an update belongs to is fixed here, with
// the windows that exist at the latest instant that was heard of, and whether one was the
// latest window with those of the event's time.
func (t *Tracker) Happened(seq int64, e *events.Event) {
	t.last = seq
	t.passed(e.At)
	switch e.Type {
	case events.Materialization:
		t.materialized(seq, e.Asset, e.Partition, e.RunID, e.DataVersion, e.At)
	case events.Observation:
		t.observed(seq, e.Asset, e.Partition, e.RunID, e.DataVersion, e.At)
	case events.Run:
		t.runChanged(seq, e)
	case events.Partitions:
		t.change(e.Name, e.Add, e.Delete)
	case events.Wipe:
		t.wiped(e.Asset)
	}
}

// HappenedFact folds an event of runtime/facts in the same way.
func (t *Tracker) HappenedFact(seq int64, e facts.Event) {
	t.last = seq
	t.passed(timeOf(e))
	switch e := e.(type) {
	case facts.Materialized:
		t.materialized(seq, e.Asset, e.Partition, e.Run, e.DataVersion, e.At)
	case facts.Observed:
		t.observed(seq, e.Asset, e.Partition, "", e.DataVersion, e.At)
	case facts.RunStarted:
		r := t.openRun(e.Run, seq, true)
		if !e.Unplanned {
			t.planAll(r, e.Assets, e.Partition)
		}
	case facts.Planned:
		t.plan(t.run(e.Run, seq), e.Asset, e.Partition)
	case facts.RunStatus:
		t.changeRun(t.run(e.Run, seq), seq, statusOf(e.Status))
	case facts.DynamicPartitions:
		t.change(e.Name, e.Add, e.Delete)
	case facts.Wiped:
		t.wiped(e.Asset)
	}
}

// timeOf gives the time of an event.
func timeOf(e facts.Event) time.Time {
	switch e := e.(type) {
	case facts.Materialized:
		return e.At
	case facts.Observed:
		return e.At
	case facts.RunStarted:
		return e.At
	case facts.Planned:
		return e.At
	case facts.RunStatus:
		return e.At
	}
	return time.Time{}
}

func (t *Tracker) planAll(r *run, assets []string, partition string) {
	for _, asset := range assets {
		t.plan(r, asset, partition)
	}
}

// runChanged folds a status of a run; the first one makes it known.
func (t *Tracker) runChanged(seq int64, e *events.Event) {
	is := statusOf(e.Status)
	r := t.runs[e.RunID]
	if r == nil || r.phase == mentioned {
		r = t.openRun(e.RunID, seq, is == going)
		t.planAll(r, e.Assets, e.Partition)
		if is == waiting {
			return
		}
	}
	t.changeRun(r, seq, is)
}

// materialized folds that a partition was made: its dependents were so far made of what
// was before, and it is made of what its run knew.
func (t *Tracker) materialized(seq int64, asset, partition, by, version string, at time.Time) {
	r := t.run(by, seq)
	if r != nil {
		r.begun = true
	}
	if g, ok := t.defined(asset); ok && (g.External || g.Observable) {
		t.note(asset, partition, version)
	}
	instants := []time.Time{at}
	if since, ok := t.wasLatest(asset, partition); ok {
		instants = append(instants, since)
	}
	t.update(seq, asset, partition, r, instants)
	t.made(seq, asset, partition, r)
}

// wasLatest gives when a time window became the latest, and false unless it is outdated
// by an update of when it was: what depends on it is then outdated in the window that was
// the latest at that time, too, so that a chain is not cut off where a window ends.
func (t *Tracker) wasLatest(key, partition string) (time.Time, bool) {
	a := t.assets[key]
	if a == nil || !a.numbered {
		return time.Time{}, false
	}
	n, ok := a.number(partition)
	if !ok || !a.isLatest(n) {
		return time.Time{}, false
	}
	return sinceLatest(a.keys, n)
}

// observed folds an observation, which is an update where the data version is another one
// than before, of an asset that is not made here.
func (t *Tracker) observed(seq int64, asset, partition, by, version string, at time.Time) {
	a, ok := t.defined(asset)
	if !ok {
		return
	}
	if (a.External || a.Observable) && t.note(asset, partition, version) {
		t.update(seq, asset, partition, nil, []time.Time{at})
	}
	if a.Observable {
		t.made(seq, asset, partition, t.run(by, seq))
	}
}

// note keeps a data version, and reports whether it is another one than before. An event
// without one says nothing.
func (t *Tracker) note(asset, partition, version string) bool {
	if version == "" || t.versions[asset][partition] == version {
		return false
	}
	if t.versions[asset] == nil {
		t.versions[asset] = map[string]string{}
	}
	t.versions[asset][partition] = version
	return true
}

// update tells the dependents of an asset of an update of one partition, which belongs to
// the time windows that are the latest at any of the instants.
func (t *Tracker) update(seq int64, key, partition string, by *run, instants []time.Time) {
	up, ok := t.defined(key)
	if !ok {
		return
	}
	upKeys := t.definitions.of(up.Partitions)
	n, ok := number(upKeys, partition)
	if !ok {
		return
	}
	updated := bits.New(upKeys.Total())
	updated.Add(n)
	found := map[*space.Keys]bits.Set{}
	for _, dependent := range t.graph.Downstream(key) {
		a := t.assets[dependent]
		if a == nil || !a.numbered || t.counts != nil && !t.counts(dependent, key) {
			continue
		}
		r := t.definitions.relation(a.keys, upKeys, mapping(t.graph, dependent, key))
		if r == nil {
			continue
		}
		if found[a.keys] == nil {
			found[a.keys] = t.definitions.latest(a.keys, instants)
		}
		related := bits.New(a.keys.Len())
		r.Down(related, updated)
		a.updated(t, related, found[a.keys], by, seq)
	}
}

// defined gives an asset of the graph, and false where there is none.
func (t *Tracker) defined(key string) (*graph.Asset, bool) {
	if t.graph == nil {
		return nil, false
	}
	return t.graph.Asset(key)
}

// mapping gives the mapping that an asset declares for a dependency, nil for the default.
func mapping(g *graph.Graph, down, up string) *graph.Mapping {
	a, _ := g.Asset(down)
	for _, d := range a.Deps {
		if d.Key == up {
			return d.Mapping
		}
	}
	return nil
}

// made tells an asset of a success.
func (t *Tracker) made(seq int64, key, partition string, by *run) {
	a := t.assets[key]
	if a == nil || !a.numbered {
		return
	}
	n, ok := a.number(partition)
	if !ok {
		return
	}
	a.succeeded(t, n, successOf(seq, by))
}

// successOf gives what a run that makes something with an event comes to.
func successOf(seq int64, by *run) success {
	if by == nil {
		return success{start: seq}
	}
	return success{by.id, by.start}
}

// change folds dynamic keys that come and go. What is known of keys that go is forgotten.
func (t *Tracker) change(name string, add, remove []string) {
	t.definitions.change(name, add, remove)
	for _, a := range t.assets {
		if p := a.keys.Definition(); p != nil && isDynamic(p) {
			t.number(a)
			t.touch(a)
		}
	}
}

// wiped tells an asset that all its partitions are missing.
func (t *Tracker) wiped(key string) {
	if a := t.assets[key]; a != nil {
		a.wiped(t)
	}
}
