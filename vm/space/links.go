package space

import (
	"slices"
	"strings"

	"auto/vm/graph"
)

// links are what an entity has to do with others, by number.
type links struct{ deps, checks, set []int }

func (s *Space) addLinks() {
	s.links = make([]links, len(s.Entities))
	for i := range s.Entities {
		l := &s.links[i]
		l.deps = s.findAll(s.Entities[i].deps())
		if e := &s.Entities[i]; e.Check == nil {
			l.checks = s.findAll(e.checks(func(graph.Check) bool { return true }))
		}
	}
	s.addSets()
}

// deps gives the keys of the assets that an entity depends on, sorted.
func (e *Entity) deps() (keys []string) {
	if e.Check != nil {
		keys = append(slices.Clone(e.Check.Deps), e.Asset.Key)
	} else {
		for _, d := range e.Asset.Deps {
			keys = append(keys, d.Key)
		}
	}
	slices.SortFunc(keys, compareAssets)
	return slices.Compact(keys)
}

// checks gives the keys of those checks of an asset that fit, sorted by name.
func (e *Entity) checks(fits func(graph.Check) bool) (keys []string) {
	for _, c := range e.Asset.Checks {
		if fits(c) {
			keys = append(keys, CheckKey(e.Asset.Key, c.Name))
		}
	}
	slices.SortFunc(keys, strings.Compare)
	return slices.Compact(keys)
}

// findAll gives the numbers of keys; those that are not defined are left out.
func (s *Space) findAll(keys []string) (numbers []int) {
	for _, key := range keys {
		if i, ok := s.Find(key); ok {
			numbers = append(numbers, i)
		}
	}
	return numbers
}

// addSets finds the entities that always execute together: the assets of one name, of an
// asset without one itself, and the checks embedded in them.
func (s *Space) addSets() {
	sets := map[string][]int{}
	for i := range s.Entities {
		if e := &s.Entities[i]; e.executesWithAsset() {
			sets[e.setName()] = append(sets[e.setName()], i)
		}
	}
	for _, set := range sets {
		for _, i := range set {
			if len(set) > 1 {
				s.links[i].set = set
			}
		}
	}
}

// executesWithAsset reports whether an entity is an asset that is executed, or embedded in
// one.
func (e *Entity) executesWithAsset() bool {
	return !e.Asset.External && !e.Asset.Observable && (e.Check == nil || e.Check.Embedded)
}

// setName names the set of an entity; a name of a set is not taken for an asset's key.
func (e *Entity) setName() string {
	if e.Asset.ExecutionSet != "" {
		return "set " + e.Asset.ExecutionSet + "\x00" + e.Asset.Repository
	}
	return "asset " + e.Asset.Key
}

// Deps gives the assets that an entity depends on, sorted by the components of their
// keys as Dagster sorts asset keys: of an asset its dependencies, of a check its asset and its
// additional ones. The caller does not write to it.
func (s *Space) Deps(entity int) []int { return s.links[entity].deps }

// Checks gives the checks of an asset, sorted by name, nil for a check. The caller does
// not write to it.
func (s *Space) Checks(asset int) []int { return s.links[asset].checks }

// IsChild reports whether an entity depends on another: as an asset on a dependency, or as
// a check on its asset or an additional dependency.
func (s *Space) IsChild(of, entity int) bool { return slices.Contains(s.links[entity].deps, of) }

// ExecutionSet gives the entities that always execute with one, itself included, in
// order; nil where it is alone. Checks embedded in an asset belong to its set. The caller
// does not write to it.
func (s *Space) ExecutionSet(entity int) []int { return s.links[entity].set }
