package facts

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"auto/vm/bits"
	"auto/vm/code"
)

// tagsText is a text that is the same for equal tags.
func tagsText(f code.Fact) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%q", slices.Sorted(slices.Values(f.TagKeys)))
	for _, key := range slices.Sorted(maps.Keys(f.TagValues)) {
		fmt.Fprintf(&text, " %q=%q", key, f.TagValues[key])
	}
	return text.String()
}

// matcher remembers which runs have tags.
type matcher struct {
	world *World
	fact  code.Fact
	known map[int32]bool
}

func (m *matcher) has(run int32) bool {
	has, ok := m.known[run]
	if !ok {
		has = m.world.known(run).hasTags(m.fact.TagKeys, m.fact.TagValues)
		m.known[run] = has
	}
	return has
}

// made are the runs of the new materializations of a partition: whether any has the tags,
// and whether all have.
type made struct{ any, all bool }

// partitionOf names a partition of an asset of the space.
type partitionOf struct {
	bound *bound
	key   int32
}

// runsWith adds the partitions with new materializations of which any, or all, are by runs
// with the tags. It is empty where the event log was empty at the evaluation.
func (n *news) runsWith(f code.Fact) {
	if n.since.Event == 0 {
		return
	}
	for p, runs := range n.madeBy(&matcher{n.world, f, map[int32]bool{}}) {
		if f.Kind == code.AnyNewUpdateHasRunTags && !runs.any || f.Kind == code.AllNewUpdatesHaveTags && !runs.all {
			continue
		}
		if p.bound.keys == nil {
			p.key = 0 // any partition that it once had stands for it
		}
		n.add(p.bound, p.key)
	}
}

func (n *news) madeBy(m *matcher) map[partitionOf]made {
	found := map[partitionOf]made{}
	n.entries(func(b *bound, _ int32, e *entry) {
		if e.kind != materialized || !b.asset.shows(e.at) {
			return
		}
		p, has := partitionOf{b, e.key}, m.has(e.run)
		runs, known := found[p]
		found[p] = made{any: runs.any || has, all: (runs.all || !known) && has}
	})
	return found
}

// executedWith gives the partitions that the latest materialization of their asset is of,
// and the checks whose latest execution is of a run with the tags.
func (v *view) executedWith(f code.Fact) bits.Set {
	set := bits.New(v.space.Bits)
	m := &matcher{v.world, f, map[int32]bool{}}
	for i := range v.bound {
		b := &v.bound[i]
		if run, number, ok := v.latestRun(b); ok && m.has(run) {
			set.Add(b.bit + number)
		}
	}
	return set
}

// latestRun gives the run of the latest materialization of an asset and the number of the
// partition, or the run of the latest execution of a check without partitions.
func (v *view) latestRun(b *bound) (run int32, number int, ok bool) {
	if b.check != nil {
		if b.keys != nil || !b.check.any {
			return 0, 0, false
		}
		return b.check.rows[b.check.last].run, 0, true
	}
	latest := b.asset.record()
	if latest == 0 {
		return 0, 0, false
	}
	e := b.asset.log.at(latest)
	if e.run == 0 {
		return 0, 0, false
	}
	number, ok = v.number(b, e.key)
	return e.run, number, ok
}
