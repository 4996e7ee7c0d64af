package runs

import (
	"slices"

	"auto/vm/bits"
	"auto/vm/graph"
	"auto/vm/space"
)

// pool is what is requested of one definition in one repository.
type pool struct {
	definition *graph.Partitions
	repository string
	members    []member
	// undefined are the keys beyond those that the definition has, sorted; they are
	// numbered after them.
	undefined []string
}

// member is an entity with the partitions to execute of it.
type member struct {
	entity int
	keys   *space.Keys
	set    bits.Set // from bit 0
}

// pools puts what is requested together by definition and repository.
func pools(s *space.Space, requested bits.Set, whole func(entity int) bool) []*pool {
	c := collector{known: map[place]*pool{}}
	for _, i := range slices.Sorted(s.Among(requested)) {
		set := subset(s, requested, i)
		of := &s.Entities[i]
		if asset, ok := s.Find(of.Asset.Key); ok && of.Check != nil {
			if joined := subset(s, requested, asset); joined != nil || whole(asset) {
				of, set = &s.Entities[asset], joined
			}
		}
		p := c.pool(place{of.Asset.Repository, of.Keys.Definition()})
		p.members = append(p.members, member{i, of.Keys, set})
	}
	for _, p := range c.all {
		p.addUndefined()
	}
	return c.all
}

// place is where a pool is found.
type place struct {
	repository string
	definition *graph.Partitions
}

type collector struct {
	all []*pool
	// known has a pool under each of the equal definitions that it was asked for by.
	known map[place]*pool
}

func (c *collector) pool(at place) *pool {
	if p := c.known[at]; p != nil {
		return p
	}
	i := slices.IndexFunc(c.all, func(p *pool) bool { return p.repository == at.repository && p.definition.Same(at.definition) })
	if i < 0 {
		i = len(c.all)
		c.all = append(c.all, &pool{repository: at.repository, definition: at.definition})
	}
	c.known[at] = c.all[i]
	return c.all[i]
}

// subset gives what is requested of an entity from bit 0 on, nil where that is nothing.
func subset(s *space.Space, requested bits.Set, entity int) bits.Set {
	e := &s.Entities[entity]
	n := e.Keys.Total()
	if requested.NextIn(e.Bit, e.Bit+n) < 0 {
		return nil
	}
	if e.Keys == nil {
		return bits.Set{1}
	}
	first := e.Bit >> 6 // entities with partitions begin at a word
	return requested[first:min(first+bits.Words(n), len(requested))]
}

func (p *pool) partitioned() bool { return p.definition != nil }

// addUndefined lists the undefined keys that are requested of any member.
func (p *pool) addUndefined() {
	for _, m := range p.members {
		for i := m.set.Next(m.keys.Len()); i >= 0 && i < m.keys.Total(); i = m.set.Next(i + 1) {
			p.undefined = append(p.undefined, m.keys.Key(i))
		}
	}
	slices.Sort(p.undefined)
	p.undefined = slices.Compact(p.undefined)
}

// number gives the number in the pool of a number of a member.
func (p *pool) number(m *member, i int) int {
	n := m.keys.Len()
	if i < n || len(p.undefined) == 0 {
		return i
	}
	at, _ := slices.BinarySearch(p.undefined, m.keys.Key(i))
	return n + at
}

// keys gives the keys of numbers in the pool.
func (p *pool) keys(numbers []int) []string {
	keys, defined := p.members[0].keys, p.members[0].keys.Len()
	list := make([]string, 0, len(numbers))
	for _, i := range numbers {
		if i < defined {
			list = append(list, keys.Key(i))
		} else {
			list = append(list, p.undefined[i-defined])
		}
	}
	return list
}

// group is the numbers that the same members are requested for.
type group struct {
	members []int // entities
	numbers []int
}

// groups parts the numbers of a pool by their members. Each number is in a state, which
// stands for the members so far; a member takes every state to another one.
func (p *pool) groups() []group {
	states := make([]int32, p.members[0].keys.Len()+len(p.undefined))
	paths := []path{{}}
	for at := range p.members {
		m := &p.members[at]
		for i := m.set.Next(0); i >= 0 && i < m.keys.Total(); i = m.set.Next(i + 1) {
			state := &states[p.number(m, i)]
			from := &paths[*state]
			if from.member != int32(at) || from.next == 0 {
				from.member, from.next = int32(at), int32(len(paths))
				paths = append(paths, path{before: *state, entity: m.entity})
			}
			*state = paths[*state].next
		}
	}
	return collect(states, paths)
}

// path is how a state was reached: the state before and the member that was added; and
// where the present member takes it.
type path struct {
	before int32
	entity int
	member int32
	next   int32
}

// collect lists the groups by their first number.
func collect(states []int32, paths []path) []group {
	var all []group
	places := make([]int, len(paths))
	for number, state := range states {
		if state == 0 {
			continue
		}
		if places[state] == 0 {
			all = append(all, group{members: members(paths, state)})
			places[state] = len(all)
		}
		g := &all[places[state]-1]
		g.numbers = append(g.numbers, number)
	}
	return all
}

func members(paths []path, state int32) (entities []int) {
	for ; state != 0; state = paths[state].before {
		entities = append(entities, paths[state].entity)
	}
	return entities
}
