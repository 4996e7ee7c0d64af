package state

import (
	"errors"
	"slices"

	"auto/runtime/events"
	"auto/vm/graph"
)

// partitions loads an asset with partitions: the newest materialization of each, and the
// runs that failed since.
func (l *loading) partitions(a *graph.Asset, out *loaded) error {
	shown, err := l.statuses(a)
	if err != nil {
		return err
	}
	for _, key := range shown.making {
		out.planned[key] = true
	}
	had, err := l.latest(a, out)
	if err != nil {
		return err
	}
	for _, key := range shown.made {
		if !had[key] { // its run is deleted, and Dagster counts it all the same
			out.counted = true
			l.wrote(a, out, occurrence{kind: events.Materialization, partition: key, at: l.now})
		}
	}
	return l.failures(a, out, shown.failed)
}

// latest adds the newest materializations, and gives the partitions that have one.
func (l *loading) latest(a *graph.Asset, out *loaded) (map[string]bool, error) {
	had := map[string]bool{}
	for some := range slices.Chunk(l.list(a), 2*l.page) {
		answer, err := Latest(l.ctx, l.calls, input(a.Key), some)
		if err != nil {
			return nil, err
		}
		node, ok := answer.AssetNodeOrError.(*LatestOfAssetNode)
		if !ok {
			return nil, errAway
		}
		for _, m := range node.LatestMaterializationByPartition {
			if m == nil {
				continue
			}
			o, err := newOccurrence(events.Materialization, m.RunId, m.Partition, m.Timestamp, m.Tags)
			if err != nil {
				return nil, err
			}
			had[m.Partition] = true
			l.wrote(a, out, o)
		}
	}
	return had, nil
}

// list gives the partition keys of an asset.
func (l *loading) list(a *graph.Asset) []string {
	keys := l.keys(a)
	out := make([]string, keys.Len())
	for i := range out {
		out[i] = keys.Key(i)
	}
	return out
}

// failures adds the runs that failed to write partitions.
func (l *loading) failures(a *graph.Asset, out *loaded, failed []string) error {
	runs, errs := make([]*RunParts, len(failed)), make([]error, len(failed))
	l.each(len(failed), func(i int) { runs[i], errs[i] = l.lastRun(a.Key, failed[i]) })
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	for i, key := range failed {
		run := runs[i]
		if run == nil || run.Status != RunStatusFailure { // deleted, or another one followed and was canceled
			now := float64(l.now.UnixMicro()) / 1e6
			run = &RunParts{RunId: "failed " + a.Key + " " + key, CreationTime: now, EndTime: now}
		}
		l.failed(a, out, run, key)
	}
	return nil
}

// lastRun gives the run that planned a partition last, nil where it is deleted.
func (l *loading) lastRun(key, partition string) (*RunParts, error) {
	answer, err := LastRun(l.ctx, l.calls, input(key), partition)
	if err != nil {
		return nil, err
	}
	node, ok := answer.AssetNodeOrError.(*LastRunOfAssetNode)
	if !ok {
		return nil, errAway
	}
	return node.LatestRunForPartition, nil
}

// statuses are the partitions of an asset as Dagster shows them: as the first of these that
// fits, making, failed, made.
type statuses struct{ made, failed, making []string }

// errAway: Dagster does not define the asset, or has just lost its location.
var errAway = errors.New("it is not defined in Dagster")

// statuses asks for them.
func (l *loading) statuses(a *graph.Asset) (*statuses, error) {
	answer, err := Statuses(l.ctx, l.calls, input(a.Key))
	if err != nil {
		return nil, err
	}
	node, ok := answer.AssetNodeOrError.(*StatusesOfAssetNode)
	if !ok {
		return nil, errAway
	}
	switch s := node.AssetPartitionStatuses.(type) {
	case *AssetStatusesDefaultPartitionStatuses:
		return &statuses{s.MaterializedPartitions, s.FailedPartitions, s.MaterializingPartitions}, nil
	case *AssetStatusesTimePartitionStatuses:
		return l.ranges(a.Partitions, s.Ranges), nil
	case *AssetStatusesMultiPartitionStatuses:
		return l.multi(a.Partitions, s), nil
	}
	return nil, refused("partitions of `"+a.Key+"`", node.AssetPartitionStatuses)
}

// ranges gives the keys of ranges of time.
func (l *loading) ranges(d *graph.Partitions, list []TimeRange) *statuses {
	out := &statuses{}
	for _, r := range list {
		switch keys := l.between(d, r.StartKey, r.EndKey); r.Status {
		case PartitionRangeStatusMaterialized:
			out.made = append(out.made, keys...)
		case PartitionRangeStatusFailed:
			out.failed = append(out.failed, keys...)
		case PartitionRangeStatusMaterializing:
			out.making = append(out.making, keys...)
		}
	}
	return out
}

// multi gives the keys of two dimensions.
func (l *loading) multi(d *graph.Partitions, s *AssetStatusesMultiPartitionStatuses) *statuses {
	names := d.DimensionNames()
	first := slices.Index(names, s.PrimaryDimensionName)
	out := &statuses{}
	if first < 0 || len(names) != 2 {
		return out // the graph has another definition
	}
	second := names[1-first]
	for _, r := range s.Ranges {
		inner := &statuses{}
		switch t := r.SecondaryDim.(type) {
		case *SecondaryStatusesDefaultPartitionStatuses:
			inner = &statuses{t.MaterializedPartitions, t.FailedPartitions, t.MaterializingPartitions}
		case *SecondaryStatusesTimePartitionStatuses:
			inner = l.ranges(d.Dimensions[second], t.Ranges)
		}
		for _, outer := range l.between(d.Dimensions[s.PrimaryDimensionName], r.PrimaryDimStartKey, r.PrimaryDimEndKey) {
			join := func(to *[]string, keys []string) {
				for _, key := range keys {
					*to = append(*to, d.MultiKey(map[string]string{s.PrimaryDimensionName: outer, second: key}))
				}
			}
			join(&out.made, inner.made)
			join(&out.failed, inner.failed)
			join(&out.making, inner.making)
		}
	}
	return out
}
