package match_test

import (
	"regexp"
	"testing"

	"auto/vm/match"

	"github.com/google/go-cmp/cmp"
)

func TestRegex(t *testing.T) {
	tests := []struct {
		regex, text string
		want        []string // captures as name=text, nil for no match
	}{
		{`mkt_(?P<region>[a-z]{2})_\d{8}\.csv`, "mkt_eu_20240102.csv", []string{"region=eu"}},
		{`(?P<day>\d{8})_.*`, "20240102_x", []string{"day=20240102"}},
		{`(.+)\.csv`, "file.csv.bak", nil},
		{`a|bc`, "abc", nil},
		{`a|bc`, "bc", []string{}},
		{`(?i)sales.*`, "SALES", []string{}},
		{`sales`, "Sales", nil},
		{`.*`, "a\nb", []string{}},
		{`(?-s).*`, "a\nb", nil},
		{`^a.*z$`, "a\nz", []string{}},
		{`a$`, "a\n", nil},
		{`(?m)a$\n^b`, "a\nb", []string{}},
		{`\ba\b.*`, "a-b", []string{}},
		{`\ba\b.*`, "ab", nil},
		{`a\B.*`, "ab", []string{}},
		{`(?:^|.*_)x`, "x", []string{}},
		{`(?:^|.*_)x`, "ax", nil},
		{`\Qa.b`, "a.b", []string{}},
		{`\Qa.b`, "axb", nil},
		{`\Qa.\E.`, "a.x", []string{}},
		{`.`, "\xff", []string{}},
		{`.*\x{FFFD}.*`, "a\xffb", []string{}},
		{`a/b`, "a/b", []string{}},
		{`(?<n>x)y`, "xy", []string{"n=x"}},
		{``, "", []string{}},
	}
	for _, test := range tests {
		p, err := match.Regex(test.regex)
		if err != nil {
			t.Errorf("%s: %v", test.regex, err)
			continue
		}
		if diff := cmp.Diff(test.want, captured(p, test.text)); diff != "" {
			t.Errorf("%s on %q: %s", test.regex, test.text, diff)
		}
		checkAlone(t, p, test.text)
	}
	if !mustRegex(`a`).IsRegex() || mustGlob(`a`, false).IsRegex() {
		t.Error("IsRegex tells the kinds apart")
	}
}

func FuzzRegex(f *testing.F) {
	for _, seed := range []string{`(.+)\.csv`, `(?i)a|b`, `^a$`, `(?m)^a$`, `\bx\B`, `\Qa`, `[^/]*`, `(?P<a>x)`, `(?=a)`, `[[:alpha:]`, `\x{FFFD}`, `a{2,3}?`, `(?-s).`, `\PL`, `((`, `[]a]\`} {
		f.Add(seed, "a.csv")
		f.Add(seed, "é\xff\n")
	}
	f.Fuzz(func(t *testing.T, regex, text string) {
		if len(regex) > 200 || len(text) > 200 {
			return
		}
		p, err := match.Regex(regex)
		if err != nil {
			checkError(t, regex, err)
			return
		}
		checkAlone(t, p, text)
		// Of the matches that begin first the longest: the whole text where that matches.
		longest, err := regexp.Compile("(?s)" + regex)
		if err != nil {
			t.Fatalf("%q: read, but regexp says %v", regex, err)
		}
		longest.Longest()
		at := longest.FindStringIndex(text)
		if want := at != nil && at[0] == 0 && at[1] == len(text); p.Matches(text) != want {
			t.Fatalf("%q on %q: want %v", regex, text, want)
		}
	})
}
