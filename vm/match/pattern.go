// Package match finds the patterns that a file's name and folder match, and what they
// capture. Patterns are globs and RE2 (docs/language.md, Globs, captures, templates).
//
// A text is any string: object stores allow line breaks, control characters and bytes
// that are no UTF-8 in a key. Such a byte is matched as one character, U+FFFD.
package match

import (
	"regexp"
	"regexp/syntax"
	"slices"
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
	timed    bool      // some capture has a format
	wildcard *wildcard // nil where the expression is none
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
	// Text is the part of the name, empty where an optional group took no part.
	Text string
	// Time is the wall-clock time that the text names, as a time in UTC, where the
	// capture has a format; zero otherwise.
	Time time.Time
}

func finish(text, body string, regex bool, captures []Capture) (*Pattern, error) {
	expr, err := regexp.Compile(`(?s)\A(?:` + body + `)\z`)
	if err != nil {
		return nil, &Error{Syntax, 0, len(text), "The pattern is too large.", "Write it as several rules."}
	}
	p := &Pattern{text: text, regex: regex, body: body, expr: expr, captures: captures}
	for i := range captures {
		captures[i].group = expr.SubexpIndex(captures[i].Name)
		p.timed = p.timed || captures[i].Layout != nil
	}
	p.wildcard = newWildcard(p.tree())
	return p, nil
}

// tree gives the pattern's parsed expression, without its anchors.
func (p *Pattern) tree() *syntax.Regexp {
	tree, err := syntax.Parse(p.body, syntax.Perl|syntax.DotNL)
	if err != nil {
		return &syntax.Regexp{Op: syntax.OpNoMatch} // the pattern was compiled before
	}
	return unanchored(tree.Simplify())
}

// unanchored gives an expression without the `^` before and the `$` after all else: the
// whole text is matched anyway.
func unanchored(tree *syntax.Regexp) *syntax.Regexp {
	if tree.Op != syntax.OpConcat {
		return tree
	}
	subs := tree.Sub
	for len(subs) > 0 && subs[0].Op == syntax.OpBeginText {
		subs = subs[1:]
	}
	for len(subs) > 0 && subs[len(subs)-1].Op == syntax.OpEndText {
		subs = subs[:len(subs)-1]
	}
	bare := *tree
	bare.Sub = subs
	return &bare
}

// key gives a text that is the same only for patterns that match the same.
func (p *Pattern) key() string {
	if p.timed {
		return "\x00" + p.text // a time's format decides, too
	}
	return p.body
}

// Text gives the pattern as written.
func (p *Pattern) Text() string { return p.text }

// IsRegex reports whether the pattern is a regular expression.
func (p *Pattern) IsRegex() bool { return p.regex }

// Captures gives the captures in the order of the text.
func (p *Pattern) Captures() []Capture { return slices.Clone(p.captures) }

// Matches reports whether the whole text matches, as Match does.
func (p *Pattern) Matches(text string) bool {
	if p.wildcard != nil && !p.wildcard.match(text) {
		return false
	}
	switch {
	case p.timed:
		_, ok := p.Match(text, nil)
		return ok
	case p.wildcard != nil:
		return true
	}
	return p.expr.MatchString(text)
}

// Match appends what the captures find in a text, in the pattern's order, and reports
// whether the whole text matches. The characters alone decide what a capture takes; a
// text in which one then takes a date that does not exist does not match.
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
