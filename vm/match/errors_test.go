package match_test

import (
	"errors"
	"testing"

	"auto/vm/match"
)

func TestErrors(t *testing.T) {
	const glob, regex = false, true
	tests := []struct {
		pattern       string
		regex, folder bool
		kind          match.ErrorKind
		at, length    int
		help          string // what is said, "" for anything
	}{
		{"{csv|gz}", glob, false, match.Braces, 0, 8, "Write `{csv,gz}`."},
		{"{}", glob, false, match.Braces, 0, 2, ""},
		{"{2a}", glob, false, match.Braces, 0, 4, ""},
		{"a{", glob, false, match.Braces, 1, 1, ""},
		{"{a,", glob, false, match.Braces, 0, 3, ""},
		{"{a,[}", glob, false, match.Class, 3, 1, ""},
		{"{a,[}]", glob, false, match.Braces, 0, 6, ""},
		{"{a,{b}}", glob, false, match.Braces, 3, 1, ""},
		{"**.csv", glob, false, match.Stars, 0, 2, ""},
		{"a**", glob, true, match.Stars, 1, 2, ""},
		{"***", glob, true, match.Stars, 0, 2, ""},
		{"{a,**}", glob, true, match.Stars, 3, 2, ""},
		{"{a}{b}", glob, false, match.Adjacent, 3, 3, ""},
		{"{a}*{b}", glob, false, match.Adjacent, 4, 3, ""},
		{"{a}{x,}{b}", glob, false, match.Adjacent, 7, 3, ""},
		{"{a}_{a}", glob, false, match.Twice, 4, 3, ""},
		{"{a}_{a:%Y}", glob, false, match.Twice, 4, 6, ""},
		{"{d:%Q}", glob, false, match.Format, 3, 2, ""},
		{"x{d:%Y%}", glob, false, match.Format, 6, 1, ""},
		{"{d:}", glob, false, match.Format, 0, 4, ""},
		{"{d:%H}", glob, false, match.Format, 0, 6, "Write `%Y` or `%y` into it, or capture text: `{d}`."},
		{"{d:%Y%M%d}", glob, false, match.Format, 0, 10, "Write `%m` for the month; `%d` is the day."},
		{"{d:%Y%M}", glob, false, match.Format, 0, 8, "Write `%m` for the month; `%M` is the minute."},
		{"{d:%Y%m%d%S}", glob, false, match.Format, 0, 12, "Write `%H` for the hour; `%S` is the second."},
		{"{d:%Y/%m}", glob, false, match.Format, 3, 5, ""},
		{"{d:%Y\xff}", glob, false, match.Syntax, 0, 7, ""},
		{"x[", glob, false, match.Class, 1, 1, ""},
		{"[]", glob, false, match.Class, 0, 2, ""},
		{"[!]", glob, false, match.Class, 0, 3, ""},
		{"[z-a]", glob, false, match.Class, 0, 5, ""},
		{"x[/]", glob, true, match.Class, 1, 3, ""},
		{"a}", glob, false, match.Syntax, 1, 1, "Write `}}` for the character itself."},
		{"a]", glob, false, match.Syntax, 1, 1, "Write `[]]` for the character itself."},

		{`a(?=b)`, regex, false, match.Lookaround, 1, 3, "Write what follows as part of the expression: names match whole."},
		{`\(?=x(?!y)`, regex, false, match.Lookaround, 5, 3, ""},
		{`[(?=](?<=a)`, regex, false, match.Lookaround, 5, 4, ""},
		{`[]\]](?<!a)`, regex, false, match.Lookaround, 5, 4, ""},
		{`[[:alpha:](?=](?=a)`, regex, false, match.Lookaround, 14, 3, ""},
		{`\Q(?=\E(?=a)`, regex, false, match.Lookaround, 7, 3, ""},
		{`(a)\1`, regex, false, match.Lookaround, 3, 2, ""},
		{`(?P<a>x)\k<a>`, regex, false, match.Lookaround, 8, 2, ""},
		{`(?P<a>x)(?P=a)`, regex, false, match.Lookaround, 8, 4, ""},
		{`(?>a)`, regex, false, match.Syntax, 0, 3, ""},
		{`a(?#x)`, regex, false, match.Syntax, 1, 3, ""},
		{`a\Z`, regex, false, match.Syntax, 1, 2, "Remove it: names match whole."},
		{`(?P<a>x)(?P<a>y)`, regex, false, match.Twice, 12, 1, ""},
		{`(?P<2a>x)`, regex, false, match.Syntax, 4, 2, ""},
		{`(?P<a b>x)`, regex, false, match.Syntax, 0, 8, ""},
		{`a(b`, regex, false, match.Syntax, 1, 1, ""},
		{`a)b`, regex, false, match.Syntax, 1, 1, ""},
		{`(a)b)`, regex, false, match.Syntax, 4, 1, ""},
		{`a[b`, regex, false, match.Syntax, 1, 2, ""},
		{`\*|*`, regex, false, match.Syntax, 3, 1, ""},
		{`a*|*`, regex, false, match.Syntax, 3, 1, ""},
		{`a++`, regex, false, match.Syntax, 1, 2, ""},
		{`x{1001}`, regex, false, match.Syntax, 1, 6, ""},
		{`((a{100}){100}){100}`, regex, false, match.Syntax, 9, 5, ""},
		{`[z-a]`, regex, false, match.Syntax, 1, 3, ""},
		{`a\`, regex, false, match.Syntax, 1, 1, "Write `\\\\` for a backslash."},
		{`\y`, regex, false, match.Syntax, 0, 2, ""},
		{"\xff", regex, false, match.Syntax, 0, 1, ""},
	}
	for _, test := range tests {
		_, err := compile(test.pattern, test.regex, test.folder)
		var e *match.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: no *Error but %v", test.pattern, err)
			continue
		}
		if e.Kind != test.kind || e.Offset != test.at || e.Length != test.length || e.Error() == "" || e.Help == "" || test.help != "" && e.Help != test.help {
			t.Errorf("%s: kind %d at %d+%d %q %q, want kind %d at %d+%d %q", test.pattern, e.Kind, e.Offset, e.Length, e.Message, e.Help, test.kind, test.at, test.length, test.help)
		}
	}
}
