package parse

import (
	"fmt"
	"slices"
	"strings"

	"auto/lang/ast"
	"auto/lang/diag"
)

// recover reads the tokens of a piece that has a mistake, one declaration at a time.
func (p *parser) recover(start, end int) {
	for start < end {
		next := p.declarationEnd(start, end)
		if p.all[start].isDeclaration() {
			p.declaration(start, next)
		} else {
			p.leftover(start, next)
		}
		start = next
	}
}

// declarationEnd gives the index after the declaration that begins at start: that of the
// next declaration's word that begins a line, or that no bracket is around.
func (p *parser) declarationEnd(start, end int) int {
	depth := 0
	for i := start + 1; i < end; i++ {
		t, before := p.all[i], p.all[i-1]
		switch {
		case t.isDeclaration():
			free := !before.takesName() && !before.is("export") && !before.is(".")
			if free && (depth == 0 || t.first && !p.tokenAt(i+1).is(":")) {
				return i
			}
		case t.opens():
			depth++
		case t.closes():
			depth = max(depth-1, 0)
		}
	}
	return end
}

// declaration reads the tokens of one declaration: where it has a mistake, header and
// clauses one by one, so that each mistake gives its own finding and what is right stays
// in the tree.
func (p *parser) declaration(start, end int) {
	g, at := run(declParser, p.stream(start, end))
	if at < 0 {
		p.decls = append(p.decls, p.decl(g))
		return
	}
	before, braces := len(p.findings), p.missingBraces
	open := p.blockStart(start, end)
	if open >= 0 {
		p.piecewise(start, open, end)
	}
	if len(p.findings) == before && p.missingBraces == braces {
		p.mistake(partDeclaration, start, end, at)
	}
}

// piecewise reads a declaration whose block opens at a token.
func (p *parser) piecewise(start, open, end int) {
	header, at := run(headerParser, p.stream(start, open))
	if at >= 0 {
		p.mistake(partDeclaration, start, open, at)
	}
	block, next := p.recoverBlock(open, end)
	if header != nil {
		p.decls = append(p.decls, p.headed(header, start, next, block))
	}
	p.leftover(next, end)
}

// headed gives the declaration of a header that was read.
func (p *parser) headed(h *gHeader, start, end int, block *ast.Block) ast.Decl {
	span := p.between(start, end)
	switch {
	case h.Policy != nil:
		return &ast.Policy{Span: span, Name: p.ident(h.Policy.Name), For: p.expr(h.Policy.For), Body: block}
	case h.Sensor != nil:
		return &ast.Sensor{Span: span, Name: p.ident(h.Sensor.Name), For: p.expr(h.Sensor.For), Every: p.duration(h.Sensor.Every), Body: block}
	case h.Files != nil:
		return &ast.Files{Span: span, Name: p.ident(h.Files.Name), From: p.expr(h.Files.From), Every: p.duration(h.Files.Every), Body: block}
	}
	return &ast.Defaults{Span: span, Body: block}
}

// blockStart gives the index of the `{` that opens a declaration's block, -1 where
// it has none: of let and def always.
func (p *parser) blockStart(start, end int) int {
	if !slices.Contains([]string{"policy", "sensor", "files", "defaults"}, p.all[start].text) {
		return -1
	}
	depth := 0
	for i := start; i < end; i++ {
		switch t := p.all[i]; {
		case p.opensBlock(i, depth):
			return i
		case t.opens():
			depth++
		case t.closes():
			depth--
		}
	}
	return -1
}

// opensBlock reports whether a token is a `{` that no bracket is around, or one with a
// clause behind it.
func (p *parser) opensBlock(i, depth int) bool {
	return p.all[i].is("{") && (depth <= 0 || p.tokenAt(i+1).isClause() && !p.tokenAt(i+2).is(":"))
}

// recoverBlock reads the block that opens at a token, clause by clause, and gives the
// index after its end.
func (p *parser) recoverBlock(open, end int) (*ast.Block, int) {
	block := &ast.Block{}
	for i := open + 1; i < end; {
		if p.all[i].is("}") {
			block.Span = p.between(open, i+1)
			return block, i + 1
		}
		clause, next := p.recoverClause(i, end)
		if clause != nil {
			block.Clauses = append(block.Clauses, clause)
		}
		block.Partial = block.Partial || clause == nil
		i = next
	}
	block.Partial = true
	block.Span = p.between(open, end)
	p.unclosedBlock(open, end)
	return block, end
}

// recoverClause reads one clause and gives the index after it. A rule's block is read
// clause by clause, too.
func (p *parser) recoverClause(start, end int) (ast.Clause, int) {
	stop, hasBlock := p.clauseEnd(start, end)
	clause := p.oneClause(start, stop)
	if !hasBlock {
		return clause, stop
	}
	block, next := p.recoverBlock(stop, end)
	if match, ok := clause.(*ast.Match); ok {
		match.Body, match.Span = block, p.between(start, next)
	}
	return clause, next
}

// clauseEnd gives the index after a clause that begins at start: where the next clause
// begins, or a brace that it did not open. hasBlock: it is the `{` of a rule's block.
func (p *parser) clauseEnd(start, end int) (stop int, hasBlock bool) {
	braces, others := 0, 0
	for i := start + 1; i < end; i++ {
		switch t := p.all[i]; {
		case p.beginsClause(start, i, braces+others):
			return i, false
		case p.all[start].is("match") && p.opensBlock(i, braces+others):
			return i, true
		case t.is("{"):
			braces, others = braces+1, 0
		case t.is("}") && braces == 0:
			return i, false
		case t.is("}"):
			braces, others = braces-1, 0
		case t.opens():
			others++
		case t.closes():
			others = max(others-1, 0)
		}
	}
	return end, false
}

// beginsClause reports whether a clause begins at a token behind the clause that begins
// at start; depth is the number of brackets that are open between them.
func (p *parser) beginsClause(start, i, depth int) bool {
	t, before, next := p.all[i], p.all[i-1], p.tokenAt(i+1)
	switch {
	case t.isDeclaration():
		return depth == 0 && !before.is(".") && !before.is("->") && !before.is(",") && !before.takesKey()
	case !t.isClause():
		return depth == 0 && i > start+1 && p.likeClause(i)
	case before.is("."):
		return t.first && !next.is("(")
	case depth > 0:
		return t.first && !next.is(":")
	case before.is("existing") && t.is("take"), before.is("redeliver") && t.is("always"):
		return false
	case before.is("->"), before.is(","), before.takesKey(), before.is("in") && p.all[start].is("match"):
		return t.first
	}
	return true
}

// takesKey reports whether an asset key, a job or a rule's name may follow the token.
func (t token) takesKey() bool {
	return t.is("job") || t.is("config") || t.is("always") || t.is("match")
}

// inner are the words within clauses that may begin a line.
var inner = []string{"per", "after", "up", "to", "first", "above", "until", "because", "in", "new", "etag", "tick", "run"}

// likeClause reports whether a name looks as if it was meant for a clause: it begins a
// line, what is before it is complete, and what follows does not make it an operand.
func (p *parser) likeClause(i int) bool {
	t, before, next := p.all[i], p.all[i-1], p.tokenAt(i+1)
	if t.kind != kindName || !t.first || slices.Contains(inner, t.text) || operatorWords[t.text] != "" {
		return false
	}
	return before.endsOperand() && !(next.is("(") || next.is(".") || next.is("&") || next.is("|") || next.is("-") || next.is(","))
}

func (p *parser) oneClause(start, stop int) ast.Clause {
	g, at := run(clauseParser, p.stream(start, stop))
	if at < 0 {
		return p.clause(g)
	}
	p.mistake(partClause, start, stop, at)
	return nil
}

// unclosedBlock finds a block that the end of its declaration cuts off.
func (p *parser) unclosedBlock(open, end int) {
	p.missingBraces++
	if culprit, closer := p.unclosedInside(open, end); culprit >= 0 {
		bracket := p.all[culprit].span(p.src)
		p.findings.Add(diag.Diagnostic{
			Code: diag.UnclosedBracket, Span: bracket,
			Message: fmt.Sprintf("The `{` in line %d is not closed.", bracket.From().Line),
			Help:    fmt.Sprintf("Write `}` before the `}` of line %d.", p.all[closer].span(p.src).From().Line),
		})
		return
	}
	at, where := p.between(end-1, end), "at the end of the file"
	if end < len(p.all) {
		at = p.between(end, min(end+2, len(p.all)))
		where = "before `" + strings.Join(strings.Fields(at.Text()), " ") + "`"
	}
	line := p.all[open].span(p.src)
	p.findings.Add(diag.Diagnostic{
		Code: diag.UnclosedBlock, Span: at,
		Message: fmt.Sprintf("The block opened in line %d is not closed.", line.From().Line),
		Help:    "Write `}` " + where + ".",
		Related: []diag.Related{{Span: line, Message: "The block opens here."}},
	})
}

// unclosedInside gives the `{` within an unclosed block that lacks its `}`, as the
// indentation tells, and the `}` that closes it wrongly; -1 where it does not tell.
func (p *parser) unclosedInside(open, end int) (culprit, closer int) {
	var stack []int
	for i := open; i < end; i++ {
		switch t := p.all[i]; {
		case t.is("{"):
			stack = append(stack, i)
		case t.is("}") && len(stack) > 0:
			top := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			same := func(o int) bool { return p.indent(o) == p.indent(i) }
			if t.first && p.indent(top) > p.indent(i) && slices.ContainsFunc(stack, same) {
				return top, i
			}
		}
	}
	return -1, -1
}

// indent gives the number of bytes before the first token of a token's line.
func (p *parser) indent(i int) int {
	for i > 0 && !p.all[i].first {
		i--
	}
	return p.all[i].start - (strings.LastIndexByte(p.src.Text[:p.all[i].start], '\n') + 1)
}

// leftover finds what stands outside declarations: one finding for each line that
// begins with a name or a word and no bracket is around, one for what is before them.
func (p *parser) leftover(start, end int) {
	depth := 0
	for i := start; i < end; i++ {
		t := p.all[i]
		if i == start || t.first && depth == 0 && (t.kind == kindName || t.kind == kindWord || t.is("}")) {
			p.stray(i, end)
		}
		switch {
		case t.opens():
			depth++
		case t.closes():
			depth = max(depth-1, 0)
		}
	}
}

// stray finds a token outside declarations.
func (p *parser) stray(i, end int) {
	t := p.all[i]
	switch {
	case t.is("}") && p.missingBraces > 0:
		p.missingBraces--
	case t.closes():
		p.findings.Addf(diag.StrayBrace, t.span(p.src), "Remove it.", "This `%s` closes nothing.", t.text)
	default:
		p.mistake(partFile, i, end, i)
	}
}
