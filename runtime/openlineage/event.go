package openlineage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"auto/runtime/events"
)

// event is what is read of an OpenLineage event, of versions 1 and 2 of its schema. What
// else it has is of no interest, so that new facets never break anything.
type event struct {
	EventType string    `json:"eventType"`
	EventTime string    `json:"eventTime"`
	Run       *run      `json:"run"`
	Outputs   []dataset `json:"outputs"`
}

type run struct {
	ID     string            `json:"runId"`
	Facets map[string]object `json:"facets"`
}

type dataset struct {
	Namespace    string            `json:"namespace"`
	Name         string            `json:"name"`
	Facets       map[string]object `json:"facets"`
	OutputFacets map[string]object `json:"outputFacets"`
}

// object is a JSON object that is looked into where it is needed; any other value is an
// empty one.
type object map[string]any

// UnmarshalJSON reads an object.
func (o *object) UnmarshalJSON(text []byte) error {
	var fields map[string]any
	if json.Unmarshal(text, &fields) == nil {
		*o = fields
	}
	return nil
}

// text gives a field that is a text, "" for none.
func (o object) text(name string) string {
	text, _ := o[name].(string)
	return text
}

// transitions are what an eventType says about the run, "" for nothing.
var transitions = map[string]string{
	"START": "started", "RUNNING": "started", "COMPLETE": "success", "FAIL": "failure", "ABORT": "canceled", "OTHER": "",
}

// parse reads a body: one event, or a list of them. The problems are about what is no
// OpenLineage event at all.
func parse(body []byte) ([]event, events.Problems) {
	whole := func(format string, args ...any) events.Problems {
		return events.Problems{{Event: -1, Message: fmt.Sprintf(format, args...), Help: "Send one OpenLineage event, or a list of them."}}
	}
	if !utf8.Valid(body) {
		return nil, whole("The body is not valid JSON: a character is not UTF-8.")
	}
	var list []event
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '[' {
		if err := json.Unmarshal(body, &list); err != nil {
			return nil, whole("%s", sentence(err))
		}
	} else {
		list = make([]event, 1)
		if err := json.Unmarshal(body, &list[0]); err != nil {
			return nil, whole("%s", sentence(err))
		}
	}
	if len(list) > maxBody {
		return nil, whole("The body has more than %d events.", maxBody)
	}
	return list, check(list)
}

func sentence(err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Sprintf("`%s` cannot be a JSON %s.", kind.Field, kind.Value)
	}
	return "The body is not valid JSON: " + err.Error() + "."
}

// check finds events whose run cannot be told.
func check(list []event) (problems events.Problems) {
	add := func(i int, field, message, help string) {
		problems = append(problems, events.Problem{Event: i, Field: field, Message: message, Help: help})
	}
	for i, e := range list {
		if e.Run == nil {
			if e.EventType != "" { // otherwise it is about a job or dataset
				add(i, "run", "An event with `eventType` is about a run, and `run` is missing.", "Write the run with its `runId`.")
			}
			continue
		}
		if _, ok := transitions[e.EventType]; !ok {
			add(i, "eventType", fmt.Sprintf("`eventType` cannot be %q.", e.EventType), "Write `START`, `RUNNING`, `COMPLETE`, `ABORT`, `FAIL` or `OTHER`.")
		}
		if len(e.Run.ID) > maxRunID || clean(e.Run.ID) == "" {
			add(i, "run.runId", "`run.runId` is missing, longer than 256 bytes, or has control characters.", "Write the UUID of the run.")
		}
		if _, ok := instant(e.EventTime); !ok {
			add(i, "eventTime", fmt.Sprintf("`eventTime` is a time in RFC 3339, and this is %q.", e.EventTime), "Write such as `2026-01-01T06:00:00Z`.")
		}
	}
	return problems
}

// instant reads a time. Senders leave the zone out, or write it without a colon.
func instant(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC().Truncate(time.Microsecond), true
		}
	}
	return time.Time{}, false
}
