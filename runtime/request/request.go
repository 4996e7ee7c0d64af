// Package request is what is asked of a launcher: one run, with its assets,
// partition, configuration and the file that it is about.
package request

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// Request is one run to launch. Its JSON form is what receivers get; fields that
// are empty are left out, but for id, attempt, run_key, selection and run_config.
type Request struct {
	// ID identifies the decision; every delivery of it carries the same one.
	ID string `json:"id"`
	// Attempt counts the deliveries, from 1.
	Attempt int `json:"attempt"`
	// Block is the name of the files block that decided, "" where conditions did.
	Block string `json:"block,omitempty"`
	// Sensor is the sensor whose tick decided, and Policies the policies whose conditions
	// did, sorted; "" and nil where a files block did.
	Sensor   string   `json:"sensor,omitempty"`
	Policies []string `json:"policies,omitempty"`
	// RunKey identifies the run to the launcher, by the block's run_key.
	RunKey string `json:"run_key"`
	Job    string `json:"job,omitempty"`
	// Rules are the names of the rules that matched, in order.
	Rules []string `json:"rules,omitempty"`
	// Selection are the asset keys, the base assets first, each once.
	Selection []string `json:"selection"`
	// Checks are the checks to execute as asset:check; nil where all checks of the assets
	// run along, or there are none.
	Checks []string `json:"checks,omitempty"`
	// Partition is the partition key of all assets that have one.
	Partition string `json:"partition,omitempty"`
	// AddPartitions are keys that have to be added to dynamic definitions first, by
	// the definition's name.
	AddPartitions map[string][]string `json:"add_partitions,omitempty"`
	Tags          map[string]string   `json:"tags,omitempty"`
	Params        map[string]any      `json:"params,omitempty"`
	// RunConfig is {"ops": {OP: {"config": {FIELD: value}}}}.
	RunConfig map[string]any `json:"run_config"`
	// Retry counts the launches for the same file or pairs before this one, where a failed run
	// is launched again.
	Retry int `json:"retry,omitempty"`
	// Priority: higher is delivered first.
	Priority int `json:"priority,omitempty"`
	// File is what the request is about; the zero File where conditions decided.
	File File `json:"file,omitzero"`
	// Gone tells that the newest complete listing no longer has the file.
	Gone bool `json:"gone,omitempty"`
	// DecidedAt is the instant of the tick that decided, in UTC.
	DecidedAt time.Time `json:"decided_at"`
	// MoveTo is the key that the file is moved to by a quarantine; such a request
	// launches no run and is carried out by the runtime itself.
	MoveTo string `json:"move_to,omitempty"`
	// Refused tells why the request cannot be launched, nil where it can. Such a request is
	// parked and never sent; once what it lacks is there, it is written anew without.
	Refused *Refused `json:"refused,omitempty"`
}

// Refused is why a request cannot be launched: its job's parameters.
type Refused struct {
	// Reason says all that is wrong, one sentence after the other.
	Reason string `json:"reason"`
	// Config is config of assets that the policy or the files block gives, by asset and
	// field, from which the run config is made again.
	Config map[string]map[string]any `json:"config,omitempty"`
}

// File is one version of a file as a listing showed it.
type File struct {
	Bucket       string    `json:"bucket"`
	Key          string    `json:"key"`
	Size         int64     `json:"size"`
	ETag         string    `json:"etag"`
	LastModified time.Time `json:"last_modified"`
	VersionID    string    `json:"version_id,omitempty"`
}

// ID gives the identity of the decision that a block made about a version of a
// file on the tick at the given instant: 32 hexadecimal digits, the same for the
// same arguments always.
func ID(block string, file File, tick time.Time) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{
		block, file.Bucket, file.Key, file.ETag, instant(file.LastModified), instant(tick),
	}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
