package graph

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

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
	// Start and End are dates or times of the wall clock in Timezone ("" is UTC). The first
	// window is the first that begins at Start or later, the last ends at End or before.
	Start, End, Timezone string
	// Minute, Hour and Day move the start of windows: minutes, hours, and the day of the
	// week (0 is Sunday) or month (from 1, 0 for the first).
	Minute, Hour, Day int
	// EndOffset is how many windows beyond the ended ones are partitions already; below 0,
	// how many of the ended ones are none yet.
	EndOffset int
	// Format of keys, "" for the type's default. It may end in %z.
	Format string
	// Cron is the schedule of the windows' starts.
	Cron string
	// Keys of a static definition, in order.
	Keys []string
	// Name of a dynamic definition.
	Name string
	// Dimensions of a multi definition, exactly two.
	Dimensions map[string]*Partitions
}

// Partitions is a checked definition. It is immutable and safe for concurrent use.
type Partitions struct {
	Spec
	zone     *time.Location
	schedule *cron.Schedule
	format   keyFormat
	// begin is the start as it is written, first the start of the first window.
	begin, first, end time.Time
	lattice           *lattice
	keys              map[string]int // static keys and their places
	names             []string       // of dimensions, sorted
	// inMulti: the definition is a dimension, so its keys hold nothing that parts keys.
	inMulti bool
}

// FieldError says which field of a definition or mapping is wrong.
type FieldError struct {
	// Field is the name that the field has in a file.
	Field string
	// Message says what is wrong, Help what to write instead.
	Message, Help string
}

// Error gives the message.
func (e *FieldError) Error() string { return e.Message }

func fieldError(field, help, format string, args ...any) error {
	return &FieldError{field, fmt.Sprintf(format, args...), help}
}

// typeFields are the fields of each type.
var typeFields = map[Type][]string{
	Hourly:  {"start", "end", "timezone", "end_offset", "format", "minute_offset"},
	Daily:   {"start", "end", "timezone", "end_offset", "format", "minute_offset", "hour_offset"},
	Weekly:  {"start", "end", "timezone", "end_offset", "format", "minute_offset", "hour_offset", "day_offset"},
	Monthly: {"start", "end", "timezone", "end_offset", "format", "minute_offset", "hour_offset", "day_offset"},
	Cron:    {"start", "end", "timezone", "end_offset", "format", "cron"},
	Static:  {"keys"},
	Dynamic: {"name"},
	Multi:   {"dimensions"},
}

// NewPartitions checks a definition. A failure is a *FieldError.
func NewPartitions(spec Spec) (*Partitions, error) {
	if typeFields[spec.Type] == nil {
		return nil, fieldError("type", "Write hourly, daily, weekly, monthly, cron, static, dynamic or multi.", "No type of partitions is called `%s`.", spec.Type)
	}
	p := &Partitions{Spec: spec}
	check := p.checkWindows
	switch spec.Type {
	case Static:
		check = p.checkStatic
	case Dynamic:
		check = p.checkDynamic
	case Multi:
		check = p.checkMulti
	}
	if err := p.checkFields(); err != nil {
		return nil, err
	}
	if err := check(); err != nil {
		return nil, err
	}
	return p, nil
}

// checkFields finds a field that the type does not have.
func (p *Partitions) checkFields() error {
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"start", p.Start != ""}, {"end", p.End != ""}, {"timezone", p.Timezone != ""}, {"end_offset", p.EndOffset != 0}, {"format", p.Format != ""},
		{"minute_offset", p.Minute != 0}, {"hour_offset", p.Hour != 0}, {"day_offset", p.Day != 0},
		{"cron", p.Cron != ""}, {"keys", len(p.Keys) > 0}, {"name", p.Name != ""}, {"dimensions", len(p.Dimensions) > 0},
	} {
		if f.set && !slices.Contains(typeFields[p.Type], f.name) {
			return fieldError(f.name, fmt.Sprintf("Remove it; the type has `%s`.", strings.Join(typeFields[p.Type], "`, `")), "Partitions of the type %s have no field `%s`.", p.Type, f.name)
		}
	}
	return nil
}

func (p *Partitions) checkStatic() error {
	if len(p.Keys) == 0 {
		return fieldError("keys", "Write `keys: [a, b]`.", "A static definition needs keys.")
	}
	p.keys = make(map[string]int, len(p.Keys))
	for i, key := range p.Keys {
		if wrong := badPartitionKey(key); wrong != "" {
			return fieldError("keys", "Write another key.", "%s", wrong)
		}
		if p.hasKey(key) {
			return fieldError("keys", "Remove one of them.", "The key `%s` is given twice.", key)
		}
		p.keys[key] = i
	}
	return nil
}

func (p *Partitions) hasKey(key string) bool {
	_, ok := p.keys[key]
	return ok
}

// badPartitionKey says in a sentence why a text cannot be a partition key, "" where it
// can: `..` writes ranges, and Dagster refuses control characters.
func badPartitionKey(key string) string {
	switch {
	case key == "" || strings.Contains(key, ".."):
		return fmt.Sprintf("`%s` cannot be a partition key: it is empty or holds `..`.", key)
	case strings.ContainsFunc(key, isControl):
		return fmt.Sprintf("%q cannot be a partition key: it holds a control character.", key)
	}
	return ""
}

func isControl(r rune) bool { return r < 0x20 || r == 0x7F }

func (p *Partitions) checkDynamic() error {
	if p.Name == "" {
		return fieldError("name", "Write `name: customers`.", "A dynamic definition needs a name.")
	}
	return nil
}

// checkMulti checks the dimensions, and makes them know that they are.
func (p *Partitions) checkMulti() error {
	p.names = slices.Sorted(maps.Keys(p.Dimensions))
	if len(p.names) != 2 {
		return fieldError("dimensions", "Write `dimensions: {date: daily, region: regions}`.", "A multi definition has two dimensions, and this has %d.", len(p.names))
	}
	p.Dimensions = maps.Clone(p.Dimensions)
	for _, name := range p.names {
		dimension := *p.Dimensions[name]
		if err := checkDimension(name, dimension); err != nil {
			return err
		}
		dimension.inMulti = true
		p.Dimensions[name] = &dimension
	}
	return nil
}

func checkDimension(name string, p Partitions) error {
	if p.Type == Multi {
		return fieldError("dimensions", "Name a definition with one dimension.", "The dimension `%s` has two dimensions itself.", name)
	}
	if i := slices.IndexFunc(p.Keys, partsKeys); i >= 0 {
		return fieldError("dimensions", "Write keys without `|`, `[`, `]` and `,`.", "The key `%s` of the dimension `%s` holds a character that parts keys.", p.Keys[i], name)
	}
	if partsKeys(p.Format) {
		return fieldError("dimensions", "Write a format without `|`, `[`, `]` and `,`.", "The format `%s` of the dimension `%s` holds a character that parts keys.", p.Format, name)
	}
	return nil
}

// partsKeys reports whether a key cannot be a part of a key with two dimensions.
func partsKeys(key string) bool { return strings.ContainsAny(key, "|[],") }

func orText(text, missing string) string {
	if text == "" {
		return missing
	}
	return text
}

// IsTime reports whether the partitions are windows of time.
func (p *Partitions) IsTime() bool { return p.schedule != nil }

// DimensionNames gives the names of a multi definition's dimensions, in the order of its
// keys: sorted.
func (p *Partitions) DimensionNames() []string { return slices.Clone(p.names) }

// MultiKey gives the key of a multi definition from the keys of its dimensions, such as
// "2026-01-01|eu".
func (p *Partitions) MultiKey(keys map[string]string) string {
	parts := make([]string, len(p.names))
	for i, name := range p.names {
		parts[i] = keys[name]
	}
	return strings.Join(parts, "|")
}

// Same reports whether two definitions are equal as Dagster compares them: by what they
// mean and not by how they are written, so that daily partitions equal those of the
// schedule `0 0 * * *` with the same format. No definition equals no definition.
func (p *Partitions) Same(q *Partitions) bool {
	switch {
	case p == nil || q == nil || p == q:
		return p == q
	case p.IsTime() && q.IsTime():
		return p.sameWindows(q)
	case p.Type != q.Type:
		return false
	case p.Type == Multi:
		return slices.Equal(p.names, q.names) && !slices.ContainsFunc(p.names, func(name string) bool { return !p.Dimensions[name].Same(q.Dimensions[name]) })
	}
	return p.Name == q.Name && slices.Equal(p.Keys, q.Keys)
}

func (p *Partitions) sameWindows(q *Partitions) bool {
	return p.cronText() == q.cronText() && p.zoneName() == q.zoneName() && p.format.source == q.format.source &&
		p.begin.Equal(q.begin) && p.end.Equal(q.end) && p.EndOffset == q.EndOffset
}

func (p *Partitions) zoneName() string { return orText(p.Timezone, "UTC") }
