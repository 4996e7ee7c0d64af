package state

import (
	"slices"
	"strconv"
	"time"

	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/vm/graph"
)

// execution is one of a check.
type execution struct {
	check string
	*Execution
}

// checkStates asks for the newest executions of checks without partitions, by asset.
func (l *loading) checkStates(keys []string) (map[string][]CheckState, error) {
	keys = slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return !l.checked(key) })
	out := map[string][]CheckState{}
	if len(keys) == 0 {
		return out, nil
	}
	answer, err := Checks(l.ctx, l.calls, inputs(keys))
	if err != nil {
		return nil, err
	}
	for i := range answer.AssetNodes {
		key := answer.AssetNodes[i].AssetKey.key()
		list, ok := answer.AssetNodes[i].AssetChecksOrError.(*CheckListAssetChecks)
		if !ok {
			return nil, refused("checks of `"+key+"`", answer.AssetNodes[i].AssetChecksOrError)
		}
		out[key] = list.Checks
	}
	return out, nil
}

// checked reports whether an asset has checks.
func (l *loading) checked(key string) bool {
	a, _ := l.graph.Asset(key)
	return len(a.Checks) > 0
}

// executed gives the executions of checks of assets that are about what the assets have,
// and the runs that ended without evaluating a check.
func (l *loading) executed(keys []string, states map[string][]CheckState) ([]item, error) {
	var list []execution
	for _, key := range keys {
		a, _ := l.graph.Asset(key)
		more, err := l.byPartition(a)
		if err != nil {
			return nil, err
		}
		list = append(append(list, more...), l.ofLatest(key, states[key])...)
	}
	var out []item
	for _, e := range list {
		if !evaluated(e.Execution) {
			continue
		}
		it := l.evaluation(e.check, e.Execution)
		if l.partitionedCheck(e.check) { // about what its partition had then
			it.group, it.made = workGroup, true
		}
		out = append(out, it)
	}
	broken, err := l.broken(list)
	return append(out, broken...), err
}

// ofLatest gives the executions of an asset's checks without partitions, and notes them.
func (l *loading) ofLatest(asset string, states []CheckState) []execution {
	var out []execution
	for _, c := range states {
		key, e := asset+":"+c.Name, c.ExecutionForLatestMaterialization
		if e == nil || !l.graph.Has(key) || l.partitionedCheck(key) {
			continue
		}
		out = append(out, execution{key, e})
		if id, err := strconv.ParseInt(e.Id, 10, 64); err == nil && evaluated(e) {
			l.change.checks[key] = &checkMark{Floor: id}
		}
	}
	return out
}

// byPartition gives the newest execution of each partition of an asset's checks.
func (l *loading) byPartition(a *graph.Asset) ([]execution, error) {
	var out []execution
	for _, c := range a.Checks {
		if !c.Partitioned {
			continue
		}
		list, err := l.above(a.Key, c.Name, 0)
		if err != nil {
			return nil, err
		}
		had := map[string]bool{}
		for i := range list {
			if e := &list[i]; !had[e.Partition] {
				had[e.Partition] = true
				out = append(out, execution{a.Key + ":" + c.Name, e})
			}
		}
		l.change.checks[a.Key+":"+c.Name] = markOf(list)
	}
	return out, nil
}

// markOf gives how far a check is told with its executions, newest first.
func markOf(list []Execution) *checkMark {
	m := &checkMark{}
	waits := false
	for _, e := range slices.Backward(list) {
		id, err := strconv.ParseInt(e.Id, 10, 64)
		if err != nil {
			continue
		}
		open := e.Status == AssetCheckExecutionResolvedStatusInProgress
		if waits = waits || open; !waits {
			m.Floor = id
		} else if !open {
			m.Told = append(m.Told, id)
		}
	}
	return m
}

// broken gives the runs that ended without evaluating checks that they planned.
func (l *loading) broken(list []execution) ([]item, error) {
	var ids []string
	for _, e := range list {
		if e.Status == AssetCheckExecutionResolvedStatusExecutionFailed || e.Status == AssetCheckExecutionResolvedStatusSkipped {
			ids = append(ids, e.RunId)
		}
	}
	runs, err := l.runsByID(ids)
	if err != nil {
		return nil, err
	}
	var out []item
	for _, e := range list {
		run := runs[e.RunId]
		if run == nil || evaluated(e.Execution) || !ended(statusOf[run.Status]) || l.open(run) {
			continue
		}
		at := seconds(run.CreationTime)
		out = append(out, item{group: checksGroup, at: at, event: events.Event{
			ID: ID("run", l.anew(run, assetOf(e.check)), "load", e.check, e.Partition), Type: events.Run, At: l.planned(e, run), RunID: l.anew(run, assetOf(e.check)), Status: facts.Started,
			Checks: []string{e.check}, Partition: e.Partition, Tags: tagsOf(run),
		}})
		l.end(run, assetOf(e.check))
	}
	return out, nil
}

// planned gives when a run that ended is told to have planned a check. Where it is told under
// another ID than what it wrote, it is about that only after it.
func (l *loading) planned(e execution, run *RunParts) time.Time {
	info := l.info[assetOf(e.check)]
	if l.late && info != nil && info.LatestMaterialization != nil && info.LatestMaterialization.RunId == run.RunId {
		return l.at(seconds(run.EndTime)).Add(time.Microsecond)
	}
	return l.at(seconds(run.CreationTime))
}
