package parse_test

import (
	"testing"
	"time"

	"auto/lang/ast"
	"auto/lang/parse"
	"auto/lang/source"

	"pgregory.net/rapid"
)

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0s": 0, "30s": 30 * time.Second, "1h30m": 90 * time.Minute, "1w1d1h1m1s": 193*time.Hour + 61*time.Second, "36500d": 36500 * 24 * time.Hour,
	} {
		if got, err := parse.Duration(text); got != want || err != nil {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"": "", "5": "not a duration", "s": "not a duration", "5x": "not a duration", "1.5h": "not a duration", "-5s": "not a duration",
		"5m1h": "its units do not go from large to small, each once", "5m5m": "its units do not go from large to small, each once",
		"36501d": "it is longer than 100 years", "99999999999999999999s": "it is longer than 100 years", "36500d1s": "it is longer than 100 years",
		"5ms": "there is no unit `ms`", "2y": "there is no unit `y`",
	} {
		if _, err := parse.Duration(text); err == nil && want != "" || err != nil && err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// TestQuote: a quoted text is a string of the language with that value.
func TestQuote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		e, found := parse.Expr(source.New("<quoted>", parse.Quote(text)))
		if len(found) > 0 {
			t.Fatal(found)
		}
		if s, ok := e.(*ast.String); !ok || s.Value != text {
			t.Fatalf("%q is %s", text, expr(e))
		}
	})
}
