package parse

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/source"
)

// maxNesting bounds how deep brackets and `~` may nest (docs/language.md, Grammar).
const maxNesting = 100

// scanner cuts a range of a text into tokens.
type scanner struct {
	src      *source.File
	text     string // the whole text up to the end of the range
	at       int
	newline  bool // no token yet on this line
	tokens   []token
	comments []ast.Comment
	findings diag.List
}

// scan cuts the bytes of a span into tokens. Lexical mistakes become findings, and
// tokens of the kind that was meant.
func scan(span source.Span) *scanner {
	s := &scanner{src: span.File, text: span.File.Text[:span.End], at: span.Start, newline: true}
	s.tokens = make([]token, 0, (span.End-span.Start)/4+1)
	if s.at == 0 && strings.HasPrefix(s.text, "\uFEFF") {
		s.at = len("\uFEFF")
	}
	for s.at < len(s.text) {
		s.one()
	}
	return s
}

// one reads blanks, a comment or a token.
func (s *scanner) one() {
	c := s.text[s.at]
	switch {
	case c == '\n':
		s.newline = true
		s.at++
	case c == ' ' || c == '\t':
		s.at++
	case c == '\r' && strings.HasPrefix(s.text[s.at:], "\r\n"):
		s.at++
	case c == '#':
		s.comment()
	case c == '"':
		s.str()
	case c == '\'' || c == '`':
		s.wrongQuote(c)
	case c == '/':
		s.slash()
	case isLetter(c):
		s.word()
	case c >= '0' && c <= '9':
		s.number()
	default:
		s.punct()
	}
}

func isLetter(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' }

func isWordByte(c byte) bool { return isLetter(c) || c >= '0' && c <= '9' }

// emit adds the token from the present place to end, and goes there.
func (s *scanner) emit(k kind, end int) {
	s.emitAs(k, s.text[s.at:end], end, false)
}

// mend adds a token that stands for the text up to end, which has a finding.
func (s *scanner) mend(k kind, text string, end int) { s.emitAs(k, text, end, true) }

func (s *scanner) emitAs(k kind, text string, end int, mended bool) {
	s.tokens = append(s.tokens, token{kind: k, start: s.at, end: end, text: text, first: s.newline, mended: mended})
	s.at, s.newline = end, false
}

func (s *scanner) span(start, end int) source.Span {
	return source.Span{File: s.src, Start: start, End: end}
}

func (s *scanner) find(code diag.Code, start, end int, help, format string, args ...any) {
	s.findings.Addf(code, s.span(start, end), help, format, args...)
}

// lineEnd gives the offset of the end of the present line.
func (s *scanner) lineEnd() int {
	if i := strings.IndexByte(s.text[s.at:], '\n'); i >= 0 {
		return s.at + len(strings.TrimSuffix(s.text[s.at:s.at+i], "\r"))
	}
	return len(s.text)
}

func (s *scanner) comment() {
	end := s.lineEnd()
	text := strings.TrimRight(s.text[s.at:end], " \t\r")
	s.checkText(s.at, end)
	s.comments = append(s.comments, ast.Comment{Span: s.span(s.at, s.at+len(text)), Text: text})
	s.at = end
}

// checkText finds control characters and invalid UTF-8 in a comment, string or
// regular expression.
func (s *scanner) checkText(start, end int) {
	for i := start; i < end; {
		r, size := utf8.DecodeRuneInString(s.text[i:end])
		switch {
		case r == utf8.RuneError && size <= 1:
			s.find(diag.NotUTF8, i, i+1, "Save the file as UTF-8.", "The byte 0x%02X is not UTF-8.", s.text[i])
		case r < 0x20 && r != '\t' || r == 0x7F:
			s.find(diag.ControlCharacter, i, i+size, fmt.Sprintf("Remove it; in a string write `\\u{%X}`.", r), "A control character (U+%04X) stands in the text.", r)
		}
		i += size
	}
}

var escapeForm = regexp.MustCompile(`^\\(?:["\\ntr]|u\{[0-9A-Fa-f]{1,6}\})`)

// str reads a string on one line.
func (s *scanner) str() {
	limit := s.lineEnd()
	for i := s.at + 1; i < limit; i++ {
		switch s.text[i] {
		case '"':
			s.checkText(s.at, i+1)
			s.emit(kindString, i+1)
			return
		case '\\':
			i += s.escape(i, limit) - 1
		}
	}
	s.unclosedString(limit)
}

// escape checks the escape at i and gives its length.
func (s *scanner) escape(i, limit int) int {
	form := escapeForm.FindString(s.text[i:limit])
	if len(form) > 2 {
		if r := parseHex(form); r > unicode.MaxRune || r >= 0xD800 && r < 0xE000 {
			s.find(diag.BadEscape, i, i+len(form), "Write a code point from 0 to 10FFFF, such as `\\u{1F600}`.", "`%s` is no character.", form)
		}
	}
	if form != "" {
		return len(form)
	}
	_, size := utf8.DecodeRuneInString(s.text[min(i+1, limit):limit])
	end := min(i+1+size, limit)
	s.find(diag.BadEscape, i, end, "Write `\\\\` for a backslash; the escapes are `\\\" \\\\ \\n \\t \\r \\u{1F600}`.", "`%s` is not an escape.", s.text[i:end])
	return max(end-i, 1)
}

// unclosedString takes the rest of the line, without brackets that can only stand
// behind the string.
func (s *scanner) unclosedString(limit int) {
	end := s.at + len(strings.TrimRight(s.text[s.at:limit], " \t"))
	for end > s.at+1 && strings.IndexByte(")]},{", s.text[end-1]) >= 0 {
		end--
	}
	end = s.at + len(strings.TrimRight(s.text[s.at:end], " \t"))
	s.find(diag.UnclosedString, s.at, end, "Write `\"` at its end, on the same line.", "The string is not closed.")
	s.mend(kindString, strings.ReplaceAll(s.text[s.at:end], `\`, "")+`"`, end)
}

// wrongQuote reads a string in single quotes or backquotes.
func (s *scanner) wrongQuote(quote byte) {
	limit := s.lineEnd()
	end, inner := limit, s.text[s.at+1:limit]
	if i := strings.IndexByte(inner, quote); i >= 0 {
		end, inner = s.at+1+i+1, inner[:i]
	}
	right := quoteText(inner)
	s.find(diag.WrongQuote, s.at, end, "Write `"+right+"`.", "Strings take double quotes.")
	s.mend(kindString, right, end)
}

// slash reads a regular expression, or finds what else a slash was meant for.
func (s *scanner) slash() {
	if s.pathSlash() {
		return
	}
	if strings.HasPrefix(s.text[s.at:], "//") {
		s.wrongComment(s.lineEnd())
		return
	}
	limit := s.lineEnd()
	for i := s.at + 1; i < limit; i++ {
		switch s.text[i] {
		case '/':
			s.checkText(s.at, i+1)
			s.emit(kindRegex, i+1)
			return
		case '\\':
			i++
		}
	}
	end := s.at + len(strings.TrimRight(s.text[s.at:limit], " \t"))
	if arrow := strings.Index(s.text[s.at:limit], "->"); arrow > 0 {
		end = s.at + len(strings.TrimRight(s.text[s.at:s.at+arrow], " \t"))
	}
	s.find(diag.UnclosedRegex, s.at, end, "Write `/` at its end, on the same line; within it a slash is `\\/`.", "The regular expression is not closed.")
	s.mend(kindRegex, s.text[s.at:end]+"/", end)
}

// pathSlash finds a slash that goes on a bare name, as in sales/data.
func (s *scanner) pathSlash() bool {
	if len(s.tokens) == 0 {
		return false
	}
	last := &s.tokens[len(s.tokens)-1]
	if last.end != s.at || last.kind != kindName && last.kind != kindWord || last.is("in") || last.is("match") {
		return false
	}
	end := s.at
	for end < len(s.text) && (isWordByte(s.text[end]) || strings.IndexByte("/.-", s.text[end]) >= 0) && !strings.HasPrefix(s.text[end:], "->") {
		end++
	}
	key := quoteText(s.text[last.start:end])
	s.find(diag.BareKey, last.start, end, "Write `"+key+"`.", "An asset key with `/` is written in quotes.")
	last.kind, last.text, last.end, last.mended = kindString, key, end, true
	s.at = end
	return true
}

func (s *scanner) wrongComment(end int) {
	if strings.HasPrefix(s.text[s.at:], "//") && s.regexLike(end) {
		s.find(diag.EmptyRegex, s.at, s.at+2, "Write what the names look like, such as `/.+\\.csv/`.", "The regular expression is empty.")
		s.mend(kindRegex, "/x/", s.at+2)
		return
	}
	s.find(diag.WrongComment, s.at, s.at+2, "Write `#`.", "Comments begin with `#`.")
	s.at = end
}

// regexLike reports whether `//` stands where a pattern is expected.
func (s *scanner) regexLike(int) bool {
	if len(s.tokens) == 0 || s.newline {
		return false
	}
	last := s.tokens[len(s.tokens)-1]
	return last.is("match") || last.is("in") || last.is(":") || last.is("(") || last.is("=")
}

var pairs = regexp.MustCompile(`^(at[ \t]+most|group[ \t]+by)\b`)

// word reads a name or a reserved word.
func (s *scanner) word() {
	if pair := pairs.FindString(s.text[s.at:min(len(s.text), s.at+64)]); pair != "" && !s.afterDot() {
		s.emitAs(kindWord, strings.Join(strings.Fields(pair), " "), s.at+len(pair), false)
		return
	}
	end := s.at
	for end < len(s.text) && isWordByte(s.text[end]) {
		end++
	}
	if reserved[s.text[s.at:end]] {
		s.emit(kindWord, end)
		return
	}
	s.emit(kindName, end)
}

func (s *scanner) afterDot() bool {
	return len(s.tokens) > 0 && s.tokens[len(s.tokens)-1].is(".")
}

// number reads an Int or a Duration.
func (s *scanner) number() {
	end, onlyDigits := s.at, true
	for end < len(s.text) && isWordByte(s.text[end]) {
		onlyDigits = onlyDigits && s.text[end] <= '9'
		end++
	}
	text := s.text[s.at:end]
	if onlyDigits {
		s.integer(text, end)
		return
	}
	if _, err := readDuration(text); err != nil {
		s.wrongNumber(text, end, err)
		return
	}
	s.emit(kindDuration, end)
}

func (s *scanner) integer(text string, end int) {
	if len(strings.TrimLeft(text, "0")) > 15 {
		s.find(diag.NumberRange, s.at, end, "Write a number below 1000000000000000.", "The number `%s` is too large.", text)
		s.mend(kindInt, "0", end)
		return
	}
	if end+1 < len(s.text) && s.text[end] == '.' && s.text[end+1] >= '0' && s.text[end+1] <= '9' {
		stop := end + 1
		for stop < len(s.text) && isWordByte(s.text[stop]) {
			stop++
		}
		s.find(diag.BadNumber, s.at, stop, "Write a whole number.", "`%s` is not a whole number.", s.text[s.at:stop])
		s.mend(kindInt, text, stop)
		return
	}
	s.emit(kindInt, end)
}

// wrongNumber finds digits that are followed by other letters: a wrong duration where
// the letters look like a unit, else a wrong name or number.
func (s *scanner) wrongNumber(text string, end int, err error) {
	var wrong *durationError
	if near := nearDuration(text); near != "" {
		s.find(diag.BadDuration, s.at, end, "Write `"+near+"` (units `w d h m s`).", "`%s` is not a duration.", text)
		s.mend(kindDuration, near, end)
		return
	}
	if asDurationError(err, &wrong) {
		s.find(diag.BadDuration, s.at, end, wrong.help, "`%s` is not a duration: %s.", text, wrong.why)
		s.mend(kindDuration, "1s", end)
		return
	}
	s.find(diag.BadNumber, s.at, end, "Write a number, or a name in quotes: `"+quoteText(text)+"`.", "`%s` begins with a digit, but is no number.", text)
	s.mend(kindString, quoteText(text), end)
}

// wrongPuncts are signs of other languages, and what they are here.
var wrongPuncts = []struct{ text, right, what string }{
	{"&&", "&", "an operator"}, {"||", "|", "an operator"}, {"!=", "~", "an operator"}, {"==", "", "an operator"},
	{"=>", "->", "an arrow"}, {"-->", "->", "an arrow"}, {"!", "~", "an operator"}, {"+", "|", "an operator"},
}

func (s *scanner) punct() {
	rest := s.text[s.at:]
	for _, w := range wrongPuncts {
		if strings.HasPrefix(rest, w.text) {
			s.wrongPunct(w.text, w.right, w.what)
			return
		}
	}
	switch {
	case strings.HasPrefix(rest, "->"):
		s.emit(kindPunct, s.at+2)
	case strings.IndexByte("(){}[],.:=&|~-", rest[0]) >= 0:
		s.emit(kindPunct, s.at+1)
	case rest[0] == ';':
		s.find(diag.StrayCharacter, s.at, s.at+1, "Remove it: a clause ends where the next begins.", "`;` ends nothing here.")
		s.at++
	default:
		s.stray(rest)
	}
}

func (s *scanner) wrongPunct(text, right, what string) {
	end := s.at + len(text)
	if right == "" {
		s.find(diag.NotOperator, s.at, end, "Conditions are called by name, such as `missing()`; compare nothing.", "`%s` is not an operator.", text)
		s.mend(kindPunct, "&", end)
		return
	}
	s.find(diag.NotOperator, s.at, end, "Write `"+right+"`.", "`%s` is not %s.", text, what)
	s.mend(kindPunct, right, end)
}

func (s *scanner) stray(rest string) {
	r, size := utf8.DecodeRuneInString(rest)
	switch {
	case r == utf8.RuneError && size <= 1, r < 0x20 || r == 0x7F:
		s.checkText(s.at, s.at+size)
	case unicode.IsLetter(r):
		s.foreignWord(rest)
		return
	case r == '“' || r == '”' || r == '„' || r == '‘' || r == '’':
		s.find(diag.WrongQuote, s.at, s.at+size, "Write `\"`.", "Strings take double quotes (`\"`), not `%c`.", r)
	case unicode.IsSpace(r):
		s.find(diag.StrayCharacter, s.at, s.at+size, "Write an ordinary blank.", "The blank U+%04X is not one of the language.", r)
	default:
		s.find(diag.StrayCharacter, s.at, s.at+size, "Remove it, or put the text into quotes.", "`%c` has no meaning here.", r)
	}
	s.at += size
}

// foreignWord reads a name with letters outside ASCII.
func (s *scanner) foreignWord(rest string) {
	end := strings.IndexFunc(rest, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if end < 0 {
		end = len(rest)
	}
	s.find(diag.StrayCharacter, s.at, s.at+end, "Write `"+quoteText(rest[:end])+"` for a key, or a name of the letters a-z, digits and `_`.", "`%s` has letters that a bare name cannot have.", rest[:end])
	s.mend(kindString, quoteText(rest[:end]), s.at+end)
}
