package state

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"time"

	"auto/runtime/events"
)

// group is the place of an event among those of a poll.
type group int

// The groups, in their order. Plans and what they make are one: they go by the time.
const (
	keysGroup group = iota
	targetsGroup
	wipesGroup
	workGroup
	checksGroup
	runsGroup
	progressGroup
	filledGroup
)

// item is an event of a poll with its place.
type item struct {
	group group
	// at orders those of a group; made is what a run makes, after the runs that began
	// at the same time.
	at    time.Time
	made  bool
	event events.Event
	// print tells it apart among the occurrences of its asset, "" for none.
	print string
}

// merge gives the events of items in their order; those that tie stay as they are.
func merge(items []item) []events.Event {
	slices.SortStableFunc(items, func(a, b item) int {
		return cmp.Or(cmp.Compare(a.group, b.group), a.at.Compare(b.at), compareBool(a.made, b.made))
	})
	out := make([]events.Event, len(items))
	for i := range items {
		out[i] = items[i].event
	}
	return out
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// ID gives the ID of an event from what tells it apart in Dagster: "dagster", and the parts
// joined by "/", or a hash of that where it is too long for an ID.
func ID(parts ...string) string {
	out := make([]string, len(parts)+1)
	out[0] = "dagster"
	for i, part := range parts {
		out[i+1] = url.PathEscape(part)
	}
	id := strings.Join(out, "/")
	if len(id) <= events.MaxID {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return "dagster/" + hex.EncodeToString(sum[:])
}

// brief gives a short stand-in for a text.
func brief(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// occurrence is a materialization or observation in Dagster's event log.
type occurrence struct {
	kind                    events.Type
	partition, run, version string
	// stamp is the timestamp as Dagster gives it.
	stamp string
	at    time.Time
}

func newOccurrence(kind events.Type, run, partition, stamp string, tags []EventTag) (occurrence, error) {
	at, err := millis(stamp)
	o := occurrence{kind: kind, partition: partition, run: run, stamp: stamp, at: at}
	for _, t := range tags {
		if t.Key == "dagster/data_version" {
			o.version = t.Value
		}
	}
	return o, err
}

// occurrencesOf reads a page of an asset's history, newest first.
func occurrencesOf(h *History) ([]occurrence, error) {
	var out []occurrence
	for _, result := range h.Results {
		var o occurrence
		var err error
		switch e := result.(type) {
		case *HappenedMaterializationEvent:
			o, err = newOccurrence(events.Materialization, e.RunId, e.Partition, e.Timestamp, e.Tags)
		case *HappenedObservationEvent:
			o, err = newOccurrence(events.Observation, e.RunId, e.Partition, e.Timestamp, e.Tags)
		default:
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// print tells occurrences of an asset apart.
func (o *occurrence) print() string {
	return brief(ID(string(o.kind), o.partition, o.run, o.stamp))
}

// event gives the event of an occurrence.
func (p *poll) event(asset string, o *occurrence) events.Event {
	e := events.Event{
		ID: ID(string(o.kind), asset, o.partition, o.run, o.stamp), Type: o.kind, At: p.after(asset, p.at(o.at)),
		Asset: asset, Partition: o.partition, DataVersion: o.version,
	}
	if o.kind == events.Materialization {
		e.RunID = o.run
	}
	return e
}

// after gives an instant, or one after the last wipe of an asset: whose clock it was by
// which an instant is earlier, what is told now is not wiped.
func (p *poll) after(asset string, at time.Time) time.Time {
	if m := p.asset(asset); m != nil && !m.Wiped.IsZero() && !at.After(m.Wiped) {
		return m.Wiped.Add(time.Microsecond)
	}
	return at
}
