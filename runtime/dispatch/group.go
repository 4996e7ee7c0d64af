package dispatch

import (
	"errors"

	"auto/compiler"
	"auto/vm/graph"
	"auto/vm/space"
)

// place is where the launches of one run meet.
type place struct {
	profile, pool int
	partition     string
}

// draft is what is launched at one place: one run, or more where a pair is launched more
// than once or the run would be too large.
type draft struct {
	profile   *profile
	partition string
	// first is the first of its launches.
	first   int
	members []member
}

// member is an entity with the launch that asks for it, -1 for a check that joins its asset
// here and is carried out by another run.
type member struct{ entity, launch int }

// joint is an entity under one profile.
type joint struct{ profile, entity int }

// grouping puts launches together into drafts.
type grouping struct {
	profiles
	pools  pools
	drafts []*draft
	places map[place]*draft
	// checked are the drafts with an asset that has checks.
	checked map[joint][]*draft
	// checks are the launches of a check that joins its asset where that is launched, and
	// joints those that there are, in order.
	checks map[joint][]int
	joints []joint
	joined map[joint]*profile
}

func newGrouping(in Input) *grouping {
	return &grouping{
		profiles: profiles{Input: in, of: map[[2]string]*profile{}, equal: map[string]*profile{}},
		pools:    newPools(in.Space), places: map[place]*draft{}, checked: map[joint][]*draft{}, checks: map[joint][]int{}, joined: map[joint]*profile{},
	}
}

// add puts a launch at its place; a check that may join its asset is put aside.
func (g *grouping) add(launch int) error {
	l := &g.Launches[launch]
	entity, ok := g.Space.Find(l.Key)
	if !ok {
		return errors.New("there is no such asset or check")
	}
	p, err := g.find(l.Policy, g.Space.Entities[entity].Asset.Key)
	if err != nil {
		return err
	}
	at := joint{p.number, entity}
	if g.Space.Entities[entity].Check != nil && p.clauses.Group != compiler.GroupNone {
		if g.checks[at] == nil {
			g.joints = append(g.joints, at)
			g.joined[at] = p
		}
		g.checks[at] = append(g.checks[at], launch)
		return nil
	}
	d := g.put(p, entity, launch)
	if len(g.Space.Checks(entity)) > 0 {
		g.checked[at] = append(g.checked[at], d)
	}
	return nil
}

// put adds a launch to the draft of its own place.
func (g *grouping) put(p *profile, entity, launch int) *draft {
	at := place{p.number, g.pools.of(entity, p.clauses.Group), g.Launches[launch].Partition}
	d := g.places[at]
	if d == nil {
		d = &draft{profile: p, partition: at.partition, first: launch}
		g.places[at] = d
		g.drafts = append(g.drafts, d)
	}
	d.add(entity, launch)
	return d
}

func (d *draft) add(entity, launch int) {
	d.members = append(d.members, member{entity, launch})
	if launch >= 0 {
		d.first = min(d.first, launch)
	}
}

// joinChecks puts the checks where their assets are, as Dagster does: a check whose asset
// is launched runs with every partition of the asset, else with its own.
func (g *grouping) joinChecks() {
	for _, at := range g.joints {
		launches := g.checks[at]
		asset, ok := g.Space.Find(g.Space.Entities[at.entity].Asset.Key)
		switch drafts := g.checked[joint{at.profile, asset}]; {
		case ok && len(drafts) > 0:
			g.join(at.entity, launches, drafts)
		case ok && g.none(asset):
		default:
			for _, launch := range launches {
				g.put(g.joined[at], at.entity, launch)
			}
		}
	}
}

// none reports whether all partitions of an asset are requested, and there are none.
func (g *grouping) none(asset int) bool {
	return g.Whole != nil && g.Whole(asset) && g.Space.Entities[asset].Keys.Len() == 0
}

// join puts a check into all drafts of its asset. Its launch is carried out where the
// asset has the same partition, else in the first of them.
func (g *grouping) join(check int, launches []int, drafts []*draft) {
	at := make(map[string]*draft, len(drafts))
	for _, d := range drafts {
		at[d.partition] = d
	}
	carried := map[*draft]bool{}
	for _, launch := range launches {
		d := at[g.Launches[launch].Partition]
		if d == nil {
			d = drafts[0]
		}
		d.add(check, launch)
		carried[d] = true
	}
	for _, d := range drafts {
		if !carried[d] {
			d.add(check, -1)
			carried[d] = true
		}
	}
}

// pools number what of one partition shares a run.
type pools struct {
	space   *space.Space
	numbers map[pool]int
	// known has the number of an entity, by how it is grouped.
	known      map[compiler.Group][]int
	identities map[*graph.Partitions]string
}

// pool is a repository with what is grouped by within it.
type pool struct {
	group            compiler.Group
	repository, name string
}

func newPools(s *space.Space) pools {
	return pools{s, map[pool]int{}, map[compiler.Group][]int{}, map[*graph.Partitions]string{}}
}

// of gives the number of the pool of an entity, from 1.
func (p *pools) of(entity int, by compiler.Group) int {
	known := p.known[by]
	if known == nil {
		known = make([]int, len(p.space.Entities))
		p.known[by] = known
	}
	if known[entity] == 0 {
		at := p.pool(entity, by)
		if p.numbers[at] == 0 {
			p.numbers[at] = len(p.numbers) + 1
		}
		known[entity] = p.numbers[at]
	}
	return known[entity]
}

// pool gives the pool of an entity. The first of those that always execute together
// stands for all of them.
func (p *pools) pool(entity int, by compiler.Group) pool {
	out := pool{group: by, repository: p.space.Entities[entity].Asset.Repository}
	stands := entity
	if set := p.space.ExecutionSet(entity); len(set) > 0 {
		stands = set[0]
	}
	e := &p.space.Entities[stands]
	switch by {
	case compiler.GroupDefault:
		out.name = p.identity(p.space.Entities[entity].Keys.Definition())
	case compiler.GroupGroup:
		out.name = e.Asset.Group
	case compiler.GroupOwner:
		if len(e.Asset.Owners) > 0 {
			out.name = e.Asset.Owners[0]
		}
	case compiler.GroupNone:
		out.name = e.Key
	}
	return out
}

// identity gives a text that equal definitions share.
func (p *pools) identity(d *graph.Partitions) string {
	if _, ok := p.identities[d]; !ok {
		p.identities[d] = d.Identity()
	}
	return p.identities[d]
}
