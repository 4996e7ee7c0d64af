package scenario

import (
	"strings"
	"testing"

	"auto/lang/source"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"
)

// TestExpectText reads every recorded block and writes it to the same text.
func TestExpectText(t *testing.T) {
	each(t, func(t *testing.T, path, text string) {
		s, _ := Read(source.New(path, text))
		want := blocks(text)
		if len(want) != len(s.Ticks) {
			t.Fatalf("%s: %d blocks for %d ticks", path, len(want), len(s.Ticks))
		}
		for i, tick := range s.Ticks {
			if diff := cmp.Diff(want[i], tick.Expect.lines("    ")); diff != "" {
				t.Errorf("%s: tick %d (-recorded +written):\n%s", path, i+1, diff)
			}
		}
	})
}

// blocks cuts the `expect` blocks out of a recorded file.
func blocks(text string) []string {
	var all []string
	for _, part := range strings.Split(text, "\n  expect:\n")[1:] {
		end := strings.Index(part, "\n- at:") + 1
		if end == 0 {
			end = len(part)
		}
		all = append(all, part[:end])
	}
	return all
}

func checkQuote(t interface{ Fatalf(string, ...any) }, text string) {
	for document, in := range map[string]bool{"[" + quote(text, true) + "]": true, "- " + quote(text, false): false} {
		var back []any
		if err := yaml.Unmarshal([]byte(document), &back); err != nil || len(back) != 1 || back[0] != any(text) {
			t.Fatalf("%q within brackets %t: %s is read as %#v, %v", text, in, document, back, err)
		}
	}
}

// TestQuote writes texts that look like something else.
func TestQuote(t *testing.T) {
	for _, text := range []string{
		"", " ", "a ", "~", "null", "true", "No", "1", "-1", "1.5", "1e3", ".5", "0x1F", "0o17", "12:30", "2026-01-01", "2026-01-01T00:00:00Z", "2026-01-01 10:00:00",
		"-", "- a", "-a", "?", "? a", ":", ": a", "a: b", "a:b", "a:", "a #b", "a#b", "#a", "[a]", "{a", "a, b", "a]", "*a", "&a", "!a", "|", ">", "@a", "`a", "%a", "'a'", "\"a\"", "it's",
		"---", "--- a", "...", "a\nb", "a\tb", "\x00", "\u0085", "\u00a0", "\ufeff", "é", "\U0001F600", "\u2028", "\\", "a\\\nb", "=", "<<", ".inf", ".nan", "1_000", "+1", "08", "-09",
	} {
		checkQuote(t, text)
	}
}

func TestQuoteAny(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkQuote(t, rapid.OneOf(rapid.String(), rapid.StringMatching(`[-0-9a-f:.eE+T Z#,'"?{}\[\]&*!|>%@~]{0,12}`)).Draw(t, "text"))
	})
}
