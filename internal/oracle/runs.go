package oracle

import (
	"fmt"
	"slices"
	"strings"

	"auto/vm/graph"
)

// Run stands for one run per partition, or for one run without partitions.
type Run struct {
	// Assets are sorted; nil where only checks run.
	Assets []string
	// Checks that run along, sorted; nil for all of the assets.
	Checks []string
	// Partitions are in the order of the definition, nil for none.
	Partitions []string
}

// group is what runs together.
type group struct {
	partitions *graph.Partitions
	repository string
	key        string
	entities   []string
}

// Runs groups what is requested into runs (build_run_requests): one for each definition
// and partition, with all that is requested of it in one repository. A check joins the
// partitions of its asset where that is requested too.
func (r *Result) Runs() []Run {
	var groups []*group
	for _, entity := range r.requested() {
		home := entity
		asset, check := r.view.asset(entity)
		if _, with := r.Requested[asset.Key]; check != nil && with {
			home = asset.Key
		}
		for key := range r.Requested[home].keys {
			groups = addTo(groups, &group{r.view.partitions(home), asset.Repository, key, nil}, entity)
		}
	}
	return r.view.merged(groups)
}

func (r *Result) requested() []string {
	set := map[string]bool{}
	for entity := range r.Requested {
		set[entity] = true
	}
	return sorted(set)
}

func addTo(groups []*group, of *group, entity string) []*group {
	for _, g := range groups {
		if g.key == of.key && g.repository == of.repository && g.partitions.Same(of.partitions) {
			g.entities = append(g.entities, entity)
			return groups
		}
	}
	of.entities = []string{entity}
	return append(groups, of)
}

// merged writes the runs that differ in their partition only as one.
func (v *view) merged(groups []*group) []Run {
	type same struct {
		run  Run
		of   *graph.Partitions
		keys map[string]bool
	}
	var all []*same
	for _, g := range groups {
		run := v.run(g.entities)
		i := slices.IndexFunc(all, func(s *same) bool { return s.run.text() == run.text() && s.of.Same(g.partitions) })
		if i < 0 {
			i = len(all)
			all = append(all, &same{run, g.partitions, map[string]bool{}})
		}
		all[i].keys[g.key] = true
	}
	var runs []Run
	for _, s := range all {
		if s.of != nil {
			s.run.Partitions = inOrder(v.listed(s.of), s.keys)
		}
		runs = append(runs, s.run)
	}
	slices.SortFunc(runs, func(a, b Run) int { return strings.Compare(a.text(), b.text()) })
	return runs
}

// listed gives the definition that some entity has.
func (v *view) listed(p *graph.Partitions) *definition {
	for _, entity := range v.entities() {
		if d := v.definition(entity); d != nil && d.Same(p) {
			return d
		}
	}
	return nil
}

func (r Run) text() string {
	return fmt.Sprintf("%q %t %q %q", r.Assets, r.Checks != nil, r.Checks, r.Partitions)
}

// run: where a check of the assets has a condition, the requested checks and those without
// a condition run; otherwise the requested ones, or all where none is.
func (v *view) run(entities []string) (run Run) {
	conditioned := false
	var along []string
	for _, entity := range entities {
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
		run.Checks = append([]string{}, sorted(setOf(append(run.Checks, along...)))...)
	}
	return run
}
