package match_test

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"auto/vm/match"

	"pgregory.net/rapid"
)

var (
	globPieces  = []string{"a", "b", "_", "é", "\ufffd", "*", "?", "[ab]", "[!a]", "{a,b}", "{x,}", ".csv", "abc", "feed", "1"}
	regexPieces = []string{`a`, `b+`, `.*`, `.+`, `[^/]*`, `[a-c]{2}`, `\w`, `\d*`, `\b`, `\B`, `^`, `$`, `(?m)^`, `(?m:$)`, `(?i:AB)`, `(a|bc)`, `\.csv`, `é?`, `\x{FFFD}`, `abc`, `\n`, `(?-s:.)`, `x{0,2}`, `(?:\b|_)*`, `\pL`, `feed`}
	folderGlobs = []string{"", "**", "a", "a/**", "**/b", "*", "a/*", "*/**/b", "{t}/b", "**/{d:%Y}"}
	stars       = regexp.MustCompile(`\*+`)
)

// drawName draws a pattern for names, of both kinds.
func drawName(t *rapid.T) *match.Pattern {
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0, 1:
		glob := strings.Join(rapid.SliceOfN(rapid.SampledFrom(globPieces), 0, 5).Draw(t, "glob"), "")
		return mustGlob(stars.ReplaceAllString(glob, "*"), false)
	case 2:
		return mustGlob(rapid.SampledFrom([]string{"{d:%Y%m%d}.csv", "*{d:%Y%m}", "{x}_{y}.csv", "{x}_{d:%Y}*"}).Draw(t, "captures"), false)
	}
	return mustRegex(strings.Join(rapid.SliceOfN(rapid.SampledFrom(regexPieces), 0, 5).Draw(t, "regex"), ""))
}

func drawRules(t *rapid.T, most int) []match.Rule {
	rules := make([]match.Rule, rapid.IntRange(0, most).Draw(t, "rules"))
	for i := range rules {
		rules[i].Name = drawName(t)
		if rapid.Bool().Draw(t, "in") {
			rules[i].Folder = mustGlob(rapid.SampledFrom(folderGlobs).Draw(t, "folder glob"), true)
		}
	}
	return rules
}

func drawText(t *rapid.T, label string) string {
	bytes := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "\xff", "\xc3", "\xa9", "\ufffd", "AB", "ab", "/", "\n", "k", "K"}), 0, 6)
	return rapid.OneOf(
		rapid.StringMatching(`([abcé_1x\n]|feed|abc|/){0,5}(\.csv)?`),
		rapid.StringMatching(`(202[34]0[123](29|30|01)|b_2024)(\.csv)?`),
		rapid.Map(bytes, func(s []string) string { return strings.Join(s, "") }),
		rapid.String(),
	).Draw(t, label)
}

func drawFolder(t *rapid.T) string {
	return rapid.StringMatching(`([ab]|2024|/){0,4}`).Draw(t, "folder")
}

// matches holds a pattern against its expression alone; only dates take the package's word.
func matches(p *match.Pattern, text string) bool {
	if !p.Expr().MatchString(text) {
		return false
	}
	_, ok := p.Match(text, nil)
	return ok
}

func wantHits(rules []match.Rule, name, folder string) []int32 {
	var want []int32
	for i, r := range rules {
		if matches(r.Name, name) && (r.Folder == nil || matches(r.Folder, folder)) {
			want = append(want, int32(i))
		}
	}
	return want
}

// TestSetAsEachRule holds a set against regexp with each rule alone.
func TestSetAsEachRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := drawRules(t, 40)
		set := match.NewSet(rules)
		for range 10 {
			name, folder := drawText(t, "name"), drawFolder(t)
			if got, want := set.Match(name, folder, nil), wantHits(rules, name, folder); !slices.Equal(got, want) {
				t.Fatalf("%q in %q: %v, want %v", name, folder, got, want)
			}
		}
	})
}

// TestSetEdges has rules and texts that a set treats in ways of its own.
func TestSetEdges(t *testing.T) {
	long := strings.Repeat("ab", 400)
	rules := []match.Rule{
		{Name: mustGlob(long, false)},                                         // a literal that is not looked for whole
		{Name: mustRegex(`(a|b){500}(c|d){500}`)},                             // too large for an automaton
		{Name: mustGlob("*\ufffd*", false)},                                   // also a byte that is no UTF-8
		{Name: mustRegex(`x(?:\b)?`)},                                         // ends in two ways at once
		{Name: mustGlob("*", false), Folder: mustGlob("", true)},              // the top
		{Name: mustGlob("*", false), Folder: mustGlob("/sales", true)},        // M11
		{Name: mustGlob("x", false), Folder: mustGlob("**/{d:%Y%m%d}", true)}, // a date in the folder
	}
	tests := []struct {
		name, folder string
		want         []int32
	}{
		{long, "a", []int32{0}},
		{long + "x", "a", nil},
		{strings.Repeat("b", 500) + strings.Repeat("d", 500), "a", []int32{1}},
		{"a\xffb", "a", []int32{2}},
		{"x", "a", []int32{3}},
		{"x", "", []int32{3, 4}},
		{"x", "/sales", []int32{3, 5}},
		{"x", "in/20240229", []int32{3, 6}},
		{"x", "in/20230229", []int32{3}},
		{"", "", []int32{4}},
	}
	set := match.NewSet(rules)
	for _, test := range tests {
		if got := set.Match(test.name, test.folder, nil); !slices.Equal(got, test.want) {
			t.Errorf("%.20q in %q: %v, want %v", test.name, test.folder, got, test.want)
		}
	}
	if got := match.NewSet(nil).Match("a", "", nil); len(got) > 0 {
		t.Errorf("a set without rules matches %v", got)
	}
}

// TestSetAppends: Match adds to what is there.
func TestSetAppends(t *testing.T) {
	set := match.NewSet([]match.Rule{{Name: mustGlob("a*", false)}, {Name: mustGlob("*", false)}})
	if got := set.Match("ab", "", []int32{7}); !slices.Equal(got, []int32{7, 0, 1}) {
		t.Errorf("got %v", got)
	}
}

func TestSetConcurrently(t *testing.T) {
	rules, keys := workload(1000)
	set := match.NewSet(rules)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, key := range keys[:500] {
				if got := set.Match(key, "sales", nil); len(got) != 2 {
					t.Errorf("%s: %v", key, got)
				}
			}
		})
	}
	wg.Wait()
}

func FuzzSet(f *testing.F) {
	f.Add("*.csv\n/a.*\n{x}_{y}\n/^(?i)AB", "a_b.csv", "in")
	f.Add("/\\bx\\b.*\n*\ufffd\n[!a]*\n/.{3,}\n{d:%Y}*", "2024\xff", "")
	f.Fuzz(func(t *testing.T, lines, name, folder string) {
		if len(lines) > 300 || len(name) > 100 || len(folder) > 100 {
			return
		}
		var rules []match.Rule
		for line := range strings.SplitSeq(lines, "\n") {
			text, regex := strings.CutPrefix(line, "/")
			p, err := compile(text, regex, true)
			if err != nil {
				continue
			}
			rules = append(rules, match.Rule{Name: p}, match.Rule{Name: p, Folder: p})
		}
		if got, want := match.NewSet(rules).Match(name, folder, nil), wantHits(rules, name, folder); !slices.Equal(got, want) {
			t.Fatalf("%q on %q in %q: %v, want %v", lines, name, folder, got, want)
		}
	})
}
