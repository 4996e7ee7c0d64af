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
	// Rules the files block and those of its rules that matched.
	Sensor   = "auto/sensor"
	Policies = "auto/policies"
	Block    = "auto/block"
	Rules    = "auto/rules"
	// Retry counts the launches before this one, where a run that failed is launched again.
	Retry = "auto/retry"
)

// priority is the tag by which Dagster orders its queue (dagster/_core/storage/tags.py).
const priority = "dagster/priority"

// Of gives the tags of the run of a request that goes by a launcher of a kind. Those of the
// request stand, but for what identifies the run; the partition's are not among them.
func Of(r *request.Request, launcher string) map[string]string {
	tags := map[string]string{
		Tick: r.DecidedAt.UTC().Format(time.RFC3339Nano), Sensor: r.Sensor, Policies: strings.Join(r.Policies, ","),
		Block: r.Block, Rules: strings.Join(r.Rules, ","),
	}
	if r.Retry > 0 {
		tags[Retry] = strconv.Itoa(r.Retry)
	}
	if r.Priority != 0 {
		tags[priority] = strconv.Itoa(r.Priority)
	}
	maps.DeleteFunc(tags, func(_, value string) bool { return value == "" })
	maps.Copy(tags, r.Tags)
	tags[Launcher], tags[events.RequestTag] = launcher, r.ID
	return tags
}
