package state

import (
	"slices"

	"auto/runtime/events"
	"auto/vm/graph"
)

// partitions loads an asset with partitions: the newest materialization of each, and the
// runs that failed since.
func (l *loading) partitions(a *graph.Asset, out *loaded) error {
	made, failed, err := l.statuses(a)
	if err != nil {
		return err
	}
	had, err := l.latest(a, out)
	if err != nil {
		return err
	}
	for _, key := range made {
		if !had[key] { // its run is deleted, and Dagster counts it all the same
			l.wrote(a, out, occurrence{kind: events.Materialization, partition: key, stamp: "0", at: seconds(0)})
		}
	}
	return l.failures(a, out, failed)
}

// latest adds the newest materializations, and gives the partitions that have one.
func (l *loading) latest(a *graph.Asset, out *loaded) (map[string]bool, error) {
	had := map[string]bool{}
	for some := range slices.Chunk(l.list(a), 2*page) {
		answer, err := Latest(l.ctx, l.calls, input(a.Key), some)
		if err != nil {
			return nil, err
		}
		node, ok := answer.AssetNodeOrError.(*LatestOfAssetNode)
		if !ok {
			return had, nil
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
	runs := make([]*RunParts, len(failed))
	err := each(len(failed), func(i int) error {
		answer, err := LastRun(l.ctx, l.calls, input(a.Key), failed[i])
		if err != nil {
			return err
		}
		if node, ok := answer.AssetNodeOrError.(*LastRunOfAssetNode); ok {
			runs[i] = node.LatestRunForPartition
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, key := range failed {
		run := runs[i]
		if run == nil || run.Status != RunStatusFailure { // deleted, or another one followed and was canceled
			run = &RunParts{RunId: "failed " + a.Key + " " + key, CreationTime: float64(l.now.UnixMicro()) / 1e6, UpdateTime: float64(l.now.UnixMicro()) / 1e6}
		}
		l.failed(a, out, run, key)
	}
	return nil
}

// statuses gives the partitions of an asset that Dagster shows as materialized and failed.
func (l *loading) statuses(a *graph.Asset) (made, failed []string, err error) {
	answer, err := Statuses(l.ctx, l.calls, input(a.Key))
	if err != nil {
		return nil, nil, err
	}
	node, ok := answer.AssetNodeOrError.(*StatusesOfAssetNode)
	if !ok {
		return nil, nil, nil // it is not defined: nothing is known by partitions
	}
	switch s := node.AssetPartitionStatuses.(type) {
	case *AssetStatusesDefaultPartitionStatuses:
		return s.MaterializedPartitions, s.FailedPartitions, nil
	case *AssetStatusesTimePartitionStatuses:
		made, failed = l.ranges(a.Partitions, s.Ranges)
	case *AssetStatusesMultiPartitionStatuses:
		made, failed = l.multi(a.Partitions, s)
	}
	return made, failed, nil
}

// ranges gives the keys of ranges of time.
func (l *loading) ranges(d *graph.Partitions, list []TimeRange) (made, failed []string) {
	for _, r := range list {
		switch keys := l.between(d, r.StartKey, r.EndKey); r.Status {
		case PartitionRangeStatusMaterialized:
			made = append(made, keys...)
		case PartitionRangeStatusFailed:
			failed = append(failed, keys...)
		}
	}
	return made, failed
}

// multi gives the keys of two dimensions.
func (l *loading) multi(d *graph.Partitions, s *AssetStatusesMultiPartitionStatuses) (made, failed []string) {
	names := d.DimensionNames()
	first := slices.Index(names, s.PrimaryDimensionName)
	if first < 0 || len(names) != 2 {
		return nil, nil
	}
	second := names[1-first]
	for _, r := range s.Ranges {
		outer := l.between(d.Dimensions[s.PrimaryDimensionName], r.PrimaryDimStartKey, r.PrimaryDimEndKey)
		var inner, broken []string
		switch t := r.SecondaryDim.(type) {
		case *SecondaryStatusesDefaultPartitionStatuses:
			inner, broken = t.MaterializedPartitions, t.FailedPartitions
		case *SecondaryStatusesTimePartitionStatuses:
			inner, broken = l.ranges(d.Dimensions[second], t.Ranges)
		}
		for _, a := range outer {
			for _, b := range inner {
				made = append(made, d.MultiKey(map[string]string{s.PrimaryDimensionName: a, second: b}))
			}
			for _, b := range broken {
				failed = append(failed, d.MultiKey(map[string]string{s.PrimaryDimensionName: a, second: b}))
			}
		}
	}
	return made, failed
}
