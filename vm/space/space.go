package space

import (
	"slices"
	"strings"
	"sync"
	"time"

	"auto/vm/bits"
	"auto/vm/graph"
)

// Entity is an asset or a check.
type Entity struct {
	// Key is the asset's key, or asset:check.
	Key   string
	Asset *graph.Asset
	// Check is nil for an asset.
	Check *graph.Check
	// Keys are its partitions, nil for none.
	Keys *Keys
	// Level is the length of the longest way from a root; checks come after their asset
	// and their other dependencies.
	Level int
	// Bit is its first bit, of number 0.
	Bit int
}

// Space has the entities of a graph in the order of their evaluation: by level, and
// within one by the JSON text of the key, assets before checks. It is safe for concurrent
// use.
type Space struct {
	Entities []Entity
	// Bits is the size of the space.
	Bits int

	numbers   map[string]int
	byBit     []int   // entities in the order of their bits
	keys      []*Keys // all that entities have, each once
	moving    []*Keys // those that another instant may change
	links     []links // by entity
	mu        sync.Mutex
	relations map[relationKey]*Relation
	lacking   map[lackingKey]bits.Set
}

// relationKey is all that a relation depends on.
type relationKey struct {
	down, up *Keys
	mapping  *graph.Mapping
}

// Input is what a space is made of.
type Input struct {
	Graph *graph.Graph
	// At is the instant that decides which time windows exist.
	At time.Time
	// Dynamic gives the keys of dynamic definitions in order of addition.
	Dynamic func(name string) []string
	// Undefined has, by entity key, partition keys to have room for beside the defined.
	Undefined map[string][]string
	// Group numbers entities that should lie side by side within a level, such as those
	// with one program. Entities without partitions of one level and group lie bit by
	// bit, each such run from a word on; each entity with partitions begins at a word.
	// nil puts all in one group.
	Group func(key string) int
}

// New lays out the space of a graph. It fails where assets depend on each other.
func New(in Input) (*Space, error) {
	entities, err := entitiesOf(in.Graph)
	if err != nil {
		return nil, err
	}
	s := &Space{Entities: entities, numbers: make(map[string]int, len(entities)), relations: map[relationKey]*Relation{}, lacking: map[lackingKey]bits.Set{}}
	for i := range entities {
		s.numbers[entities[i].Key] = i
	}
	s.addKeys(in)
	s.addMoving()
	s.addBits(in.Group)
	s.addLinks()
	return s, nil
}

// addKeys lists the partitions of the entities, those of one definition once.
func (s *Space) addKeys(in Input) {
	undefined := s.shared(s.undefined(in))
	known := map[*graph.Partitions]*Keys{}
	for i := range s.Entities {
		e := &s.Entities[i]
		p := e.partitions()
		switch {
		case p == nil:
			continue
		case known[p] == nil:
			known[p] = NewKeys(p, in.At, in.Dynamic, undefined(p))
			s.keys = append(s.keys, known[p])
		}
		e.Keys = known[p]
	}
}

// shared gives the undefined keys of all entities with equal definitions: between these
// keys that no definition has are related too, so that what one is about all may be.
func (s *Space) shared(undefined map[string][]string) func(p *graph.Partitions) []string {
	of := map[string][]string{}
	for i := range s.Entities {
		e := &s.Entities[i]
		if keys := undefined[e.Key]; len(keys) > 0 {
			if p := e.partitions(); p != nil {
				of[p.Identity()] = append(of[p.Identity()], keys...)
			}
		}
	}
	return func(p *graph.Partitions) []string {
		if len(of) == 0 {
			return nil
		}
		return of[p.Identity()]
	}
}

func (e *Entity) partitions() *graph.Partitions {
	if e.Check != nil && !e.Check.Partitioned {
		return nil
	}
	return e.Asset.Partitions
}

// undefined gives the keys to have room for: those of the input, and those that specific
// mappings name of definitions that are not of time windows, because Dagster maps to them
// whether they exist or not.
func (s *Space) undefined(in Input) map[string][]string {
	all := map[string][]string{}
	for key, list := range in.Undefined {
		all[key] = slices.Clone(list)
	}
	for i := range s.Entities {
		e := &s.Entities[i]
		if e.Check != nil {
			continue
		}
		for _, d := range e.Asset.Deps {
			if d.Mapping != nil && d.Mapping.Kind == graph.MapSpecific {
				all[d.Key] = append(all[d.Key], s.missingKeys(d, in)...)
			}
		}
	}
	return all
}

func (s *Space) missingKeys(d graph.Dep, in Input) []string {
	up, ok := in.Graph.Asset(d.Key)
	if !ok || up.Partitions == nil || up.Partitions.IsTime() {
		return nil
	}
	return NewKeys(up.Partitions, in.At, in.Dynamic, d.Mapping.Keys).undefined
}

// addBits gives each entity its bits.
func (s *Space) addBits(group func(key string) int) {
	if group == nil {
		group = func(string) int { return 0 }
	}
	order := make([]int, len(s.Entities))
	groups := make([]int, len(s.Entities))
	for i := range order {
		order[i], groups[i] = i, group(s.Entities[i].Key)
	}
	place := func(i int) [3]int {
		e := &s.Entities[i]
		if e.Keys != nil {
			return [3]int{e.Level, groups[i], 1}
		}
		return [3]int{e.Level, groups[i], 0}
	}
	slices.SortStableFunc(order, func(a, b int) int { x, y := place(a), place(b); return slices.Compare(x[:], y[:]) })
	s.byBit = order
	for n, i := range order {
		e := &s.Entities[i]
		if e.Keys != nil || n == 0 || place(i) != place(order[n-1]) {
			s.Bits = bits.Words(s.Bits) * 64
		}
		e.Bit = s.Bits
		s.Bits += max(e.Keys.Total(), 1) // no two entities begin at the same bit
	}
}

// Find gives the number of an entity by its key, and false where there is none.
func (s *Space) Find(key string) (int, bool) {
	i, ok := s.numbers[key]
	return i, ok
}

// Relation gives how the partitions of one entity relate to another's when mapped up from
// down: by the mapping that down declares for up, or the default one, whether it depends
// on it or not. It fails as Relate does.
func (s *Space) Relation(down, up int) (*Relation, error) {
	key := relationKey{s.Entities[down].Keys, s.Entities[up].Keys, s.mapping(down, up)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.relations[key]; ok {
		return r, nil
	}
	r, err := Relate(key.down, key.up, key.mapping)
	if err == nil {
		s.relations[key] = r
	}
	return r, err
}

// mapping gives the mapping that one entity declares for another, nil for none.
func (s *Space) mapping(down, up int) *graph.Mapping {
	e := &s.Entities[down]
	if e.Check != nil || s.Entities[up].Check != nil {
		return nil
	}
	for i := range e.Asset.Deps {
		if e.Asset.Deps[i].Key == s.Entities[up].Key {
			return e.Asset.Deps[i].Mapping
		}
	}
	return nil
}

// SameRun reports whether one run can execute both an entity and one that depends on it
// partition by partition: equal definitions, an identity mapping or one of time windows
// with any offsets, one repository, and the dependency, where it is an asset, is neither
// only observed nor external; the rule of will_be_requested (Dagster's
// executable_in_same_run and is_materializable).
func (s *Space) SameRun(down, up int) bool {
	a, b := &s.Entities[down], &s.Entities[up]
	p, q := a.partitions(), b.partitions()
	if b.Check == nil && (b.Asset.External || b.Asset.Observable) || a.Asset.Repository != b.Asset.Repository {
		return false
	}
	return graph.SameRun(p, q, s.mapping(down, up))
}

// compareAssets sorts asset keys as Dagster does: by their components.
func compareAssets(a, b string) int {
	return slices.Compare(strings.Split(a, "/"), strings.Split(b, "/"))
}
