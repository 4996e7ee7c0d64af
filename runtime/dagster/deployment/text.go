package deployment

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"auto/internal/strftime"
	"auto/runtime/dagster/serdes"
	"auto/vm/graph"
)

// told is what GraphQL tells about partitions with one dimension.
type told struct {
	kind              PartitionDefinitionType
	description, name string
	format            string
	// unformatted: the format is not told, as with dimensions.
	unformatted bool
	// keys are all keys of static partitions, and the second one of time windows: its time
	// is when a window begins, as far as the format has it.
	keys []string
}

// spec makes a definition of it.
func (t told) spec() (*graph.Spec, string) {
	switch t.kind {
	case PartitionDefinitionTypeStatic:
		return &graph.Spec{Type: graph.Static, Keys: t.keys}, ""
	case PartitionDefinitionTypeDynamic:
		return &graph.Spec{Type: graph.Dynamic, Name: t.name}, ""
	case PartitionDefinitionTypeTimeWindow:
		return t.windows()
	}
	return nil, fmt.Sprintf("auto does not know partitions of the type %s.", t.kind)
}

// checked makes a checked definition of it, nil where that cannot be said.
func (t told) checked() (*graph.Partitions, string) {
	spec, doubt := t.spec()
	if spec == nil {
		return nil, doubt
	}
	p, err := graph.NewPartitions(*spec)
	if err != nil {
		return nil, strings.TrimSpace(doubt + " " + err.Error())
	}
	return p, doubt
}

// windowsText is how Dagster describes time windows (TimeWindowPartitionsDefinition.__str__):
// the name of a schedule or a cron schedule, the start in the format of keys, the zone.
var windowsText = regexp.MustCompile(`^(.+?), starting (.+?) (\S+)\.(?: End offsetted by (-?\d+) partitions?\.)?$`)

// named are the types whose schedules Dagster tells by name.
var named = map[string]graph.Type{"Hourly": graph.Hourly, "Daily": graph.Daily, "Weekly": graph.Weekly, "Monthly": graph.Monthly}

func (t told) windows() (*graph.Spec, string) {
	m := windowsText.FindStringSubmatch(t.description)
	if m == nil {
		return nil, fmt.Sprintf("auto cannot read what Dagster tells about its windows, %q.", t.description)
	}
	s := &graph.Spec{Start: m[2]}
	if m[3] != "UTC" {
		s.Timezone = m[3]
	}
	if m[4] != "" {
		// A number too great for an int is out of range for the definition, too.
		s.EndOffset, _ = strconv.Atoi(m[4])
	}
	if s.Type = named[m[1]]; s.Type == "" {
		serdes.Schedule(m[1], s)
	}
	lost := []string{"`end`", "exclusions"}
	if t.unformatted {
		t.format = serdes.Format(s.Type)
		lost = append(lost, "`format`")
	}
	if t.format != serdes.Format(s.Type) {
		s.Format = t.format
	}
	lost = append(lost, t.begin(s)...)
	t.start(s)
	return s, "GraphQL does not tell " + list(lost) + " of its windows."
}

// start corrects the start by the second window: what the format of keys leaves out of
// the start is not told, and the first window can be a later one.
func (t told) start(s *graph.Spec) {
	p, err := graph.NewPartitions(*s)
	if err != nil || len(t.keys) == 0 {
		return
	}
	second, _, ok := p.Window(t.keys[0])
	zone, err := time.LoadLocation(s.Timezone)
	if first := p.Floor(second.Unix() - 1); ok && err == nil && first != p.Starts(0, 1)[0] {
		s.Start = serdes.Reading(float64(first), zone)
	}
}

// begin finds the offsets by the time of a window's key, and gives those that no key shows.
func (t told) begin(s *graph.Spec) (lost []string) {
	at, shows := t.second()
	for _, o := range []struct {
		field, directive string
		of               []graph.Type
		to               *int
		value            int
	}{
		{"`minute_offset`", "M", []graph.Type{graph.Hourly, graph.Daily, graph.Weekly, graph.Monthly}, &s.Minute, at.Minute()},
		{"`hour_offset`", "H", []graph.Type{graph.Daily, graph.Weekly, graph.Monthly}, &s.Hour, at.Hour()},
		{"`day_offset`", "dj", []graph.Type{graph.Weekly}, &s.Day, int(at.Weekday())},
		{"`day_offset`", "dj", []graph.Type{graph.Monthly}, &s.Day, at.Day()},
	} {
		switch {
		case !slices.Contains(o.of, s.Type):
		case shows(o.directive):
			*o.to = o.value
		default:
			lost = append(lost, o.field)
		}
	}
	if s.Type == graph.Monthly && s.Day == 1 {
		s.Day = 0 // the first, which is the default
	}
	return lost
}

// second reads the key of the second window: its time, and whether it shows a part of it.
func (t told) second() (at time.Time, shows func(directive string) bool) {
	layout, err := strftime.Parse(strings.TrimSuffix(t.format, "%z"))
	if err == nil && len(t.keys) > 0 {
		if at, ok := layout.Parse(strings.TrimSuffix(t.keys[0], offsetOf(t.keys[0], layout))); ok {
			return at, layout.Has
		}
	}
	return at, func(string) bool { return false }
}

var offsetAtEnd = regexp.MustCompile(`[+-]\d{4}$`)

// offsetOf gives the offset from UTC at the end of a key, "" where it has none.
func offsetOf(key string, layout *strftime.Layout) string {
	if _, whole := layout.Parse(key); whole {
		return ""
	}
	return offsetAtEnd.FindString(key)
}

// list joins words for a sentence.
func list(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// untoldMapping is the doubt about a dependency for which GraphQL has no mapping: it has
// none for those that have no fields, either (dagster-io/dagster#30787).
func untoldMapping(up, down *Asset) string {
	switch p, q := checked(up), checked(down); {
	case up == nil || up.Partitioned() && p == nil || down.Partitioned() && q == nil:
		return "GraphQL does not tell the mapping: the default, `all`, `last` and `identity` look the same."
	default:
		standard := graph.DefaultMapping(p, q).Kind
		others := []string{}
		for _, kind := range []graph.MappingKind{graph.MapAll, graph.MapLast, graph.MapIdentity} {
			if kind != standard && (kind != graph.MapIdentity || q != nil) {
				others = append(others, "`"+string(kind)+"`")
			}
		}
		return fmt.Sprintf("GraphQL does not tell the mapping: `%s`, which is the default here, and %s look the same.", standard, list(others))
	}
}

// checked gives the definition of an asset, nil where it has none or it is not known.
func checked(a *Asset) *graph.Partitions {
	if a == nil || a.Partitions == nil {
		return nil
	}
	p, err := graph.NewPartitions(*a.Partitions)
	if err != nil {
		return nil
	}
	return p
}
