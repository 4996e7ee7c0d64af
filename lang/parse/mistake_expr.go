package parse

import (
	"auto/lang/diag"
	"auto/lang/source"
)

// operatorWords are operators of other languages, and what is written here.
var operatorWords = map[string]string{
	"and": "&", "or": "|", "not": "~", "AND": "&", "OR": "|", "NOT": "~", "And": "&", "Or": "|", "Not": "~",
	"if": "&", "unless": "& ~", "except": "-", "without": "-", "minus": "-", "plus": "|", "union": "|", "intersect": "&",
}

// operatorWord: `and`, `or`, `not` and others of their kind.
func (s stop) operatorWord() bool {
	for i, t := range []token{s.now(), s.before()} {
		sign := operatorWords[t.text]
		if t.kind != kindName || sign == "" || !s.inOperands() || !s.tok(s.at-i-1).endsOperand() && sign != "~" {
			continue
		}
		if i == 0 || s.now().beginsOperand() {
			return s.find(diag.NotOperator, t.span(s.src), "Write `"+sign+"`.", "`%s` is not an operator.", t.text)
		}
	}
	return false
}

// missingName: a `.` without the name of a method.
func (s stop) missingName() bool {
	if !s.before().is(".") {
		return false
	}
	return s.find(diag.MissingOperand, s.before().span(s.src), "Write the name of a method, such as `.newly_true()`, or remove `.`.",
		"The name of a method is missing between `.` and %s.", s.name(s.at))
}

// missingBetween: an operator, bracket, comma, `=` or `:` with nothing behind it, or an
// operator or comma with nothing before it.
func (s stop) missingBetween() bool {
	before, now := s.before(), s.now()
	_, inside := s.open()
	switch {
	case before.is("-") && !s.tok(s.at-2).endsOperand() && now.beginsOperand():
		return s.find(diag.MissingOperand, before.span(s.src), "Write it, or `~` for a condition that must not hold.", "An operand is missing before `-`.")
	case before.isOperator() && s.inOperands() && !(now.beginsOperand() && !now.is("~")):
		return s.find(diag.MissingOperand, s.pair(), "Write it or remove `"+before.text+"`.",
			"An operand is missing between `%s` and %s.", before.text, s.name(s.at))
	case before.opens() && now.is(closing[before.text]), inside >= 0 && now.is(","):
		what := s.missing()
		return what != "" && s.find(diag.MissingOperand, s.pair(), "Write it.", "%s is missing between `%s` and `%s`.", what, before.text, now.text)
	case inside >= 0 && (before.is(",") || before.is("=") || before.is(":")) && (now.closes() || now.is("=") || now.is(":")):
		what := s.missing()
		return what != "" && s.find(diag.MissingOperand, s.pair(), "Write it or remove `"+before.text+"`.", "%s is missing between `%s` and `%s`.", what, before.text, now.text)
	case now.is("&") || now.is("|") || now.is("-") && !before.endsOperand():
		return s.inOperands() && s.find(diag.MissingOperand, now.span(s.src), "Write it or remove `"+now.text+"`.", "An operand is missing before `%s`.", now.text)
	}
	return false
}

// pair gives the span of the token that did not fit and the one before it.
func (s stop) pair() source.Span { return s.before().span(s.src).Join(s.place(s.at)) }

// inOperands reports whether operands stand around here: in an expression, or in any
// brackets of one.
func (s stop) inOperands() bool {
	open, i := s.open()
	return s.inExpression() || i >= 0 && !(s.first().is("match") && open.is("["))
}

// missing names what stands where something is missing inside brackets, "" where that is
// not known.
func (s stop) missing() string {
	open, i := s.open()
	before := s.before()
	switch {
	case i < 0 || before.endsOperand():
		return ""
	case before.is(":") || before.is("="):
		return "A value"
	case open.is("{"):
		return "An entry"
	case open.is("[") && s.first().is("match"):
		return "A partition"
	case open.is("["):
		return "An item"
	case s.first().is("def") && i == s.start+2:
		return "A parameter"
	case i > s.start && s.all[i-1].kind == kindName:
		return "An argument"
	}
	return "An operand"
}

// separator: `=` for `:` and the other way round.
func (s stop) separator() bool {
	now, before := s.now(), s.before()
	open, i := s.open()
	named := before.kind == kindName || before.kind == kindWord || before.kind == kindString
	switch {
	case !named:
		return false
	case now.is("=") && (open.is("{") || open.is("[") && s.first().is("match")):
		return s.find(diag.WrongSeparator, now.span(s.src), "Write `:`.", "%s have `:` between them.", sides(open))
	case now.is("=") && i < 0 && s.first().is("match") && s.at == s.start+2:
		return s.find(diag.WrongSeparator, now.span(s.src), "Write `:`.", "A rule's name and its pattern have `:` between them.")
	case now.is(":") && open.is("(") && before.kind == kindName:
		return s.find(diag.WrongSeparator, now.span(s.src), "Write `=`.", "An argument's name and its value have `=` between them.")
	}
	return false
}

// sides names what stands on both sides of the `:` in brackets.
func sides(open token) string {
	if open.is("[") {
		return "A dimension and its value"
	}
	return "In a map the key and its value"
}

// entry: a map's entry without `:`, or with a key that is none.
func (s stop) entry() bool {
	open, _ := s.open()
	now, before := s.now(), s.before()
	atKey := func(i int) bool { return s.tok(i-1).is("{") || s.tok(i-1).is(",") }
	switch {
	case !open.is("{") || !now.isOperand() && !now.opens() && !now.is("}") && !now.is(","):
		return false
	case atKey(s.at) && now.isOperand():
		return s.find(diag.ArgumentForm, now.span(s.src), "Write `"+quoteText(now.text)+"`.", "The key of a map is a word or a string, not `%s`.", now.text)
	case atKey(s.at-1) && (before.kind == kindName || before.kind == kindWord || before.kind == kindString):
		return s.find(diag.WrongSeparator, before.span(s.src), "Write `"+before.text+": ` and its value.", "The key `%s` has no `:` and no value.", before.text)
	}
	return false
}

// argument: an argument's name that is quoted or missing, or a parameter's type without
// its `:`.
func (s stop) argument() bool {
	open, i := s.open()
	now, before := s.now(), s.before()
	switch {
	case !open.is("("):
		return false
	case now.is("=") && before.kind == kindString:
		return s.find(diag.ArgumentForm, before.span(s.src), "Write `"+unquote(before.text)+"`.", "The name of an argument is written without quotes.")
	case now.is("=") && (before.is("(") || before.is(",")):
		return s.find(diag.ArgumentForm, now.span(s.src), "Write it or remove `=`.", "The name of an argument is missing before `=`.")
	case s.first().is("def") && i == s.start+2 && now.isOperand() && now.kind != kindName:
		return s.find(diag.ArgumentForm, now.span(s.src), "Write such as `schedule: Cron`.", "A parameter is a name, not `%s`.", now.text)
	case s.first().is("def") && i == s.start+2 && before.kind == kindName && now.kind == kindName && (s.tok(s.at-2).is("(") || s.tok(s.at-2).is(",")):
		return s.find(diag.WrongSeparator, s.pair(), "Write `"+before.text+": "+now.text+"`, or a comma between two parameters.", "A parameter and its type have `:` between them.")
	}
	return false
}

// wrongBracket: a bracket that is closed by one of another kind.
func (s stop) wrongBracket() bool {
	open, _ := s.open()
	now := s.now()
	return open.kind != 0 && now.closes() && !now.is(closing[open.text]) && s.unclosed(open)
}

// unclosedBracket: a bracket that is still open where its part ends, or where a line
// begins with what looks like a clause.
func (s stop) unclosedBracket() bool {
	open, _ := s.open()
	now := s.now()
	clause := s.part == partClause && now.first && now.kind == kindName && s.at+1 < s.end && s.likeClauseAfter()
	return open.kind != 0 && (s.at >= s.end || clause) && s.unclosed(open)
}

// unclosed finds a bracket that should be closed before the token that did not fit.
func (s stop) unclosed(open token) bool {
	return s.find(diag.UnclosedBracket, open.span(s.src), "Write `"+closing[open.text]+"` before "+s.name(s.at)+".",
		"The `%s` in line %d is not closed.", open.text, open.span(s.src).From().Line)
}

// likeClauseAfter reports whether what follows the token that did not fit does not make
// it an operand, an argument or an entry.
func (s stop) likeClauseAfter() bool {
	next := s.tok(s.at + 1)
	return next.isOperand() || next.is("{")
}

// strayBracket: a closing bracket that nothing opened.
func (s stop) strayBracket() bool {
	now := s.now()
	if _, i := s.open(); !now.closes() || i >= 0 {
		return false
	}
	return s.find(diag.StrayBrace, now.span(s.src), "Remove it.", "This `%s` closes nothing.", now.text)
}

// missingComma: two operands, entries or parts in brackets with nothing between them.
func (s stop) missingComma() bool {
	now, before := s.now(), s.before()
	open, _ := s.open()
	if open.kind == 0 || !before.endsOperand() || !now.beginsOperand() && !(open.is("{") && now.kind == kindWord) {
		return false
	}
	help := "Write `" + before.text + ", " + now.text + "`"
	if !open.is("{") && !s.first().is("match") {
		help += ", or an operator"
	}
	return s.find(diag.MissingComma, s.pair(), help+".",
		"A comma is missing between `%s` and `%s`.", before.text, now.text)
}

// missingOperator: two operands outside brackets with nothing between them.
func (s stop) missingOperator() bool {
	now, before := s.now(), s.before()
	if !s.inExpression() || !before.endsOperand() {
		return false
	}
	if now.is("->") {
		return s.find(diag.NotOperator, now.span(s.src), "Write `.` before a method, `&` or `|` between conditions.", "`->` is not an operator.")
	}
	if !now.beginsOperand() || s.part == partDeclaration && s.first().kind == kindWord && !s.isValue() {
		return false
	}
	if s.part == partClause && now.first && (now.kind == kindInt || now.kind == kindDuration || now.kind == kindName && s.likeClauseAfter()) {
		return false
	}
	return s.find(diag.MissingOperator, now.span(s.src), "Write `&` or `|` before it.", "An operator is missing before `%s`.", now.text)
}

// isValue reports whether the declaration is a let or a def, which end with a value.
func (s stop) isValue() bool {
	return s.first().is("let") || s.first().is("def") || s.first().is("export")
}

// foreignSelection: a selection in Dagster's own form, as in kind:s3.
func (s stop) foreignSelection() bool {
	now, before, next := s.now(), s.before(), s.tok(s.at+1)
	if !s.inExpression() || before.kind != kindName || !now.is(":") || !next.isOperand() {
		return false
	}
	text := next.text
	if next.kind != kindString {
		text = quoteText(text)
	}
	return s.find(diag.NotOperator, now.span(s.src), "Write `"+before.text+"("+text+")`.", "`:` is not an operator.")
}

// noExpression: a text that begins like a declaration or a clause.
func (s stop) noExpression() bool {
	if s.part != partExpression || s.at != s.start || s.now().kind != kindWord {
		return false
	}
	return s.find(diag.Unexpected, s.now().span(s.src), "Write a condition or a selection alone, such as `eager()`.", "No expression begins with `%s`.", s.now().text)
}

// strayComma: a comma behind or between operands outside brackets.
func (s stop) strayComma() bool {
	now := s.now()
	if !now.is(",") || !s.inExpression() {
		return false
	}
	help := "Write `|` or `&`."
	if next := s.tok(s.at + 1); !next.beginsOperand() {
		help = "Remove it."
	}
	return s.find(diag.NotOperator, now.span(s.src), help, "`,` is not an operator.")
}
