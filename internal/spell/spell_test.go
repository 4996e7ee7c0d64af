package spell

import "testing"

func TestNearest(t *testing.T) {
	words := []string{"limit", "at most", "eager", "on_cron", "on_missing", "sales_data"}
	for name, want := range map[string]string{
		"limt": "limit", "eagr": "eager", "Eager": "eager", "on_crn": "on_cron", "sales_date": "sales_data", "slaes_data": "sales_data",
		"xyz": "", "": "", "e": "", "report": "",
	} {
		got, ok := Nearest(name, words)
		if got != want || ok != (want != "") {
			t.Errorf("%q: %q %v, want %q", name, got, ok, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "abc", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("%q to %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
