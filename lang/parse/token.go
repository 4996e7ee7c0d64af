package parse

import (
	"errors"
	"io"
	"slices"

	"auto/lang/source"

	"github.com/alecthomas/participle/v2/lexer"
)

// kind is the kind of a token (docs/language.md, Tokens).
type kind = lexer.TokenType

const (
	kindString kind = iota + 1
	kindRegex
	kindWord
	kindName
	kindDuration
	kindInt
	kindPunct
)

// token is one token of a text. One that was mended after a lexical finding has the kind
// and the text that were meant, so that reading goes on. The zero token is none.
type token struct {
	kind       kind
	start, end int
	text       string
	// first: it is the first token of its line.
	first bool
}

// declarationWords begin a declaration, and cut the text where they begin a line.
var declarationWords = []string{"export", "let", "def", "policy", "sensor", "files", "defaults"}

// clauseWords begin a clause, and can continue nothing.
var clauseWords = []string{
	"when", "limit", "at most", "quiet", "retry", "missed", "order", "halt", "pause", "job", "tags", "params", "config",
	"priority", "group by", "max", "budget", "settled", "existing", "redeliver", "always", "take", "match", "otherwise", "run_key",
}

// reserved has every word that names nothing.
var reserved = func() map[string]bool {
	words := map[string]bool{"true": true, "false": true}
	for _, list := range [][]string{declarationWords, clauseWords} {
		for _, w := range list {
			words[w] = true
		}
	}
	return words
}()

// Reserved reports whether a word is reserved, so that it can name nothing.
func Reserved(word string) bool { return reserved[word] }

// is reports whether the token is this word or punctuation, as written.
func (t token) is(text string) bool { return t.text == text }

// isClause reports whether the token can begin a clause.
func (t token) isClause() bool { return t.kind == kindWord && slices.Contains(clauseWords, t.text) }

func (t token) isDeclaration() bool {
	return t.kind == kindWord && slices.Contains(declarationWords, t.text)
}

// takesName reports whether the token is a declaration's word that has a name behind it.
func (t token) takesName() bool {
	return t.isDeclaration() && !t.is("defaults") && !t.is("export")
}

// opens reports whether the token is an opening bracket.
func (t token) opens() bool { return t.is("(") || t.is("[") || t.is("{") }

// closes reports whether the token is a closing bracket.
func (t token) closes() bool { return t.is(")") || t.is("]") || t.is("}") }

// isOperator reports whether the token has an operand behind it.
func (t token) isOperator() bool { return t.is("&") || t.is("|") || t.is("-") || t.is("~") }

// beginsOperand reports whether an operand of an expression can begin here.
func (t token) beginsOperand() bool { return t.isOperand() || t.opens() || t.is("~") }

// endsOperand reports whether an operand can end here.
func (t token) endsOperand() bool { return t.isOperand() || t.closes() }

// isOperand reports whether the token alone can be an operand.
func (t token) isOperand() bool {
	switch t.kind {
	case kindString, kindRegex, kindName, kindDuration, kindInt:
		return true
	}
	return t.is("true") || t.is("false")
}

func (t token) span(src *source.File) source.Span {
	return source.Span{File: src, Start: t.start, End: t.end}
}

// stream hands tokens to participle. A token's position carries its index among all
// tokens as Line, so that a node's end is that of the token before the next one.
type stream struct {
	tokens []token
	base   int // index of tokens[0]
	next   int
}

// Next implements lexer.Lexer.
func (s *stream) Next() (lexer.Token, error) {
	i := s.next
	s.next++
	if i >= len(s.tokens) {
		return lexer.EOFToken(lexer.Position{Line: s.base + len(s.tokens)}), nil
	}
	t := s.tokens[i]
	return lexer.Token{Type: t.kind, Value: t.text, Pos: lexer.Position{Offset: t.start, Line: s.base + i}}, nil
}

// definition names the kinds for the grammar.
type definition struct{}

// Symbols implements lexer.Definition.
func (definition) Symbols() map[string]lexer.TokenType {
	return map[string]lexer.TokenType{
		"EOF": lexer.EOF, "String": kindString, "Regex": kindRegex, "Word": kindWord, "Name": kindName,
		"Duration": kindDuration, "Int": kindInt, "Punct": kindPunct,
	}
}

// noLexer is the lexer of a parser that is only given streams.
type noLexer struct{ definition }

// Lex implements lexer.Definition.
func (noLexer) Lex(string, io.Reader) (lexer.Lexer, error) {
	return nil, errors.New("tokens come from scan")
}
