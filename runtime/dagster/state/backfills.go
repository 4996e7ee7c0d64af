package state

import (
	"errors"
	"maps"
	"slices"
	"time"

	"auto/runtime/dagster/gql"
	"auto/runtime/events"
	"auto/runtime/facts"
)

// backfillOf gives the word of events for a status of a backfill: only one that is
// requested is in progress in Dagster's conditions.
var backfillOf = map[BulkActionStatus]facts.Status{
	BulkActionStatusRequested: facts.Started, BulkActionStatusCanceling: facts.Canceling, BulkActionStatusFailing: facts.Failed,
	BulkActionStatusCompleted: facts.Completed, BulkActionStatusCompletedSuccess: facts.Completed,
	BulkActionStatusCompletedFailed: facts.Failed, BulkActionStatusFailed: facts.Failed, BulkActionStatusCanceled: facts.Canceled,
}

// backfills tells which backfills are new, changed and ended.
func (p *poll) backfills() ([]item, error) {
	list, ok := p.answer.Backfills.(*BackfillListPartitionBackfills)
	if !ok {
		return nil, refused("backfills", p.answer.Backfills)
	}
	var out []item
	goes := map[string]bool{}
	for i := range list.Results {
		b := &list.Results[i]
		goes[b.Id] = true
		found, err := p.backfill(b)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	for _, id := range slices.Sorted(maps.Keys(p.memory.backfills)) {
		if goes[id] {
			continue
		}
		found, err := p.filled(id)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// backfill tells of one that goes.
func (p *poll) backfill(b *BackfillParts) ([]item, error) {
	was := p.memory.backfills[b.Id]
	known := was.Status != ""
	if was.Status == b.Status {
		return nil, nil
	}
	now := backfillMark{Status: b.Status, Ours: was.Ours}
	p.change.backfills[b.Id] = &now
	e := events.Event{ID: ID("backfill", b.Id, string(b.Status)), Type: events.Backfill, BackfillID: b.Id, Status: backfillOf[b.Status]}
	if known {
		if !now.Ours {
			return nil, nil
		}
		e.At = p.now
		return []item{{group: filledGroup, at: p.now, event: e}}, nil
	}
	targets, err := p.targets(b)
	if err != nil || len(targets) == 0 {
		return nil, err
	}
	at := seconds(b.Timestamp)
	now.Ours, e.Targets, e.At = true, targets, p.at(at)
	done, err := p.doneBefore(b.Id)
	return append(done, item{group: targetsGroup, at: at, event: e}), err
}

// doneBefore tells what the runs of a backfill did that ended before it was known.
func (p *poll) doneBefore(id string) ([]item, error) {
	list, err := p.runsOfBackfill(id)
	if err != nil {
		return nil, err
	}
	made, err := p.made(list)
	if err != nil {
		return nil, err
	}
	var out []item
	for i := range list {
		m := p.change.runs.Runs[list[i].RunId]
		if m.Status == "" {
			m = p.newRun(&list[i], made[list[i].RunId])
		}
		if status := statusOf[list[i].Status]; ended(status) {
			out = append(out, p.progress(&list[i], m, status)...)
		}
	}
	return out, nil
}

func (p *poll) runsOfBackfill(id string) ([]RunParts, error) {
	var out []RunParts
	for cursor := ""; ; {
		answer, err := RunsOfBackfill(p.ctx, p.calls, id, p.page, cursor)
		if err != nil {
			return nil, err
		}
		list, err := runsOf(answer.RunsOrError)
		out = append(out, list...)
		if err != nil || len(list) < p.page {
			return out, err
		}
		cursor = list[len(list)-1].RunId
	}
}

// targets gives what a backfill targets of the graph.
func (p *poll) targets(b *BackfillParts) (map[string][]string, error) {
	out := map[string][]string{}
	for _, key := range keysOf(b.AssetSelection) {
		a, ok := p.graph.Asset(key)
		if !ok {
			continue
		}
		targeted, err := p.targeted(b.Id, key)
		if err != nil {
			return nil, err
		}
		if targeted == nil {
			continue
		}
		if out[key] = targeted.PartitionKeys; a.Partitions == nil {
			out[key] = nil
			continue
		}
		for _, r := range targeted.Ranges {
			out[key] = append(out[key], p.between(a.Partitions, r.Start, r.End)...)
		}
		if len(out[key]) == 0 {
			delete(out, key)
		}
	}
	return out, nil
}

// targeted gives what a backfill targets of an asset, nil for nothing. Dagster answers with
// an error for an asset that turned out not to be in it, beside the backfill itself.
func (p *poll) targeted(id, key string) (*Targeted, error) {
	answer, err := Targets(p.ctx, p.calls, id, input(key))
	var problem *gql.Error
	if errors.As(err, &problem) && problem.Kind == gql.Failed && answer.PartitionBackfillOrError != nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	switch b := answer.PartitionBackfillOrError.(type) {
	case *TargetsOfPartitionBackfill:
		return b.PartitionsTargetedForAssetKey, nil
	case *TargetsOfBackfillNotFoundError:
		return nil, nil
	}
	return nil, refused("backfill", answer.PartitionBackfillOrError)
}

// filled tells what became of a backfill that no longer goes; one that is deleted is
// canceled.
func (p *poll) filled(id string) ([]item, error) {
	p.change.backfills[id] = nil
	if !p.memory.backfills[id].Ours {
		return nil, nil
	}
	answer, err := Backfill(p.ctx, p.calls, id)
	if err != nil {
		return nil, err
	}
	status, at := BulkActionStatusCanceled, time.Time{}
	switch b := answer.PartitionBackfillOrError.(type) {
	case *BackfillStatePartitionBackfill:
		status, at = b.Status, seconds(b.EndTimestamp)
	case *BackfillStateBackfillNotFoundError:
	default:
		return nil, refused("backfill", answer.PartitionBackfillOrError)
	}
	if at.Unix() <= 0 {
		at = p.now
	}
	return []item{{group: filledGroup, at: at, event: events.Event{
		ID: ID("backfill", id, string(status)), Type: events.Backfill, At: p.at(at), BackfillID: id, Status: backfillOf[status],
	}}}, nil
}

// progress tells what a run that ended did of its backfill.
func (p *poll) progress(run *RunParts, m runMark, status facts.Status) []item {
	id := tagsOf(run)[backfillTag]
	b, ok := p.memory.backfills[id]
	if now, changes := p.change.backfills[id]; changes {
		if ok = now != nil; ok {
			b = *now
		}
	}
	if !ok || !b.Ours || b.Status == "" {
		return nil
	}
	done := map[string][]string{}
	keys := p.partitionsOf(run, m.Assets)
	for _, key := range m.Assets {
		if done[key] = nil; len(p.withPartitions([]string{key})) > 0 {
			done[key] = keys
		}
	}
	e := events.Event{ID: ID("backfill", id, "run", run.RunId), Type: events.Backfill, At: p.now, BackfillID: id, Status: backfillOf[b.Status]}
	if e.Failed = done; status == facts.Success {
		e.Failed, e.Materialized = nil, done
	}
	return []item{{group: progressGroup, at: p.now, event: e}}
}
