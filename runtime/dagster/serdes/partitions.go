package serdes

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"auto/vm/cron"
	"auto/vm/graph"
)

// Partitions reads a partitions definition. null gives nil without a doubt. With a doubt
// the definition is what can be said without it, nil where that is nothing.
func Partitions(raw json.RawMessage) (definition *graph.Spec, doubt string) {
	o, ok := open(raw)
	if !ok && (len(raw) == 0 || string(raw) == "null") {
		return nil, ""
	}
	switch o.class() {
	case "ExternalTimeWindowPartitionsDefinitionData":
		return windows(o)
	case "ExternalStaticPartitionsDefinitionData":
		return static(o)
	case "ExternalDynamicPartitionsDefinitionData":
		return dynamic(o)
	case "ExternalMultiPartitionsDefinitionData":
		return multi(o)
	}
	return nil, unknown(o, "a partitions definition")
}

func static(o object) (*graph.Spec, string) {
	keys, ok := texts(o["partition_keys"])
	if !ok {
		return nil, unread(o)
	}
	return &graph.Spec{Type: graph.Static, Keys: unique(keys)}, ""
}

// unique drops keys that were given before, as Dagster does with those of old code
// locations (StaticPartitionsSnap).
func unique(keys []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, key := range keys {
		if !seen[key] {
			out = append(out, key)
		}
		seen[key] = true
	}
	return out
}

func dynamic(o object) (*graph.Spec, string) {
	name, ok := field[string](o, "name")
	if !ok || name == "" {
		return nil, unread(o)
	}
	return &graph.Spec{Type: graph.Dynamic, Name: name}, ""
}

func multi(o object) (*graph.Spec, string) {
	list, ok := field[[]object](o, "external_partition_dimension_definitions")
	if !ok {
		return nil, unread(o)
	}
	spec := &graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{}}
	var doubts []string
	for _, dimension := range list {
		name, ok := field[string](dimension, "name")
		if !ok || name == "" {
			return nil, unread(o)
		}
		inner, doubt := Partitions(dimension["external_partitions_def_data"])
		if doubt != "" {
			doubts = append(doubts, within(name, doubt))
		}
		switch {
		case inner == nil && doubt == "":
			return nil, unread(o)
		case inner == nil:
			return nil, join(doubts)
		}
		p, err := graph.NewPartitions(*inner)
		if err != nil {
			return nil, join(append(doubts, within(name, err.Error())))
		}
		spec.Dimensions[name] = p
	}
	return spec, join(doubts)
}

// window is the serialized form of time windows (TimeWindowPartitionsSnap).
type window struct {
	Start      float64           `json:"start"`
	End        *float64          `json:"end"`
	Timezone   string            `json:"timezone"`
	Format     string            `json:"fmt"`
	EndOffset  int               `json:"end_offset"`
	Cron       string            `json:"cron_schedule"`
	Exclusions []json.RawMessage `json:"exclusions"`
	// Schedule and the offsets are what there was before cron_schedule.
	Schedule *struct {
		Enum string `json:"__enum__"`
	} `json:"schedule_type"`
	Minute int `json:"minute_offset"`
	Hour   int `json:"hour_offset"`
	Day    int `json:"day_offset"`
}

func windows(o object) (*graph.Spec, string) {
	var w window
	raw, err := json.Marshal(o)
	if err == nil {
		err = json.Unmarshal(raw, &w)
	}
	zone, zoneErr := time.LoadLocation(w.Timezone)
	if err != nil || zoneErr != nil || w.Timezone == "Local" {
		return nil, unread(o)
	}
	s := &graph.Spec{Start: Reading(w.Start, zone), EndOffset: w.EndOffset}
	if w.Timezone != "UTC" {
		s.Timezone = w.Timezone
	}
	if w.End != nil {
		s.End = Reading(*w.End, zone)
	}
	if !w.schedule(s) {
		return nil, unread(o)
	}
	if w.Format != defaultFormats[s.Type] {
		s.Format = w.Format
	}
	return s, excluded(w.Exclusions)
}

// excluded is the doubt about windows that are left out.
func excluded(exclusions []json.RawMessage) string {
	if len(exclusions) == 0 {
		return ""
	}
	var list []string
	for _, e := range exclusions {
		list = append(list, string(e))
	}
	return fmt.Sprintf("Dagster leaves windows out (`exclusions`: %s); auto has no such field and takes them for partitions, whose runs Dagster refuses.", strings.Join(list, ", "))
}

// defaultFormats are those that Dagster's constructors set.
var defaultFormats = map[graph.Type]string{
	graph.Hourly: "%Y-%m-%d-%H:%M", graph.Daily: "%Y-%m-%d", graph.Weekly: "%Y-%m-%d", graph.Monthly: "%Y-%m-%d", graph.Cron: "%Y-%m-%d-%H:%M",
}

// Format gives the format of keys that a type has where none is written.
func Format(t graph.Type) string { return defaultFormats[t] }

// schedule fills in the type of the windows and when they begin.
func (w window) schedule(s *graph.Spec) bool {
	if w.Cron != "" {
		Schedule(w.Cron, s)
		return true
	}
	if w.Schedule == nil {
		return false
	}
	s.Minute, s.Hour, s.Day = w.Minute, w.Hour, w.Day
	name, _ := strings.CutPrefix(w.Schedule.Enum, "ScheduleType.")
	s.Type = graph.Type(strings.ToLower(name))
	return forms[s.Type] != ""
}

// forms are the schedules that Dagster makes of a type and its offsets
// (TimeWindowPartitionsDefinition.schedule_type).
var forms = map[graph.Type]string{
	graph.Hourly: "%d * * * *", graph.Daily: "%d %d * * *", graph.Weekly: "%d %d * * %d", graph.Monthly: "%d %d %d * *",
}

// Schedule writes when windows begin: as the type and its offsets where the cron schedule
// is the one that Dagster makes of these, else as type cron.
func Schedule(schedule string, s *graph.Spec) {
	for kind, form := range forms {
		plain := graph.Spec{Type: kind, Start: "2026-01-01"}
		offsets := []any{&plain.Minute, &plain.Hour, &plain.Day}[:strings.Count(form, "%d")]
		if n, err := fmt.Sscanf(schedule, form, offsets...); err != nil || n < len(offsets) {
			continue
		}
		if again := fmt.Sprintf(form, []any{plain.Minute, plain.Hour, plain.Day}[:len(offsets)]...); again != schedule {
			continue
		}
		if kind == graph.Monthly && plain.Day == 1 {
			plain.Day = 0 // the first, which is the default
		}
		if _, err := graph.NewPartitions(plain); err == nil {
			s.Type, s.Minute, s.Hour, s.Day = kind, plain.Minute, plain.Hour, plain.Day
			return
		}
	}
	s.Type, s.Cron = graph.Cron, schedule
}

// Reading gives an instant, in seconds since 1970, as the wall clock of a zone shows it:
// the date alone at midnight. One that the clock shows a second time has its offset.
func Reading(seconds float64, zone *time.Location) string {
	whole, part := math.Modf(seconds)
	t := time.Unix(int64(whole), int64(math.Round(part*1e6))*1000).In(zone)
	switch {
	case !cron.Instant(t, zone).Equal(t), t.Nanosecond() != 0:
		return t.Format(time.RFC3339Nano)
	case t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0:
		return t.Format(time.DateOnly)
	case t.Second() == 0:
		return t.Format("2006-01-02 15:04")
	}
	return t.Format(time.DateTime)
}
