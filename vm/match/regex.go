package match

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// Regex reads a regular expression of RE2 that matches whole texts; `(?P<name>…)`
// captures. `.` matches any character, line breaks too. A failure is an *Error.
func Regex(text string) (*Pattern, error) {
	if _, err := syntax.Parse(text, syntax.Perl|syntax.DotNL); err != nil {
		return nil, regexError(text, err)
	}
	body := text
	if scanRegex(text, func(int) bool { return true }) {
		body += `\E` // a quote that runs to the end would take in what is put after it
	}
	// A group of its own keeps a flag such as (?i) from reaching beyond the text.
	p, err := finish(text, `(?:`+body+`)`, true, nil)
	if err != nil {
		return nil, err
	}
	for group, name := range p.expr.SubexpNames() {
		if name == "" {
			continue
		}
		if err := p.bind(name, group); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// bind takes a captured name of a regular expression.
func (p *Pattern) bind(name string, group int) error {
	at := strings.LastIndex(p.text, "<"+name+">") + 1
	if slices.ContainsFunc(p.captures, func(c Capture) bool { return c.Name == name }) {
		return &Error{Twice, at, len(name), "`" + name + "` is captured twice.", "Give the second capture a name of its own."}
	}
	if captureName.FindString(name) != name {
		return &Error{Syntax, at, len(name), "`" + name + "` is not a name for a capture.", "Begin it with a letter or `_`, such as `_" + name + "`."}
	}
	p.captures = append(p.captures, Capture{Name: name, group: group})
	return nil
}

// scanRegex visits each sign of a regular expression that stands neither in a class nor
// in a quote, an escape as one, until visit gives false. It reports whether the text ends
// within a quote.
func scanRegex(text string, visit func(at int) bool) (quoted bool) {
	for at := 0; at < len(text); {
		rest := text[at:]
		if strings.HasPrefix(rest, `\Q`) {
			end := strings.Index(rest, `\E`)
			if end < 0 {
				return true
			}
			at += end + 2
			continue
		}
		if !visit(at) {
			return false
		}
		switch rest[0] {
		case '\\':
			at += 2
		case '[':
			at += classLength(rest)
		default:
			at++
		}
	}
	return false
}

// classLength gives the bytes of the class that a text begins with, all where it is not
// closed.
func classLength(text string) int {
	at := 1
	if strings.HasPrefix(text[at:], "^") {
		at++
	}
	for first := true; at < len(text); first = false {
		switch {
		case text[at] == ']' && !first:
			return at + 1
		case text[at] == '\\':
			at += 2
		case strings.HasPrefix(text[at:], "[:") && strings.Contains(text[at:], ":]"):
			at += strings.Index(text[at:], ":]") + 2
		default:
			at++
		}
	}
	return len(text)
}

// foreign are the beginnings of what other engines have and RE2 has not, and what to
// write instead.
var foreign = []struct {
	text string
	kind ErrorKind
	name string
	help string
}{
	{`(?=`, Lookaround, "lookahead", "Write what follows as part of the expression: names match whole."},
	{`(?!`, Lookaround, "lookahead", "Write what may follow as part of the expression, or an earlier rule with `take first`: names match whole."},
	{`(?<=`, Lookaround, "lookbehind", "Write what comes before as part of the expression: names match whole."},
	{`(?<!`, Lookaround, "lookbehind", "Write what may come before as part of the expression, or an earlier rule with `take first`: names match whole."},
	{`(?P=`, Lookaround, "back-reference", "Capture both parts by names of their own."},
	{`\k`, Lookaround, "back-reference", "Capture both parts by names of their own."},
	{`\g`, Lookaround, "back-reference", "Capture both parts by names of their own."},
	{`(?>`, Syntax, "atomic group", "Write `(?:`: RE2 never tries a text twice."},
	{`(?#`, Syntax, "comment", "Write it after `#`, outside the expression."},
	{`\Z`, Syntax, "`\\Z`", "Remove it: names match whole."},
}

// foreignAt gives the finding about what RE2 has not at a place of a text, nil for none.
func foreignAt(text string, at int) *Error {
	rest := text[at:]
	for _, f := range foreign {
		if strings.HasPrefix(rest, f.text) {
			return &Error{f.kind, at, len(f.text), "RE2 has no " + f.name + ".", f.help}
		}
	}
	if len(rest) > 1 && rest[0] == '\\' && rest[1] >= '1' && rest[1] <= '9' {
		return &Error{Lookaround, at, 2, "RE2 has no back-reference.", "Capture both parts by names of their own."}
	}
	return nil
}

// syntaxHelp says for each mistake that regexp/syntax finds what to write instead.
var syntaxHelp = map[syntax.ErrorCode]string{
	syntax.ErrInvalidCharRange:      "Write a range from its smaller character, such as `[a-z]`, and a class by a name that Unicode has, such as `\\pL`.",
	syntax.ErrInvalidEscape:         "Write a backslash before signs only, such as `\\.`, or one of RE2's classes, such as `\\d`.",
	syntax.ErrInvalidNamedCapture:   "Write a name of letters, digits and `_`, such as `(?P<day>…)`.",
	syntax.ErrInvalidPerlOp:         "Write `(?:…)` to group, `(?P<name>…)` to capture, or flags of `imsU`.",
	syntax.ErrInvalidRepeatOp:       "Write one of `*`, `+`, `?` and `{n,m}`.",
	syntax.ErrInvalidRepeatSize:     "Write `{n,m}` with n at most m, and no more than 1000 in all.",
	syntax.ErrInvalidUTF8:           "Write it in UTF-8; a byte is `\\xFF`.",
	syntax.ErrLarge:                 "Write it as several rules.",
	syntax.ErrMissingBracket:        "Write `]` after the characters, or `\\[` for the character itself.",
	syntax.ErrMissingParen:          "Write `)` after the group, or `\\(` for the character itself.",
	syntax.ErrMissingRepeatArgument: "Write what is repeated before it, or a backslash for the character itself.",
	syntax.ErrNestingDepth:          "Write it as several rules.",
	syntax.ErrTrailingBackslash:     "Write `\\\\` for a backslash.",
	syntax.ErrUnexpectedParen:       "Remove it, or write `\\)` for the character itself.",
}

// regexError gives the finding about an expression that cannot be read.
func regexError(text string, err error) *Error {
	var found *Error
	scanRegex(text, func(at int) bool { found = foreignAt(text, at); return found == nil })
	if found != nil {
		return found
	}
	wrong, ok := err.(*syntax.Error)
	if !ok {
		wrong = &syntax.Error{Code: syntax.ErrInternalError}
	}
	help := syntaxHelp[wrong.Code]
	if help == "" {
		help = "Write it in the syntax of RE2."
	}
	at, length := locate(text, wrong)
	message := "The regular expression is wrong: " + wrong.Code.String()
	if length > 0 && length < len(text) {
		message += ", `" + text[at:at+length] + "`"
	}
	return &Error{Syntax, at, length, message + ".", help}
}

// locate gives the bytes of a text that an error is about.
func locate(text string, wrong *syntax.Error) (at, length int) {
	switch wrong.Code {
	case syntax.ErrMissingParen, syntax.ErrUnexpectedParen:
		return unpaired(text)
	case syntax.ErrTrailingBackslash:
		return len(text) - 1, 1
	}
	at = -1
	scanRegex(text, func(i int) bool {
		if wrong.Expr != "" && strings.HasPrefix(text[i:], wrong.Expr) && endsWrong(text[:i+len(wrong.Expr)], wrong) {
			at = i
		}
		return at < 0
	})
	if at < 0 && wrong.Expr != "" {
		at = strings.Index(text, wrong.Expr)
	}
	if at < 0 {
		return 0, len(text)
	}
	return at, len(wrong.Expr)
}

// endsWrong reports whether a text has an error already, as it does where it ends with
// what is wrong.
func endsWrong(text string, wrong *syntax.Error) bool {
	_, err := syntax.Parse(text, syntax.Perl|syntax.DotNL)
	e, ok := err.(*syntax.Error)
	return ok && e.Code == wrong.Code && e.Expr == wrong.Expr
}

// unpaired gives the place of the first `)` that closes nothing, else of the last `(`
// that is not closed.
func unpaired(text string) (at, length int) {
	var open []int
	extra := -1
	scanRegex(text, func(i int) bool {
		switch text[i] {
		case '(':
			open = append(open, i)
		case ')':
			if len(open) == 0 {
				extra = i
				return false
			}
			open = open[:len(open)-1]
		}
		return true
	})
	switch {
	case extra >= 0:
		return extra, 1
	case len(open) > 0:
		return open[len(open)-1], 1
	}
	return 0, len(text)
}
