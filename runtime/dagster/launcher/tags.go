package launcher

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"auto/runtime/events"
	"auto/runtime/request"
)

// Tags of a run that a launcher sets beside those of the request.
const (
	// LauncherTag is on all runs of launchers of this kind, with the value "dagster".
	LauncherTag = "auto/launcher"
	// WriterTag names the state folder that the run was decided in.
	WriterTag = "auto/writer"
	// TickTag is the instant of the tick that decided, in RFC 3339.
	TickTag = "auto/tick"
	// SensorTag and PoliciesTag are the sensor and its policies, joined by commas; BlockTag
	// and RulesTag the files block and those of its rules that matched.
	SensorTag   = "auto/sensor"
	PoliciesTag = "auto/policies"
	BlockTag    = "auto/block"
	RulesTag    = "auto/rules"
	// RetryTag counts the launches before this one, where a run that failed is launched again.
	RetryTag = "auto/retry"
)

const launcherTag = "dagster"

// Dagster's own tags (dagster/_core/storage/tags.py).
const (
	partitionTag  = "dagster/partition"
	rangeStartTag = "dagster/asset_partition_range_start"
	rangeEndTag   = "dagster/asset_partition_range_end"
	runKeyTag     = "dagster/run_key"
	priorityTag   = "dagster/priority"
)

// tags gives the tags of a run, sorted. Those of the request stand, but for what identifies
// the run. Dagster takes any text as the value of a run's tag, and of its key it only warns
// in its log where it is not like a label of Kubernetes (dagster/_utils/tags.py).
func (l *Launcher) tags(r *request.Request, p *part) []ExecutionTag {
	tags := map[string]string{}
	put := func(key, value string) {
		if value != "" {
			tags[key] = value
		}
	}
	put(TickTag, r.DecidedAt.UTC().Format(time.RFC3339Nano))
	put(SensorTag, r.Sensor)
	put(PoliciesTag, strings.Join(r.Policies, ","))
	put(BlockTag, r.Block)
	put(RulesTag, strings.Join(r.Rules, ","))
	if r.Retry > 0 {
		put(RetryTag, strconv.Itoa(r.Retry))
	}
	if r.Priority != 0 {
		put(priorityTag, strconv.Itoa(r.Priority))
	}
	maps.Copy(tags, r.Tags)
	for key, value := range p.dimensions {
		put(partitionTag+"/"+key, value)
	}
	put(partitionTag, p.partition)
	if r.Block != "" {
		put(runKeyTag, r.RunKey)
	}
	put(events.RequestTag, r.ID)
	put(LauncherTag, launcherTag)
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
