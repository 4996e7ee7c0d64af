package graph

import (
	"fmt"
	"strings"
	"time"
)

// Membership is whether a definition has a key.
type Membership int

const (
	// Absent: the definition does not have the key.
	Absent Membership = iota
	// Present: it has it.
	Present
	// Addable: a dynamic definition does not have it yet; it can be added.
	Addable
)

// Has reports whether a definition has a key at an instant; exists tells whether a
// dynamic definition of a name has a key. Where the key is missing, why says so in a
// sentence for people.
func (p *Partitions) Has(key string, now time.Time, exists func(definition, key string) bool) (m Membership, why string) {
	switch p.Type {
	case Static:
		if p.keys[key] {
			return Present, ""
		}
		return Absent, fmt.Sprintf("The static partitions have no key `%s`.", key)
	case Dynamic:
		return p.hasDynamic(key, exists)
	case Multi:
		return p.hasMulti(key, now, exists)
	}
	return p.hasWindow(key, now)
}

func (p *Partitions) hasDynamic(key string, exists func(definition, key string) bool) (Membership, string) {
	switch {
	case key == "" || strings.Contains(key, ".."):
		return Absent, fmt.Sprintf("`%s` cannot be a partition key: it is empty or holds `..`.", key)
	case exists(p.Name, key):
		return Present, ""
	}
	return Addable, ""
}

func (p *Partitions) hasMulti(key string, now time.Time, exists func(definition, key string) bool) (Membership, string) {
	parts := strings.Split(key, "|")
	if len(parts) != 2 {
		return Absent, fmt.Sprintf("`%s` is no key of two dimensions.", key)
	}
	whole := Present
	for i, name := range p.names {
		m, why := p.Dimensions[name].Has(parts[i], now, exists)
		if m == Absent {
			return Absent, fmt.Sprintf("In the dimension `%s`: %s", name, why)
		}
		whole = max(whole, m)
	}
	return whole, ""
}

// hasWindow: a window is a partition from the definition's start on, once it has ended,
// or end_offset windows earlier.
func (p *Partitions) hasWindow(key string, now time.Time) (Membership, string) {
	reading, ok := p.layout.Parse(key)
	if !ok {
		return Absent, fmt.Sprintf("`%s` is no key in the format `%s`.", key, p.layout)
	}
	// A format may leave out what the offsets say: the window is the first that begins then.
	start := p.schedule.Next(p.wall(reading))
	if p.layout.Format(start.In(p.zone)) != key {
		return Absent, fmt.Sprintf("No window of the %s partitions begins at `%s`.", p.Type, key)
	}
	end := p.schedule.Next(start.Add(time.Second))
	switch {
	case start.Before(p.start):
		return Absent, fmt.Sprintf("The window `%s` is before the start of the partitions, %s.", key, p.Start)
	case !p.end.IsZero() && end.After(p.shifted(p.end, p.EndOffset)):
		return Absent, fmt.Sprintf("The window `%s` is after the end of the partitions, %s.", key, p.End)
	case end.After(p.shifted(now, p.EndOffset)):
		return Absent, fmt.Sprintf("The window `%s` has not ended at %s, and is no partition before; `end_offset: 1` makes the present window one.", key, now.UTC().Format(time.RFC3339))
	}
	return Present, ""
}

// shifted gives an instant moved by a number of windows.
func (p *Partitions) shifted(t time.Time, windows int) time.Time {
	for ; windows > 0; windows-- {
		t = p.schedule.Next(t.Add(time.Second))
	}
	for ; windows < 0; windows++ {
		t = p.schedule.Prev(t.Add(-time.Second))
	}
	return t
}
