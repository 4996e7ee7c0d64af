// Package template reads strings with `{field}` and `{field:FORMAT}` in them and fills
// them in (docs/language.md, Globs, captures, templates).
package template

import (
	"strconv"
	"strings"
	"time"

	"auto/internal/strftime"
)

// Template is a string with fields. It is immutable and safe for concurrent use.
type Template struct {
	text  string
	parts []Part
}

// Part is literal text, or a field.
type Part struct {
	// Literal is the text, its doubled braces read as one; "" for a field.
	Literal string
	// Field is the name, "" for literal text. Names of the environment begin with
	// "env.".
	Field string
	// Layout is the format of a time, nil where none is written.
	Layout *strftime.Layout
	// Offset and Length are the part's bytes in the template's text.
	Offset, Length int
}

// Value is what a field stands for.
type Value struct {
	// Text is shown where the field has no format.
	Text string
	// Time is shown in its own location where it has one; zero for what is no time.
	Time time.Time
}

// Text gives the value of a text.
func Text(s string) Value { return Value{Text: s} }

// Int gives the value of a whole number, in decimal digits.
func Int(n int64) Value { return Value{Text: strconv.FormatInt(n, 10)} }

// Instant gives the value of an instant. Without a format it is shown as RFC 3339 in
// UTC, with a fraction of the second only where there is one; with one in UTC, too.
func Instant(t time.Time) Value {
	t = t.UTC()
	return Value{Text: t.Format(time.RFC3339Nano), Time: t}
}

// Text gives the template as written.
func (t *Template) Text() string { return t.text }

// Parts gives the template's parts in order; together they cover its text. They belong
// to the template.
func (t *Template) Parts() []Part { return t.parts }

// Uses reports whether the template has a field, with or without a format.
func (t *Template) Uses(field string) bool {
	for _, p := range t.parts {
		if p.Field == field {
			return true
		}
	}
	return false
}

// Head gives the literal text that every expansion begins with.
func (t *Template) Head() string {
	if len(t.parts) > 0 {
		return t.parts[0].Literal
	}
	return ""
}

// IsLiteral reports whether the template has no fields; Head is the whole of it then.
func (t *Template) IsLiteral() bool {
	return len(t.parts) == 0 || len(t.parts) == 1 && t.parts[0].Field == ""
}

// Expand fills the fields in. A field of which value gives false stays as it is written,
// and so does one with a format whose value is no time.
func (t *Template) Expand(value func(field string) (Value, bool)) string {
	if t.IsLiteral() {
		return t.Head()
	}
	var b strings.Builder
	for _, p := range t.parts {
		b.WriteString(t.ExpandPart(p, value))
	}
	return b.String()
}

// ExpandPart gives what Expand writes for one of the template's parts.
func (t *Template) ExpandPart(p Part, value func(field string) (Value, bool)) string {
	if p.Field == "" {
		return p.Literal
	}
	v, known := value(p.Field)
	switch {
	case !known, p.Layout != nil && v.Time.IsZero():
		return t.text[p.Offset : p.Offset+p.Length]
	case p.Layout != nil:
		return p.Layout.Format(v.Time)
	}
	return v.Text
}
