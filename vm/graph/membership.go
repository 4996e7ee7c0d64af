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

// Has reports whether a definition has a key at an instant; exists tells whether the
// dynamic definition of a name has a key. Where the key is missing, why says so in a
// sentence for people: a window that is before the start, after the end or not complete
// yet, or a key of no window or of another form.
func (p *Partitions) Has(key string, now time.Time, exists func(definition, key string) bool) (m Membership, why string) {
	if p.inMulti && partsKeys(key) {
		return Absent, fmt.Sprintf("`%s` cannot be a key of a dimension, because it holds one of `|`, `[`, `]` and `,`.", key)
	}
	switch p.Type {
	case Static:
		if p.hasKey(key) {
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
	if wrong := badPartitionKey(key); wrong != "" {
		return Absent, wrong
	}
	if exists(p.Name, key) {
		return Present, ""
	}
	return Addable, ""
}

// hasMulti: a key is there when both of its parts are, and can be added when what lacks
// can be.
func (p *Partitions) hasMulti(key string, now time.Time, exists func(definition, key string) bool) (Membership, string) {
	parts := strings.Split(key, "|")
	if len(parts) != len(p.names) {
		return Absent, fmt.Sprintf("`%s` is no key of two dimensions; it is written `%s`.", key, strings.Join(p.names, "|"))
	}
	whole := Present
	for i, name := range p.names {
		m, why := p.Dimensions[name].Has(parts[i], now, exists)
		switch m {
		case Absent:
			return Absent, fmt.Sprintf("In the dimension `%s`: %s", name, why)
		case Addable:
			whole = Addable
		}
	}
	return whole, ""
}

// hasWindow: a window is a partition from the definition's start on, once it has ended,
// or end_offset windows earlier.
func (p *Partitions) hasWindow(key string, now time.Time) (Membership, string) {
	if _, ok := p.format.read(key); !ok {
		return Absent, fmt.Sprintf("`%s` is no key in the format `%s`.", key, p.format.source)
	}
	start, ok := p.windowOf(key)
	end := p.after(start)
	switch {
	case !ok:
		return Absent, fmt.Sprintf("No window of the %s partitions begins at `%s`.", p.Type, key)
	case start.Before(p.first):
		return Absent, fmt.Sprintf("The window `%s` is before the start of the partitions, %s.", key, p.Start)
	case !p.end.IsZero() && end.After(p.end):
		return Absent, fmt.Sprintf("The window `%s` is after the end of the partitions, %s.", key, p.End)
	case !p.begun(now) || start.After(p.last(now)):
		return Absent, p.tooEarly(key, now)
	}
	return Present, ""
}

func (p *Partitions) tooEarly(key string, now time.Time) string {
	at := now.UTC().Format(time.RFC3339)
	switch {
	case p.EndOffset == 0:
		return fmt.Sprintf("The window `%s` has not ended at %s, and is no partition before; `end_offset: 1` makes the present window one.", key, at)
	case p.EndOffset < 0:
		return fmt.Sprintf("The window `%s` is no partition at %s, because `end_offset: %d` leaves out the latest that have ended.", key, at, p.EndOffset)
	}
	return fmt.Sprintf("The window `%s` has not ended at %s, and is more than `end_offset: %d` allows ahead.", key, at, p.EndOffset)
}
