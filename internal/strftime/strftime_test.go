package strftime

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ format, text, want string }{
		{"%Y-%m-%d", "2024-02-29", "2024-02-29T00:00:00Z"}, {"%Y-%m-%d", "2023-02-29", ""}, {"%Y%j", "2024366", "2024-12-31T00:00:00Z"},
		{"%Y%j", "2023366", ""}, {"%y%m", "6902", "1969-02-01T00:00:00Z"}, {"%y%m", "6802", "2068-02-01T00:00:00Z"}, {"%d.%m.%Y %H:%M:%S%%", "01.02.2024 03:04:05%", "2024-02-01T03:04:05Z"},
		{"%Y", "24", ""}, {"%Y-%m", "2024-13", ""}, {"%Y%Y", "20242024", "2024-01-01T00:00:00Z"}, {"%Y%Y", "20242025", ""}, {"%Y.%j.%m", "2024.032.02", "2024-02-01T00:00:00Z"}, {"%Y.%j.%m", "2024.032.03", ""},
		{"a.b%Y", "axb2024", ""}, {"%Y", "2024\n", ""},
	} {
		l, err := Parse(c.format)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if at, ok := l.Parse(c.text); ok {
			got = at.Format(time.RFC3339)
		}
		if got != c.want {
			t.Errorf("%s of %q: %q, want %q", c.format, c.text, got, c.want)
		}
	}
}

func TestErrors(t *testing.T) {
	for format, at := range map[string][2]int{"%Q": {0, 2}, "x%": {1, 1}, "%Y-%B": {3, 2}, "é\x84": {2, 1}} {
		_, err := Parse(format)
		var wrong *Error
		if !errors.As(err, &wrong) || wrong.Offset != at[0] || wrong.Length != at[1] {
			t.Errorf("%s: %v", format, err)
		}
	}
}

// TestRoundTrip: what is written is read again as the same time.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(0, 4_000_000_000).Draw(t, "at"), 0).UTC()
		l, err := Parse(rapid.SampledFrom([]string{"%Y-%m-%dT%H:%M:%S", "%Y%j %H%M%S", "%S%M%H%d%m%Y", "%%%Y%m%d-%H.%M.%S"}).Draw(t, "format"))
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := l.Parse(l.Format(at)); !ok || !got.Equal(at) {
			t.Fatalf("%s written as %s and read as %s", at, l.Format(at), got)
		}
	})
}
