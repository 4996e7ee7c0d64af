// Package match finds the patterns that a file's name and folder match, and what they
// capture. Patterns are globs and RE2 (docs/language.md, Globs, captures, templates).
package match

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"time"

	"auto/internal/strftime"
)

// Pattern matches whole names or whole folder paths. It is immutable and safe for
// concurrent use.
type Pattern struct {
	text     string
	regex    bool
	body     string // the regular expression without its anchors
	expr     *regexp.Regexp
	captures []Capture
}

// Capture is a named part of a pattern.
type Capture struct {
	Name string
	// Layout is the format of a captured time, nil for text.
	Layout *strftime.Layout
	group  int
}

// Value is what a capture found.
type Value struct {
	Name string
	// Text is the part of the name.
	Text string
	// Time is the wall-clock time that the text names, as a time in UTC, where the
	// capture has a format; zero otherwise.
	Time time.Time
}

// Error says what is wrong with a pattern.
type Error struct {
	Kind ErrorKind
	// Offset and Length are the bytes of the pattern's text that it is about.
	Offset, Length int
	// Message says in a sentence what is wrong, Help what to write instead.
	Message, Help string
}

// Error gives the message.
func (e *Error) Error() string { return e.Message }

// ErrorKind tells kinds of mistakes apart.
type ErrorKind int

// The kinds of mistakes.
const (
	// Syntax: the pattern cannot be read.
	Syntax ErrorKind = iota
	// Braces: what stands in braces is neither a capture nor alternatives.
	Braces
	// Lookaround: a regular expression uses lookahead, lookbehind or a
	// back-reference, which RE2 has not.
	Lookaround
	// Stars: `**` does not stand alone between slashes, or in a name.
	Stars
	// Class: a `[…]` that is not closed or empty.
	Class
	// Adjacent: two captures have nothing between them.
	Adjacent
	// Format: a time format has an unknown directive or no date.
	Format
	// Twice: a name is captured twice.
	Twice
)

func finish(text, body string, regex bool, captures []Capture) (*Pattern, error) {
	expr, err := regexp.Compile(`(?s)\A(?:` + body + `)\z`)
	if err != nil {
		return nil, &Error{Syntax, 0, len(text), "The pattern is too large.", "Write it as several rules."}
	}
	for i := range captures {
		captures[i].group = expr.SubexpIndex(captures[i].Name)
	}
	return &Pattern{text: text, regex: regex, body: body, expr: expr, captures: captures}, nil
}

// Regex reads a regular expression that matches whole texts; `(?P<name>…)` captures.
// `.` matches any character, line breaks too. A failure is an *Error.
func Regex(text string) (*Pattern, error) {
	if _, err := syntax.Parse(text, syntax.Perl|syntax.DotNL); err != nil {
		return nil, regexError(text, err)
	}
	// A group of its own keeps a flag such as (?i) from reaching beyond the text.
	p, err := finish(text, `(?:`+text+`)`, true, nil)
	if err != nil {
		return nil, err
	}
	for group, name := range p.expr.SubexpNames() {
		if slices.ContainsFunc(p.captures, func(c Capture) bool { return c.Name == name }) {
			at := strings.LastIndex(text, "<"+name+">") + 1
			return nil, &Error{Twice, at, len(name), "`" + name + "` is captured twice.", "Give the second capture a name of its own."}
		}
		if name != "" {
			p.captures = append(p.captures, Capture{Name: name, group: group})
		}
	}
	return p, nil
}

// lookarounds are the beginnings of what RE2 has not, and what to write instead.
var lookarounds = []struct{ text, name, help string }{
	{"(?=", "lookahead", "Write what follows as part of the expression: names match whole."},
	{"(?!", "lookahead", "Write what may follow as part of the expression, or an earlier rule with `take first`: names match whole."},
	{"(?<=", "lookbehind", "Write what comes before as part of the expression: names match whole."},
	{"(?<!", "lookbehind", "Write what may come before as part of the expression, or an earlier rule with `take first`: names match whole."},
	{"(?P=", "back-reference", "Capture both parts by names of their own."},
}

func regexError(text string, err error) *Error {
	for _, l := range lookarounds {
		if i := strings.Index(text, l.text); i >= 0 && !escapedAt(text, i) {
			return &Error{Lookaround, i, len(l.text), "RE2 has no " + l.name + ".", l.help}
		}
	}
	for i := 0; i+1 < len(text); i++ {
		if text[i] == '\\' {
			if text[i+1] >= '1' && text[i+1] <= '9' {
				return &Error{Lookaround, i, 2, "RE2 has no back-reference.", "Capture both parts by names of their own."}
			}
			i++
		}
	}
	offset, length := 0, len(text)
	reason := "it cannot be read"
	if e, ok := err.(*syntax.Error); ok {
		reason = string(e.Code)
		if e.Expr != text {
			if i := strings.Index(text, e.Expr); i >= 0 && e.Expr != "" {
				offset, length = i, len(e.Expr)
			}
			reason += ": `" + e.Expr + "`"
		}
		if i := unclosed(text); e.Code == syntax.ErrMissingParen && i >= 0 {
			offset, length = i, 1
		}
	}
	return &Error{Syntax, offset, length, "The regular expression is wrong: " + reason + ".", "Write it in the syntax of RE2; a backslash before a sign takes its meaning away, such as `\\.`."}
}

// unclosed gives the offset of the last `(` that is not closed, -1 for none; escapes and
// sets of characters are passed over.
func unclosed(text string) int {
	var stack []int
	set := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			i++
		case set:
			set = c != ']'
		case c == '[':
			set = true
		case c == '(':
			stack = append(stack, i)
		case c == ')' && len(stack) > 0:
			stack = stack[:len(stack)-1]
		}
	}
	if len(stack) == 0 {
		return -1
	}
	return stack[len(stack)-1]
}

func escapedAt(text string, i int) bool {
	slashes := 0
	for i--; i >= 0 && text[i] == '\\'; i-- {
		slashes++
	}
	return slashes%2 == 1
}

// Text gives the pattern as written.
func (p *Pattern) Text() string { return p.text }

// IsRegex reports whether the pattern is a regular expression.
func (p *Pattern) IsRegex() bool { return p.regex }

// Captures gives the captures in the order of the text.
func (p *Pattern) Captures() []Capture { return slices.Clone(p.captures) }

// Matches reports whether the whole text matches. A date that does not exist does not.
func (p *Pattern) Matches(text string) bool {
	if !p.timed() {
		return p.expr.MatchString(text)
	}
	_, ok := p.Match(text, nil)
	return ok
}

func (p *Pattern) timed() bool {
	return slices.ContainsFunc(p.captures, func(c Capture) bool { return c.Layout != nil })
}

// Match appends what the captures find in a text, in the pattern's order, and reports
// whether the whole text matches.
func (p *Pattern) Match(text string, values []Value) ([]Value, bool) {
	groups := p.expr.FindStringSubmatchIndex(text)
	if groups == nil {
		return values, false
	}
	start := len(values)
	for _, c := range p.captures {
		v := Value{Name: c.Name}
		if from := groups[2*c.group]; from >= 0 {
			v.Text = text[from:groups[2*c.group+1]]
		}
		if c.Layout != nil {
			var ok bool
			if v.Time, ok = c.Layout.Parse(v.Text); !ok {
				return values[:start], false
			}
		}
		values = append(values, v)
	}
	return values, true
}
