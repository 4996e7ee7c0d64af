// Package journal is the form of what the daemon knows of its past: every input of its
// conditions in order, from which any tick can be made again.
package journal

import (
	"time"

	"auto/compiler"
	"auto/runtime/events"
	"auto/runtime/params"
)

// The kinds of records that conditions are folded from. The journal has others, which are
// about files and deliveries.
const (
	KindEvents   = "events"
	KindPolicies = "policies"
	KindTick     = "tick"
	KindPause    = "pause"
	KindResume   = "resume"
	KindDown     = "down"
	KindParams   = "params"
)

// Events is the body of KindEvents: what was accepted together.
type Events struct {
	Events []events.Event `json:"events"`
}

// Policies is the body of KindPolicies: from here on these are in force. Texts has, by
// path below the project's folder, the names under which the store keeps the texts; Env
// the values of the environment names that policies read.
type Policies struct {
	Fingerprint string            `json:"fingerprint"`
	Texts       map[string]string `json:"texts"`
	Env         map[string]string `json:"env,omitempty"`
	// Ticked are the instants of the last ticks by sensor, also of those that changed
	// nothing: what came due since, other conditions count from them.
	Ticked map[string]time.Time `json:"ticked,omitempty"`
}

// Tick is the body of KindTick: a tick of a sensor that changed something, at the
// record's At. Ticks that changed nothing are not written.
type Tick struct {
	Sensor string `json:"sensor"`
	// Seen is the number of the last record that the tick knew.
	Seen int64 `json:"seen"`
	// CatchUp: it made up for a tick that was missed, and launched nothing.
	CatchUp bool `json:"catch_up,omitempty"`
	// Requested has what the conditions requested, by asset or check: true, or keys and
	// ranges as scenarios write them.
	Requested map[string]any `json:"requested,omitempty"`
	// Requests are the IDs of the requests that were launched, in order, and Digest the
	// SHA-256 of their JSON lines.
	Requests []string `json:"requests,omitempty"`
	Digest   string   `json:"digest,omitempty"`
	// Dropped says what is no longer owed, and why.
	Dropped []Dropped `json:"dropped,omitempty"`
	// Halted are the policies that this tick paused by `halt above`.
	Halted []string `json:"halted,omitempty"`
}

// Dropped is owed work that was dropped.
type Dropped struct {
	Policy    string    `json:"policy"`
	Asset     string    `json:"asset"`
	Partition string    `json:"partition,omitempty"`
	DecidedAt time.Time `json:"decided_at"`
	Reason    string    `json:"reason"`
}

// Pause is the body of KindPause: nothing of the assets and checks is launched until
// then.
type Pause struct {
	Selection string    `json:"selection"`
	Keys      []string  `json:"keys"`
	Until     time.Time `json:"until"`
	Reason    string    `json:"reason"`
}

// Resume is the body of KindResume: the pauses and halts of the assets and checks end.
// Missed stands for what their policies say; "" leaves it to them.
type Resume struct {
	Selection string          `json:"selection"`
	Keys      []string        `json:"keys"`
	Missed    compiler.Missed `json:"missed,omitempty"`
}

// Params is the body of KindParams: from here on these are the edits of a job's
// parameters, whole.
type Params struct {
	Job    string        `json:"job"`
	Author string        `json:"author"`
	Stored params.Stored `json:"stored"`
	// Changes is what the edit did, for people.
	Changes []params.Change `json:"changes"`
	// Restored is the version that the edit restored, nil where it restored none.
	Restored *int64 `json:"restored,omitempty"`
}

// Down is the body of KindDown: no sensor ticked from then to the record's At.
type Down struct {
	From time.Time `json:"from"`
}
