package match_test

import (
	"slices"
	"strings"
	"testing"

	"auto/vm/match"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestCanMatch(t *testing.T) {
	const name, folder = false, true
	tests := []struct {
		text          string
		regex, folder bool
		want          bool
	}{
		{"*.csv", false, name, true},
		{"", false, name, false},
		{"", false, folder, true},
		{"{,a}", false, name, true},
		{"a/b", false, name, false},
		{"{a/b,c}.csv", false, name, true},
		{"/a", false, folder, true},
		{"a//b/", false, folder, true},
		{"{d:%Y%m%d}", false, name, true},
		{`[^\x00-\x{10FFFF}]`, true, name, false},
		{`a/.*`, true, name, false},
		{`(a/)?b`, true, name, true},
		{`a\bb`, true, name, false},
		{`a^b`, true, name, false},
		{`a$`, true, name, true},
		{`^$`, true, name, false},
		{`^$`, true, folder, true},
		{`x*`, true, name, true},
		{`(a|b){500}(c|d){500}`, true, name, true},
	}
	for _, test := range tests {
		p := must(compile(test.text, test.regex, test.folder))
		if got := p.CanMatch(test.folder); got != test.want {
			t.Errorf("%s folder %v: %v, want %v", test.text, test.folder, got, test.want)
		}
	}
}

func TestShadowed(t *testing.T) {
	rule := func(name, folder string) match.Rule {
		r := match.Rule{Name: mustGlob(name, false)}
		if folder != "any" {
			r.Folder = mustGlob(folder, true)
		}
		return r
	}
	regex := func(name string) match.Rule { return match.Rule{Name: mustRegex(name)} }
	tests := []struct {
		name  string
		rules []match.Rule
		want  []int
	}{
		{"all", []match.Rule{rule("*", "any"), rule("*.csv", "any"), rule("*.csv", "a")}, []int{-1, 0, 0}},
		{"the first of several", []match.Rule{rule("*.gz", "any"), rule("*.csv", "any"), rule("*", "any"), rule("a.csv", "any")}, []int{-1, -1, -1, 1}},
		{"narrower folder", []match.Rule{rule("*.csv", "sales/**"), rule("*.csv", "sales/eu"), rule("*.csv", "**")}, []int{-1, 0, -1}},
		{"any folder and all folders", []match.Rule{rule("*", "**"), rule("a", "x"), rule("a", "any")}, []int{-1, 0, -1}},
		{"wider after", []match.Rule{rule("a_*.csv", "any"), rule("*.csv", "any")}, []int{-1, -1}},
		{"the same", []match.Rule{rule("{a}_{b}", "any"), rule("{a}_{b}", "any")}, []int{-1, 0}},
		{"other captures", []match.Rule{rule("{a}_{b}", "any"), rule("{c}_x", "any")}, []int{-1, 0}},
		{"a date leaves what is none", []match.Rule{rule("{d:%Y%m%d}", "any"), regex(`\d{8}`), rule("20240229", "any")}, []int{-1, -1, 1}},
		{"a date within text", []match.Rule{rule("*_*", "any"), rule("o_{d:%Y%m%d}", "any")}, []int{-1, 0}},
		{"the same date", []match.Rule{rule("{d:%Y%m%d}", "any"), rule("{d:%Y%m%d}", "a")}, []int{-1, 0}},
		{"glob and regex", []match.Rule{regex(`.*\.csv`), rule("*.csv", "any"), regex(`(?i).*\.CSV`), regex(`a\.csv`)}, []int{-1, 0, -1, 0}},
		{"names hold no slash", []match.Rule{rule("*", "any"), regex(`.*`)}, []int{-1, 0}},
		{"only together", []match.Rule{regex(`[a-m].*`), regex(`[n-z].*`), regex(`[a-z].*`)}, []int{-1, -1, -1}},
		{"never matches", []match.Rule{rule("*", "any"), regex(`a\bb`)}, []int{-1, -1}},
		{"too large", []match.Rule{rule("*", "any"), regex(`(a|b){500}(c|d){500}`), regex(`(a|b){500}(c|d){500}`)}, []int{-1, -1, -1}},
		{"too long to compare", []match.Rule{regex(`.*a.{14}b?.*`), regex(`.*a.{15}`)}, []int{-1, -1}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, match.Shadowed(test.rules)); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// TestShadowedIsSound: no file is found that a shadowed rule matches and the rule that is
// said to shadow it does not; nor one that a pattern matches that is said to match none.
func TestShadowedIsSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := drawRules(t, 12)
		by := match.Shadowed(rules)
		for range 10 {
			name, folder := drawText(t, "name"), drawFolder(t)
			if name == "" || strings.Contains(name, "/") {
				continue
			}
			hits := wantHits(rules, name, folder)
			for _, hit := range hits {
				if b := by[hit]; b >= 0 && !slices.Contains(hits, int32(b)) {
					t.Fatalf("%q in %q: rule %d (%s) matches, %d (%s) not", name, folder, hit, rules[hit].Name.Text(), b, rules[b].Name.Text())
				}
				if !rules[hit].Name.CanMatch(false) {
					t.Fatalf("%q: matched by %s", name, rules[hit].Name.Text())
				}
			}
		}
	})
}
