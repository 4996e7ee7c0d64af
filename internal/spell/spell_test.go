package spell

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func TestNearest(t *testing.T) {
	words := []string{"limit", "at most", "eager", "on_cron", "on_missing", "sales_data"}
	for name, want := range map[string]string{
		"limt": "limit", "eagr": "eager", "Eager": "eager", "on_crn": "on_cron", "sales_date": "sales_data", "slaes_data": "sales_data", "LIMTI": "limit",
		"xyz": "", "": "", "e": "", "report": "",
	} {
		got, ok := Nearest(name, words)
		if got != want || ok != (want != "") {
			t.Errorf("%q: %q %v, want %q", name, got, ok, want)
		}
	}
}

func TestTies(t *testing.T) {
	for _, c := range []struct {
		name, want string
		words      []string
	}{
		{"cat", "bat", []string{"bat", "rat"}}, {"cat", "rat", []string{"rat", "bat"}}, {"cat", "Cat", []string{"bat", "Cat"}}, {"cat", "cat", []string{"Cat", "cat"}},
	} {
		if got, _ := Nearest(c.name, c.words); got != c.want {
			t.Errorf("%s among %v: %s, want %s", c.name, c.words, got, c.want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "abc", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3}} {
		var rows table
		if got, ok := rows.distance(c.a, c.b, c.want); got != c.want || !ok {
			t.Errorf("%q to %q: %d %v, want %d", c.a, c.b, got, ok, c.want)
		}
		if _, ok := rows.distance(c.a, c.b, c.want-1); ok {
			t.Errorf("%q to %q: within %d", c.a, c.b, c.want-1)
		}
	}
}

// TestAgainstDefinition: the distance is that of its recursive definition, and a limit
// changes nothing below it.
func TestAgainstDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[ab]{0,6}`)
		a, b, limit := word.Draw(t, "a"), word.Draw(t, "b"), rapid.IntRange(0, 7).Draw(t, "limit")
		want := defined(a, b)
		var rows table
		got, within := rows.distance(a, b, limit)
		if within != (want <= limit) || within && got != want {
			t.Fatalf("%d %v within %d, want %d", got, within, limit, want)
		}
	})
}

func defined(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	change := 0
	if a[0] != b[0] {
		change = 1
	}
	best := min(defined(a[1:], b)+1, defined(a, b[1:])+1, defined(a[1:], b[1:])+change)
	if len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] {
		best = min(best, defined(a[2:], b[2:])+1)
	}
	return best
}

func BenchmarkNearest(b *testing.B) {
	var keys []string
	for i := range 10_000 {
		keys = append(keys, fmt.Sprintf("warehouse/sales/orders_%05d", i))
	}
	for b.Loop() {
		Nearest("warehouse/sales/order_0x000", keys)
	}
}
