package sidebyside

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// step is what happens to both deployments while both are idle.
type step struct {
	wait       time.Duration // passes after it happened, and before the next tick
	happenings []happening
	fail, hold []string // assets whose runs fail, and whose runs stay under way until the next step
}

// story draws histories: each step from those before it.
type story struct {
	random    *rand.Rand
	now       time.Time
	customers int
}

// driven are the assets that have conditions, by the first word of their key.
var driven = map[string][]string{
	"eager":   {"eager_one", "eager_two", "eager_daily", "eager_total", "eager_region", "eager_customer", "eager_last"},
	"cron":    {"cron_one", "cron_daily", "cron_region", "cron_after"},
	"missing": {"missing_one", "missing_daily", "missing_region", "missing_customer", "missing_after"},
	"custom":  {"custom_one", "custom_daily", "custom_customer"},
}

// first is what lies there before anything is evaluated.
func (s *story) first() step {
	return step{happenings: []happening{
		{Kind: "materialization", Asset: "raw"},
		{Kind: "materialization", Asset: "raw_region", Partition: "eu"},
		{Kind: "materialization", Asset: "raw_daily", Partition: "2026-01-03"},
		{Kind: "materialization", Asset: "raw_daily", Partition: "2026-01-04"},
		{Kind: "materialization", Asset: "eager_daily", Partition: "2026-01-03"},
		s.customer(),
	}}
}

// next draws a step. now is the time that it begins at.
func (s *story) next(now time.Time) step {
	s.now = now
	out := step{wait: s.wait(now), fail: s.some(4), hold: s.some(3)}
	if s.random.IntN(3) == 0 {
		out.happenings = s.all()
	}
	for range 1 + s.random.IntN(6) {
		out.happenings = append(out.happenings, s.happening())
	}
	return out
}

// wait draws how long nothing happens: now and then until the schedule, or midnight, has
// just passed.
func (s *story) wait(now time.Time) time.Duration {
	switch s.random.IntN(8) {
	case 0, 1, 2:
		return now.Truncate(10 * time.Minute).Add(10*time.Minute + 15*time.Second).Sub(now)
	case 3:
		return now.Truncate(24 * time.Hour).Add(24*time.Hour + 15*time.Second).Sub(now)
	default:
		return time.Duration(s.random.IntN(60)) * time.Second
	}
}

// some draws an asset that has a condition, one time in n.
func (s *story) some(n int) []string {
	if s.random.IntN(n) != 0 {
		return nil
	}
	names := driven[[]string{"eager", "cron", "missing", "custom"}[s.random.IntN(4)]]
	return []string{names[s.random.IntN(len(names))]}
}

// all is that everything raw is updated, which schedules and missing partitions wait for.
func (s *story) all() []happening {
	list := []happening{{Kind: "materialization", Asset: "raw"}, {Kind: "materialization", Asset: "raw_two"}}
	for _, region := range regions {
		list = append(list, happening{Kind: "materialization", Asset: "raw_region", Partition: region})
	}
	for back := range 3 {
		list = append(list, happening{"materialization", "raw_daily", s.now.AddDate(0, 0, -1-back).Format(time.DateOnly)})
	}
	for c := range s.customers {
		list = append(list, happening{"materialization", "raw_customer", fmt.Sprint("c", 1+c)})
	}
	return list
}

var regions = []string{"eu", "us", "apac"}

func (s *story) happening() happening {
	switch s.random.IntN(10) {
	case 0:
		return s.customer()
	case 1, 2:
		return s.run()
	}
	h := happening{Kind: "materialization"}
	if s.random.IntN(10) == 0 {
		h.Kind = "observation"
	}
	switch s.random.IntN(10) {
	case 0, 1:
		h.Asset = "raw"
	case 2:
		h.Asset = "raw_two"
	case 3, 4, 5:
		h.Asset, h.Partition = "raw_daily", s.day()
	case 6:
		h.Asset, h.Partition = "raw_region", regions[s.random.IntN(3)]
	case 7, 8:
		h.Asset, h.Partition = "raw_customer", fmt.Sprint("c", 1+s.random.IntN(s.customers))
	default: // somebody made it by hand
		h.Asset, h.Partition = s.byHand()
	}
	return h
}

// run draws a run that somebody launches: often of an asset together with what it is
// made of, whose update is none to it then.
func (s *story) run() happening {
	together := [][2]string{
		{"raw+eager_one", ""}, {"raw+custom_one+eager_one", ""}, {"raw_two+missing_one", ""}, {"raw+raw_two+cron_one", ""}, {"eager_two", ""},
		{"raw_daily+eager_daily", s.day()}, {"raw_daily", s.day()}, {"custom_daily+cron_daily", s.day()},
		{"raw_region+eager_region+missing_region", regions[s.random.IntN(3)]}, {"raw_customer+custom_customer", fmt.Sprint("c", 1+s.random.IntN(s.customers))},
	}
	of := together[s.random.IntN(len(together))]
	return happening{Kind: "run", Asset: of[0], Partition: of[1]}
}

// byHand draws an asset that has a condition, with a partition.
func (s *story) byHand() (asset, partition string) {
	switch s.random.IntN(4) {
	case 0:
		return []string{"eager_one", "cron_one", "missing_one", "custom_one"}[s.random.IntN(4)], ""
	case 1:
		return []string{"eager_region", "cron_region", "missing_region"}[s.random.IntN(3)], "us"
	default:
		return []string{"eager_daily", "cron_daily", "missing_daily", "custom_daily"}[s.random.IntN(4)], s.day()
	}
}

// day draws one of the last three days that are over.
func (s *story) day() string {
	return s.now.AddDate(0, 0, -1-s.random.IntN(3)).Format(time.DateOnly)
}

func (s *story) customer() happening {
	s.customers++
	return happening{Kind: "partition", Asset: "customers", Partition: fmt.Sprint("c", s.customers)}
}
