package oracle

import (
	"cmp"
	"slices"

	"auto/vm/graph"
)

// Run is one run that a tick asks for.
type Run struct {
	Assets []string
	// Checks that run along; nil for all of the assets.
	Checks []string
	// Partition is "" for none; Partitioned tells whether there is one.
	Partition   string
	Partitioned bool
	// Definition is that of the partition.
	Definition *graph.Partitions
}

// Runs groups what is requested into runs (build_run_requests): one for each definition
// and partition, with all that is requested of it in one repository. A check joins the
// partitions of its asset where that is requested too.
func (r *Result) Runs() []Run {
	var groups []*group
	for _, entity := range sortedKeys(r.Requested) {
		home := entity
		asset, check := r.view.asset(entity)
		if _, with := r.Requested[asset.Key]; check != nil && with {
			home = asset.Key
		}
		partitions := r.view.partitions(home)
		for _, key := range sorted(r.Requested[home].keys) {
			groups = addTo(groups, group{partitions, key, asset.Repository, nil}, entity)
		}
	}
	var runs []Run
	for _, g := range groups {
		runs = append(runs, r.view.run(g))
	}
	slices.SortStableFunc(runs, func(a, b Run) int { return cmp.Compare(a.Partition, b.Partition) })
	return runs
}

// group is what runs together.
type group struct {
	partitions      *graph.Partitions
	key, repository string
	entities        []string
}

func addTo(groups []*group, of group, entity string) []*group {
	for _, g := range groups {
		if g.key == of.key && g.repository == of.repository && g.partitions.Same(of.partitions) {
			g.entities = append(g.entities, entity)
			return groups
		}
	}
	of.entities = []string{entity}
	return append(groups, &of)
}

// run: where a check of the assets has a condition, the requested checks and those without
// a condition run; otherwise the requested ones, or all where none is.
func (v *view) run(g *group) Run {
	run := Run{Partition: g.key, Partitioned: g.partitions != nil, Definition: g.partitions}
	conditioned := false
	var along []string
	for _, entity := range g.entities {
		if v.isCheck(entity) {
			run.Checks = append(run.Checks, entity)
			continue
		}
		run.Assets = append(run.Assets, entity)
		for _, check := range v.checks(entity) {
			if v.conditions[check] != nil {
				conditioned = true
			} else {
				along = append(along, check)
			}
		}
	}
	if conditioned {
		run.Checks = sorted(setOf(append(run.Checks, along...)))
		if run.Checks == nil {
			run.Checks = []string{}
		}
	}
	return run
}

func sortedKeys(m map[string]Subset) []string {
	set := map[string]bool{}
	for key := range m {
		set[key] = true
	}
	return sorted(set)
}
