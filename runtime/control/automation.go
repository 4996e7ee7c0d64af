package control

import (
	"context"
	"time"

	"auto/compiler"
	"auto/runtime/backlog"
	"auto/runtime/events"
)

// Automation is what commands ask of the conditions of a project. Its methods are safe for
// concurrent use.
type Automation interface {
	// Events takes events in, all or, where the error is a diag.List, none.
	Events(ctx context.Context, list []events.Event) (EventsTaken, error)
	// Pause holds back what a selection (an expression of the language, such as
	// `groups("sales")`) selects until an instant that is still to come, and gives the keys.
	// An error about the selection is a diag.List.
	Pause(ctx context.Context, selection string, until time.Time, reason string) ([]string, error)
	// Resume ends the pauses and halts of what a selection selects, and gives the keys that
	// were held back. Missed "" leaves to each policy what becomes of what came due.
	Resume(ctx context.Context, selection string, missed compiler.Missed) ([]string, error)
	// Status says how the daemon is.
	Status(ctx context.Context) (Status, error)
	// Backlog gives what is owed, oldest first.
	Backlog(ctx context.Context) ([]backlog.Owed, error)
}

// EventsTaken is what became of events.
type EventsTaken struct {
	// Accepted is how many are new, Duplicates how many were known by their ID.
	Accepted   int `json:"accepted"`
	Duplicates int `json:"duplicates"`
	// Unknown are keys of assets and checks that the project does not have (yet), sorted:
	// their events are kept.
	Unknown []string `json:"unknown,omitempty"`
	// Doubtful has a sentence for each thing that is kept and counts for nothing as the
	// project is, such as a partition that is none, each once.
	Doubtful []string `json:"doubtful,omitempty"`
}

// Status is how a daemon is.
type Status struct {
	// Running tells whether a daemon answered; otherwise it is what the store knows.
	Running bool      `json:"running"`
	Now     time.Time `json:"now"`
	Started time.Time `json:"started,omitzero"`
	// Policies is the fingerprint of those in force, since PoliciesSince; Broken are the
	// findings of a newer version that was not taken, each on one line.
	Policies      string    `json:"policies"`
	PoliciesSince time.Time `json:"policies_since,omitzero"`
	Broken        []string  `json:"broken,omitempty"`
	// Pending is why a newer version without findings is not in force yet, and Waiting why
	// no condition ticks yet; "" where that is not so.
	Pending string         `json:"pending,omitempty"`
	Waiting string         `json:"waiting,omitempty"`
	Sensors []SensorStatus `json:"sensors"`
	Blocks  []BlockStatus  `json:"blocks"`
	// Pauses are those that are in force.
	Pauses []PauseStatus `json:"pauses,omitempty"`
	// Owed counts pairs, OldestOwed is the decision that waits longest.
	Owed       int       `json:"owed"`
	OldestOwed time.Time `json:"oldest_owed,omitzero"`
	// Due and Parked count requests: to be delivered, and refused by the receiver.
	Due    int `json:"due"`
	Parked int `json:"parked"`
	// Undelivered is about those that are due and whose last attempt failed, nil for none.
	Undelivered *Undelivered `json:"undelivered,omitempty"`
	// Events is the number of events since the start.
	Events int64 `json:"events"`
	// Dagster is how the deployment is that is read, nil where none is.
	Dagster *DagsterStatus `json:"dagster,omitempty"`
	// Pull tells which sensors of Dagster ask for requests, nil where the launcher is not pull.
	Pull *PullStatus `json:"pull,omitempty"`
}

// Undelivered tells of requests that are not delivered: how many, and of the one that was tried
// most how often, why it failed last, and when it is tried again.
type Undelivered struct {
	Requests int       `json:"requests"`
	Attempts int       `json:"attempts"`
	Reason   string    `json:"reason"`
	NextAt   time.Time `json:"next_at"`
}

// PullStatus tells which sensors of Dagster ask for requests.
type PullStatus struct {
	// Waiting counts the requests that no sensor has said the outcome of.
	Waiting int          `json:"waiting"`
	Sensors []PullSensor `json:"sensors"`
}

// PullSensor is a sensor that asks, or has asked last at its code location.
type PullSensor struct {
	Name     string    `json:"name"`
	Location string    `json:"location"`
	LastCall time.Time `json:"last_call"`
	// Lapsed: it has not asked for so long that another sensor may take its place.
	Lapsed bool `json:"lapsed,omitempty"`
}

// DagsterStatus is how a Dagster deployment is, and how it is read.
type DagsterStatus struct {
	URL     string `json:"url"`
	Version string `json:"version,omitempty"`
	// LastRead is the instant of the last poll that succeeded, zero for none; Took its time,
	// and Calls the calls of GraphQL that it made.
	LastRead time.Time     `json:"last_read,omitzero"`
	Took     time.Duration `json:"took_ns"`
	Calls    int           `json:"calls"`
	// Polls and Read count polls and the events that they gave since the start.
	Polls int64 `json:"polls"`
	Read  int64 `json:"read"`
	// Failures counts polls that failed in a row, and Error says why the last one did.
	Failures int    `json:"failures"`
	Error    string `json:"error,omitempty"`
	// Loaded and Loading count assets of a first load that goes on, 0 where none does.
	Loaded  int `json:"loaded,omitempty"`
	Loading int `json:"loading,omitempty"`
	// Down are the code locations that are not loaded, with why.
	Down map[string]string `json:"down,omitempty"`
	// Changed says how the project's assets differ from what Dagster defines.
	Changed []string `json:"changed,omitempty"`
	// Driven are assets with policies that a running sensor of Dagster drives, too.
	Driven []string `json:"driven,omitempty"`
}

// SensorStatus is how a sensor of conditions is.
type SensorStatus struct {
	Name  string        `json:"name"`
	Every time.Duration `json:"every_ns"`
	// Assets counts the assets and checks with conditions.
	Assets int `json:"assets"`
	// LastTick is the instant of the last tick, and Took its time; NextTick the next one.
	LastTick time.Time     `json:"last_tick,omitzero"`
	NextTick time.Time     `json:"next_tick,omitzero"`
	Took     time.Duration `json:"took_ns"`
	Ticks    int64         `json:"ticks"`
	// Requested counts pairs since the start, Launched requests.
	Requested int64 `json:"requested"`
	Launched  int64 `json:"launched"`
	// Overruns counts ticks beyond the budget; Failures those that failed in a row, and
	// Error says why the last one did.
	Overruns int64  `json:"overruns"`
	Failures int64  `json:"failures"`
	Error    string `json:"error,omitempty"`
	// Owed counts pairs, OldestOwed is the decision that waits longest.
	Owed       int       `json:"owed"`
	OldestOwed time.Time `json:"oldest_owed,omitzero"`
	// Policies are those of the sensor, by name.
	Policies []PolicyStatus `json:"policies,omitempty"`
	// Halted are the policies that `halt above` paused.
	Halted []string `json:"halted,omitempty"`
}

// PolicyStatus is what is owed under a policy in one sensor.
type PolicyStatus struct {
	Name       string    `json:"name"`
	Owed       int       `json:"owed"`
	OldestOwed time.Time `json:"oldest_owed,omitzero"`
}

// BlockStatus is how a files block is.
type BlockStatus struct {
	Name     string        `json:"name"`
	Every    time.Duration `json:"every_ns"`
	LastTick time.Time     `json:"last_tick,omitzero"`
	Held     int           `json:"held"`
	HaltedAt time.Time     `json:"halted_at,omitzero"`
	Error    string        `json:"error,omitempty"`
}

// PauseStatus is a pause in force.
type PauseStatus struct {
	Selection string    `json:"selection"`
	Keys      int       `json:"keys"`
	Until     time.Time `json:"until"`
	Reason    string    `json:"reason"`
}
