package events

import (
	"fmt"
	"strings"
	"time"

	"auto/internal/spell"
)

// The bounds of what is read at once.
const (
	// MaxEvents is how many events one body may hold, those that `partitions` stands for
	// included.
	MaxEvents = 50_000
	// MaxText is how many bytes a text may have, MaxID an id.
	MaxText, MaxID = 4096, 512
	// MaxAhead is how far ahead of the reader's clock an event may be dated.
	MaxAhead = 24 * time.Hour
	// maxProblems is how many mistakes are told at once.
	maxProblems = 100
)

// Problem is a mistake of a body of events.
type Problem struct {
	// Event is the place of the event in the body, from 0; -1 where the body as a whole is
	// meant.
	Event int `json:"event"`
	// Field is the field that it is about, "" for the event as a whole.
	Field string `json:"field,omitempty"`
	// Message says in a sentence what is wrong, Help in one what to write instead.
	Message string `json:"message"`
	Help    string `json:"help,omitempty"`
}

// Problems are the mistakes of a body of events. As an error they are one line each.
type Problems []Problem

// Error gives the problems, one a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}

// String gives the problem on one line.
func (p Problem) String() string {
	where := ""
	if p.Event >= 0 {
		where = fmt.Sprintf("event %d: ", p.Event)
	}
	return strings.TrimSpace(where + p.Message + " " + p.Help)
}

// Read reads events in JSON that arrive at an instant: {"events": […]}, a list, or one
// event. With any problem there are no events: all are taken, or none. The order of events
// is that of the body.
func Read(body []byte, now time.Time) ([]Event, Problems) {
	r := reader{now: now.UTC().Truncate(time.Microsecond), event: -1}
	root, err := parse(body)
	if err != nil {
		r.problem("", "Send one JSON value, such as `"+`{"events":[…]}`+"`.", "The body is not valid JSON: %v.", err)
		return nil, r.problems
	}
	for i, v := range r.items(&root) {
		r.event = i
		r.read(&v)
	}
	if r.full {
		r.event = -1
		r.problem("", "Send them in several bodies.", "The body has more than %d events.", MaxEvents)
	}
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return r.events, nil
}

// reader reads the events of one body.
type reader struct {
	now      time.Time
	event    int
	events   []Event
	problems Problems
	full     bool
}

func (r *reader) problem(field, help, format string, args ...any) {
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, Problem{Event: r.event, Field: field, Message: fmt.Sprintf(format, args...), Help: help})
	}
}

// items gives the events of a body, in any of its three forms.
func (r *reader) items(root *value) []value {
	if root.kind == list {
		return root.list
	}
	if root.kind != object {
		r.problem("", "Send `"+`{"events":[…]}`+"`, a list of events, or one event.", "A body of events is an object or a list, and this is %s.", root)
		return nil
	}
	all := root.find("events")
	if all == nil {
		return []value{*root}
	}
	if len(root.fields)+len(root.twice) > 1 {
		r.problem("events", "Send `events` alone.", "The body has fields beside `events`.")
	}
	if all.kind != list {
		r.problem("events", "Write `[…]`.", "`events` is a list, and this is %s.", all)
		return nil
	}
	return all.list
}

// read reads one event.
func (r *reader) read(v *value) {
	if v.kind != object {
		r.problem("", "Write `{…}`.", "An event is an object, and this is %s.", v)
		return
	}
	for _, name := range v.twice {
		r.problem(name, "Remove one of them.", "%s is given twice.", quote(name))
	}
	form := r.form(v)
	if form == nil {
		return
	}
	before := len(r.problems)
	e := Event{At: r.instant(v)}
	r.fields(v, form, &e)
	r.missing(v, form)
	keys := r.partitions(v)
	if len(r.problems) == before {
		r.add(e, keys)
	}
}

// form gives the form of an event's type, nil where it has none.
func (r *reader) form(v *value) *formFields {
	t := v.find("type")
	if t == nil {
		r.problem("type", "Write one of "+quoteAll(typeWords())+".", "The event does not say its `type`.")
		return nil
	}
	if form := known[Type(t.text)]; form != nil && t.kind == text {
		return form
	}
	r.problem("type", meant(t.text, typeWords()), "`type` cannot be %s.", t)
	return nil
}

// fields reads the fields of an event one by one.
func (r *reader) fields(v *value, form *formFields, e *Event) {
	for i := range v.fields {
		name, given := v.fields[i].name, &v.fields[i].value
		f := form.named[name]
		if f == nil {
			r.unknown(name, form)
			continue
		}
		if given.kind != null && r.valid(f, form, given) && f.set != nil {
			f.set(e, given)
		}
	}
}

func (r *reader) unknown(name string, form *formFields) {
	help := "Remove it; the type has " + quoteAll(form.Names()) + "."
	if near, ok := spell.Nearest(name, form.Names()); ok {
		help = "Did you mean `" + near + "`?"
	}
	r.problem(name, help, "The type `%s` has no field %s.", form.Type, quote(name))
}

// missing finds fields that an event needs.
func (r *reader) missing(v *value, form *formFields) {
	for _, name := range form.Required {
		if v.find(name) == nil {
			r.problem(name, "Write such as `"+form.Example+"`.", "The type `%s` needs `%s`.", form.Type, name)
		}
	}
	for _, name := range form.OneOf {
		if given := v.find(name); given != nil && (given.kind != list || len(given.list) > 0) {
			return
		}
	}
	if len(form.OneOf) > 0 {
		r.problem("", "Write such as `"+form.Example+"`.", "The type `%s` needs %s.", form.Type, strings.Join(split(form.OneOf), " or "))
	}
}

// instant reads when an event happened. What is dated ahead happens now: no clock but ours
// may decide what is newer than what is decided here.
func (r *reader) instant(v *value) time.Time {
	given := v.find("at")
	if given == nil || given.kind != text {
		return r.now
	}
	at, err := time.Parse(time.RFC3339Nano, given.text)
	switch {
	case err != nil:
		r.problem("at", "Write such as `2026-01-01T06:00:00Z`.", "`at` is a time in RFC 3339, and this is %s.", given)
	case at.After(r.now.Add(MaxAhead)):
		r.problem("at", "Correct it, or the sender's clock.", "`at` lies more than a day ahead: %s.", given.text)
	case at.Year() < 1970:
		r.problem("at", "Correct it, or leave it out.", "`at` lies before 1970: %s.", given.text)
	case at.Before(r.now):
		return at.UTC().Truncate(time.Microsecond)
	}
	return r.now
}

// partitions gives the keys that an event stands for, nil where it is one event.
func (r *reader) partitions(v *value) []string {
	several := v.find("partitions")
	if several == nil || several.kind != list {
		return nil
	}
	if v.find("partition") != nil {
		r.problem("partitions", "Write one of them.", "The event has both `partition` and `partitions`.")
	}
	if len(several.list) == 0 {
		r.problem("partitions", "Leave it out where the asset has no partitions.", "`partitions` is empty.")
	}
	keys := several.texts()
	if id := v.find("id"); id != nil {
		for _, key := range keys {
			if len(one(id.text, key)) > MaxID {
				r.problem("partitions", "Shorten the `id`, or send the events one by one.", "The `id` and the key %s are longer than %d bytes together.", quote(key), MaxID)
			}
		}
	}
	return keys
}

// one is the ID of the event about one of several partitions.
func one(id, key string) string { return id + "[" + key + "]" }

// add takes an event, or one for each key.
func (r *reader) add(e Event, keys []string) {
	if len(r.events)+max(len(keys), 1) > MaxEvents {
		r.full = true
		return
	}
	if keys == nil {
		r.events = append(r.events, e)
		return
	}
	id := e.ID
	for _, key := range keys {
		e.Partition = key
		if id != "" {
			e.ID = one(id, key)
		}
		r.events = append(r.events, e)
	}
}
