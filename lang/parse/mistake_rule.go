package parse

import (
	"auto/lang/diag"
)

// rule: a match clause, up to its arrow or behind it, and the keys of always.
func (s stop) rule() bool {
	if s.part != partClause || !s.first().is("match") && !s.first().is("always") {
		return false
	}
	open, _ := s.open()
	switch {
	case open.is("["):
		return s.partition()
	case s.first().is("always") || s.hasArrow():
		return s.target()
	}
	return s.pattern()
}

func (s stop) hasArrow() bool {
	for i := s.start; i < s.at; i++ {
		if s.tok(i).is("->") {
			return true
		}
	}
	return false
}

func (t token) isPattern() bool { return t.kind == kindString || t.kind == kindRegex }

func (t token) isKey() bool { return t.kind == kindString || t.kind == kindName }

// pattern: a mistake in front of the arrow.
func (s stop) pattern() bool {
	now, before := s.now(), s.before()
	switch {
	case before.is("match") || before.is("in") || before.is(":"):
		return s.noPattern()
	case before.kind == kindName && now.isPattern():
		return s.find(diag.WrongSeparator, s.pair(), "Write `"+before.text+": "+now.text+"`.", "A rule's name and its pattern have `:` between them.")
	case before.kind == kindString && now.is(":") && s.at == s.start+2:
		return s.find(diag.ClauseForm, before.span(s.src), "Write `"+asName(unquote(before.text))+":`.", "A rule's name is written without quotes.")
	case before.isPattern():
		return s.noArrow()
	}
	return false
}

// noPattern: something else where a pattern is written.
func (s stop) noPattern() bool {
	if s.at >= s.end || s.now().is("->") || s.now().is("in") {
		return s.find(diag.ClauseForm, s.before().span(s.src), "Write such as `\"*.csv\"` or `/.+\\.csv/`.", "A pattern is missing after `%s`.", s.before().text)
	}
	help := "Write `" + quoteText(s.now().text) + "`."
	if s.now().kind == kindPunct {
		help = "Write such as `\"*.csv\"` or `/.+\\.csv/`."
	}
	return s.find(diag.ClauseForm, s.place(s.at), help, "After `%s` comes a pattern, not `%s`.", s.before().text, s.now().text)
}

// noArrow: something else behind a pattern.
func (s stop) noArrow() bool {
	now, before, next := s.now(), s.before(), s.tok(s.at+1)
	switch {
	case s.at >= s.end:
		return s.find(diag.ClauseForm, before.span(s.src), "Write such as `-> sales_data`.", "`->` and a target are missing after the pattern.")
	case now.is(",") || now.is("|"):
		return s.find(diag.ClauseForm, now.span(s.src), "Write alternatives in braces, such as `\"{a,b}.csv\"`, or a rule of its own for each.", "A rule has one pattern for names.")
	case before.kind == kindRegex && now.kind == kindName && before.end == now.start:
		return s.find(diag.ClauseForm, now.span(s.src), "Write `(?"+now.text+")` at its beginning.", "A regular expression has no flags behind it.")
	case now.kind == kindName && next.isKey() && s.tok(s.at+2).kind != kindString:
		return s.find(diag.NotOperator, now.span(s.src), "Write `->`.", "`%s` is not an arrow.", now.text)
	case now.isKey():
		return s.find(diag.ClauseForm, now.span(s.src), "Write `-> "+now.text+"`.", "`->` is missing before `%s`.", now.text)
	}
	return false
}

// target: a mistake in a list of targets or keys.
func (s stop) target() bool {
	now, before := s.now(), s.before()
	what := "target"
	if s.first().is("always") {
		what = "asset key"
	}
	switch {
	case before.is(",") && (s.at >= s.end || now.is("{")):
		return s.find(diag.MissingTarget, before.span(s.src), "Remove the comma.", "%s is missing after `,`.", capital(article(what)))
	case (before.is("->") || before.is("always")) && s.at >= s.end:
		return s.find(diag.MissingTarget, before.span(s.src), "Write such as `"+before.text+" sales_data`.", "%s is missing after `%s`.", capital(article(what)), before.text)
	case (before.is("->") || before.is("always")) && now.is("["):
		return s.find(diag.ClauseForm, now.span(s.src), "Write such as `"+before.text+" a, b`.", "A list of %ss has no brackets.", what)
	case before.is("->") || before.is("always") || before.is(","):
		return s.find(diag.ClauseForm, s.place(s.at), "Write such as `sales_data`, or in quotes `\"sales/data\"`.", "After `%s` comes an asset key, not %s.", before.text, s.name(s.at))
	case before.isKey() && now.is("("):
		return s.find(diag.ClauseForm, s.pair(), "Write its key, such as `sales_data` or `\"sales/data\"`, with a partition `orders[day]`.", "%s is not called.", capital(article(what)))
	case now.kind == kindName && operatorWords[now.text] == "&" || now.is("&"):
		return s.find(diag.NotOperator, now.span(s.src), "Write `,`.", "`%s` is not between %ss.", now.text, what)
	case (before.isKey() || before.is("]")) && now.isKey() && !now.first:
		return s.find(diag.MissingComma, s.pair(), "Write `"+before.text+", "+now.text+"`.", "A comma is missing between `%s` and `%s`.", before.text, now.text)
	}
	return false
}

func article(what string) string {
	if what == "asset key" {
		return "an " + what
	}
	return "a " + what
}

// partition: a mistake in the brackets behind a target.
func (s stop) partition() bool {
	now, before := s.now(), s.before()
	begins := before.is("[") || before.is(",") || before.is(":")
	switch {
	case before.is("as") && now.is("]"), before.is("as") && now.kind != 0:
		return s.find(diag.ClauseForm, s.pair(), "Write such as `as \"%Y-%m-%d\"`.", "After `as` comes a format in quotes, not `%s`.", now.text)
	case begins && now.is("{"):
		return s.find(diag.ClauseForm, now.span(s.src), "Write such as `orders[day]`.", "A partition's name has no braces.")
	case begins && now.isOperand():
		return s.find(diag.ClauseForm, now.span(s.src), "Write the name of a capture, such as `orders[day]`.", "A partition is named by what was captured, not by `%s`.", now.text)
	}
	return false
}
