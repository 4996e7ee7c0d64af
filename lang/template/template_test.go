package template_test

import (
	"errors"
	"testing"
	"time"

	"auto/lang/template"
)

func TestExpand(t *testing.T) {
	at := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	values := map[string]template.Value{"key": {Text: "a/b"}, "at": {Text: "2026-02-03T04:05:06Z", Time: at}, "env.X": {Text: "x"}}
	for text, want := range map[string]string{
		"": "", "plain": "plain", "{key}": "a/b", "s3://{key}?{at:%Y/%m}": "s3://a/b?2026/02", "{{{key}}}": "{a/b}", "{at}": "2026-02-03T04:05:06Z",
		"{etag}": "{etag}", "{day:%Y}-{key}": "{day:%Y}-a/b", "{env.X}": "x", "é{key}": "éa/b",
	} {
		parsed, err := template.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := parsed.Expand(func(name string) (template.Value, bool) { v, ok := values[name]; return v, ok }); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	for text, at := range map[string][2]int{"a{b": {1, 2}, "a}": {1, 1}, "{a b}": {0, 5}, "{}": {0, 2}, "{d:%Q}": {3, 2}, "x{d:%Y%B}": {6, 2}} {
		_, err := template.Parse(text)
		var wrong *template.Error
		if !errors.As(err, &wrong) || wrong.Offset != at[0] || wrong.Length != at[1] || wrong.Help == "" {
			t.Errorf("%s: %#v", text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"{key}", "{{", "{a:%Y}", "}", "{env.A}", "{é}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := template.Parse(text)
		if err != nil {
			var wrong *template.Error
			if !errors.As(err, &wrong) || wrong.Offset < 0 || wrong.Offset+wrong.Length > len(text) {
				t.Fatalf("%q: %#v", text, err)
			}
			return
		}
		at := 0
		for _, p := range parsed.Parts() {
			if p.Offset != at {
				t.Fatalf("%q: the parts %+v leave a gap", text, parsed.Parts())
			}
			at += p.Length
		}
		if at != len(text) {
			t.Fatalf("%q: the parts end at %d", text, at)
		}
	})
}
