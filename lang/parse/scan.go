package parse

import (
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
	eol      int  // the end of the line that was asked for last
	tokens   []token
	comments []ast.Comment
	findings diag.List
	lexical  []int // the offset of everything found
	inLine   int   // how much was found in this line
	notUTF8  bool  // a byte that is not UTF-8 was found
}

// scan cuts the bytes of a span into tokens. Lexical mistakes become findings, and
// tokens of the kind that was meant.
func scan(span source.Span) *scanner {
	s := &scanner{src: span.File, text: span.File.Text[:span.End], at: span.Start, newline: true, eol: -1}
	s.tokens = make([]token, 0, (span.End-span.Start)/4+1)
	if s.at == 0 && strings.HasPrefix(s.text, byteOrderMark) {
		s.at = len(byteOrderMark)
	}
	for s.at < len(s.text) {
		s.one()
	}
	return s
}

const byteOrderMark = "\uFEFF"

// one reads blanks, a comment or a token.
func (s *scanner) one() {
	c := s.text[s.at]
	switch {
	case c == '\n':
		s.newline, s.inLine = true, 0
		s.at++
	case c == ' ' || c == '\t':
		s.at++
	case c == '\r' && strings.HasPrefix(s.text[s.at:], "\r\n"):
		s.at++
	case c == '#':
		s.comment()
	case s.newline && s.conflict():
	case c == '"':
		s.str()
	case c == '\'' || c == '`':
		s.wrongQuote(rune(c), 1)
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
func (s *scanner) emit(k kind, end int) { s.mend(k, s.text[s.at:end], end) }

// mend adds a token that stands for the text up to end, and goes there.
func (s *scanner) mend(k kind, text string, end int) {
	s.tokens = append(s.tokens, token{kind: k, start: s.at, end: end, text: text, first: s.newline})
	s.at, s.newline = end, false
}

// last gives the token before, the zero one at the beginning.
func (s *scanner) last() token { return s.back(1) }

// back gives the n-th token before, the zero one where there is none.
func (s *scanner) back(n int) token {
	if n > len(s.tokens) {
		return token{}
	}
	return s.tokens[len(s.tokens)-n]
}

// touches reports whether the token before ends here, without a blank.
func (s *scanner) touches() bool { return len(s.tokens) > 0 && s.last().end == s.at }

func (s *scanner) span(start, end int) source.Span {
	return source.Span{File: s.src, Start: start, End: end}
}

// maxInLine bounds the findings of one line: what has more is no policy text.
const maxInLine = 10

func (s *scanner) find(code diag.Code, start, end int, help, format string, args ...any) {
	s.lexical = append(s.lexical, start)
	if s.inLine++; s.inLine <= maxInLine {
		s.findings.Addf(code, s.span(start, end), help, format, args...)
	}
}

// lineEnd gives the offset of the end of the present line.
func (s *scanner) lineEnd() int {
	if s.at <= s.eol {
		return s.eol
	}
	s.eol = len(s.text)
	if i := strings.IndexByte(s.text[s.at:], '\n'); i >= 0 {
		s.eol = s.at + len(strings.TrimSuffix(s.text[s.at:s.at+i], "\r"))
	}
	return s.eol
}

// wordEnd gives the offset behind the letters, digits and `_` from i.
func (s *scanner) wordEnd(i int) int { return i + wordLength(s.text[i:]) }

// wordLength gives the number of letters, digits and `_` that a text begins with.
func wordLength(text string) int {
	n := 0
	for n < len(text) && isWordByte(text[n]) {
		n++
	}
	return n
}

// word reads a name or a reserved word.
func (s *scanner) word() {
	end := s.wordEnd(s.at)
	word := s.text[s.at:end]
	if second, ok := pairs[word]; ok && !s.last().is(".") {
		blank := end
		for blank < len(s.text) && (s.text[blank] == ' ' || s.text[blank] == '\t') {
			blank++
		}
		if stop := s.wordEnd(blank); blank > end && s.text[blank:stop] == second {
			s.mend(kindWord, word+" "+second, stop)
			return
		}
	}
	if reserved[word] {
		s.emit(kindWord, end)
		return
	}
	s.emit(kindName, end)
}

// pairs has the reserved words that are two.
var pairs = map[string]string{"at": "most", "group": "by"}

// number reads an Int or a Duration.
func (s *scanner) number() {
	end := s.wordEnd(s.at)
	text := s.text[s.at:end]
	if strings.Trim(text, "0123456789") == "" {
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
		s.fraction(s.wordEnd(end + 1))
		return
	}
	s.emit(kindInt, end)
}

// punct reads punctuation, or finds a sign of another language.
func (s *scanner) punct() {
	rest := s.text[s.at:]
	switch {
	case s.wrongPunct(rest):
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

// stray reads a character that begins no token.
func (s *scanner) stray(rest string) {
	r, size := utf8.DecodeRuneInString(rest)
	switch {
	case r == utf8.RuneError && size <= 1, r < 0x20 || r == 0x7F:
		s.checkText(s.at, s.at+size)
		s.at += size
	case unicode.IsLetter(r):
		s.foreignWord(rest)
	case wrongQuotes[r] != 0:
		s.wrongQuote(wrongQuotes[r], size)
	default:
		s.strayRun(r, size)
	}
}
