package graph

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"auto/internal/strftime"
	"auto/vm/cron"
)

// Type is the type of a partitions definition.
type Type string

// The types of definitions.
const (
	Hourly  Type = "hourly"
	Daily   Type = "daily"
	Weekly  Type = "weekly"
	Monthly Type = "monthly"
	Cron    Type = "cron"
	Static  Type = "static"
	Dynamic Type = "dynamic"
	Multi   Type = "multi"
)

// Spec is a definition as it is written. Each type has its own fields; the others are
// empty.
type Spec struct {
	Type Type
	// Start and End are dates or times of the wall clock in Timezone ("" is UTC).
	Start, End, Timezone string
	// Minute, Hour and Day move the start of windows: minutes, hours, and the day of the
	// week (0 is Sunday) or month (from 1, 0 for the first).
	Minute, Hour, Day int
	// EndOffset is how many windows beyond the ended ones are partitions already.
	EndOffset int
	// Format of keys, "" for the type's default.
	Format string
	Cron   string
	Keys   []string
	// Name of a dynamic definition.
	Name string
	// Dimensions of a multi definition.
	Dimensions map[string]*Partitions
}

// Partitions is a checked definition. It is immutable and safe for concurrent use.
type Partitions struct {
	Spec
	zone       *time.Location
	schedule   *cron.Schedule
	layout     *strftime.Layout
	start, end time.Time
	keys       map[string]bool
	names      []string // of dimensions, sorted
}

// FieldError says which field of a definition is wrong.
type FieldError struct {
	Field         string
	Message, Help string
}

// Error gives the message.
func (e *FieldError) Error() string { return e.Message }

func fieldError(field, help, format string, args ...any) error {
	return &FieldError{field, fmt.Sprintf(format, args...), help}
}

// NewPartitions checks a definition. A failure is a *FieldError.
func NewPartitions(spec Spec) (*Partitions, error) {
	p := &Partitions{Spec: spec}
	switch spec.Type {
	case Static:
		return p, p.static()
	case Dynamic:
		if spec.Name == "" {
			return nil, fieldError("name", "Write `name: customers`.", "A dynamic definition needs a name.")
		}
		return p, nil
	case Multi:
		return p, p.multi()
	case Hourly, Daily, Weekly, Monthly, Cron:
		return p, p.windows()
	}
	return nil, fieldError("type", "Write hourly, daily, weekly, monthly, cron, static, dynamic or multi.", "No type of partitions is called `%s`.", spec.Type)
}

func (p *Partitions) static() error {
	if len(p.Keys) == 0 {
		return fieldError("keys", "Write `keys: [a, b]`.", "A static definition needs keys.")
	}
	p.keys = map[string]bool{}
	for _, key := range p.Keys {
		switch {
		case p.keys[key]:
			return fieldError("keys", "Remove one of them.", "The key `%s` is given twice.", key)
		case key == "" || strings.Contains(key, ".."):
			return fieldError("keys", "Write another key.", "A key is not empty and holds no `..`: `%s`.", key)
		}
		p.keys[key] = true
	}
	return nil
}

func (p *Partitions) multi() error {
	p.names = slices.Sorted(maps.Keys(p.Dimensions))
	if len(p.names) != 2 {
		return fieldError("dimensions", "Write `dimensions: {date: daily, region: regions}`.", "A multi definition has two dimensions, and this has %d.", len(p.names))
	}
	for _, name := range p.names {
		if p.Dimensions[name].Type == Multi {
			return fieldError("dimensions", "Name a definition with one dimension.", "The dimension `%s` has two dimensions itself.", name)
		}
	}
	return nil
}

// defaultFormats are Dagster's formats of keys.
var defaultFormats = map[Type]string{
	Hourly: "%Y-%m-%d-%H:%M", Daily: "%Y-%m-%d", Weekly: "%Y-%m-%d", Monthly: "%Y-%m-%d", Cron: "%Y-%m-%d-%H:%M",
}

func (p *Partitions) windows() (err error) {
	if p.zone, err = time.LoadLocation(orText(p.Timezone, "UTC")); err != nil {
		return fieldError("timezone", "Write a name of the IANA database, such as `Europe/Paris`.", "No time zone is called `%s`.", p.Timezone)
	}
	if p.layout, err = strftime.Parse(orText(p.Format, defaultFormats[p.Type])); err != nil {
		return fieldError("format", "There are "+strftime.Directives+".", "The format of keys is wrong: %v.", err)
	}
	if err := p.checkOffsets(); err != nil {
		return err
	}
	if p.schedule, err = cron.Parse(p.cronText(), p.zone); err != nil {
		var wrong *cron.Error
		if errors.As(err, &wrong) {
			return fieldError("cron", wrong.Help, "%s", wrong.Message)
		}
		return err
	}
	if p.Start == "" {
		return fieldError("start", `Write start: "2026-01-01".`, "A definition of time windows needs a start.")
	}
	if p.start, err = p.readTime("start", p.Start); err != nil {
		return err
	}
	if p.End != "" {
		if p.end, err = p.readTime("end", p.End); err != nil {
			return err
		}
		if !p.end.After(p.start) {
			return fieldError("end", "Write a later end.", "The end `%s` is not after the start.", p.End)
		}
	}
	p.start = p.schedule.Next(p.start)
	return nil
}

func orText(text, missing string) string {
	if text == "" {
		return missing
	}
	return text
}

func (p *Partitions) checkOffsets() error {
	for _, o := range []struct {
		field           string
		value, low, top int
		kinds           []Type
	}{
		{"minute_offset", p.Minute, 0, 59, []Type{Hourly, Daily, Weekly, Monthly}},
		{"hour_offset", p.Hour, 0, 23, []Type{Daily, Weekly, Monthly}},
		{"day_offset", p.Day, 0, map[Type]int{Weekly: 6, Monthly: 31}[p.Type], []Type{Weekly, Monthly}},
	} {
		if o.value != 0 && (!slices.Contains(o.kinds, p.Type) || o.value < o.low || o.value > o.top) {
			return fieldError(o.field, fmt.Sprintf("Write a number from %d to %d, for the types %v.", o.low, max(o.top, 31), o.kinds), "`%s: %d` does not fit a definition of type %s.", o.field, o.value, p.Type)
		}
	}
	return nil
}

// cronText gives the schedule of the windows' starts.
func (p *Partitions) cronText() string {
	switch p.Type {
	case Hourly:
		return fmt.Sprintf("%d * * * *", p.Minute)
	case Daily:
		return fmt.Sprintf("%d %d * * *", p.Minute, p.Hour)
	case Weekly:
		return fmt.Sprintf("%d %d * * %d", p.Minute, p.Hour, p.Day)
	case Monthly:
		return fmt.Sprintf("%d %d %d * *", p.Minute, p.Hour, max(p.Day, 1))
	}
	return p.Cron
}

// timeForms are the forms of start and end.
var timeForms = []string{"2006-01-02", "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02-15:04"}

func (p *Partitions) readTime(field, text string) (time.Time, error) {
	for _, form := range timeForms {
		if t, err := time.ParseInLocation(form, text, p.zone); err == nil {
			return t, nil
		}
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.In(p.zone), nil
	}
	if t, ok := p.layout.Parse(text); ok {
		return p.wall(t), nil
	}
	return time.Time{}, fieldError(field, `Write a date such as "2026-01-01", or "2026-01-01 06:00".`, "`%s` is no date or time.", text)
}

// wall gives the instant at which the definition's wall clock shows the fields of t.
func (p *Partitions) wall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, p.zone)
}

// IsTime reports whether the partitions are windows of time.
func (p *Partitions) IsTime() bool { return p.schedule != nil }

// DimensionNames gives the names of a multi definition's dimensions, in the order of its
// keys.
func (p *Partitions) DimensionNames() []string { return slices.Clone(p.names) }

// MultiKey gives the key of a multi definition from the keys of its dimensions.
func (p *Partitions) MultiKey(keys map[string]string) string {
	return keys[p.names[0]] + "|" + keys[p.names[1]]
}

// KeyOf gives the key of the window that contains a reading of the definition's wall
// clock, whether or not the window is a partition. It is for definitions of time
// windows.
func (p *Partitions) KeyOf(reading time.Time) string {
	return p.layout.Format(p.schedule.Prev(p.wall(reading)).In(p.zone))
}

// Same reports whether two definitions are equal.
func (p *Partitions) Same(q *Partitions) bool {
	if p == nil || q == nil {
		return p == q
	}
	return p.describe() == q.describe()
}

func (p *Partitions) describe() string {
	inner := ""
	for _, name := range p.names {
		inner += name + "=" + p.Dimensions[name].describe() + ";"
	}
	spec := p.Spec
	spec.Dimensions, spec.Timezone, spec.Format = nil, orText(spec.Timezone, "UTC"), orText(spec.Format, defaultFormats[spec.Type])
	return fmt.Sprintf("%+v{%s}", spec, inner)
}
