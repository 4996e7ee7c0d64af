package parse

import (
	"strings"

	"auto/internal/spell"
	"auto/lang/diag"
)

// reservedName: a reserved word where something is named or a key is written.
func (s stop) reservedName() bool {
	now, before, next := s.now(), s.before(), s.tok(s.at+1)
	open, _ := s.open()
	switch {
	case now.kind != kindWord:
		return false
	case s.part == partDeclaration && before.takesName(),
		open.is("(") && (before.is("(") || before.is(",") || before.is(":")) && (next.is("=") || next.is(",") || next.is(")") || next.is(":")),
		before.is("match") && next.is(":"), open.is("[") && s.first().is("match"):
		return s.find(diag.ReservedName, now.span(s.src), "Write another name, such as `"+strings.ReplaceAll(now.text, " ", "_")+"_1`.", "`%s` is a reserved word and names nothing.", now.text)
	case s.part == partClause && (before.is("->") || before.is(",") && open.kind == 0 || before.takesKey() && !before.is("match")):
		return s.find(diag.ReservedName, now.span(s.src), "Write `"+quoteText(now.text)+"`.", "`%s` is a reserved word; an asset or job of this name is written in quotes.", now.text)
	}
	return false
}

// bareKey: a key with signs that only a quoted one may have, as in sales-eu.
func (s stop) bareKey() bool {
	if s.part != partClause {
		return false
	}
	what := "An asset key"
	switch target := s.tok(s.at - 2); {
	case target.is("job"):
		what = "A job's name"
	case target.is("match"), target.is("in"), target.is(":"):
		what = "A pattern"
	case !target.takesKey() && !target.is("->") && !target.is(","):
		return false
	}
	text, sign := s.signed()
	return text != "" && s.find(diag.BareKey, s.between(s.at-1, s.signedEnd()), "Write `"+quoteText(text)+"`.", "%s with `%s` is written in quotes.", what, sign)
}

// bareName: a declared name with signs in it, as in sales-daily.
func (s stop) bareName() bool {
	text, sign := s.signed()
	if text == "" || s.part != partDeclaration || !s.tok(s.at-2).takesName() {
		return false
	}
	return s.find(diag.DeclarationForm, s.between(s.at-1, s.signedEnd()), "Write `"+asName(text)+"`.", "A name has letters, digits and `_`, no `%s`.", sign)
}

// asName gives a text as a name: what no name has is `_`.
func asName(text string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && isWordByte(byte(r)) {
			return r
		}
		return '_'
	}, text)
}

// signed gives a word that goes on, without a blank, with the `-` or `.` that did not
// fit, and that sign; "" where it does not.
func (s stop) signed() (text, sign string) {
	before, now := s.before(), s.now()
	if before.kind != kindName && before.kind != kindWord || before.end != now.start || !(now.is("-") || now.is(".")) {
		return "", ""
	}
	if s.signedEnd() == s.at+1 {
		return "", ""
	}
	return s.between(s.at-1, s.signedEnd()).Text(), now.text
}

// signedEnd gives the index behind the tokens that follow each other without a blank.
func (s stop) signedEnd() int {
	end := s.at + 1
	for end < s.end && s.all[end].start == s.all[end-1].end && (s.all[end].is("-") || s.all[end].is(".") || isWordByte(s.all[end].text[0])) {
		end++
	}
	return end
}

// clauseSynonyms are words that people may look for, and what is written here.
var clauseSynonyms = map[string]string{
	"schedule": `when on_cron("0 6 * * *")`, "cron": `when on_cron("0 6 * * *")`, "condition": "when", "trigger": "when", "on": "when",
	"retries": "retry", "group": "group by", "at": "at most", "throttle": "limit", "concurrency": "limit", "rule": "match", "pattern": "match",
}

// unknownClause: a name that begins a clause, or a line behind one.
func (s stop) unknownClause() bool {
	now := s.now()
	if s.part == partClause && s.at == s.start && now.isDeclaration() {
		return s.find(diag.UnknownClause, now.span(s.src), "Write it outside the block.", "The declaration `%s` stands in a block.", now.text)
	}
	if s.part != partClause || now.kind != kindName || !(now.first && s.likeClauseAfter() || s.at == s.start) {
		return false
	}
	return s.find(diag.UnknownClause, now.span(s.src), s.nearClause(), "No clause is called `%s`.", now.text)
}

func (s stop) nearClause() string {
	now := s.now()
	if right := clauseSynonyms[now.text]; right != "" {
		return "Did you mean `" + right + "`?"
	}
	for _, text := range []string{now.text + " " + s.tok(s.at+1).text, now.text} {
		if near, ok := spell.Nearest(text, clauseWords); ok {
			return "Did you mean `" + near + "`?"
		}
	}
	if s.tok(s.at + 1).is("(") {
		return "Write `when " + now.text + "(…)`."
	}
	return "The clauses are `" + strings.Join(clauseWords, "`, `") + "`."
}

// declarationSynonyms are words of other languages, and what is written here.
var declarationSynonyms = map[string]string{
	"var": "let", "const": "let", "val": "let", "set": "let", "function": "def", "func": "def", "fn": "def", "fun": "def", "macro": "def",
	"rule": "policy", "default": "defaults", "file": "files", "source": "files", "schedule": "policy",
}

// unknownDeclaration: what stands between declarations.
func (s stop) unknownDeclaration() bool {
	now := s.now()
	switch {
	case s.part != partFile:
		return false
	case now.isClause():
		return s.find(diag.OutsideBlock, now.span(s.src), "Write it between the `{` and `}` of a policy, sensor or files block.", "The clause `%s` stands outside a block.", now.text)
	case now.is("import") || now.is("include") || now.is("load") || now.is("from"):
		return s.find(diag.UnknownDeclaration, now.span(s.src), "Remove it, and write `export` before a `let` or `def` that other files use.", "There is no `%s`: all files of a project are read together.", now.text)
	}
	return s.find(diag.UnknownDeclaration, now.span(s.src), s.nearDeclaration(), "No declaration begins with `%s`.", now.text)
}

func (s stop) nearDeclaration() string {
	now := s.now()
	if right := declarationSynonyms[now.text]; right != "" {
		return "Did you mean `" + right + "`?"
	}
	if near, ok := spell.Nearest(now.text, declarationWords); ok && now.kind == kindName {
		return "Did you mean `" + near + "`?"
	}
	if now.kind == kindName && s.tok(s.at+1).is("=") {
		return "Write `let " + now.text + " = …`."
	}
	return "A file holds `let`, `def`, `policy`, `sensor`, `files` and `defaults`."
}
