package scenario

import (
	"auto/runtime/events"
	"auto/runtime/facts"
)

// inJournal writes what happened as the journal has it. The success of a run that no event
// introduced comes after what it made.
func inJournal(told []facts.Event) []events.Event {
	var list, ends []events.Event
	for i := 0; i < len(told); i++ {
		start, ok := told[i].(facts.RunStarted)
		if !ok {
			list = append(list, inJournalOne(told[i])...)
			continue
		}
		e := events.Event{Type: events.Run, At: start.At, RunID: start.Run, Status: facts.Started, Assets: start.Assets, Checks: start.Checks, Partition: start.Partition, Tags: start.Tags}
		if i+1 < len(told) {
			if status, ok := told[i+1].(facts.RunStatus); ok {
				i++
				if start.Unplanned {
					ends = append(ends, inJournalOne(status)...)
				} else {
					e.Status = status.Status
				}
			}
		}
		list = append(list, e)
	}
	return append(list, ends...)
}

// inJournalOne writes one thing that happened; what is planned follows from the run.
func inJournalOne(e facts.Event) []events.Event {
	switch e := e.(type) {
	case facts.Materialized:
		return []events.Event{{Type: events.Materialization, At: e.At, Asset: e.Asset, Partition: e.Partition, RunID: e.Run, DataVersion: e.DataVersion}}
	case facts.Observed:
		return []events.Event{{Type: events.Observation, At: e.At, Asset: e.Asset, Partition: e.Partition, DataVersion: e.DataVersion}}
	case facts.RunStatus:
		return []events.Event{{Type: events.Run, At: e.At, RunID: e.Run, Status: e.Status}}
	case facts.Checked:
		return []events.Event{checked(e)}
	case facts.Backfill:
		return []events.Event{{Type: events.Backfill, At: e.At, BackfillID: e.ID, Targets: e.Targets, Materialized: e.Materialized, Failed: e.FailedFor, Status: e.Status}}
	case facts.Wiped:
		return []events.Event{{Type: events.Wipe, At: e.At, Asset: e.Asset}}
	case facts.Freshness:
		return []events.Event{{Type: events.Freshness, At: e.At, Asset: e.Asset, State: e.State}}
	case facts.DynamicPartitions:
		return []events.Event{{Type: events.Partitions, At: e.At, Name: e.Name, Add: e.Add, Delete: e.Delete}}
	}
	return nil
}

func checked(e facts.Checked) events.Event {
	out := events.Event{Type: events.Check, At: e.At, Check: e.Check, Partition: e.Partition, RunID: e.Run, Passed: &e.Passed}
	if e.Warn {
		out.Severity = "warn"
	}
	return out
}
