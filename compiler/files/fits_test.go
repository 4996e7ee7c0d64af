package files

import (
	"regexp"
	"strings"
	"testing"

	"auto/lang/template"

	"pgregory.net/rapid"
)

// TestCanName holds canName against a regular expression in which each field is any text.
func TestCanName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"a", "b", "ab", "/", "{x}", "{y}"})).Draw(t, "template"), "")
		key := rapid.StringMatching(`[ab/]{0,6}`).Draw(t, "key")
		parsed, err := template.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		want := regexp.MustCompile(`\A` + strings.NewReplacer("{x}", ".*", "{y}", ".*").Replace(text) + `\z`).MatchString(key)
		if got := canName(parsed, key); got != want {
			t.Fatalf("canName(%q, %q) = %v", text, key, got)
		}
	})
}
