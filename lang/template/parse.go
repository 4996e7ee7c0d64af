package template

import (
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"

	"auto/internal/strftime"
)

// Error says what is wrong with a template.
type Error struct {
	// Offset and Length are the bytes of the template's text that it is about.
	Offset, Length int
	// Message says in a sentence what is wrong, Help what to write instead.
	Message, Help string
}

// Error gives the message.
func (e *Error) Error() string { return e.Message }

// Parse reads a template. A failure is an *Error.
func Parse(text string) (*Template, error) {
	if at := notUTF8(text); at >= 0 {
		return nil, &Error{at, 1, "The text is not UTF-8.", "Write it in UTF-8."}
	}
	p := &parser{text: text}
	for p.at < len(text) {
		if err := p.next(); err != nil {
			return nil, err
		}
	}
	p.flush()
	return &Template{text: text, parts: p.parts}, nil
}

// notUTF8 gives the place of the first byte that belongs to no character, -1 for none.
func notUTF8(text string) int {
	for at, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[at:], string(utf8.RuneError)) {
			return at
		}
	}
	return -1
}

// parser reads a template from the left.
type parser struct {
	text string
	at   int
	// literal is the text read since the last field, which ended at from.
	literal strings.Builder
	from    int
	parts   []Part
}

// next reads up to the next brace, and what it begins.
func (p *parser) next() error {
	rest := p.text[p.at:]
	brace := strings.IndexAny(rest, "{}")
	if brace < 0 {
		brace = len(rest)
	}
	p.literal.WriteString(rest[:brace])
	p.at += brace
	rest = rest[brace:]
	switch {
	case rest == "":
		return nil
	case strings.HasPrefix(rest, "{{"), strings.HasPrefix(rest, "}}"):
		p.literal.WriteByte(rest[0])
		p.at += 2
		return nil
	case rest[0] == '}':
		return &Error{p.at, 1, "This `}` closes nothing.", "Write `}}` for the character itself."}
	}
	return p.field(rest)
}

// flush ends the literal text before the place that is reached.
func (p *parser) flush() {
	if p.at > p.from {
		p.parts = append(p.parts, Part{Literal: p.literal.String(), Offset: p.from, Length: p.at - p.from})
		p.literal.Reset()
	}
}

var fieldName = regexp.MustCompile(`^(?:env\.)?[A-Za-z_][A-Za-z0-9_]*$`)

// field reads the field that rest, the text from the place that is reached, begins with.
func (p *parser) field(rest string) error {
	end := strings.IndexAny(rest[1:], "{}") + 1
	if end == 0 || rest[end] == '{' {
		if end == 0 {
			end = len(rest)
		}
		return &Error{p.at, end, "The `{` is not closed.", "Write `}` after the field, or `{{` for the character itself."}
	}
	whole := rest[:end+1]
	name, format, timed := strings.Cut(whole[1:end], ":")
	if !fieldName.MatchString(name) {
		return &Error{p.at, len(whole), "`" + whole + "` names no field.", nameHelp(name)}
	}
	part := Part{Field: name, Offset: p.at, Length: len(whole)}
	if timed {
		var err error
		if part.Layout, err = p.layout(name, format); err != nil {
			return err
		}
	}
	p.flush()
	p.parts = append(p.parts, part)
	p.at += len(whole)
	p.from = p.at
	return nil
}

// nameHelp says what a wrong name can have meant.
func nameHelp(name string) string {
	if bare := strings.Trim(name, " \t$"); fieldName.MatchString(bare) {
		return "Write `{" + bare + "}`."
	}
	return "Write a field such as `{key}`, or `{{` and `}}` for braces."
}

// layout reads the format of the field at the place that is reached.
func (p *parser) layout(name, format string) (*strftime.Layout, error) {
	at := p.at + len("{") + len(name) + len(":")
	layout, err := strftime.Parse(format)
	var wrong *strftime.Error
	switch {
	case errors.As(err, &wrong):
		return nil, &Error{at + wrong.Offset, wrong.Length, "`" + wrong.Text + "` is not a directive of a time format.", "There are " + strftime.Directives + "."}
	case !layout.Has("YmdHMSyj"):
		return nil, &Error{p.at, len("{}:") + len(name) + len(format), "The format of `" + name + "` shows nothing of a time.", "Write such as `{" + name + ":%Y-%m-%d}`, or `{" + name + "}`."}
	}
	return layout, nil
}
