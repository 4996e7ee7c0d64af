package facts

import (
	"fmt"
	"maps"
	"slices"
)

// partitionTag is the tag that Dagster gives a run of one partition.
const partitionTag = "dagster/partition"

// run is what is known about a run. Run 0 stands for reports from outside; it is unknown,
// as is one that no event introduced.
type run struct {
	id    string
	known bool
	// last is the last event that named it.
	last    int64
	status  Status
	created int64
	tags    map[string]string
	// selects are keys of assets and checks, sorted.
	selects []string
	// plans are the materializations it is going to make, evaluations its checks.
	plans       []plan
	evaluations []*check
	// wide: it has had more of them, which are forgotten.
	wide bool
}

// plan is a partition of an asset, or none.
type plan struct {
	asset *asset
	key   int32
}

// run gives the number of the run of an id, 0 for "".
func (w *World) run(id string) int32 {
	if id == "" {
		return 0
	}
	n, ok := w.runOf[id]
	if !ok {
		w.runsSoFar++
		n = w.runsSoFar
		w.runs[n] = &run{id: id}
		w.runOf[id] = n
	}
	w.runs[n].last = w.last + 1
	return n
}

// unknown stands for reports from outside and for what no event introduced.
var unknown run

// known gives a run by its number. The caller writes to none.
func (w *World) known(n int32) *run {
	if r := w.runs[n]; r != nil {
		return r
	}
	return &unknown
}

// ofRun reports whether a run can have a status.
func (s Status) ofRun() bool {
	switch s {
	case Queued, Starting, Started, Success, Failure, Canceling, Canceled:
		return true
	}
	return false
}

func (s Status) finished() bool { return s == Success || s == Failure || s == Canceled }

// goes reports whether a run is known and has not finished.
func (r *run) goes() bool { return r.known && !r.status.finished() }

// failed reports whether a run is known and has failed.
func (r *run) failed() bool { return r.known && r.status == Failure }

// hasTags reports whether a run is known and has all tag keys and values.
func (r *run) hasTags(keys []string, values map[string]string) bool {
	if !r.known {
		return false
	}
	for _, key := range keys {
		if _, ok := r.tags[key]; !ok {
			return false
		}
	}
	for key, value := range values {
		if has, ok := r.tags[key]; !ok || has != value {
			return false
		}
	}
	return true
}

// startRun makes a run known and plans what it selects.
func (w *World) startRun(e RunStarted) error {
	_, mentioned := w.runOf[e.Run]
	n := w.run(e.Run)
	if n == 0 {
		return fmt.Errorf("a run needs an id")
	}
	if w.known(n).known {
		return fmt.Errorf("the run `%s` has started already", e.Run)
	}
	r := w.runs[n]
	r.known, r.status, r.created = true, Started, micros(e.At)
	r.selects = slices.Sorted(slices.Values(slices.Concat(e.Assets, e.Checks)))
	r.tags = maps.Clone(e.Tags)
	if _, given := r.tags[partitionTag]; e.Partition != "" && !given {
		if r.tags == nil {
			r.tags = map[string]string{}
		}
		r.tags[partitionTag] = e.Partition
	}
	if mentioned { // by events that came before it, which it is about
		w.touchAll()
	}
	if !e.Unplanned {
		w.planAll(e)
	}
	return nil
}

func (w *World) planAll(e RunStarted) {
	for _, key := range e.Assets {
		w.plan(Planned{Asset: key, Partition: e.Partition, Run: e.Run, At: e.At})
	}
	for _, key := range e.Checks {
		w.planCheck(CheckPlanned{Check: key, Partition: e.Partition, Run: e.Run, At: e.At})
	}
}

// plan says that a run is going to materialize a partition.
func (w *World) plan(e Planned) {
	a, n, key := w.asset(e.Asset), w.run(e.Run), w.names.number(e.Partition)
	w.happened(a, entry{kind: planned, key: key, run: n, at: micros(e.At)})
	if r := w.runs[n]; r != nil {
		r.plans = append(r.plans, plan{a, key})
	}
}

// planCheck says that a run is going to execute a check.
func (w *World) planCheck(e CheckPlanned) {
	w.last++
	c, n := w.check(e.Check), w.run(e.Run)
	c.plan(row{key: w.names.number(e.Partition), run: n, created: micros(e.At)})
	if r := w.runs[n]; r != nil {
		r.evaluations = append(r.evaluations, c)
	}
	w.touchCheck(c)
}

// changeRun gives a run another status.
func (w *World) changeRun(e RunStatus) error {
	r := w.runs[w.runOf[e.Run]]
	if r == nil || !r.known {
		return fmt.Errorf("the run `%s` has not started", e.Run)
	}
	if !e.Status.ofRun() {
		return fmt.Errorf("a run cannot be `%s`", e.Status)
	}
	if e.Status == Started && r.status == Started {
		return nil // Dagster stores no event for it
	}
	w.last++
	r.status, r.last = e.Status, w.last
	if r.wide {
		w.touchAll()
	}
	for _, p := range r.plans {
		w.touchKey(p.asset, p.key)
	}
	for _, c := range r.evaluations {
		w.touchCheck(c)
	}
	return nil
}
