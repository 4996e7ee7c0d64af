package events

import (
	"maps"
	"slices"

	"auto/runtime/facts"
)

// Apply folds the event into what is known. Every event that Read accepts can be folded,
// in any order: a run that is mentioned before it starts is known from its first run
// event on, whatever status that has, and one that starts twice only changes its status.
// Runs only go forward, so that reports that overtake each other end the same: what has
// finished does not start again. An error is about an event that Read did not give.
func (e *Event) Apply(w *facts.World) error {
	switch e.Type {
	case Materialization:
		return w.Apply(facts.Materialized{Asset: e.Asset, Partition: e.Partition, Run: e.RunID, DataVersion: e.DataVersion, At: e.At})
	case Observation:
		return w.Apply(facts.Observed{Asset: e.Asset, Partition: e.Partition, DataVersion: e.DataVersion, At: e.At})
	case Run:
		return e.applyRun(w)
	case Check:
		return w.Apply(facts.Checked{
			Check: e.Check, Partition: e.Partition, Run: e.RunID, At: e.At,
			Passed: e.Passed != nil && *e.Passed, Warn: e.Severity == "warn",
		})
	case Partitions:
		return w.Apply(facts.DynamicPartitions{Name: e.Name, Add: e.Add, Delete: e.Delete, At: e.At})
	case Backfill:
		return w.Apply(facts.Backfill{
			ID: e.BackfillID, Status: e.Status, At: e.At,
			Targets: subsets(e.Targets), Materialized: subsets(e.Materialized), FailedFor: subsets(e.Failed),
		})
	case Freshness:
		return w.Apply(facts.Freshness{Asset: e.Asset, State: e.State, At: e.At})
	case Wipe:
		return w.Apply(facts.Wiped{Asset: e.Asset, At: e.At})
	}
	return &UnknownType{e.Type}
}

// UnknownType: an event has a type that there is not.
type UnknownType struct{ Type Type }

// Error names the type.
func (u *UnknownType) Error() string { return "`" + string(u.Type) + "` is no type of event" }

// subsets gives partition keys by asset as facts know them: a nil list stands for an asset
// without partitions.
func subsets(keys map[string][]string) map[string][]string {
	out := maps.Clone(keys)
	for asset, list := range out {
		if len(list) == 0 {
			out[asset] = nil
		}
	}
	return out
}

func (e *Event) applyRun(w *facts.World) error {
	known, ok := w.StatusOf(e.RunID)
	if !ok {
		return e.startRun(w)
	}
	if stage(e.Status) < stage(known) {
		return nil
	}
	if stage(known) < ended {
		if err := e.planMore(w); err != nil {
			return err
		}
	}
	if e.Status == known {
		return nil
	}
	return w.Apply(facts.RunStatus{Run: e.RunID, Status: e.Status, At: e.At})
}

// startRun makes the run known. Facts have a run start before it has another status.
func (e *Event) startRun(w *facts.World) error {
	start := facts.RunStarted{Run: e.RunID, Assets: e.Assets, Checks: e.Checks, Partition: e.Partition, Tags: e.tags(), At: e.At}
	if err := w.Apply(start); err != nil || e.Status == facts.Started {
		return err
	}
	return w.Apply(facts.RunStatus{Run: e.RunID, Status: e.Status, At: e.At})
}

// tags gives the tags of the run, with that of its request.
func (e *Event) tags() map[string]string {
	if e.RequestID == "" || e.Tags[RequestTag] == e.RequestID {
		return e.Tags
	}
	tags := maps.Clone(e.Tags)
	if tags == nil {
		tags = map[string]string{}
	}
	tags[RequestTag] = e.RequestID
	return tags
}

// planMore plans what no event of the run has named before.
func (e *Event) planMore(w *facts.World) error {
	for _, key := range e.Assets {
		if w.Plans(e.RunID, key, e.Partition) {
			continue
		}
		if err := w.Apply(facts.Planned{Asset: key, Partition: e.Partition, Run: e.RunID, At: e.At}); err != nil {
			return err
		}
	}
	for _, key := range e.Checks {
		if w.PlansCheck(e.RunID, key, e.Partition) {
			continue
		}
		if err := w.Apply(facts.CheckPlanned{Check: key, Partition: e.Partition, Run: e.RunID, At: e.At}); err != nil {
			return err
		}
	}
	return nil
}

// stages order the statuses of a run as it goes through them; ended are all others.
var stages = []facts.Status{facts.Queued, facts.Starting, facts.Started, facts.Canceling}

const ended = 4

// stage tells how far a run is.
func stage(s facts.Status) int {
	if at := slices.Index(stages, s); at >= 0 {
		return at
	}
	return ended
}
