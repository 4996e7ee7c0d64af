package launcher

import (
	"maps"
	"slices"

	"auto/runtime/dagster/runtags"
	"auto/runtime/request"
)

// WriterTag names the state folder that a run was decided in.
const WriterTag = "auto/writer"

const launcherTag = "dagster"

// Dagster's own tags (dagster/_core/storage/tags.py).
const (
	partitionTag  = "dagster/partition"
	rangeStartTag = "dagster/asset_partition_range_start"
	rangeEndTag   = "dagster/asset_partition_range_end"
	runKeyTag     = "dagster/run_key"
)

// tags gives the tags of a run, sorted. Dagster takes any text as the value of a run's tag,
// and of its key it only warns in its log where it is not like a label of Kubernetes
// (dagster/_utils/tags.py).
func (l *Launcher) tags(r *request.Request, p *part) []ExecutionTag {
	tags := runtags.Of(r, launcherTag)
	put := func(key, value string) {
		if value != "" {
			tags[key] = value
		}
	}
	for key, value := range p.dimensions {
		put(partitionTag+"/"+key, value)
	}
	put(partitionTag, p.partition)
	if r.Block != "" {
		put(runKeyTag, r.RunKey)
	}
	put(WriterTag, l.writer.name)
	return sorted(tags)
}

func sorted(tags map[string]string) (list []ExecutionTag) {
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, ExecutionTag{Key: key, Value: tags[key]})
	}
	return list
}

// tagsOf gives the tags of a run by key.
func tagsOf(run *Run) map[string]string {
	tags := make(map[string]string, len(run.Tags))
	for _, t := range run.Tags {
		tags[t.Key] = t.Value
	}
	return tags
}
