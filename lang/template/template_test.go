package template_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"auto/lang/template"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// lookup gives the values of a map.
func lookup(values map[string]template.Value) func(string) (template.Value, bool) {
	return func(name string) (template.Value, bool) { v, ok := values[name]; return v, ok }
}

func TestExpand(t *testing.T) {
	paris := time.FixedZone("", 3600)
	values := map[string]template.Value{
		"key": template.Text("a/b"), "size": template.Int(-12), "env.X": template.Text("x"), "empty": template.Text(""),
		"at":   template.Instant(time.Date(2026, 2, 3, 0, 5, 6, 0, paris)),
		"fine": template.Instant(time.Date(2026, 2, 3, 4, 5, 6, 120_000_000, time.UTC)),
		"day":  {Text: "20260203", Time: time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC)},
	}
	for text, want := range map[string]string{
		"": "", "plain": "plain", "{key}": "a/b", "{size}": "-12", "[{empty}]": "[]", "é{key}é": "éa/bé", "{env.X}": "x",
		// An instant is shown in UTC, with a fraction where there is one.
		"{at}": "2026-02-02T23:05:06Z", "{fine}": "2026-02-03T04:05:06.12Z", "{at:%Y/%m/%d %H:%M:%S}": "2026/02/02 23:05:06", "{at:%j%%%y}": "033%26",
		// A captured time without a format is as in the file's name.
		"{day}": "20260203", "{day:%Y-%m}": "2026-02",
		// Doubled braces are braces.
		"{{key}}": "{key}", "{{{key}}}": "{a/b}", "}}{{": "}{",
		// What was not given, or has no time to show, stays.
		"{etag}": "{etag}", "{other:%Y}-{key}": "{other:%Y}-a/b", "{key:%Y}": "{key:%Y}",
	} {
		parsed, err := template.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := parsed.Expand(lookup(values)); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	tests := []struct {
		text          string
		offset, bytes int
		message, help string
	}{
		{"a{b", 1, 2, "not closed", "`}` after the field"},
		{"{a-{b}", 0, 3, "not closed", "`{{`"},
		{"a}", 1, 1, "closes nothing", "`}}`"},
		{"{a b}", 0, 5, "`{a b}` names no field", "{key}"},
		{"{ key }", 0, 7, "names no field", "Write `{key}`."},
		{"{}", 0, 2, "names no field", "{key}"},
		{"{env.}", 0, 6, "names no field", "{key}"},
		{"{file.key}", 0, 10, "names no field", "{key}"},
		{"{d:%Q}", 3, 2, "`%Q` is not a directive", "%Y %m"},
		{"x{d:%Y%B}", 6, 2, "`%B`", "%Y %m"},
		{"{d:%Y%}", 5, 1, "`%`", "%Y %m"},
		{"x{d:}", 1, 4, "nothing of a time", "`{d:%Y-%m-%d}`, or `{d}`"},
		{"\uFFFD{k:\xa0}", 6, 1, "not UTF-8", "UTF-8"},
		{"{d:day%%}", 0, 9, "nothing of a time", "{d}"},
	}
	for _, test := range tests {
		_, err := template.Parse(test.text)
		var wrong *template.Error
		if !errors.As(err, &wrong) {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if wrong.Offset != test.offset || wrong.Length != test.bytes || !strings.Contains(wrong.Error(), test.message) || !strings.Contains(wrong.Help, test.help) {
			t.Errorf("%s: %+v", test.text, wrong)
		}
	}
}

func TestParts(t *testing.T) {
	parsed, err := template.Parse("a{{{key}b{at:%Y}")
	if err != nil {
		t.Fatal(err)
	}
	got := [][4]any{}
	for _, p := range parsed.Parts() {
		got = append(got, [4]any{p.Literal, p.Field, p.Offset, p.Length})
	}
	want := [][4]any{{"a{", "", 0, 3}, {"", "key", 3, 5}, {"b", "", 8, 1}, {"", "at", 9, 7}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !parsed.Uses("at") || parsed.Uses("etag") || parsed.Head() != "a{" || parsed.IsLiteral() || parsed.Text() != "a{{{key}b{at:%Y}" {
		t.Error("the template's own account of itself is wrong")
	}
}

// TestEscaped: any text with its braces doubled stands for itself.
func TestEscaped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.StringMatching(`[{}a:%é]*`), rapid.String()).Draw(t, "text")
		parsed, err := template.Parse(strings.NewReplacer("{", "{{", "}", "}}").Replace(text))
		if err != nil || !parsed.IsLiteral() || parsed.Expand(lookup(nil)) != text {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"{key}", "{{", "{a:%Y}", "}", "{env.A}", "{é}", "{a{b}", "a{{{b}}}c", "\xff{a}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := template.Parse(text)
		if err != nil {
			var wrong *template.Error
			if !errors.As(err, &wrong) || wrong.Offset < 0 || wrong.Length < 1 || wrong.Offset+wrong.Length > len(text) || wrong.Help == "" {
				t.Fatalf("%q: %#v", text, err)
			}
			return
		}
		at, literal := 0, ""
		for _, p := range parsed.Parts() {
			if p.Offset != at || p.Length < 1 || (p.Field == "") == (p.Literal == "") {
				t.Fatalf("%q: the part %+v does not fit at %d", text, p, at)
			}
			at += p.Length
			literal += p.Literal
			if p.Field != "" {
				literal += text[p.Offset : p.Offset+p.Length]
			}
		}
		if at != len(text) || parsed.Expand(lookup(nil)) != literal {
			t.Fatalf("%q: the parts %+v are not the text", text, parsed.Parts())
		}
	})
}
