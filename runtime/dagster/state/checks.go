package state

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"auto/runtime/events"
)

// assetOf gives the asset of a check's key.
func assetOf(check string) string { return check[:max(strings.LastIndexByte(check, ':'), 0)] }

// partitionedCheck reports whether a check, asset:check, has the partitions of its asset.
func (p *poll) partitionedCheck(key string) bool {
	asset := assetOf(key)
	c, ok := p.graph.Check(asset, key[min(len(asset)+1, len(key)):])
	return ok && c.Partitioned
}

// checks tells which checks were executed, of the assets whose runs go or ended, that were
// written, or whose checks could not be told before; now and then of all.
func (p *poll) checks(n *runNews, written map[string]bool) ([]item, error) {
	all := p.now.Sub(p.swept) >= sweep
	var keys []string
	var out []item
	for _, key := range p.graph.Keys() {
		a, _ := p.graph.Asset(key)
		if len(a.Checks) == 0 || p.asset(key) == nil || !all && !n.touched[key] && !written[key] && !(p.unseen[key] && p.up(a) && !p.away[key]) {
			continue
		}
		keys = append(keys, key)
		for _, c := range a.Checks {
			if !c.Partitioned {
				continue
			}
			found, err := p.executions(key, c.Name)
			if err != nil {
				return nil, err
			}
			out = append(out, found...)
		}
	}
	latest, err := p.latestChecks(keys)
	if err != nil {
		return nil, err
	}
	if all {
		p.swept = p.now
	}
	return append(out, latest...), nil
}

// latestChecks tells the newest executions of checks without partitions.
func (p *poll) latestChecks(keys []string) ([]item, error) {
	var out []item
	for some := range slices.Chunk(keys, 100) {
		answer, err := Checks(p.ctx, p.calls, inputs(some))
		if err != nil {
			return nil, err
		}
		for _, key := range some { // until it is answered, as one of a location that is down is not
			p.unseen[key], p.away[key] = true, true
		}
		for i := range answer.AssetNodes {
			node := &answer.AssetNodes[i]
			list, ok := node.AssetChecksOrError.(*CheckListAssetChecks)
			if !ok {
				return nil, refused("checks of `"+node.AssetKey.key()+"`", node.AssetChecksOrError)
			}
			found, err := p.latestOf(node.AssetKey.key(), list.Checks)
			if err != nil {
				return nil, err
			}
			out = append(out, found...)
		}
	}
	return out, nil
}

func (p *poll) latestOf(asset string, checks []CheckState) ([]item, error) {
	var out []item
	delete(p.unseen, asset)
	delete(p.away, asset)
	for _, c := range checks {
		key, e := asset+":"+c.Name, c.ExecutionForLatestMaterialization
		if e == nil || !p.graph.Has(key) || p.partitionedCheck(key) || !evaluated(e) {
			continue
		}
		id, err := strconv.ParseInt(e.Id, 10, 64)
		if err != nil {
			return nil, err
		}
		if p.check(key).Floor == id {
			continue
		}
		if p.early(asset, e) {
			p.unseen[asset] = true
			continue
		}
		p.change.checks[key] = &checkMark{Floor: id}
		out = append(out, p.evaluation(key, e))
	}
	return out, nil
}

// evaluated reports whether an execution has a result.
func evaluated(e *Execution) bool {
	return e.Evaluation != nil && (e.Status == AssetCheckExecutionResolvedStatusSucceeded || e.Status == AssetCheckExecutionResolvedStatusFailed)
}

// early reports whether an execution is about a materialization that is not told yet.
func (p *poll) early(asset string, e *Execution) bool {
	target := e.Evaluation.TargetMaterialization
	if target == nil {
		return false
	}
	id, err := strconv.ParseInt(target.StorageId, 10, 64)
	m := p.asset(asset)
	return err == nil && m != nil && id > m.Head
}

// evaluation gives the event of an execution.
func (p *poll) evaluation(key string, e *Execution) item {
	at := seconds(e.Evaluation.Timestamp)
	passed := e.Status == AssetCheckExecutionResolvedStatusSucceeded
	out := events.Event{
		ID: ID("check", key, e.Id, e.RunId, at.Format(time.RFC3339Nano)), Type: events.Check, At: p.at(at), Check: key, Partition: e.Partition, RunID: e.RunId, Passed: &passed,
	}
	if !passed {
		out.Severity = strings.ToLower(string(e.Evaluation.Severity))
	}
	return item{group: checksGroup, at: at, event: out}
}

// executions tells the executions of a check with partitions that are new. What is planned
// keeps the floor down until it is evaluated or its run has ended.
func (p *poll) executions(asset, check string) ([]item, error) {
	key := asset + ":" + check
	was := p.check(key)
	list, err := p.above(asset, check, was.Floor)
	if err != nil {
		return nil, err
	}
	now := checkMark{Floor: was.Floor}
	var out []item
	waits := false
	for _, e := range slices.Backward(list) {
		id, err := strconv.ParseInt(e.Id, 10, 64)
		if err != nil {
			return nil, err
		}
		open := e.Status == AssetCheckExecutionResolvedStatusInProgress || evaluated(&e) && p.early(asset, &e)
		switch told := slices.Contains(was.Told, id); {
		case open:
			waits = true
		case told || !evaluated(&e):
		default:
			it := p.evaluation(key, &e) // about what its partition had then
			it.group, it.made = workGroup, true
			out = append(out, it)
		}
		if !waits {
			now.Floor = id
		} else if !open {
			now.Told = append(now.Told, id)
		}
	}
	if now.Floor != was.Floor || !slices.Equal(now.Told, was.Told) {
		p.change.checks[key] = &now
	}
	if waits {
		p.unseen[asset] = true
	}
	return out, nil
}

// above gives the executions of a check above an id, newest first.
func (p *poll) above(asset, check string, floor int64) ([]Execution, error) {
	var out []Execution
	for before := ""; ; {
		answer, err := Executions(p.ctx, p.calls, input(asset), check, p.page, before)
		if err != nil {
			return nil, err
		}
		for _, e := range answer.AssetCheckExecutions {
			if id, err := strconv.ParseInt(e.Id, 10, 64); err != nil || id <= floor {
				return out, err
			}
			out = append(out, e)
			before = e.Id
		}
		if len(answer.AssetCheckExecutions) < p.page {
			return out, nil
		}
	}
}
