package assets

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"auto/runtime/dagster/serdes"
	"auto/vm/graph"
)

// contradiction says in what a definition cannot be the one that Dagster tells of in part,
// "" where it can: only what the doubt names may differ. Of a definition of which nothing
// is told, nil, any may be right.
func contradiction(told, by *graph.Partitions, doubt string) string {
	switch {
	case told == nil || told.Same(by):
		return ""
	case told.IsTime() && by.IsTime():
		return windowsApart(told, by, doubt)
	case told.Type != by.Type:
		return apart("type", string(told.Type), string(by.Type))
	case told.Type == graph.Multi:
		return dimensionsApart(told, by, doubt)
	}
	return fmt.Sprintf("they are %s in Dagster and %s here", describe(told), describe(by))
}

func apart(field, there, here string) string {
	return fmt.Sprintf("`%s` is %s in Dagster and %s here", field, quoted(there), quoted(here))
}

// doubtOf gives the part of a doubt that is about a dimension.
func doubtOf(dimension, doubt string) string {
	const begin = "In the dimension `"
	_, after, _ := strings.Cut(doubt, begin+dimension+"`: ")
	own, _, _ := strings.Cut(after, begin)
	return own
}

func dimensionsApart(told, by *graph.Partitions, doubt string) string {
	names := told.DimensionNames()
	if !slices.Equal(names, by.DimensionNames()) {
		return apart("dimensions", words(names), words(by.DimensionNames()))
	}
	for _, name := range names {
		if wrong := contradiction(told.Dimensions[name], by.Dimensions[name], doubtOf(name, doubt)); wrong != "" {
			return fmt.Sprintf("in the dimension `%s` %s", name, wrong)
		}
	}
	return ""
}

// windowsApart compares time windows: how often they come by what it means, as a type and
// its offsets can be written as a cron schedule.
func windowsApart(told, by *graph.Partitions, doubt string) string {
	p, q := cadence(told), cadence(by)
	for _, f := range []struct {
		field, there, here string
	}{
		{"type", string(p.Type), string(q.Type)}, {"cron", p.Cron, q.Cron},
		{"timezone", zoneOf(told), zoneOf(by)}, {"format", formatOf(told), formatOf(by)},
		{"minute_offset", strconv.Itoa(p.Minute), strconv.Itoa(q.Minute)}, {"hour_offset", strconv.Itoa(p.Hour), strconv.Itoa(q.Hour)}, {"day_offset", strconv.Itoa(p.Day), strconv.Itoa(q.Day)},
		{"end_offset", strconv.Itoa(told.EndOffset), strconv.Itoa(by.EndOffset)},
	} {
		if f.there != f.here && !open(doubt, f.field) {
			return apart(f.field, f.there, f.here)
		}
	}
	if !sameStart(told, by) {
		return apart("start", told.Start, by.Start)
	}
	if !open(doubt, "end") && !sameEnd(told, by) {
		return apart("end", told.End, by.End)
	}
	return ""
}

// open reports whether a doubt is about a field.
func open(doubt, field string) bool { return strings.Contains(doubt, "`"+field+"`") }

// cadence gives the type, offsets and schedule of time windows in one form.
func cadence(p *graph.Partitions) graph.Spec {
	out := graph.Spec{Type: p.Type, Cron: p.Cron, Minute: p.Minute, Hour: p.Hour, Day: p.Day}
	if p.Type == graph.Cron {
		out.Cron = ""
		serdes.Schedule(p.Cron, &out)
	}
	if out.Type == graph.Monthly {
		out.Day = max(out.Day, 1)
	}
	return out
}

func zoneOf(p *graph.Partitions) string { return cmp.Or(p.Timezone, "UTC") }

func formatOf(p *graph.Partitions) string { return cmp.Or(p.Format, serdes.Format(p.Type)) }

// sameStart compares starts as far as keys show them: of the start, or else of the first
// window, Dagster tells no more.
func sameStart(told, by *graph.Partitions) bool {
	return told.Begin() == by.Begin() || told.KeyFrom(told.Starts(0, 1)[0]) == told.KeyFrom(by.Starts(0, 1)[0])
}

// sameEnd compares ends by what they mean.
func sameEnd(told, by *graph.Partitions) bool {
	spec := told.Spec
	spec.End = by.End
	p, err := graph.NewPartitions(spec)
	return err == nil && p.Same(told)
}
