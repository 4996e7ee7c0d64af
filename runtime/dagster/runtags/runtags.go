// Package runtags names the tags by which runs in Dagster tell what they were launched
// for, whichever way they went there.
package runtags

import (
	"maps"
	"strconv"
	"strings"
	"time"

	"auto/runtime/events"
	"auto/runtime/request"
)

// Tags of a run beside those of its request and events.RequestTag.
const (
	// Launcher is on all runs: the kind of the launcher that they went by.
	Launcher = "auto/launcher"
	// Tick is the instant of the tick that decided, in RFC 3339.
	Tick = "auto/tick"
	// Sensor and Policies are the sensor and its policies, joined by commas; Block and
	// Rules the files block and those of its rules that matched, RunKey its run key.
	Sensor   = "auto/sensor"
	Policies = "auto/policies"
	Block    = "auto/block"
	Rules    = "auto/rules"
	RunKey   = "auto/run_key"
)

// Dagster's own tags (dagster/_core/storage/tags.py).
const (
	Partition = "dagster/partition"
	Priority  = "dagster/priority"
)

// Of gives the tags of the run of a request that goes by a launcher of a kind. Those of the
// request stand, but for what identifies the run; empty ones are left out.
func Of(r *request.Request, launcher string) map[string]string {
	tags := map[string]string{
		Tick: r.DecidedAt.UTC().Format(time.RFC3339Nano), Sensor: r.Sensor, Policies: strings.Join(r.Policies, ","),
		Block: r.Block, Rules: strings.Join(r.Rules, ","),
	}
	if r.Priority != 0 {
		tags[Priority] = strconv.Itoa(r.Priority)
	}
	if r.Block != "" {
		tags[RunKey] = r.RunKey
	}
	maps.Copy(tags, r.Tags)
	tags[Launcher], tags[events.RequestTag], tags[Partition] = launcher, r.ID, r.Partition
	maps.DeleteFunc(tags, func(_, value string) bool { return value == "" })
	return tags
}
