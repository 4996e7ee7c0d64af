package parse

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"auto/lang/diag"
)

// wrongQuotes has the quotation marks that open a string elsewhere, and what closes it.
var wrongQuotes = map[rune]rune{'“': '”', '”': '”', '„': '“', '‘': '’', '’': '’', '«': '»', '»': '«'}

// wrongQuote reads a string in other quotes; the opening one is size bytes long.
func (s *scanner) wrongQuote(closing rune, size int) {
	end := s.lineEnd()
	inner := s.text[s.at+size : end]
	if i := strings.IndexRune(inner, closing); i >= 0 {
		end, inner = s.at+size+i+utf8.RuneLen(closing), inner[:i]
	} else {
		inner = strings.TrimRight(inner, " \t)]},{")
		end = s.at + size + len(inner)
	}
	right := quoteText(inner)
	s.find(diag.WrongQuote, s.at, end, "Write `"+right+"`.", "Strings take double quotes.")
	s.mend(kindString, right, end)
}

// prefixes are what other languages write before a string.
var prefixes = []string{"f", "r", "b", "u", "s", "rb", "br", "fr", "rf"}

// wrongString finds a string with a prefix, as in r"a", or in triple quotes.
func (s *scanner) wrongString() bool {
	if last := s.last(); s.touches() && last.kind == kindName && slices.Contains(prefixes, strings.ToLower(last.text)) {
		s.find(diag.WrongQuote, last.start, s.at, "Remove `"+last.text+"`.", "Strings have no prefix.")
		s.newline = last.first
		s.tokens = s.tokens[:len(s.tokens)-1]
		return false
	}
	if !strings.HasPrefix(s.text[s.at:], `"""`) {
		return false
	}
	end := s.lineEnd()
	inner := s.text[s.at+3 : end]
	if i := strings.Index(inner, `"""`); i >= 0 {
		end, inner = s.at+3+i+3, inner[:i]
	}
	s.find(diag.WrongQuote, s.at, end, "Write `"+quoteText(inner)+"`.", "Strings take one double quote on each side, and end on the same line.")
	s.mend(kindString, quoteText(inner), end)
	return true
}

// pathSlash finds a slash that goes on a bare name, as in sales/data.
func (s *scanner) pathSlash() bool {
	last := s.last()
	if !s.touches() || last.kind != kindName && last.kind != kindWord || s.operandNext() {
		return false
	}
	end := s.at
	for end < len(s.text) && (isWordByte(s.text[end]) || strings.IndexByte("/.-", s.text[end]) >= 0) && !strings.HasPrefix(s.text[end:], "->") {
		end++
	}
	text, key := s.text[last.start:end], quoteText(s.text[last.start:end])
	before := s.back(2)
	if before.takesName() {
		s.find(diag.DeclarationForm, last.start, end, "Write `"+asName(text)+"`.", "A name has letters, digits and `_`, no `/`.")
		s.remake(kindName, asName(text), end)
		return true
	}
	what, right := "An asset key with `/`", key
	switch {
	case before.is("in") || before.is("match"):
		what = "A pattern"
	case before.is("job"):
		what = "A job's name with `/`"
	case before.is("for"):
		right = "assets(" + key + ")"
	case before.is("from"):
		what, right = "A path", "folder("+key+")"
	}
	s.find(diag.BareKey, last.start, end, "Write `"+right+"`.", "%s is written in quotes.", what)
	s.remake(kindString, key, end)
	return true
}

// operandNext reports whether the token before is a word of the grammar that a regular
// expression may follow.
func (s *scanner) operandNext() bool {
	last, before := s.last(), s.back(2)
	return last.is("match") || last.is("when") || last.is("in") && before.isPattern() || (last.is("for") || last.is("from")) && before.kind == kindName
}

// remake lets the token before reach to end, with another kind and text.
func (s *scanner) remake(k kind, text string, end int) {
	last := &s.tokens[len(s.tokens)-1]
	last.kind, last.text, last.end = k, text, end
	s.at = end
}

// perSlash finds a slash for `per`, as in 5/tick.
func (s *scanner) perSlash() bool {
	if s.last().kind != kindInt || s.at+1 >= len(s.text) || !isWordByte(s.text[s.at+1]) && s.text[s.at+1] != ' ' {
		return false
	}
	s.find(diag.NotOperator, s.at, s.at+1, "Write `per`.", "`/` is not an operator.")
	s.mend(kindName, "per", s.at+1)
	return true
}

// wrongComment finds comments of other languages: `//`, `/* */`, `--`.
func (s *scanner) wrongComment() bool {
	rest := s.text[s.at:s.lineEnd()]
	switch {
	case strings.HasPrefix(rest, "/*"):
		s.find(diag.WrongComment, s.at, s.at+2, "Write `#` at the beginning of each line.", "Comments begin with `#`.")
		end := strings.Index(s.text[s.at+2:], "*/")
		if end < 0 {
			s.at = len(s.text)
			return true
		}
		s.at += 2 + end + 2
	case strings.HasPrefix(rest, "//") && !s.patternNext(), strings.HasPrefix(rest, "--") && s.newline:
		s.find(diag.WrongComment, s.at, s.at+2, "Write `#`.", "Comments begin with `#`.")
		s.at = s.lineEnd()
	default:
		return false
	}
	return true
}

// emptyRegex finds `//` where a pattern is expected.
func (s *scanner) emptyRegex() bool {
	if !strings.HasPrefix(s.text[s.at:], "//") {
		return false
	}
	if name := s.back(2); s.last().is(":") && name.kind == kindName && name.end == s.last().start && s.last().end == s.at {
		s.address(name)
		return true
	}
	s.find(diag.EmptyRegex, s.at, s.at+2, "Write what the names look like, such as `/.+\\.csv/`.", "The regular expression is empty.")
	s.mend(kindRegex, "/x/", s.at+2)
	return true
}

// address finds a source written as an address, as in s3://bucket/prefix.
func (s *scanner) address(scheme token) {
	end := s.at
	for end < len(s.text) && strings.IndexByte(" \t\r\n{", s.text[end]) < 0 {
		end++
	}
	bucket, prefix, _ := strings.Cut(strings.TrimLeft(s.text[s.at:end], "/"), "/")
	right := "s3(" + quoteText(bucket) + ", prefix=" + quoteText(prefix) + ")"
	switch scheme.text {
	case "s3":
	case "file":
		right = "folder(" + quoteText("/"+bucket+"/"+prefix) + ")"
	default:
		right = `s3("bucket", prefix="prefix")`
	}
	s.find(diag.BareKey, scheme.start, end, "Write `"+right+"`.", "A source is not written as an address.")
	s.tokens = s.tokens[:len(s.tokens)-1]
	s.remake(kindName, scheme.text, end)
}

// patternNext reports whether a pattern or an argument is expected here.
func (s *scanner) patternNext() bool {
	last := s.last()
	return !s.newline && (last.is("match") || last.is("in") || last.is(":") || last.is("(") || last.is("="))
}

// wrongNumber finds digits that are followed by other letters: a wrong duration where
// the letters look like a unit, else a wrong name or number.
func (s *scanner) wrongNumber(text string, end int, err error) {
	var wrong *durationError
	near := nearDuration(text)
	plain := strings.ReplaceAll(text, "_", "")
	switch {
	case near != "":
		s.find(diag.BadDuration, s.at, end, "Write `"+near+"` (units `w d h m s`).", "`%s` is not a duration.", text)
		s.mend(kindDuration, near, end)
	case errors.As(err, &wrong):
		s.find(diag.BadDuration, s.at, end, wrong.help, "`%s` is not a duration: %s.", text, wrong.why)
		s.mend(kindDuration, "1s", end)
	case strings.Trim(plain, "0123456789") == "":
		s.find(diag.BadNumber, s.at, end, "Write `"+plain+"`.", "`%s` is not a number.", text)
		s.mend(kindInt, "0", end)
	default:
		s.find(diag.BadNumber, s.at, end, "Write a number, or a name in quotes: `"+quoteText(text)+"`.", "`%s` begins with a digit, but is no number.", text)
		s.mend(kindString, quoteText(text), end)
	}
}

// fraction finds a number with a part behind a point, which ends at end.
func (s *scanner) fraction(end int) {
	text := s.text[s.at:end]
	if whole := wholeDuration(text); whole != "" {
		s.find(diag.BadDuration, s.at, end, "Write `"+whole+"`.", "`%s` is not a duration.", text)
		s.mend(kindDuration, whole, end)
		return
	}
	s.find(diag.BadNumber, s.at, end, "Write a whole number.", "`%s` is not a whole number.", text)
	s.mend(kindInt, "0", end)
}

// wrongPuncts are signs of other languages, and what they are here; "" where they are
// nothing.
var wrongPuncts = []struct{ text, right, what string }{
	{"&&", "&", "an operator"}, {"||", "|", "an operator"}, {"!=", "", "an operator"}, {"==", "", "an operator"},
	{"<=", "", "an operator"}, {">=", "", "an operator"}, {"<", "", "an operator"}, {">", "", "an operator"},
	{"=>", "->", "an arrow"}, {"-->", "->", "an arrow"}, {"!", "~", "an operator"}, {"+", "|", "an operator"},
}

// wrongPunct finds a sign of another language.
func (s *scanner) wrongPunct(rest string) bool {
	if s.wrongComment() || s.splitArrow(rest) || s.entryArrow(rest) || s.plusSign(rest) {
		return true
	}
	for _, w := range wrongPuncts {
		if strings.HasPrefix(rest, w.text) {
			s.otherPunct(w.text, w.right, w.what)
			return true
		}
	}
	return false
}

func (s *scanner) otherPunct(text, right, what string) {
	end := s.at + len(text)
	if right == "" {
		s.find(diag.NotOperator, s.at, end, "Conditions are called by name, such as `missing()`; compare nothing.", "`%s` is not an operator.", text)
		s.mend(kindPunct, "&", end)
		return
	}
	s.find(diag.NotOperator, s.at, end, "Write `"+right+"`.", "`%s` is not %s.", text, what)
	s.mend(kindPunct, right, end)
}

// splitArrow finds an arrow with a blank in it.
func (s *scanner) splitArrow(rest string) bool {
	after := strings.TrimLeft(strings.TrimPrefix(rest, "-"), " \t")
	if rest[0] != '-' || !strings.HasPrefix(after, ">") || strings.HasPrefix(rest, "->") {
		return false
	}
	s.otherPunct(rest[:len(rest)-len(after)+1], "->", "an arrow")
	return true
}

// entryArrow finds `=>` between a key and its value, or an argument's name and its own.
func (s *scanner) entryArrow(rest string) bool {
	before, right := s.back(2), ":"
	if before.is("(") {
		right = "="
	}
	if !strings.HasPrefix(rest, "=>") || !before.is("{") && !before.is("(") && !before.is(",") {
		return false
	}
	s.find(diag.WrongSeparator, s.at, s.at+2, "Write `"+right+"`.", "A name and its value have `%s` between them.", right)
	s.mend(kindPunct, right, s.at+2)
	return true
}

// plusSign finds the sign of a positive number.
func (s *scanner) plusSign(rest string) bool {
	if s.last().endsOperand() || len(rest) < 2 || rest[0] != '+' || rest[1] < '0' || rest[1] > '9' {
		return false
	}
	s.find(diag.StrayCharacter, s.at, s.at+1, "Remove it.", "A number has no `+` before it.")
	s.at++
	return true
}

// conflict finds the line that a version control system left in a merge conflict.
func (s *scanner) conflict() bool {
	for _, mark := range []string{"<<<<<<<", "=======", ">>>>>>>"} {
		if strings.HasPrefix(s.text[s.at:], mark) {
			s.find(diag.StrayCharacter, s.at, s.lineEnd(), "Decide the conflict and remove the line.", "The line is the mark of a merge conflict.")
			s.at = s.lineEnd()
			return true
		}
	}
	return false
}

// strayRun finds a character without meaning, as often as it is repeated, or the whole
// word or pattern that it begins.
func (s *scanner) strayRun(r rune, size int) {
	end := s.at + size
	for strings.HasPrefix(s.text[end:], string(r)) {
		end += size
	}
	switch word := s.wordEnd(end); {
	case s.patternNext() && (r == '*' || r == '?') && !s.last().is("("):
		s.barePattern()
		return
	case (r == '@' || r == '$') && word > end:
		text := quoteText(s.text[s.at:word])
		s.find(diag.StrayCharacter, s.at, word, "Write `"+text+"`.", "Text with `%c` is written in quotes.", r)
		s.mend(kindString, text, word)
		return
	case unicode.IsSpace(r):
		s.find(diag.StrayCharacter, s.at, end, "Write an ordinary blank.", "The blank U+%04X is not one of the language.", r)
	case !unicode.IsPrint(r):
		s.find(diag.StrayCharacter, s.at, end, "Remove it.", "The invisible character U+%04X has no meaning here.", r)
	default:
		s.find(diag.StrayCharacter, s.at, end, "Remove it, or put the text into quotes.", "`%s` has no meaning here.", s.text[s.at:end])
	}
	s.at = end
}

// barePattern finds a glob without quotes.
func (s *scanner) barePattern() {
	end := s.at
	for end < s.lineEnd() && s.text[end] != ' ' && s.text[end] != '\t' {
		end++
	}
	text := quoteText(s.text[s.at:end])
	s.find(diag.BareKey, s.at, end, "Write `"+text+"`.", "A pattern is written in quotes.")
	s.mend(kindString, text, end)
}

// foreignWord reads a name with letters outside ASCII.
func (s *scanner) foreignWord(rest string) {
	if last := s.last(); s.touches() && (last.kind == kindName || last.kind == kindWord) {
		s.at, s.newline, s.tokens = last.start, last.first, s.tokens[:len(s.tokens)-1]
		rest = s.text[s.at:]
	}
	size := strings.IndexFunc(rest, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if size < 0 {
		size = len(rest)
	}
	text, end := quoteText(rest[:size]), s.at+size
	if s.last().takesName() {
		s.find(diag.StrayCharacter, s.at, end, "Write a name of the letters a-z, digits and `_`.", "`%s` has letters that a name cannot have.", rest[:size])
		s.mend(kindName, "x", end)
		return
	}
	s.find(diag.StrayCharacter, s.at, end, "Write `"+text+"` for a key, or a name of the letters a-z, digits and `_`.", "`%s` has letters that a bare name cannot have.", rest[:size])
	s.mend(kindString, text, end)
}
