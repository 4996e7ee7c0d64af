package sidebyside

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// every is how often sensors tick.
const every = 30 * time.Second

// compare lets two sides live through a history, and compares what they launch in each
// step of it.
func compare(t *testing.T, seed uint64, steps int, a, b side) {
	t.Helper()
	both, told := []side{a, b}, &story{random: rand.New(rand.NewPCG(seed, 7))}
	now, ticks, launched := began, 0, map[string]int{}
	next := told.first()
	for i := range steps {
		begin(t, both, next)
		now = now.Add(next.wait)
		ran := make([][]string, 2)
		for quiet := 0; quiet < 2; {
			now, quiet, ticks = now.Add(every), quiet+1, ticks+1
			for j, s := range both {
				s.tick(t, now)
				for _, launch := range launches(s.history().news(t)) {
					quiet, ran[j] = 0, append(ran[j], now.Format(time.TimeOnly)+" "+launch)
				}
			}
			if len(ran[0])+len(ran[1]) > 1000 {
				t.Fatalf("step %d has no end: %+v", i, next)
			}
		}
		if diff := cmp.Diff(ran[0], ran[1]); diff != "" {
			t.Fatalf("step %d, %+v: %s (-) and %s (+) launched:\n%s", i, next, a.name(), b.name(), diff)
		}
		count(launched, ran[0])
		next = told.next(now)
	}
	t.Logf("%d steps, %d ticks, launched for each condition: %v", steps, ticks, launched)
}

// begin lets a step happen on both sides.
func begin(t *testing.T, both []side, next step) {
	t.Helper()
	for _, s := range both {
		d := s.history()
		d.finish(t)
		d.rules(t, next.fail, next.hold)
		d.happen(t, next.happenings)
	}
}
