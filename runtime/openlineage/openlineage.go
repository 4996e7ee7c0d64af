// Package openlineage turns what Airflow, Spark, dbt and others send by the OpenLineage
// standard into events: a run's transitions into run events, and the outputs of a run that
// completes into materializations. It is pure: what it gives follows from the event, the
// graph, and what the project says.
package openlineage

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/vm/graph"
)

// The bounds of what is read.
const (
	// maxBody is how many events one body may have, maxEvents how many may come of it.
	maxBody, maxEvents = 1000, events.MaxEvents
	maxRunID           = 256
)

// Options are what the project says about OpenLineage.
type Options struct {
	// Datasets says which assets datasets are, before anything is told by their names; the
	// first that fits decides.
	Datasets []Dataset
	// Namespaces are those whose datasets are found by their names, nil for all.
	Namespaces []string
	// Facet and Field name the facet, of an output or of the run, that has the partition
	// key.
	Facet, Field string
}

// Assets are what datasets can be; a *graph.Graph is.
type Assets interface {
	// Keys gives all asset keys.
	Keys() []string
	// Asset gives an asset by its key, and false where there is none.
	Asset(key string) (*graph.Asset, bool)
}

// Translator turns OpenLineage events into events over one graph. It is safe for
// concurrent use.
type Translator struct {
	options Options
	assets  Assets
	names   *names
}

// New gives a translator.
func New(o Options, assets Assets) *Translator {
	return &Translator{options: o, assets: assets, names: newNames(o, assets)}
}

// Result is what came of a body.
type Result struct {
	// Events are in the order in which they are to be taken in. Each has an ID that follows
	// from the run, the transition and its time, so that a body that is sent again changes
	// nothing.
	Events []events.Event
	// Ignored counts OpenLineage events that say nothing about a run's status: those about
	// jobs and datasets, and those of type OTHER.
	Ignored int
	// Unmapped are outputs that are no asset, as `NAMESPACE NAME`; Unplaced are assets with
	// partitions whose partition is not told. Both are sorted, each once.
	Unmapped, Unplaced []string
}

// Read translates a body, one OpenLineage event or a list of them, that arrives at an
// instant. Outputs that are no asset are no mistake; the problems are about what is no
// OpenLineage event, and then there is no result.
func (t *Translator) Read(body []byte, now time.Time) (Result, events.Problems) {
	list, problems := parse(body)
	if len(problems) > 0 {
		return Result{}, problems
	}
	var r Result
	for i := range list {
		e := &list[i]
		if e.Run == nil || transitions[e.EventType] == "" {
			r.Ignored++
			continue
		}
		t.translate(e, now.UTC().Truncate(time.Microsecond), &r)
		if len(r.Events) > maxEvents {
			return Result{}, events.Problems{{Event: i, Message: fmt.Sprintf("The body stands for more than %d events.", maxEvents), Help: "Send it in several bodies."}}
		}
	}
	for _, list := range []*[]string{&r.Unmapped, &r.Unplaced} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return r, nil
}

// output is an asset with the partitions that a run writes, and its data version.
type output struct {
	asset, version string
	partitions     []string
	// written tells that the run changes the contents.
	written bool
}

// translate adds the events of one OpenLineage event: the run with what it is going to
// make, what it made, and its status.
func (t *Translator) translate(e *event, now time.Time, r *Result) {
	at, _ := instant(e.EventTime)
	if at.After(now) || !plausible(at) {
		at = now
	}
	m := maker{run: e.Run.ID, tags: tags(e.Run), at: at, id: "openlineage:" + e.Run.ID + ":" + e.EventType + ":" + e.EventTime}
	outputs := t.outputs(e, r)
	status := facts.Status(transitions[e.EventType])
	switch status {
	case facts.Success:
		m.runs(facts.Started, outputs)
		m.materializations(outputs)
		m.runs(status, nil)
	default:
		m.runs(status, outputs)
	}
	r.Events = append(r.Events, m.events...)
}

// outputs gives what a run writes, in the order of the event, each asset once.
func (t *Translator) outputs(e *event, r *Result) []output {
	var out []output
	for _, d := range e.Outputs {
		key, ok := t.names.asset(d)
		if !ok {
			r.Unmapped = append(r.Unmapped, shown(d.Namespace+" "+d.Name))
			continue
		}
		a, known := t.assets.Asset(key)
		if !known {
			a = &graph.Asset{Key: key} // the project says so; the asset may come yet
		}
		keys, ok := t.partitions(a.Partitions, e, d)
		if !ok {
			r.Unplaced = append(r.Unplaced, key)
			continue
		}
		version := d.Facets["version"].text("datasetVersion")
		out = merge(out, output{key, clean(version), keys, writes(d)})
	}
	return out
}

// merge adds an output; several datasets may be one asset.
func merge(list []output, o output) []output {
	at := slices.IndexFunc(list, func(has output) bool { return has.asset == o.asset && has.written == o.written })
	if at < 0 {
		return append(list, o)
	}
	for _, key := range o.partitions {
		if !slices.Contains(list[at].partitions, key) {
			list[at].partitions = append(list[at].partitions, key)
		}
	}
	return list
}

// writes reports whether an output is changed in its contents, and not only in its name
// or columns, or dropped.
func writes(d dataset) bool {
	switch d.Facets["lifecycleStateChange"].text("lifecycleStateChange") {
	case "ALTER", "RENAME", "DROP":
		return false
	}
	return true
}

// shown gives the beginning of a long name.
func shown(name string) string {
	const most = 300
	if len(name) > most {
		return strings.ToValidUTF8(name[:most], "") + "…"
	}
	return name
}

// clean gives a text that an event may have, "" for one that it may not.
func clean(text string) string {
	if len(text) > events.MaxText || strings.ContainsFunc(text, unicode.IsControl) {
		return ""
	}
	return text
}

// maker makes the events of one transition of a run.
type maker struct {
	run    string
	tags   map[string]string
	at     time.Time
	id     string
	events []events.Event
}

// runs adds the run's status: one event for all outputs of each partition.
func (m *maker) runs(status facts.Status, outputs []output) {
	var order []string
	assets := map[string][]string{}
	for _, o := range outputs {
		for _, key := range o.partitions {
			if !o.written {
				continue
			}
			if assets[key] == nil {
				order = append(order, key)
			}
			assets[key] = append(assets[key], o.asset)
		}
	}
	if len(order) == 0 {
		order = []string{""}
	}
	for _, key := range order {
		id := m.id + ":" + string(status)
		if key != "" {
			id += "[" + key + "]"
		}
		m.add(id, events.Event{Type: events.Run, Status: status, Assets: assets[key], Partition: key, Tags: m.tags})
	}
}

func (m *maker) materializations(outputs []output) {
	for _, o := range outputs {
		for _, key := range o.partitions {
			if o.written {
				m.add(m.id+":"+o.asset+"["+key+"]", events.Event{Type: events.Materialization, Asset: o.asset, Partition: key, DataVersion: o.version})
			}
		}
	}
}

func (m *maker) add(id string, e events.Event) {
	e.ID, e.RunID, e.At = identity(id), m.run, m.at
	if len(e.Tags) == 0 {
		e.Tags = nil
	}
	m.events = append(m.events, e)
}

// identity gives an ID of bounded length: a text that is too long stands for its hash.
func identity(id string) string {
	if len(id) <= events.MaxID {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return "openlineage:" + hex.EncodeToString(sum[:])
}
