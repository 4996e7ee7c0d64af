package backlog

import (
	"math"
	"testing"
	"time"

	"auto/compiler"
	"auto/runtime/journal"
)

func TestNano(t *testing.T) {
	for _, c := range []struct {
		at   time.Time
		want int64
	}{
		{time.Time{}, never},
		{time.Unix(0, 0), 0},
		{time.Unix(5, 7), 5_000_000_007},
		{time.Unix(-5, 7), -4_999_999_993},
		{time.Date(2262, 4, 11, 23, 47, 15, 999_999_999, time.UTC), 9_223_372_035_999_999_999},
		{time.Date(2262, 4, 11, 23, 47, 16, 0, time.UTC), math.MaxInt64 - 1},
		{time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), math.MaxInt64 - 1},
		{time.Date(1677, 9, 21, 0, 12, 45, 0, time.UTC), -9_223_372_035_000_000_000},
		{time.Date(1600, 1, 1, 0, 0, 0, 0, time.UTC), math.MinInt64 + 1},
	} {
		if got := nano(c.at); got != c.want {
			t.Errorf("%s is %d, want %d", c.at, got, c.want)
		}
	}
}

// TestPauseForGood: a pause that ends after all instants that are kept holds, and what it
// holds back says until when.
func TestPauseForGood(t *testing.T) {
	late := time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		clauses compiler.Clauses
		pause   bool
		why     string
	}{
		"clause":  {clauses: compiler.Clauses{PausedUntil: late, PauseReason: "r"}, why: "the policy is paused until 2999-01-01T00:00:00Z: r"},
		"command": {pause: true, why: "paused until 2262-04-11T23:47:16Z: r"},
	} {
		t.Run(name, func(t *testing.T) {
			l := benchLedger(c.clauses)
			if c.pause {
				l.Pause(journal.Pause{Selection: "a", Keys: []string{"a"}, Until: late, Reason: "r"}, start)
			}
			l.Decide(Decided{Policy: "p", Pairs: []Pair{{Key: "a"}}, At: start})
			for range 2 {
				if got, _ := l.Release(start, inOrder{}); len(got) > 0 {
					t.Error(got)
				}
			}
			waiting := l.Waiting(start, inOrder{})
			if len(waiting) != 1 || waiting[0].Why != c.why {
				t.Error(waiting)
			}
			if _, ok := l.nextAt(start); !ok {
				t.Error("it never ends")
			}
		})
	}
}
