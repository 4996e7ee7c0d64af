package sidebyside

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// every is how often sensors tick.
const every = 30 * time.Second

// play is a history that two sides live through.
type play struct {
	both  [2]side
	story *story
	now   time.Time
	ticks int
	// launched counts launches by condition.
	launched map[string]int
}

// compare lets two sides live through a history of some steps, and compares what they
// launch at each tick: the runs, with what is in each.
func compare(t *testing.T, seed uint64, steps int, a, b side) {
	t.Helper()
	p := &play{both: [2]side{a, b}, story: &story{random: rand.New(rand.NewPCG(seed, 7))}, now: began, launched: map[string]int{}}
	next := p.story.first()
	for i := range steps {
		first, second := p.step(t, next)
		if diff := cmp.Diff(first, second); diff != "" {
			for _, s := range p.both {
				s.explain(t, differing(first, second))
			}
			t.Fatalf("step %d, %+v: %s (-) and %s (+) launched:\n%s", i, next, a.name(), b.name(), diff)
		}
		next = p.story.next(p.now)
	}
	t.Logf("%d steps, %d ticks, launched for each condition: %v", steps, p.ticks, p.launched)
	for condition := range driven {
		if steps >= 20 && p.launched[condition] == 0 {
			t.Errorf("nothing was launched for %s: the history is no test of it", condition)
		}
	}
}

// step lets a step happen on both sides, and their sensors tick until two ticks launch
// nothing more. It gives what each launched.
func (p *play) step(t *testing.T, s step) (first, second []string) {
	t.Helper()
	p.begin(t, s)
	p.now = p.now.Add(s.wait)
	for quiet := 0; quiet < 2; quiet++ {
		a, b := p.tick(t)
		first, second = append(first, a...), append(second, b...)
		if len(a)+len(b) > 0 {
			quiet = -1
		}
		if len(first)+len(second) > 1000 {
			t.Fatalf("%+v has no end", s)
		}
	}
	return first, second
}

// begin lets a step happen. Runs that were held end before.
func (p *play) begin(t *testing.T, s step) {
	t.Helper()
	for _, side := range p.both {
		d := side.history()
		d.finish(t)
		d.rules(t, s.fail, s.hold)
		d.happen(t, s.happenings)
	}
}

// tick lets the sensors of both sides tick, and gives what each launched.
func (p *play) tick(t *testing.T) (first, second []string) {
	t.Helper()
	p.now, p.ticks = p.now.Add(every), p.ticks+1
	var did [2][]string
	for i, side := range p.both {
		side.tick(t, p.now)
		runs := side.history().news(t)
		did[i] = launches(p.now, runs)
		if i == 0 {
			count(p.launched, runs)
		}
	}
	return did[0], did[1]
}

// differing gives the pairs of lines that only one side has.
func differing(a, b []string) []string {
	count := map[string]int{}
	for i, lines := range [2][]string{a, b} {
		for _, line := range lines {
			for _, pair := range strings.Fields(line)[2:] {
				count[pair] += 1 - 2*i
			}
		}
	}
	maps.DeleteFunc(count, func(_ string, n int) bool { return n == 0 })
	return slices.Sorted(maps.Keys(count))
}
