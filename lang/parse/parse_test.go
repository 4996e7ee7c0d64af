package parse_test

import (
	"strings"
	"testing"

	"auto/internal/samples"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/parse"
	"auto/lang/source"

	"github.com/google/go-cmp/cmp"
)

func TestSamplesParse(t *testing.T) {
	for name, text := range samples.Policies() {
		file, found := parse.File(source.New(name, text))
		for _, d := range found {
			t.Error(d)
		}
		checkSpans(t, file)
		checkCovered(t, file)
	}
}

// TestEntries holds every example of the catalogue's A0xx against the parser.
func TestEntries(t *testing.T) {
	for _, e := range diag.Catalogue() {
		if e.Code[1] != '0' || e.Bad == "" {
			continue
		}
		_, found := parse.File(source.New("bad.auto", e.Bad))
		if len(found) != 1 || found[0].Code != e.Code {
			t.Errorf("%s: Bad gives %v\n%s", e.Code, found, e.Bad)
		}
		if _, found := parse.File(source.New("good.auto", e.Good)); len(found) != 0 {
			t.Errorf("%s: Good gives %v\n%s", e.Code, found, e.Good)
		}
	}
}

// TestBroken: each declaration with a mistake gives its one finding, and the one
// without is in the tree.
func TestBroken(t *testing.T) {
	file, found := parse.File(source.New("broken.txt", samples.Broken()))
	var got []string
	for _, d := range found {
		got = append(got, d.Error())
	}
	want := []string{
		"broken.txt:2:18: error: A010 `and` is not an operator. Write `&`.",
		"broken.txt:6:5: error: A020 No clause is called `limt`. Did you mean `limit`?",
		"broken.txt:9:18: error: A011 An operand is missing between `&` and the clause `limit`. Write it or remove `&`.",
		"broken.txt:12:23: error: A001 Strings take double quotes. Write `\"a\"`.",
		"broken.txt:15:19: error: A004 `10min` is not a duration. Write `10m` (units `w d h m s`).",
		"broken.txt:16:1: error: A025 The block opened in line 13 is not closed. Write `}` before `files f06`.",
		"broken.txt:17:22: error: A022 An asset key with `/` is written in quotes. Write `\"sales/data\"`.",
		"broken.txt:20:22: error: A022 An asset key with `-` is written in quotes. Write `\"sales-eu\"`.",
		"broken.txt:23:26: error: A023 A target is missing after `,`. Remove the comma.",
		"broken.txt:26:5: error: A021 `order` is a reserved word and names nothing. Write another name, such as `order_1`.",
		"broken.txt:27:43: error: A010 `&&` is not an operator. Write `&`.",
		"broken.txt:29:11: error: A003 The regular expression is not closed. Write `/` at its end, on the same line; within it a slash is `\\/`.",
		"broken.txt:32:18: error: A002 The string is not closed. Write `\"` at its end, on the same line.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	last, ok := file.Decls[len(file.Decls)-1].(*ast.Policy)
	if !ok || last.Name.Name != "ok" || last.Body.Partial {
		t.Errorf("the policy after the broken ones is %v", file.Decls[len(file.Decls)-1])
	}
}

func TestDeepNesting(t *testing.T) {
	const million, many = 1_000_000, 100_000
	for name, text := range map[string]string{
		"parentheses": "let a = " + strings.Repeat("(", million),
		"nots":        "let a = " + strings.Repeat("~", million) + "x()",
		"lists":       "let a = " + strings.Repeat("[", 101),
		"maps":        "let a = " + strings.Repeat("{a:", many),
		"calls":       "let a = " + strings.Repeat("f(", many),
		"blocks":      "files f from x " + strings.Repeat(`{ match "a" -> b `, many),
		"after stray": "policy p for x" + strings.Repeat(")", many) + " { when " + strings.Repeat("(", many),
	} {
		_, found := parse.File(source.New("deep.auto", text))
		if len(found) != 1 || found[0].Code != diag.TooDeep {
			t.Errorf("%s: %d findings, the first %v", name, len(found), found[:min(len(found), 1)])
		}
	}
	for _, text := range []string{"x()" + strings.Repeat(".y()", 10_000), "x()" + strings.Repeat(" | x() & y() - z", 10_000), strings.Repeat("(", 100) + "a" + strings.Repeat(")", 100)} {
		if _, found := parse.File(source.New("long.auto", "let a = "+text)); len(found) != 0 {
			t.Errorf("%.20s…: %v", text, found[0])
		}
	}
}

// TestEnds: texts that an archive of tests cannot hold.
func TestEnds(t *testing.T) {
	for text, want := range map[string]string{
		"let a = b":                       "(let a b)\n",
		"let a = b # c":                   "(let a b)\n# c\n",
		"let a = b\r\n#c \t\r\nlet d = e": "(let a b)\n(let d e)\n#c\n",
		"\uFEFF":                          "",
		"\n\n":                            "",
	} {
		file, found := parse.File(source.New("p.auto", text))
		if diff := cmp.Diff(want, dump(file)); diff != "" || len(found) > 0 {
			t.Errorf("%q: %v %s", text, found, diff)
		}
	}
}

// TestExprAt: an expression within another text has its places in that text.
func TestExprAt(t *testing.T) {
	const text = "jobs:\n  selection: groups(\"a\") - assets(\"x\")\n  other: ) \"\n"
	src := source.New("jobs.yaml", text)
	start := strings.Index(text, "groups")
	e, found := parse.ExprAt(source.Span{File: src, Start: start, End: start + strings.Index(text[start:], "\n")})
	if len(found) > 0 || expr(e) != `(- (call groups "a") (call assets "x"))` {
		t.Fatal(expr(e), found)
	}
	if got := e.(*ast.Binary).Operands[1].Place().From(); got != (source.Position{Line: 2, Column: 28}) {
		t.Error(got)
	}
	start = strings.Index(text, ") \"")
	e, found = parse.ExprAt(source.Span{File: src, Start: start, End: start + 3})
	if e != nil || len(found) != 1 || found[0].Span.From() != (source.Position{Line: 3, Column: 12}) {
		t.Error(expr(e), found)
	}
}

func TestReserved(t *testing.T) {
	for word, want := range map[string]bool{"when": true, "at most": true, "true": true, "export": true, "at": false, "per": false, "eager": false, "": false} {
		if parse.Reserved(word) != want {
			t.Errorf("%q: %t", word, !want)
		}
	}
}

// TestFiles: the trees keep the order of the sources, the findings are sorted.
func TestFiles(t *testing.T) {
	sources := []*source.File{source.New("b", "let x = "), source.New("a", "let y = z let w ="), source.New("c", "")}
	trees, found := parse.Files(sources)
	if len(trees) != 3 || dump(trees[1]) != "(let y z)\n" || len(found) != 2 || found[0].Span.File.Name != "a" {
		t.Error(trees, found)
	}
	if trees, found := parse.Files(nil); len(trees)+len(found) != 0 {
		t.Error(trees, found)
	}
}

// checkCovered holds that a file without findings is in the tree as a whole: outside
// declarations there are blanks and comments.
func checkCovered(t testing.TB, f *ast.File) {
	t.Helper()
	rest := []byte(f.Source.Text)
	blank := func(s source.Span) {
		for i := s.Start; i < s.End; i++ {
			rest[i] = ' '
		}
	}
	for _, d := range f.Decls {
		blank(d.Place())
	}
	for _, c := range f.Comments {
		blank(c.Span)
	}
	if lost := strings.TrimSpace(strings.TrimPrefix(string(rest), "\uFEFF")); lost != "" {
		t.Errorf("%q is in no declaration, and there is no finding", lost)
	}
}

// checkFindings holds what every finding has: a place within the text, a sentence, help,
// and an entry in the catalogue.
func checkFindings(t testing.TB, text string, found diag.List) {
	t.Helper()
	for _, d := range found {
		if d.Span.Start < 0 || d.Span.End > len(text) || d.Span.Start > d.Span.End {
			t.Errorf("%v is at [%d,%d) of %d bytes", d, d.Span.Start, d.Span.End, len(text))
		}
		if !strings.HasSuffix(d.Message, ".") || d.Help == "" || d.Code[1] != '0' {
			t.Errorf("%v lacks its sentences", d)
		}
		if _, ok := diag.Explain(d.Code); !ok {
			t.Errorf("%s has no entry", d.Code)
		}
	}
}
