package events

import (
	"slices"

	"auto/runtime/facts"
)

// Kind is what a field holds in JSON.
type Kind string

// The kinds of fields.
const (
	// Text is a text that is not empty, of at most MaxText bytes, without control
	// characters.
	Text Kind = "text"
	// Instant is a time in RFC 3339, such as "2026-01-01T06:00:00Z".
	Instant Kind = "time"
	// Bool is true or false.
	Bool Kind = "bool"
	// Texts is a list of texts, each once.
	Texts Kind = "texts"
	// TextMap has a text, which may be empty, by name.
	TextMap Kind = "text by name"
	// KeysByAsset has partition keys by asset key: a list, or null or an empty one for an
	// asset without partitions.
	KeysByAsset Kind = "keys by asset"
)

// Field is a field of an event in JSON.
type Field struct {
	Name string
	Kind Kind
	// Words are all that a text may be, nil for any.
	Words []string
	Doc   string

	set func(*Event, *value)
	// check says what is wrong with a text, "" for nothing, and what to write.
	check func(string) (message, help string)
}

// Form is a type of event.
type Form struct {
	Type Type
	Doc  string
	// Required and Optional are the names of its fields. Every type has also `type`, `id`
	// and `at`.
	Required, Optional []string
	// OneOf are fields of which at least one is given, nil for none.
	OneOf []string
	// Words are what `status` may be, nil where it has none.
	Words []string
	// Example is an event, on one line.
	Example string
}

var (
	runWords      = words(facts.Queued, facts.Starting, facts.Started, facts.Success, facts.Failure, facts.Canceling, facts.Canceled)
	backfillWords = words(facts.Started, facts.Completed, facts.Failed, facts.Canceling, facts.Canceled)
)

func words(statuses ...facts.Status) []string {
	out := make([]string, len(statuses))
	for i, s := range statuses {
		out[i] = string(s)
	}
	return out
}

// Forms are all types of events, in the order of the documentation.
var Forms = []Form{
	{Type: Materialization, Doc: "An asset, or a partition of it, was written.",
		Required: []string{"asset"}, Optional: []string{"partition", "partitions", "run_id", "data_version"},
		Example: `{"type":"materialization","asset":"sales/orders","partition":"2026-01-01","run_id":"r1","data_version":"7"}`},
	{Type: Observation, Doc: "An external or observable asset was looked at.",
		Required: []string{"asset"}, Optional: []string{"partition", "partitions", "data_version"},
		Example: `{"type":"observation","asset":"landing/feed","data_version":"etag-1"}`},
	{Type: Run, Doc: "A run is new, or has another status. A run only goes forward: what has finished does not start again.",
		Required: []string{"run_id", "status"}, Optional: []string{"assets", "checks", "partition", "partitions", "tags", "request_id"},
		Words:   runWords,
		Example: `{"type":"run","run_id":"r1","status":"started","assets":["sales/orders"],"partition":"2026-01-01","tags":{"team":"sales"}}`},
	{Type: Check, Doc: "An asset check was executed against the newest materialization of its asset, or of a partition of it.",
		Required: []string{"check", "passed"}, Optional: []string{"severity", "partition", "partitions", "run_id"},
		Example: `{"type":"check","check":"sales/orders:not_null","passed":false,"severity":"warn","run_id":"r1"}`},
	{Type: Partitions, Doc: "Keys of a dynamic partitions definition came or went. What is added comes before what is deleted.",
		Required: []string{"name"}, Optional: []string{"add", "delete"}, OneOf: []string{"add", "delete"},
		Example: `{"type":"partitions","name":"customers","add":["acme"],"delete":["initech"]}`},
	{Type: Backfill, Doc: "A backfill is new, or how far it is. Its targets are those of its first event; only one that is started is in progress.",
		Required: []string{"backfill_id", "status"}, Optional: []string{"targets", "materialized", "failed"},
		Words:   backfillWords,
		Example: `{"type":"backfill","backfill_id":"b1","status":"started","targets":{"sales/orders":["2026-01-01","2026-01-02"],"sales/total":[]}}`},
	{Type: Freshness, Doc: "An asset with a freshness policy has another state.",
		Required: []string{"asset", "state"},
		Example:  `{"type":"freshness","asset":"sales/orders","state":"fail"}`},
	{Type: Wipe, Doc: "All that happened to an asset and is dated up to then is gone, as are the executions of its checks.",
		Required: []string{"asset"},
		Example:  `{"type":"wipe","asset":"sales/orders"}`},
}

// Fields are all fields, in the order of the documentation.
var Fields = []Field{
	{Name: "type", Kind: Text, Doc: "What the event is about.", Words: typeWords(), set: func(e *Event, v *value) { e.Type = Type(v.text) }},
	{Name: "id", Kind: Text, Doc: "Makes the event known once: a second one with it counts as a duplicate and changes nothing.",
		set: func(e *Event, v *value) { e.ID = v.text }, check: checkID},
	{Name: "at", Kind: Instant, Doc: "When it happened; the instant of its arrival where it is not given."},
	{Name: "asset", Kind: Text, Doc: "The asset key, its components joined by `/`.",
		set: func(e *Event, v *value) { e.Asset = v.text }, check: checkAsset},
	{Name: "check", Kind: Text, Doc: "The check, as `asset:check`.",
		set: func(e *Event, v *value) { e.Check = v.text }, check: checkCheck},
	{Name: "partition", Kind: Text, Doc: "The partition key, of several dimensions as `a|b`. Left out for an asset without partitions.",
		set: func(e *Event, v *value) { e.Partition = v.text }},
	{Name: "partitions", Kind: Texts, Doc: "Several partition keys: short for one event for each, with the `id` `ID[KEY]`."},
	{Name: "data_version", Kind: Text, Doc: "Tells contents apart: an asset whose version stays the same was written and did not change.",
		set: func(e *Event, v *value) { e.DataVersion = v.text }},
	{Name: "run_id", Kind: Text, Doc: "The run that made it, or that the event is about. Left out for what came from outside of any run.",
		set: func(e *Event, v *value) { e.RunID = v.text }},
	{Name: "status", Kind: Text, Doc: "How the run or backfill is.",
		set: func(e *Event, v *value) { e.Status = facts.Status(v.text) }},
	{Name: "assets", Kind: Texts, Doc: "What the run is going to write. What an earlier event of the run has named need not be named again.",
		set: func(e *Event, v *value) { e.Assets = v.texts() }, check: checkAsset},
	{Name: "checks", Kind: Texts, Doc: "The checks that the run is going to execute, as `asset:check`.",
		set: func(e *Event, v *value) { e.Checks = v.texts() }, check: checkCheck},
	{Name: "tags", Kind: TextMap, Doc: "The tags of the run; those of its first event count.",
		set: func(e *Event, v *value) { e.Tags = v.textMap() }},
	{Name: "request_id", Kind: Text, Doc: "The `id` of the request that the run was launched for, where the tag `" + RequestTag + "` does not say so.",
		set: func(e *Event, v *value) { e.RequestID = v.text }},
	{Name: "passed", Kind: Bool, Doc: "Whether the check passed.",
		set: func(e *Event, v *value) { passed := v.text == "true"; e.Passed = &passed }},
	{Name: "severity", Kind: Text, Doc: "How bad a check that did not pass is; `error` where it is not given.", Words: []string{"error", "warn"},
		set: func(e *Event, v *value) { e.Severity = v.text }},
	{Name: "name", Kind: Text, Doc: "The name of the dynamic partitions definition.",
		set: func(e *Event, v *value) { e.Name = v.text }},
	{Name: "add", Kind: Texts, Doc: "Keys that are new, in their order.",
		set: func(e *Event, v *value) { e.Add = v.texts() }},
	{Name: "delete", Kind: Texts, Doc: "Keys that are gone.",
		set: func(e *Event, v *value) { e.Delete = v.texts() }},
	{Name: "backfill_id", Kind: Text, Doc: "The backfill.",
		set: func(e *Event, v *value) { e.BackfillID = v.text }},
	{Name: "targets", Kind: KeysByAsset, Doc: "What the backfill is going to write.",
		set: func(e *Event, v *value) { e.Targets = v.keysByAsset() }, check: checkAsset},
	{Name: "materialized", Kind: KeysByAsset, Doc: "What it has written, all so far or what is new.",
		set: func(e *Event, v *value) { e.Materialized = v.keysByAsset() }, check: checkAsset},
	{Name: "failed", Kind: KeysByAsset, Doc: "What it could not write, all so far or what is new.",
		set: func(e *Event, v *value) { e.Failed = v.keysByAsset() }, check: checkAsset},
	{Name: "state", Kind: Text, Doc: "The freshness.", Words: []string{"pass", "warn", "fail", "unknown", "not_applicable"},
		set: func(e *Event, v *value) { e.State = v.text }},
}

// known are the forms by type, with the fields that each has by name.
var known = func() map[Type]*formFields {
	known := map[Type]*formFields{}
	for _, form := range Forms {
		f := &formFields{Form: form, named: map[string]*Field{}}
		for i := range Fields {
			if slices.Contains(form.Names(), Fields[i].Name) {
				f.named[Fields[i].Name] = &Fields[i]
			}
		}
		known[form.Type] = f
	}
	return known
}()

type formFields struct {
	Form
	named map[string]*Field
}

func typeWords() []string {
	out := make([]string, len(Forms))
	for i := range Forms {
		out[i] = string(Forms[i].Type)
	}
	return out
}

// Names are the names of all fields of a form, required ones before others.
func (f Form) Names() []string {
	return slices.Concat([]string{"type"}, f.Required, f.Optional, []string{"id", "at"})
}
