// Package facts folds events into what is known about assets, checks and runs, as
// Dagster's instance does.
package facts

import "time"

// Event is something that happened. Events are stored in the order in which they are
// applied, whatever their At, which is its timestamp and kept to the microsecond. Those
// that Dagster stores in its event log have an id, one more than the one before: all but
// backfills, dynamic partitions and RunStarted itself.
type Event interface{ event() }

type (
	// Materialized is a materialization, of one partition or, with Partition "", of an
	// asset without partitions. Run is "" where it was reported from outside.
	Materialized struct {
		Asset, Partition, Run string
		DataVersion           string // "" for none
		At                    time.Time
	}
	// Observed is an observation of an external or observable asset.
	Observed struct {
		Asset, Partition, DataVersion string
		At                            time.Time
	}
	// RunStarted makes a run known: what it selects, its partition or "", its tags. It
	// counts as started until a RunStatus says otherwise. What it selects is planned, unless
	// Unplanned: then Planned and CheckPlanned events come one by one. The tags are as
	// Dagster has them; only dagster/partition is added where there is a Partition.
	RunStarted struct {
		Run            string
		Assets, Checks []string // checks as asset:check
		Partition      string
		Tags           map[string]string
		Unplanned      bool
		At             time.Time
	}
	// Planned is a materialization that a known run is going to make.
	Planned struct {
		Asset, Partition, Run string
		At                    time.Time
	}
	// CheckPlanned is an execution of a check that a known run is going to make.
	CheckPlanned struct {
		Check, Partition, Run string
		At                    time.Time
	}
	// RunStatus is a change of a known run.
	RunStatus struct {
		Run    string
		Status Status
		At     time.Time
	}
	// Checked is an execution of a check against the latest materialization of its asset,
	// or of one partition of it.
	Checked struct {
		Check, Partition, Run string
		Passed, Warn          bool
		At                    time.Time
	}
	// Backfill is a backfill and how far it is: Targets at its first event, what it has
	// recorded as Materialized or FailedFor at any, all or what was added. They have
	// partition keys by asset, a nil list for an asset without partitions. Only a backfill
	// that is Started is in progress.
	Backfill struct {
		ID                               string
		Targets, Materialized, FailedFor map[string][]string
		Status                           Status
		At                               time.Time
	}
	// Wiped: all that happened to the asset and is dated at or before At is gone, whenever
	// it is applied, and all executions of its checks so far.
	Wiped struct {
		Asset string
		At    time.Time
	}
	// Freshness is a new freshness state: pass, warn, fail, unknown, not_applicable.
	Freshness struct {
		Asset, State string
		At           time.Time
	}
	// DynamicPartitions are keys that come and go.
	DynamicPartitions struct {
		Name        string
		Add, Delete []string
		At          time.Time
	}
)

// Status is a status of a run or backfill.
type Status string

// The statuses of runs and backfills.
const (
	Queued    Status = "queued"
	Starting  Status = "starting"
	Started   Status = "started"
	Success   Status = "success"
	Failure   Status = "failure"
	Canceling Status = "canceling"
	Canceled  Status = "canceled"
	Completed Status = "completed"
	Failed    Status = "failed"
)

func (Materialized) event()      {}
func (Observed) event()          {}
func (RunStarted) event()        {}
func (Planned) event()           {}
func (CheckPlanned) event()      {}
func (RunStatus) event()         {}
func (Checked) event()           {}
func (Backfill) event()          {}
func (Wiped) event()             {}
func (Freshness) event()         {}
func (DynamicPartitions) event() {}
