// Package template reads strings with `{field}` and `{field:FORMAT}` in them and fills
// them in (docs/language.md, Globs, captures, templates).
package template

import (
	"regexp"
	"strings"
	"time"

	"auto/internal/strftime"
)

// Template is a string with fields. It is immutable.
type Template struct {
	text  string
	parts []Part
}

// Part is literal text, or a field.
type Part struct {
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
	Text string
	// Time is set where the field is a time, for fields with a format.
	Time time.Time
}

// Error says what is wrong with a template.
type Error struct {
	Offset, Length int
	Message, Help  string
}

// Error gives the message.
func (e *Error) Error() string { return e.Message }

var fieldForm = regexp.MustCompile(`^(env\.[A-Za-z_][A-Za-z0-9_]*|[A-Za-z_][A-Za-z0-9_]*)(?::(.*))?$`)

// Parse reads a template. A failure is an *Error.
func Parse(text string) (*Template, error) {
	t := &Template{text: text}
	literal, from := "", 0
	flush := func(at int) {
		if literal != "" {
			t.parts = append(t.parts, Part{Literal: literal, Offset: from, Length: at - from})
		}
		literal = ""
	}
	for i := 0; i < len(text); {
		rest := text[i:]
		if literal == "" {
			from = i
		}
		switch {
		case strings.HasPrefix(rest, "{{"), strings.HasPrefix(rest, "}}"):
			literal += rest[:1]
			i += 2
		case rest[0] == '}':
			return nil, &Error{i, 1, "This `}` closes nothing.", "Write `}}` for the character itself."}
		case rest[0] == '{':
			flush(i)
			part, err := field(rest, i)
			if err != nil {
				return nil, err
			}
			t.parts = append(t.parts, part)
			i += part.Length
		default:
			literal += rest[:1]
			i++
		}
	}
	flush(len(text))
	return t, nil
}

// field reads the field that text begins with.
func field(text string, at int) (Part, error) {
	end := strings.IndexByte(text, '}')
	if end < 0 {
		return Part{}, &Error{at, len(text), "The `{` is not closed.", "Write `}` after the field, or `{{` for the character itself."}
	}
	form := fieldForm.FindStringSubmatch(text[1:end])
	if form == nil {
		return Part{}, &Error{at, end + 1, "`" + text[:end+1] + "` names no field.", "Write a field such as `{key}`, or `{{` and `}}` for braces."}
	}
	part := Part{Field: form[1], Offset: at, Length: end + 1}
	if !strings.Contains(text[1:end], ":") {
		return part, nil
	}
	layout, err := strftime.Parse(form[2])
	if err != nil {
		wrong := err.(*strftime.Error)
		return Part{}, &Error{at + 1 + len(form[1]) + 1 + wrong.Offset, wrong.Length, "`" + wrong.Text + "` is not a directive of a time format.", "There are " + strftime.Directives + "."}
	}
	part.Layout = layout
	return part, nil
}

// Text gives the template as written.
func (t *Template) Text() string { return t.text }

// Parts gives the template's parts in order.
func (t *Template) Parts() []Part { return t.parts }

// Uses reports whether the template has a field.
func (t *Template) Uses(name string) bool {
	for _, p := range t.parts {
		if p.Field == name {
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

// IsLiteral reports whether the template has no fields.
func (t *Template) IsLiteral() bool {
	return len(t.parts) == 0 || len(t.parts) == 1 && t.parts[0].Field == ""
}

// Expand fills the fields in. A field that value does not know stays as it is written.
func (t *Template) Expand(value func(field string) (Value, bool)) string {
	var b strings.Builder
	for _, p := range t.parts {
		v, known := Value{}, false
		if p.Field != "" {
			v, known = value(p.Field)
		}
		switch {
		case p.Field == "":
			b.WriteString(p.Literal)
		case !known:
			b.WriteString(t.text[p.Offset : p.Offset+p.Length])
		case p.Layout != nil:
			b.WriteString(p.Layout.Format(v.Time))
		default:
			b.WriteString(v.Text)
		}
	}
	return b.String()
}
