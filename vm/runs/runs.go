// Package runs turns the partitions that a tick requests into runs, as Dagster's
// build_run_requests does without backfills.
package runs

import (
	"slices"
	"strings"

	"auto/vm/bits"
	"auto/vm/space"
)

// Run stands for one run for each of its partitions, or for one where it has none.
type Run struct {
	// Assets are the keys of the assets to execute, sorted; there may be none.
	Assets []string
	// Checks are the checks to execute, as asset:check, sorted; where it is nil, all checks
	// of the assets run along.
	Checks []string
	// Partitions are the keys in the order of the definition, those that it does not have
	// last and sorted; nil where there are no partitions.
	Partitions []string
}

// Group gives the runs for what is requested, a set over the bits of a space, sorted by
// assets and checks; of two lists of which one begins with the other the longer is first,
// and no list of checks is last. conditioned reports whether the asset or check of a key
// has a condition of its own; whole of which entities all partitions are requested, so that
// checks join them even where there are none.
//
// There is one run for each key of each definition, whatever assets are requested for it;
// equal definitions are one, and what has no partitions is together. Assets of different
// repositories are in different runs. A check whose asset is requested too runs with the
// partitions of the asset, else with its own. Where a check of the assets of a run has a
// condition, the requested checks run and those of the assets that have none; else, where
// checks were requested, exactly those; else all.
func Group(s *space.Space, requested bits.Set, whole func(entity int) bool, conditioned func(key string) bool) []Run {
	var all []Run
	for _, p := range pools(s, requested, whole) {
		for _, g := range p.groups() {
			r := g.run(s, conditioned)
			if p.partitioned() {
				r.Partitions = p.keys(g.numbers)
			}
			all = append(all, r)
		}
	}
	slices.SortFunc(all, compare)
	return all
}

func compare(a, b Run) int {
	if c := compareLists(a.Assets, b.Assets); c != 0 {
		return c
	}
	switch {
	case a.Checks == nil && b.Checks == nil:
		return 0
	case a.Checks == nil:
		return 1
	case b.Checks == nil:
		return -1
	}
	return compareLists(a.Checks, b.Checks)
}

func compareLists(a, b []string) int {
	for i := range min(len(a), len(b)) {
		if c := strings.Compare(a[i], b[i]); c != 0 {
			return c
		}
	}
	return len(b) - len(a)
}

// run gives the run of a group, without its partitions.
func (g group) run(s *space.Space, conditioned func(key string) bool) (r Run) {
	r.Assets, r.Checks = Compose(s, g.members, conditioned)
	return r
}

// Compose gives the assets and checks of one run in which entities of a space are
// requested, in any order, by the rule of Group.
func Compose(s *space.Space, entities []int, conditioned func(key string) bool) (assets, checks []string) {
	assets = []string{}
	own := false
	var along []string
	for _, m := range entities {
		e := &s.Entities[m]
		if e.Check != nil {
			checks = append(checks, e.Key)
			continue
		}
		assets = append(assets, e.Key)
		for _, c := range s.Checks(m) {
			if key := s.Entities[c].Key; conditioned(key) {
				own = true
			} else {
				along = append(along, key)
			}
		}
	}
	if own {
		checks = append(append([]string{}, checks...), along...)
	}
	slices.Sort(assets)
	slices.Sort(checks)
	return assets, slices.Compact(checks)
}
