package parse

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"auto/lang/ast"
	"auto/lang/diag"
)

// comment reads a comment up to the end of its line.
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
		case r == utf8.RuneError && size <= 1 && !s.notUTF8:
			s.notUTF8 = true // the first one tells of all
			s.find(diag.NotUTF8, i, i+1, "Save the file as UTF-8.", "The byte 0x%02X is not UTF-8.", s.text[i])
		case r == utf8.RuneError && size <= 1:
		case r < 0x20 && r != '\t' || r == 0x7F:
			s.find(diag.ControlCharacter, i, i+size, fmt.Sprintf("Remove it; in a string write `\\u{%X}`.", r), "A control character (U+%04X) stands in the text.", r)
		}
		i += size
	}
}

// str reads a string on one line.
func (s *scanner) str() {
	if s.wrongString() {
		return
	}
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

var escapeForm = regexp.MustCompile(`^\\(?:["\\ntr]|u\{[0-9A-Fa-f]{1,6}\})`)

// escape checks the escape at i and gives its length.
func (s *scanner) escape(i, limit int) int {
	form := escapeForm.FindString(s.text[i:limit])
	if len(form) > 2 {
		if r := parseHex(form); r > unicode.MaxRune || r >= 0xD800 && r < 0xE000 {
			s.find(diag.BadEscape, i, i+len(form), "Write a code point from 0 to 10FFFF, such as `\\u{1F600}`.", "`%s` is no character.", form)
		}
	}
	if form != "" || i+1 == limit {
		return max(len(form), 1)
	}
	_, size := utf8.DecodeRuneInString(s.text[i+1 : limit])
	end := i + 1 + size
	s.find(diag.BadEscape, i, end, "Write `\\\\` for a backslash; the escapes are `\\\" \\\\ \\n \\t \\r \\u{1F600}`.", "`%s` is not an escape.", s.text[i:end])
	return end - i
}

// unclosedString takes the rest of the line, without brackets that can only stand
// behind the string; or all up to the quote that closes it in a later line.
func (s *scanner) unclosedString(limit int) {
	if end := s.laterQuote(limit); end > 0 {
		s.find(diag.UnclosedString, s.at, end, "Write `\\n` for a line break within it.", "The string does not end on its line.")
		s.mend(kindString, quoteText(s.text[s.at+1:end-1]), end)
		return
	}
	end := s.at + 1 + len(strings.TrimRight(s.text[s.at+1:limit], " \t)]},{"))
	s.find(diag.UnclosedString, s.at, end, "Write `\"` at its end, on the same line.", "The string is not closed.")
	s.mend(kindString, strings.ReplaceAll(s.text[s.at:end], `\`, "")+`"`, end)
}

// laterQuote gives the offset behind the quote that closes an unclosed string in one of
// the next lines: the first line with quotes has an odd number of them, and no line begins
// with a reserved word. It gives 0 where that is not so.
func (s *scanner) laterQuote(limit int) int {
	const lines = 10
	rest := s.text[limit:]
	for range lines {
		_, after, ok := strings.Cut(rest, "\n")
		if !ok {
			return 0
		}
		rest = after
		line, _, _ := strings.Cut(rest, "\n")
		if word := strings.TrimLeft(line, " \t"); reserved[word[:wordLength(word)]] {
			return 0
		}
		if i := strings.IndexByte(line, '"'); i >= 0 {
			if strings.Count(line, `"`)%2 == 0 {
				return 0
			}
			return len(s.text) - len(rest) + i + 1
		}
	}
	return 0
}

// slash reads a regular expression, or finds what else a slash was meant for.
func (s *scanner) slash() {
	if s.pathSlash() || s.perSlash() || s.wrongComment() || s.emptyRegex() {
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
	s.unclosedRegex(limit)
}

// unclosedRegex takes the rest of the line up to an arrow.
func (s *scanner) unclosedRegex(limit int) {
	rest := s.text[s.at:limit]
	if arrow := strings.Index(rest, "->"); arrow > 0 {
		rest = rest[:arrow]
	}
	end := s.at + len(strings.TrimRight(rest, " \t"))
	s.find(diag.UnclosedRegex, s.at, end, "Write `/` at its end, on the same line; within it a slash is `\\/`.", "The regular expression is not closed.")
	s.mend(kindRegex, s.text[s.at:end]+"/", end)
}
