package parse_test

import (
	"strings"
	"testing"

	"auto/internal/samples"
	"auto/lang/diag"
	"auto/lang/parse"
	"auto/lang/source"

	"github.com/google/go-cmp/cmp"
)

func TestSamplesParse(t *testing.T) {
	for name, text := range samples.Policies() {
		_, found := parse.File(source.New(name, text))
		for _, d := range found {
			t.Error(d)
		}
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
	_, found := parse.File(source.New("broken.txt", samples.Broken()))
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
}

func TestDeepNesting(t *testing.T) {
	for _, text := range []string{"let a = " + strings.Repeat("(", 1_000_000), "let a = " + strings.Repeat("~", 1_000_000) + "x()", "let a = " + strings.Repeat("[", 101)} {
		_, found := parse.File(source.New("deep.auto", text))
		if len(found) != 1 || found[0].Code != diag.TooDeep {
			t.Errorf("%.20s…: %v", text, found)
		}
	}
	if _, found := parse.File(source.New("chain.auto", "let a = x()"+strings.Repeat(".y()", 10_000))); len(found) != 0 {
		t.Errorf("a long chain: %v", found)
	}
}

func FuzzFile(f *testing.F) {
	for _, text := range samples.Policies() {
		f.Add(text)
	}
	for _, e := range diag.Catalogue() {
		f.Add(e.Bad)
	}
	f.Add(samples.Broken())
	f.Fuzz(func(t *testing.T, text string) {
		file, found := parse.File(source.New("fuzz.auto", text))
		for _, d := range found {
			if d.Span.Start < 0 || d.Span.End > len(text) || d.Span.Start > d.Span.End || d.Message == "" || d.Help == "" {
				t.Fatalf("%#v", d)
			}
			if _, ok := diag.Explain(d.Code); !ok {
				t.Fatalf("%s has no entry", d.Code)
			}
		}
		if len(file.Decls) == 0 && len(found) == 0 && strings.TrimSpace(strings.TrimPrefix(text, "\uFEFF")) != "" && len(file.Comments) == 0 {
			t.Fatalf("%q was lost without a finding", text)
		}
	})
}

func BenchmarkFile(b *testing.B) {
	text := samples.Policies()["policies/05_files_to_partitions.auto"]
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		parse.File(source.New("x", text))
	}
}
