package parse

import (
	"slices"
	"strings"

	"auto/lang/diag"
	"auto/lang/source"
)

// part is what was being read when a token did not fit.
type part int

const (
	partFile part = iota // between declarations
	partDeclaration
	partClause
	partExpression // a text that is one expression
)

// stop is the place where reading stopped: the furthest token that could be reached.
type stop struct {
	*parser
	part
	// start and end are the part's tokens; at is the one that did not fit, end where
	// something is missing.
	start, end, at int
}

// mistake turns the token that did not fit into the finding that names what was meant.
// Each rule looks at one kind of mistake; the first that knows it speaks. Where the
// scanner has found something in what was read, that was the mistake.
func (p *parser) mistake(part part, start, end, at int) {
	s := stop{p, part, start, end, at}
	if s.hasLexical() {
		return
	}
	rules := []func() bool{
		s.operatorWord, s.missingName, s.missingBetween, s.reservedName, s.bareKey, s.bareName,
		s.separator, s.entry, s.argument, s.rule, s.wrongBracket, s.unclosedBracket, s.strayBracket,
		s.missingComma, s.foreignSelection, s.missingOperator, s.strayComma, s.noExpression,
		s.unknownDeclaration, s.unknownClause, s.form,
	}
	if !slices.ContainsFunc(rules, func(rule func() bool) bool { return rule() }) {
		s.find(diag.Unexpected, s.place(at), "Remove it, or write what is missing before it.", "%s cannot stand here.", capital(s.name(at)))
	}
}

// hasLexical reports whether the scanner found something between the start of the part
// and the token behind the one that did not fit.
func (s stop) hasLexical() bool {
	from, to := s.place(s.start).Start, s.place(min(s.at+1, s.end-1)).End
	if s.at >= s.end {
		to = s.place(s.end).Start
	}
	i, _ := slices.BinarySearch(s.lexical, from)
	return i < len(s.lexical) && s.lexical[i] <= to
}

// find adds a finding; it gives true, as a rule that speaks.
func (s stop) find(code diag.Code, at source.Span, help, format string, args ...any) bool {
	s.findings.Addf(code, at, help, format, args...)
	return true
}

// tok gives a token of the part, the zero one outside it.
func (s stop) tok(i int) token {
	if i < s.start || i >= s.end {
		return token{}
	}
	return s.all[i]
}

// now gives the token that did not fit, before the one in front of it.
func (s stop) now() token    { return s.tok(s.at) }
func (s stop) before() token { return s.tok(s.at - 1) }

// first is the token that the part begins with.
func (s stop) first() token { return s.tok(s.start) }

// inExpression reports whether an expression that is not in brackets may be going on.
func (s stop) inExpression() bool {
	if s.part != partDeclaration {
		return s.part == partExpression || s.first().is("when")
	}
	depth := 0
	for i := s.start + 2; i < s.at-1; i++ {
		switch t := s.all[i]; {
		case t.opens():
			depth++
		case t.closes():
			depth--
		case depth == 0 && (t.is("=") || t.is("for") || t.is("from")):
			return true
		}
	}
	return false
}

// place gives the span of a token, an empty one at the end of the text past the last.
func (p *parser) place(i int) source.Span {
	if i < len(p.all) {
		return p.all[i].span(p.src)
	}
	end := 0
	if len(p.all) > 0 {
		end = p.all[len(p.all)-1].end
	}
	return source.Span{File: p.src, Start: end, End: end}
}

// name says what stands at an index, for a sentence.
func (s stop) name(i int) string {
	if i >= len(s.all) {
		return "the end of the text"
	}
	t := s.all[i]
	switch {
	case i >= s.end && t.isClause():
		return "the clause `" + t.text + "`"
	case i >= s.end && t.isDeclaration():
		return "the declaration `" + t.text + "`"
	case i >= s.end && t.is("}"):
		return "the end of the block"
	}
	return "`" + t.text + "`"
}

// closing has the counterpart of each opening bracket.
var closing = map[string]string{"(": ")", "[": "]", "{": "}"}

// open gives the innermost bracket that is open before the token that did not fit, and
// its index; the zero token and -1 where none is.
func (s stop) open() (token, int) {
	var stack []int
	for i := s.start; i < min(s.at, s.end); i++ {
		switch t := s.all[i]; {
		case t.opens():
			stack = append(stack, i)
		case t.closes() && len(stack) > 0:
			stack = stack[:len(stack)-1]
		}
	}
	if len(stack) == 0 {
		return token{}, -1
	}
	i := stack[len(stack)-1]
	return s.all[i], i
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
