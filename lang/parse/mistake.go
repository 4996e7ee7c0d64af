package parse

import (
	"fmt"
	"strings"

	"auto/internal/spell"
	"auto/lang/diag"
	"auto/lang/source"
)

var sprintf = fmt.Sprintf

// context is what was being read when a token could not be.
type context struct {
	// part is "file", "declaration", "clause" or "expression".
	part string
	// start and end are the part's tokens; open tells that something follows it in
	// the same declaration.
	start, end int
	open       bool
}

// mistake turns the furthest token that could be reached into the finding that names
// what was meant. Each rule looks at one kind of mistake; the first that knows it
// speaks. A part with a lexical finding has had its say.
func (p *parser) mistake(c context, at int) {
	if p.anyMended(c.start, min(at+2, c.end)) {
		return
	}
	for _, rule := range []func(context, int) bool{
		p.wordOperator, p.missingOperand, p.unknownClause, p.missingTarget, p.bareKey, p.reservedName,
		p.unclosedBracket, p.strayBracket, p.mapEquals, p.missingComma, p.unknownDeclaration, p.clauseForm, p.declarationForm,
	} {
		if rule(c, at) {
			return
		}
	}
	p.findings.Addf(diag.Unexpected, p.spanAt(at), "Remove it, or write what is missing before it.", "%s cannot stand here.", capital(p.name(c, at)))
}

// token gives the token at an index, and false past the part's end.
func (p *parser) token(c context, at int) (token, bool) {
	if at < c.start || at >= c.end {
		return token{}, false
	}
	return p.all[at], true
}

// spanAt gives the place of a token, the place after the last one past the end.
func (p *parser) spanAt(at int) source.Span {
	if at < len(p.all) {
		return p.all[at].span(p.src)
	}
	if len(p.all) == 0 {
		return source.Span{File: p.src}
	}
	end := p.all[len(p.all)-1].end
	return source.Span{File: p.src, Start: end, End: end}
}

// name says what stands at an index, for a sentence.
func (p *parser) name(c context, at int) string {
	if at >= len(p.all) {
		return "the end of the text"
	}
	t := p.all[at]
	switch {
	case t.isClause() && p.clauseAt(at, len(p.all)):
		return "the clause `" + t.text + "`"
	case at >= c.end && t.isDeclaration():
		return "the declaration `" + t.text + "`"
	case at >= c.end && t.is("}"):
		return "the end of the block"
	}
	return "`" + t.text + "`"
}

var wordOperators = map[string]string{"and": "&", "or": "|", "not": "~", "AND": "&", "OR": "|", "NOT": "~"}

// wordOperator: `and`, `or`, `not` of other languages.
func (p *parser) wordOperator(c context, at int) bool {
	for _, i := range []int{at, at - 1} {
		t, ok := p.token(c, i)
		sign := wordOperators[t.text]
		if !ok || t.kind != kindName || sign == "" || i == at-1 && (sign != "~" || !p.all[at].beginsOperand()) {
			continue
		}
		p.findings.Addf(diag.NotOperator, t.span(p.src), "Write `"+sign+"`.", "`%s` is not an operator.", t.text)
		return true
	}
	return false
}

// missingOperand: an operator with nothing on one side.
func (p *parser) missingOperand(c context, at int) bool {
	before, ok := p.token(c, at-1)
	operator := ok && (before.is("&") || before.is("|") || before.is("-") || before.is("~"))
	if next, inside := p.token(c, at); operator && !(inside && next.beginsOperand() && !next.is("~")) {
		p.findings.Addf(diag.MissingOperand, before.span(p.src).Join(p.spanAt(at)), "Write it or remove `"+before.text+"`.",
			"An operand is missing between `%s` and %s.", before.text, p.name(c, at))
		return true
	}
	t, ok := p.token(c, at)
	if !ok || !(t.is("&") || t.is("|")) {
		return false
	}
	p.findings.Addf(diag.MissingOperand, t.span(p.src), "Write it or remove `"+t.text+"`.", "An operand is missing before `%s`.", t.text)
	return true
}

// unknownClause: a word that begins a line of a block and is no clause.
func (p *parser) unknownClause(c context, at int) bool {
	t, ok := p.token(c, at)
	if !ok || c.part != "clause" || t.kind != kindName || !(t.first || at == c.start) {
		return false
	}
	help := "The clauses are `" + strings.Join(clauseWords, "`, `") + "`."
	if near, found := spell.Nearest(p.pair(c, at), clauseWords); found {
		help = "Did you mean `" + near + "`?"
	} else if near, found := spell.Nearest(t.text, clauseWords); found {
		help = "Did you mean `" + near + "`?"
	}
	p.findings.Addf(diag.UnknownClause, t.span(p.src), help, "No clause is called `%s`.", t.text)
	return true
}

// pair gives a word and the one after it, for clauses of two words.
func (p *parser) pair(c context, at int) string {
	if next, ok := p.token(c, at+1); ok && next.kind == kindName {
		return p.all[at].text + " " + next.text
	}
	return p.all[at].text
}

// missingTarget: a comma after the last target or key.
func (p *parser) missingTarget(c context, at int) bool {
	before, ok := p.token(c, at-1)
	first := p.all[c.start]
	if !ok || !before.is(",") || c.part != "clause" || !(first.is("match") || first.is("always")) {
		return false
	}
	if _, inside := p.token(c, at); inside && !p.all[at].is("{") {
		return false
	}
	what := "A target"
	if first.is("always") {
		what = "An asset key"
	}
	p.findings.Addf(diag.MissingTarget, before.span(p.src), "Remove the comma.", "%s is missing after `,`.", what)
	return true
}

// bareKey: a key with signs that only a quoted one may have, as in sales-eu.
func (p *parser) bareKey(c context, at int) bool {
	t, ok := p.token(c, at)
	if !ok || !(t.is("-") || t.is(".")) || c.part != "clause" || at == c.start {
		return false
	}
	start, end := at-1, at
	for end < c.end && (end == start+1 || p.all[end].start == p.all[end-1].end) && (p.all[end].is("-") || p.all[end].is(".") || isWordByte(p.all[end].text[0])) {
		end++
	}
	if p.all[start].kind != kindName && p.all[start].kind != kindWord || p.all[start].end != t.start || end <= at+1 {
		return false
	}
	span := p.between(start, end)
	p.findings.Addf(diag.BareKey, span, "Write `"+quoteText(span.Text())+"`.", "An asset key with `%s` is written in quotes.", t.text)
	return true
}

// reservedName: a reserved word where a name is declared or a key is written.
func (p *parser) reservedName(c context, at int) bool {
	t, ok := p.token(c, at)
	if !ok && at < len(p.all) && c.part == "clause" {
		t, ok = p.all[at], c.open // the word cut the clause off
	}
	if !ok || t.kind != kindWord || at == c.start {
		return false
	}
	before := p.all[at-1]
	switch {
	case before.isDeclaration() && !before.is("defaults") && !before.is("export"):
		p.findings.Addf(diag.ReservedName, t.span(p.src), "Write another name, such as `"+strings.ReplaceAll(t.text, " ", "_")+"_1`.", "`%s` is a reserved word and names nothing.", t.text)
	case before.is("->") || before.is("always") || before.is("job") || before.is("config") || before.is(",") && (p.all[c.start].is("match") || p.all[c.start].is("always")):
		p.findings.Addf(diag.ReservedName, t.span(p.src), "Write `"+quoteText(t.text)+"`.", "`%s` is a reserved word; an asset or job of this name is written in quotes.", t.text)
	default:
		return false
	}
	return true
}

var closing = map[string]string{"(": ")", "[": "]", "{": "}"}

// unclosedBracket: a bracket that is open where its part ends, or is closed by one of
// another kind.
func (p *parser) unclosedBracket(c context, at int) bool {
	open := p.openBracket(c, at)
	if open < 0 {
		return false
	}
	t, inside := p.token(c, at)
	if inside && !(t.is(")") || t.is("]") || t.is("}") || t.first && t.kind == kindName && c.part == "clause") {
		return false
	}
	bracket := p.all[open]
	p.findings.Add(diag.Diagnostic{
		Code: diag.UnclosedBracket, Span: bracket.span(p.src),
		Message: sprintf("The `%s` in line %d is not closed.", bracket.text, bracket.span(p.src).From().Line),
		Help:    "Write `" + closing[bracket.text] + "` before " + p.name(c, at) + ".",
	})
	return true
}

// openBracket gives the index of the innermost bracket that is open before a token,
// -1 where none is.
func (p *parser) openBracket(c context, at int) int {
	var stack []int
	for i := c.start; i < min(at, c.end); i++ {
		t := p.all[i]
		switch {
		case t.is("("), t.is("["), t.is("{"):
			stack = append(stack, i)
		case (t.is(")") || t.is("]") || t.is("}")) && len(stack) > 0:
			stack = stack[:len(stack)-1]
		}
	}
	if len(stack) == 0 {
		return -1
	}
	return stack[len(stack)-1]
}

// strayBracket: a closing bracket that nothing opened.
func (p *parser) strayBracket(c context, at int) bool {
	t, ok := p.token(c, at)
	if !ok || !(t.is(")") || t.is("]") || t.is("}")) || p.openBracket(c, at) >= 0 {
		return false
	}
	p.findings.Addf(diag.StrayBrace, t.span(p.src), "Remove it.", "This `%s` closes nothing.", t.text)
	return true
}

// mapEquals: `=` for `:` in a map, and the other way round in a call.
func (p *parser) mapEquals(c context, at int) bool {
	t, ok := p.token(c, at)
	open := p.openBracket(c, at)
	if !ok || open < 0 {
		return false
	}
	switch {
	case t.is("=") && p.all[open].is("{"):
		p.findings.Addf(diag.WrongSeparator, t.span(p.src), "Write `:`.", "In a map the key and its value have `:` between them.")
	case t.is(":") && p.all[open].is("("):
		p.findings.Addf(diag.WrongSeparator, t.span(p.src), "Write `=`.", "An argument's name and its value have `=` between them.")
	default:
		return false
	}
	return true
}

// missingComma: two operands with nothing between them.
func (p *parser) missingComma(c context, at int) bool {
	t, ok := p.token(c, at)
	before, had := p.token(c, at-1)
	if !ok || !had || !before.endsOperand() || !(t.beginsOperand() || t.is("~")) || at-1 == c.start {
		return false
	}
	if open := p.openBracket(c, at); open >= 0 {
		p.findings.Addf(diag.MissingComma, before.span(p.src).Join(t.span(p.src)), "Write `"+before.text+", "+t.text+"`, or an operator.", "A comma is missing between `%s` and `%s`.", before.text, t.text)
		return true
	}
	if c.part == "expression" || p.all[c.start].is("when") || p.all[c.start].is("let") || p.all[c.start].is("def") {
		p.findings.Addf(diag.MissingOperator, t.span(p.src), "Write `&` or `|` before it.", "An operator is missing before `%s`.", t.text)
		return true
	}
	return false
}

// unknownDeclaration: a file or declaration that begins with something else.
func (p *parser) unknownDeclaration(c context, at int) bool {
	if at != c.start || c.part == "clause" || c.part == "expression" {
		return false
	}
	t := p.all[at]
	if t.isClause() {
		p.findings.Addf(diag.OutsideBlock, t.span(p.src), "Write it between the `{` and `}` of a policy, sensor or files block.", "The clause `%s` stands outside a block.", t.text)
		return true
	}
	help := "A file holds `let`, `def`, `policy`, `sensor`, `files` and `defaults`."
	if near, ok := spell.Nearest(t.text, declarationWords); ok && t.kind == kindName {
		help = "Did you mean `" + near + "`?"
	}
	p.findings.Addf(diag.UnknownDeclaration, t.span(p.src), help, "No declaration begins with `%s`.", t.text)
	return true
}

// clauseForm: anything else in a clause; says how the clause is written.
func (p *parser) clauseForm(c context, at int) bool {
	if c.part != "clause" {
		return false
	}
	word := p.all[c.start]
	form, ok := forms[word.text]
	if !ok {
		return false
	}
	if at >= c.end {
		p.findings.Addf(diag.ClauseForm, p.between(c.start, c.end), "Write such as `"+form+"`.", "The clause `%s` is cut off.", word.text)
		return true
	}
	p.findings.Addf(diag.ClauseForm, p.spanAt(at), "Write such as `"+form+"`.", "%s cannot stand here in the clause `%s`.", capital(p.name(c, at)), word.text)
	return true
}

// declarationForm: anything else in a declaration; says how it is written.
func (p *parser) declarationForm(c context, at int) bool {
	form, ok := forms[p.all[c.start].text]
	if !ok || c.part != "declaration" {
		return false
	}
	help := "Write such as `" + form + "`."
	if at >= c.end {
		p.findings.Addf(diag.DeclarationForm, p.between(c.start, c.end), help, "The declaration `%s` is cut off.", p.all[c.start].text)
		return true
	}
	p.findings.Addf(diag.DeclarationForm, p.spanAt(at), help, "%s cannot stand here in a `%s`.", capital(p.name(c, at)), p.all[c.start].text)
	return true
}

// forms shows how each clause and declaration is written.
var forms = map[string]string{
	"when": "when eager()", "limit": "limit 50 per tick", "at most": "at most 1 per 1h", "quiet": "quiet 10m",
	"retry": "retry 3 after 10m up to 1h", "missed": "missed last", "order": "order newest first",
	"halt": "halt above 500 per tick", "pause": `pause until "2026-12-01" because "the reason"`, "job": "job nightly",
	"tags": `tags { team: "sales" }`, "params": "params { full_reload: false }", "config": "config asset { field: key }",
	"priority": "priority 5", "group by": "group by partition", "max": "max 10 per run", "budget": "budget 2s", "settled": "settled 60s",
	"existing": "existing skip", "redeliver": "redeliver on new etag", "always": "always move_files", "take": "take first",
	"match": `match sales: "sales_*.csv" in "**/sales" -> sales_data`, "otherwise": "otherwise ignore", "run_key": `run_key "{key}@{etag}"`,
	"let": `let flaky = tag("quality", "flaky")`, "def": `def after(schedule: Cron) = on_cron(schedule)`, "export": `export let flaky = tag("quality", "flaky")`,
	"policy": `policy daily for groups("sales") { when eager() }`, "sensor": `sensor fast for groups("sales") every 10s`,
	"files": `files inbound from folder("landing") every 10s { always move_files }`, "defaults": "defaults { priority 5 }",
}

func capital(text string) string {
	return strings.ToUpper(text[:1]) + text[1:]
}
