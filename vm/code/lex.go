package code

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// SyntaxError says what is wrong with assembler text and what to write instead.
type SyntaxError struct {
	// Line and Column begin at 1; Column counts characters.
	Line, Column int
	Text         string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Text)
}

// The kinds of tokens beside single characters, which are their own kind.
const (
	endToken  = 0
	lineToken = '\n'
	wordToken = 'w' // of letters, digits, "_" and "-"
	textToken = '"' // quoted; text is what the quotes stand for
)

// token is a piece of assembler text.
type token struct {
	kind         rune
	text         string
	line, column int
}

// String gives the token as it is called in messages.
func (t token) String() string {
	switch t.kind {
	case endToken:
		return "the end of the text"
	case lineToken:
		return "the end of the line"
	case textToken:
		return strconv.Quote(t.text)
	}
	return "`" + t.text + "`"
}

// lex cuts assembler text into tokens, the last of which is the end.
func lex(text string) ([]token, error) {
	l := lexer{rest: text, line: 1, column: 1}
	for {
		t, err := l.next()
		if err != nil {
			return nil, err
		}
		l.tokens = append(l.tokens, t)
		if t.kind == endToken {
			return l.tokens, nil
		}
	}
}

type lexer struct {
	rest         string
	line, column int
	tokens       []token
}

func (l *lexer) next() (token, error) {
	l.space()
	t := token{line: l.line, column: l.column}
	if l.rest == "" {
		return t, nil
	}
	switch c := l.rest[0]; {
	case c == '\n':
		t.kind = lineToken
		l.rest, l.line, l.column = l.rest[1:], l.line+1, 1
	case c == '"':
		return l.quoted(t)
	case isWord(c):
		t.kind = wordToken
		t.text = l.take(len(l.rest) - len(strings.TrimLeftFunc(l.rest, func(r rune) bool { return r < utf8.RuneSelf && isWord(byte(r)) })))
	case strings.IndexByte("=,:[]", c) >= 0:
		t.kind, t.text = rune(c), l.take(1)
	default:
		r, _ := utf8.DecodeRuneInString(l.rest)
		return t, &SyntaxError{t.line, t.column, fmt.Sprintf("The character %q means nothing here. Put text in double quotes, and comments behind `#`.", r)}
	}
	return t, nil
}

// space leaves out blanks and comments.
func (l *lexer) space() {
	blank := len(l.rest) - len(strings.TrimLeft(l.rest, " \t\r"))
	l.take(blank)
	if strings.HasPrefix(l.rest, "#") {
		end := strings.IndexByte(l.rest, '\n')
		if end < 0 {
			end = len(l.rest)
		}
		l.take(end)
	}
}

func (l *lexer) take(n int) string {
	taken := l.rest[:n]
	l.rest, l.column = l.rest[n:], l.column+utf8.RuneCountInString(taken)
	return taken
}

func (l *lexer) quoted(t token) (token, error) {
	prefix, err := strconv.QuotedPrefix(l.rest)
	if err == nil {
		t.kind = textToken
		t.text, err = strconv.Unquote(l.take(len(prefix)))
	}
	if err != nil {
		return t, &SyntaxError{t.line, t.column, "The text does not end on its line, or has an escape that there is not. Write it as Go does: \"a \\\"b\\\"\"."}
	}
	return t, nil
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}
