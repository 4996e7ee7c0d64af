package live

import (
	"encoding/json"
	"fmt"
	"time"

	"auto/runtime/journal"
	"auto/runtime/store"
)

// Kinds are those of the records that a Project is folded from.
var Kinds = []string{journal.KindEvents, journal.KindPolicies, journal.KindTick, journal.KindPause, journal.KindResume, journal.KindDown, journal.KindParams}

// Inputs are those of the Kinds that a sensor takes in.
var Inputs = []string{journal.KindEvents, journal.KindPause, journal.KindResume, journal.KindDown, journal.KindParams}

// Record is a record of the journal with its body read.
type Record struct {
	Seq  int64
	At   time.Time
	Body any // *journal.Events, …
}

// Read reads the body of a record of one of the Kinds.
func Read(r store.Record) (Record, error) {
	out := Record{Seq: r.Seq, At: r.At}
	switch r.Kind {
	case journal.KindEvents:
		out.Body = new(journal.Events)
	case journal.KindPolicies:
		out.Body = new(journal.Policies)
	case journal.KindTick:
		out.Body = new(journal.Tick)
	case journal.KindPause:
		out.Body = new(journal.Pause)
	case journal.KindResume:
		out.Body = new(journal.Resume)
	case journal.KindDown:
		out.Body = new(journal.Down)
	case journal.KindParams:
		out.Body = new(journal.Params)
	default:
		return out, fmt.Errorf("the journal's record %d is of the kind %q, which conditions do not know", r.Seq, r.Kind)
	}
	if err := json.Unmarshal(r.Body, out.Body); err != nil {
		return out, fmt.Errorf("the journal's record %d cannot be read: %w", r.Seq, err)
	}
	return out, nil
}
