package files_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"auto/compiler"
	"auto/lang/diag"

	"pgregory.net/rapid"
)

// globs and expressions make patterns that often have to do with each other, and with
// the names and folders that are drawn.
var (
	nameGlobs   = rapid.SampledFrom([]string{`"*"`, `"a"`, `"b"`, `"ab"`, `"a*"`, `"*b"`, `"?"`, `"[ab]"`, `"{x}"`, `"{x}b"`, `"{a,ab}"`, `""`, `"a/b"`, `"{a/b,b}"`, `"[!a]*"`})
	nameExprs   = rapid.SampledFrom([]string{`/.*/`, `/.+/`, `/a/`, `/a|b/`, `/(a|b)+/`, `/a?b?/`, `/[^\/]*/`, `/a\/b/`, `/(a\/)?b/`, `/[\/]+/`, `/(\/|b)a*/`, `/(?i)A/`, `/a{0,2}/`, `/(a\/){2}/`})
	folderTexts = rapid.SampledFrom([]string{``, ` in ""`, ` in "**"`, ` in "a"`, ` in "*"`, ` in "a/**"`, ` in "**/b"`, ` in /.*/`, ` in /.+/`, ` in /a.*/`, ` in "a/"`, ` in /a\//`})
)

// ruleText draws a rule's patterns.
func ruleText(t *rapid.T, label string) string {
	return rapid.OneOf(nameGlobs, nameExprs).Draw(t, label) + folderTexts.Draw(t, label+" folder")
}

// TestSureWarnings: a rule that is called shadowed never is the first to match, and a
// pattern that is said to match nothing does not.
func TestSureWarnings(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var text strings.Builder
		text.WriteString("files f from landing {\n take first\n")
		n := rapid.IntRange(1, 4).Draw(r, "rules")
		for i := range n {
			fmt.Fprintf(&text, " match r%d: %s -> move\n", i, ruleText(r, fmt.Sprint("rule ", i)))
		}
		programs, found := compile(t, compiler.Input{}, text.String()+"}")
		if len(programs) != 1 {
			r.Fatalf("%v\n%s", found, text.String())
		}
		for range 20 {
			name := rapid.StringMatching(`[abA]{1,3}`).Draw(r, "name")
			folder := rapid.StringMatching(`([ab]{1,2}(/[ab]{1,2}){0,2})?`).Draw(r, "folder")
			hits := programs[0].Machine.Run(name, folder).Rules
			for i, rule := range programs[0].Rules {
				first := len(hits) > 0 && int(hits[0]) == i
				if warned(found, diag.RuleShadowed, rule.At.From().Line) && first || warned(found, diag.PatternNeverHits, rule.At.From().Line) && slices.Contains(hits, int32(i)) {
					r.Fatalf("%s matches %q in %q: %v\n%s", rule.Name, name, folder, found, text.String())
				}
			}
		}
	})
}

func warned(found diag.List, code diag.Code, line int) bool {
	return slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Code == code && d.Span.From().Line == line })
}

// FuzzCompile: any block either compiles or has an error that says what to write.
func FuzzCompile(f *testing.F) {
	for _, seed := range []string{
		`match "a_{d:%Y%m%d}" in "**/x" -> orders[d], "audit_{r}" { tags { a: "{d:%m}" } }`,
		`always move config move { k: key, s: [size, {a: "{name}"}] }`,
		`match /(?P<r>[a-z]{2})/ -> by_region[date: d as "%Y", region: r] otherwise quarantine "bad/{name}"`,
		`take first match "*" -> move match "a" -> move run_key "{key}@{tick:%Y}" redeliver after 1h`,
		`match "{a}{b}" -> x[a] limit 5 per tick pause until "2026-01-01" because "x"`,
	} {
		f.Add("landing", seed)
		f.Add(`s3("acme-landing", prefix="in/")`, seed)
	}
	in := project(f)
	f.Fuzz(func(t *testing.T, from, clauses string) {
		programs, found := compile(t, in, "files f from "+from+" {\n"+clauses+"\n}")
		for _, d := range found {
			if _, ok := diag.Explain(d.Code); !ok || d.Message == "" || d.Help == "" || !d.Span.IsValid() {
				t.Fatalf("%q %q: %#v", from, clauses, d)
			}
		}
		for _, p := range programs {
			if p.Machine == nil || p.RunKey == nil || p.Every <= 0 || len(p.Rules) == 0 && len(p.Always) == 0 {
				t.Fatalf("%q %q: %+v", from, clauses, p)
			}
		}
	})
}
