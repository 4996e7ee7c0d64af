package launcher

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// TestSentence: messages as Dagster has them, for people.
func TestSentence(t *testing.T) {
	for message, want := range map[string]string{
		"":    "It gives no reason.",
		" \n": "It gives no reason.",
		"dagster._core.errors.DagsterInvalidSubsetError: No asset `x`\n\nStack Trace:\n  File": "DagsterInvalidSubsetError: No asset `x`.",
		"Could not find Pipeline core.x: gone!":                                                "Could not find Pipeline core.x: gone!",
		"ValueError: time data '2026' does not match\n":                                        "ValueError: time data '2026' does not match.",
		"Dagster at https://x.y: no answer.":                                                   "Dagster at https://x.y: no answer.",
		"\xff":                                                                                 "?",
		strings.Repeat("é", longest):                                                           strings.Repeat("é", longest/2) + "…",
	} {
		if diff := cmp.Diff(want, sentence(message)); diff != "" {
			t.Errorf("%q: %s", message, diff)
		}
	}
}

// FuzzSentence: whatever Dagster says becomes a line that ends.
func FuzzSentence(f *testing.F) {
	for _, seed := range []string{"", "a.b.C: d", "x\ny", "…", strings.Repeat("ü", 600), ": ", ".: x", "\xf0\x28"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, message string) {
		got := sentence(message)
		if got == "" || strings.Contains(got, "\n") || !utf8.ValidString(got) || len(got) > longest+len("…") || !strings.HasSuffix(got, "…") && !strings.ContainsAny(got[len(got)-1:], ".!?") {
			t.Errorf("%q: %q", message, got)
		}
	})
}

func TestWhole(t *testing.T) {
	for wait, want := range map[time.Duration]time.Duration{
		time.Millisecond: time.Second, 1499 * time.Millisecond: time.Second, 59_873_120 * time.Microsecond: time.Minute,
	} {
		if got := whole(wait); got != want {
			t.Errorf("%v: %v, want %v", wait, got, want)
		}
	}
}
