package parse

import (
	"auto/lang/ast"
	"auto/lang/diag"
)

// recover reads the tokens of a declaration that has a mistake at the token with
// index at: header and clauses one by one, so that each mistake gives its own finding
// and what is right stays in the tree.
func (p *parser) recover(start, end, at int) ast.Decl {
	before := len(p.findings)
	decl := p.piecewise(start, end)
	if len(p.findings) == before && !p.anyMended(start, end) {
		p.mistake(context{part: "declaration", start: start, end: end}, at)
	}
	return decl
}

func (p *parser) anyMended(start, end int) bool {
	for _, t := range p.all[start:end] {
		if t.mended {
			return true
		}
	}
	return false
}

func (p *parser) piecewise(start, end int) ast.Decl {
	open := p.blockStart(start, end)
	if open < 0 {
		p.whole(start, end)
		return nil
	}
	header, at := run(headerParser, p.stream(start, open))
	if at >= 0 {
		p.mistake(context{part: "declaration", start: start, end: open, open: true}, at)
	}
	block, next := p.recoverBlock(open, end)
	if next < end {
		p.leftover(next, end)
	}
	if header == nil {
		return nil
	}
	return p.headed(header, start, end, block)
}

// whole finds the mistake of a declaration that has no block.
func (p *parser) whole(start, end int) {
	if _, at := run(declParser, p.stream(start, end)); at >= 0 {
		p.mistake(context{part: "declaration", start: start, end: end}, at)
	}
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
	switch p.all[start].text {
	case "policy", "sensor", "files", "defaults":
	default:
		return -1
	}
	depth := 0
	for i := start; i < end; i++ {
		switch t := p.all[i]; {
		case t.is("("), t.is("["):
			depth++
		case t.is(")"), t.is("]"):
			depth--
		case t.is("{") && (depth <= 0 || p.clauseAt(i+1, end)):
			return i
		}
	}
	return -1
}

// clauseAt reports whether a clause begins at a token: a clause's word that is no key
// of a map and no method.
func (p *parser) clauseAt(i, end int) bool {
	if i >= end || !p.all[i].isClause() {
		return false
	}
	before := p.all[i-1]
	if before.is("existing") && p.all[i].is("take") || before.is("redeliver") && p.all[i].is("always") {
		return false
	}
	return !(i+1 < end && p.all[i+1].is(":")) && !before.is(".")
}

// recoverBlock reads the block that opens at a token, clause by clause, and gives the
// index after its end.
func (p *parser) recoverBlock(open, end int) (*ast.Block, int) {
	block := &ast.Block{Partial: true}
	for i := open + 1; i < end; {
		if p.all[i].is("}") {
			block.Span = p.between(open, i+1)
			return block, i + 1
		}
		clause, next := p.recoverClause(i, end)
		if clause != nil {
			block.Clauses = append(block.Clauses, clause)
		}
		i = next
	}
	block.Span = p.between(open, end)
	p.unclosedBlock(open, end)
	return block, end
}

// recoverClause reads one clause and gives the index after it. A rule's block is read
// clause by clause, too.
func (p *parser) recoverClause(start, end int) (ast.Clause, int) {
	stop, inner := p.clauseEnd(start, end)
	if inner < 0 {
		return p.oneClause(start, stop, end), stop
	}
	clause := p.oneClause(start, inner, end)
	block, next := p.recoverBlock(inner, end)
	if match, ok := clause.(*ast.Match); ok {
		match.Body, match.Span = block, p.between(start, next)
	}
	return clause, next
}

// clauseEnd gives the index after a clause that begins at start: the next clause's
// word, or a closing brace that it did not open. Where the clause ends with a rule's
// block, inner is the index of the block's `{`, else -1.
func (p *parser) clauseEnd(start, end int) (stop, inner int) {
	depth := 0
	for i := start + 1; i < end; i++ {
		switch t := p.all[i]; {
		case t.is("{"):
			if p.all[start].is("match") && depth == 0 {
				return i, i
			}
			depth++
		case t.is("}"):
			if depth == 0 {
				return i, -1
			}
			depth--
		case p.clauseAt(i, end):
			return i, -1
		}
	}
	return end, -1
}

func (p *parser) oneClause(start, stop, end int) ast.Clause {
	g, at := run(clauseParser, p.stream(start, stop))
	if at < 0 {
		return p.clause(g)
	}
	p.mistake(context{part: "clause", start: start, end: stop, open: stop < end}, at)
	return nil
}

// unclosedBlock finds a block that the end of its declaration cuts off.
func (p *parser) unclosedBlock(open, end int) {
	t := p.all[open]
	at, where := p.between(end-1, end), "at the end of the file"
	if end < len(p.all) {
		at, where = p.between(end, min(end+2, len(p.all))), "before `"+p.between(end, min(end+2, len(p.all))).Text()+"`"
	}
	p.findings.Add(diag.Diagnostic{
		Code: diag.UnclosedBlock, Span: at,
		Message: sprintf("The block opened in line %d is not closed.", t.span(p.src).From().Line),
		Help:    "Write `}` " + where + ".",
		Related: []diag.Related{{Span: t.span(p.src), Message: "The block opens here."}},
	})
}

// leftover finds what stands between a block's end and the next declaration.
func (p *parser) leftover(next, end int) {
	t := p.all[next]
	if t.is("}") {
		p.findings.Addf(diag.StrayBrace, t.span(p.src), "Remove it.", "This `}` closes nothing.")
		return
	}
	p.mistake(context{part: "file", start: next, end: end}, next)
}
