package match_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"auto/vm/match"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func compile(text string, regex, folder bool) (*match.Pattern, error) {
	if regex {
		return match.Regex(text)
	}
	return match.Glob(text, folder)
}

func mustGlob(text string, folder bool) *match.Pattern { return must(match.Glob(text, folder)) }

func mustRegex(text string) *match.Pattern { return must(match.Regex(text)) }

func must(p *match.Pattern, err error) *match.Pattern {
	if err != nil {
		panic(err)
	}
	return p
}

// captured gives what a pattern captures as name=text, nil where it does not match.
func captured(p *match.Pattern, text string) []string {
	values, ok := p.Match(text, nil)
	if !ok {
		return nil
	}
	got := []string{}
	for _, v := range values {
		got = append(got, v.Name+"="+v.Text)
	}
	return got
}

func TestGlob(t *testing.T) {
	const name, folder = false, true
	tests := []struct {
		glob, text string
		folder     bool
		want       []string // captures as name=text, nil for no match
	}{
		{"{a}_{b}.csv", "x_y_z.csv", name, []string{"a=x", "b=y_z"}},
		{"{customer}_{kind}.jsonl", "acme_eu_users.jsonl", name, []string{"customer=acme", "kind=eu_users"}},
		{"{a}_{b}.csv", "_y.csv", name, nil},
		{"{a}", "x/y", folder, nil},
		{"{a}*_{b}", "xyz_w", name, []string{"a=x", "b=w"}},
		{"{a}{d:%Y}{b}", "x2024y", name, []string{"a=x", "d=2024", "b=y"}},
		{"{source}-{at:%Y%m%d-%H}.json", "a-b-20240102-03.json", name, []string{"source=a-b", "at=20240102-03"}},
		{"{year:%Y}/**", "2024/a/b", folder, []string{"year=2024"}},
		{"{day:%Y/%m/%d}", "2024/02/29", folder, []string{"day=2024/02/29"}},
		{"orders_{day:%Y%m%d}.{csv,parquet}{,.gz}", "orders_20240229.csv.gz", name, []string{"day=20240229"}},
		{"orders_{day:%Y%m%d}.{csv,parquet}{,.gz}", "orders_20240229.parquet", name, []string{"day=20240229"}},
		{"orders_{day:%Y%m%d}.csv", "orders_20230229.csv", name, nil},
		{"orders_{day:%Y-%j}.csv", "orders_2024-366.csv", name, []string{"day=2024-366"}},
		{"orders_{day:%Y-%j}.csv", "orders_2023-366.csv", name, nil},
		{"{d:%Y-%m-%d-%j}", "2024-02-01-032", name, []string{"d=2024-02-01-032"}},
		{"{d:%Y-%m-%d-%j}", "2024-02-01-033", name, nil},
		{"{d:%Y%m%d%H%M%S}", "20240102235959", name, []string{"d=20240102235959"}},
		{"{d:%Y%m%d%H}", "2024010224", name, nil},
		{"{d:%Y%%}", "2024%", name, []string{"d=2024%"}},
		// The characters decide what a capture takes, the last date here, not the date.
		{"*{d:%Y%m%d}*", "20230229_20240229", name, []string{"d=20240229"}},
		{"*{d:%Y%m%d}*", "20240229_20230229", name, nil},
		{"{{x}}.csv", "{x}.csv", name, []string{}},
		{"{{{a}}}", "{x}", name, []string{"a=x"}},
		{"[*][?][[]", "*?[", name, []string{}},
		{"[*].csv", "a.csv", name, nil},
		{"[]]", "]", name, []string{}},
		{"[!]]", "]", name, nil},
		{"[a-]", "-", name, []string{}},
		{"[-a]", "-", name, []string{}},
		{"[^a]", "^", name, []string{}},
		{"[^a]", "b", name, nil},
		{`[\]`, `\`, name, []string{}},
		{`a\b`, `a\b`, name, []string{}},
		{"[a-c-e]", "d", name, nil},
		{"[+-9]", "/", folder, nil},
		{"[+-9]", ".", folder, []string{}},
		{"[!a-c]", "/", folder, nil},
		{"[!a-c]", "d", folder, []string{}},
		{"{[,],[}]}x", "}x", name, []string{}},
		{"{,a*}", "", name, []string{}},
		{"*", "", name, []string{}},
		{"", "", folder, []string{}},
		{"", "a", folder, nil},
		{"**", "", folder, []string{}},
		{"**/2024", "sales/2024", folder, []string{}},
		{"**/2024", "2024", folder, []string{}},
		{"sales/**", "sales", folder, []string{}},
		{"sales/**", "salesx", folder, nil},
		{"**/sales", "/sales", folder, []string{}},
		{"**/**", "a/b", folder, []string{}},
		{"a/**/**", "a", folder, []string{}},
		{"a/**/b", "a/b", folder, []string{}},
		{"a/**/b", "a/x/y/b", folder, []string{}},
		{"*.csv", "a\nb.csv", name, []string{}},
		{"?.csv", "\x00.csv", name, []string{}},
		{"*.csv", "\xff\xfe.csv", name, []string{}},
		{"a?", "a\xff", name, []string{}},
		{"a?", "a\xe2\x82", name, nil}, // two bytes that are no UTF-8 are two characters
		{"a.csv", "a.csv\n", name, nil},
		{"é?", "éü", name, []string{}},
		{"a", "A", name, nil},
	}
	for _, test := range tests {
		p, err := match.Glob(test.glob, test.folder)
		if err != nil {
			t.Errorf("%s: %v", test.glob, err)
			continue
		}
		if diff := cmp.Diff(test.want, captured(p, test.text)); diff != "" {
			t.Errorf("%s on %q: %s", test.glob, test.text, diff)
		}
		if p.Matches(test.text) != (test.want != nil) {
			t.Errorf("%s on %q: Matches and Match differ", test.glob, test.text)
		}
	}
}

// TestGlobTimes has the times that captures give.
func TestGlobTimes(t *testing.T) {
	tests := []struct{ glob, text, want string }{
		{"{d:%Y%m%d}", "20240229", "2024-02-29 00:00:00"},
		{"{d:%Y}", "2024", "2024-01-01 00:00:00"},
		{"{d:%Y-%m}", "2024-03", "2024-03-01 00:00:00"},
		{"{d:%y%m%d}", "690101", "1969-01-01 00:00:00"},
		{"{d:%y%m%d}", "681231", "2068-12-31 00:00:00"},
		{"{d:%Y%j}", "2024060", "2024-02-29 00:00:00"},
		{"{d:%d.%m.%Y %H:%M:%S}", "03.02.2024 23:04:05", "2024-02-03 23:04:05"},
	}
	for _, test := range tests {
		values, ok := mustGlob(test.glob, false).Match(test.text, nil)
		if !ok || len(values) != 1 || values[0].Time.Format("2006-01-02 15:04:05") != test.want {
			t.Errorf("%s on %s: %v %v, want %s", test.glob, test.text, values, ok, test.want)
		}
	}
}

// TestMatchAppends: Match adds to what is there, and takes nothing away.
func TestMatchAppends(t *testing.T) {
	values, _ := mustGlob("{tenant}", true).Match("acme", nil)
	values, ok := mustGlob("{a}_{d:%Y%m%d}", false).Match("x_20230230", values)
	if ok || len(values) != 1 {
		t.Errorf("a date that does not exist: %v %v", values, ok)
	}
	values, ok = mustRegex(`(?P<a>x)?(?P<b>y)`).Match("y", values)
	if !ok || len(values) != 3 || values[1].Text != "" || values[2].Text != "y" {
		t.Errorf("got %v %v", values, ok)
	}
}

// variants gives a glob with each `**` as it is and left out: doublestar does not leave
// out all that it documents to.
func variants(glob string) []string {
	all := []string{""}
	for i, component := range strings.Split(glob, "/") {
		var grown []string
		for _, v := range all {
			if i > 0 && v != "" {
				grown = append(grown, v+"/"+component)
			} else {
				grown = append(grown, component)
			}
			if component == "**" {
				grown = append(grown, v)
			}
		}
		all = grown
	}
	return all
}

// TestGlobsAsDoublestar holds globs without captures against doublestar, which reads them
// alike but for this: `[!a]` matches `/` there.
func TestGlobsAsDoublestar(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "b", "sales", "?", "[a-c]", "[!a]", ".csv", "{a,b}", "{x,}", "-", "*a", "*-", "a*", "?*"})
	component := rapid.Custom(func(t *rapid.T) string {
		switch rapid.IntRange(0, 8).Draw(t, "stars") {
		case 0, 1:
			return "**"
		case 2:
			return "*"
		}
		return strings.ReplaceAll(strings.Join(rapid.SliceOfN(piece, 1, 4).Draw(t, "pieces"), ""), "**", "*")
	})
	rapid.Check(t, func(t *rapid.T) {
		glob := strings.Join(rapid.SliceOfN(component, 1, 4).Draw(t, "glob"), "/")
		p, err := match.Glob(glob, true)
		if err != nil {
			t.Fatalf("%s: %v", glob, err)
		}
		key := rapid.StringMatching(`([ab]|sales|\.csv|-|c|/|x){0,8}`).Draw(t, "key")
		want := slices.ContainsFunc(variants(glob), func(v string) bool {
			ok, err := doublestar.Match(strings.ReplaceAll(v, "[!a]", "[!a/]"), key)
			return ok && err == nil
		})
		if got := p.Matches(key); got != want {
			t.Fatalf("%s on %q: %v, doublestar %v", glob, key, got, want)
		}
	})
}

func FuzzGlob(f *testing.F) {
	for _, seed := range []string{"*.csv", "{a}_{b}", "{d:%Y%m%d}", "[!a-z]", "{a,b*,}", "{[,],x}", "{{x}}", "**/a", "a/**", "[z-a]", "{", "\xff", "{d:%Y\xff}", "\ufffd*", "[é-ü]", "{a}*_{b}"} {
		f.Add(seed, "a_b.csv", true)
		f.Add(seed, "\xff20240101/", false)
	}
	f.Fuzz(func(t *testing.T, glob, text string, folder bool) {
		p, err := match.Glob(glob, folder)
		if err != nil {
			checkError(t, glob, err)
			return
		}
		checkAlone(t, p, text)
	})
}

// checkError demands an *Error about a part of the pattern that says what to write.
func checkError(t *testing.T, text string, err error) {
	var e *match.Error
	if !errors.As(err, &e) || e.Offset < 0 || e.Length < 0 || e.Offset+e.Length > len(text) || e.Message == "" || e.Help == "" {
		t.Fatalf("%q: %#v", text, err)
	}
}

// checkAlone holds all ways to match one pattern against regexp.
func checkAlone(t *testing.T, p *match.Pattern, text string) {
	timed := slices.ContainsFunc(p.Captures(), func(c match.Capture) bool { return c.Layout != nil })
	values, ok := p.Match(text, nil)
	if want := p.Expr().MatchString(text); ok != want && (ok || !timed) {
		t.Fatalf("%q on %q: Match %v, regexp %v", p.Text(), text, ok, want)
	}
	if ok && len(values) != len(p.Captures()) {
		t.Fatalf("%q on %q: %v", p.Text(), text, values)
	}
	if p.Matches(text) != ok {
		t.Fatalf("%q on %q: Match %v, Matches not", p.Text(), text, ok)
	}
	alone := match.NewSet([]match.Rule{{Name: p}})
	if hit := slices.Equal(alone.Match(text, "", nil), []int32{0}); hit != ok {
		t.Fatalf("%q on %q: set %v, pattern %v", p.Text(), text, hit, ok)
	}
	if text != "" && !strings.Contains(text, "/") && ok && !p.CanMatch(false) {
		t.Fatalf("%q can match no name, but matches %q", p.Text(), text)
	}
}
