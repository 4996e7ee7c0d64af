// Package parse turns policy text into its tree. It never fails: it gives the tree
// of everything that could be read, and findings about the rest.
package parse

import (
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/source"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// File reads a policy file. A declaration that cannot be read whole is in the tree
// as far as it could be, its block marked as Partial, or left out. Findings are
// sorted by place.
func File(src *source.File) (*ast.File, diag.List) {
	s := scan(source.Span{File: src, End: len(src.Text)})
	file := &ast.File{Source: src, Comments: s.comments}
	p := s.parser()
	for start := 0; start < len(s.tokens); {
		end := p.pieceEnd(start)
		p.piece(start, end)
		start = end
	}
	file.Decls = p.decls
	p.findings.Sort()
	return file, p.findings
}

// Expr reads a text that is one expression. The expression is nil where it cannot
// be read.
func Expr(src *source.File) (ast.Expr, diag.List) {
	return ExprAt(source.Span{File: src, End: len(src.Text)})
}

// ExprAt reads an expression that stands in a text of another form, such as a value
// in a YAML file, at a span of it.
func ExprAt(span source.Span) (ast.Expr, diag.List) {
	s := scan(span)
	p := s.parser()
	expr := p.expression(span)
	p.findings.Sort()
	return expr, p.findings
}

// parser reads the tokens of one text.
type parser struct {
	src      *source.File
	all      []token
	findings diag.List
	decls    []ast.Decl
	// lexical has the offsets of what the scanner found, ascending.
	lexical []int
	// missingBraces counts the blocks that were found to lack their `}`.
	missingBraces int
}

// parser gives a parser of the scanned tokens.
func (s *scanner) parser() *parser {
	slices.Sort(s.lexical) // one that began in the token before came later
	return &parser{src: s.src, all: s.tokens, findings: s.findings, lexical: s.lexical}
}

// expression reads all tokens, which stand at a span, as one expression.
func (p *parser) expression(span source.Span) ast.Expr {
	end := len(p.all)
	if end == 0 && len(p.findings) == 0 {
		p.findings.Addf(diag.NoExpression, span, "Write a condition or a selection, such as `eager()`.", "There is no expression.")
	}
	if end == 0 || p.tooDeep(0, end) {
		return nil
	}
	g, at := run(exprParser, p.stream(0, end))
	if at >= 0 {
		p.mistake(partExpression, 0, end, at)
		return nil
	}
	return p.expr(g)
}

func (p *parser) stream(start, end int) *stream {
	return &stream{tokens: p.all[start:end], base: start}
}

// run parses a stream with one of the grammar's parsers. It gives the tree, or the
// index of the furthest token that could not be read.
func run[G any](parser *participle.Parser[G], s *stream) (*G, int) {
	peeking, err := lexer.Upgrade(s)
	if err == nil {
		var g *G
		if g, err = parser.ParseFromLexer(peeking); err == nil {
			return g, -1
		}
	}
	at := s.base
	if located := participle.Error(nil); errors.As(err, &located) {
		at = located.Position().Line
	}
	return nil, at
}

// tokenAt gives a token, the zero one past the end.
func (p *parser) tokenAt(i int) token {
	if i >= len(p.all) {
		return token{}
	}
	return p.all[i]
}

// pieceEnd gives the index after the last token of the piece that begins at start: the
// next declaration word that begins a line and has a name after it.
func (p *parser) pieceEnd(start int) int {
	for i := start + 1; i < len(p.all); i++ {
		if p.beginsDeclaration(i) {
			return i
		}
	}
	return len(p.all)
}

func (p *parser) beginsDeclaration(i int) bool {
	t := p.all[i]
	if !t.first || !t.isDeclaration() || i+1 >= len(p.all) {
		return false
	}
	next := p.all[i+1]
	switch t.text {
	case "export":
		return next.is("let") || next.is("def") || next.kind == kindName
	case "defaults":
		return next.is("{") || next.kind == kindName
	}
	return next.kind == kindName || next.kind == kindWord
}

// piece reads the declarations of one piece.
func (p *parser) piece(start, end int) {
	if p.tooDeep(start, end) {
		return
	}
	g, at := run(pieceParser, p.stream(start, end))
	if at >= 0 {
		p.recover(start, end)
		return
	}
	for _, d := range g.Decls {
		p.decls = append(p.decls, p.decl(d))
	}
}

// tooDeep finds brackets or `~` that nest deeper than the language allows, before
// anything descends into them.
func (p *parser) tooDeep(start, end int) bool {
	depth, nots := 0, 0
	for i := start; i < end; i++ {
		t := p.all[i]
		switch {
		case t.is("~"):
			nots++
		case t.opens():
			depth++
		case t.closes():
			depth, nots = max(depth-1, 0), 0
		default:
			nots = 0
		}
		if depth > maxNesting || nots > maxNesting {
			p.findings.Addf(diag.TooDeep, t.span(p.src), "Name a part of it with `let`.", "Brackets and `~` nest deeper than %d.", maxNesting)
			return true
		}
	}
	return false
}

// Files reads several policy files, side by side on all processors. The trees are in the
// order of the sources; the findings are sorted.
func Files(sources []*source.File) ([]*ast.File, diag.List) {
	trees, found := make([]*ast.File, len(sources)), make([]diag.List, len(sources))
	var group sync.WaitGroup
	var next atomic.Int64
	for range min(runtime.GOMAXPROCS(0), len(sources)) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(sources); i = int(next.Add(1)) - 1 {
				trees[i], found[i] = File(sources[i])
			}
		})
	}
	group.Wait()
	all := slices.Concat(found...)
	all.Sort()
	return trees, all
}
