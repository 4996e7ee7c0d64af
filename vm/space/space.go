package space

import (
	"time"

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
// within one by the JSON text of the key, assets before checks.
type Space struct {
	Entities []Entity
	// Bits is the size of the space.
	Bits int
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

// New lays out the space of a graph.
func New(in Input) (*Space, error) { panic("skeleton") }

// Find gives the number of an entity by its key, and false where there is none.
func (s *Space) Find(key string) (int, bool) { panic("skeleton") }

// Deps gives the assets that an entity depends on, sorted by the components of their
// keys as Dagster sorts asset keys: of an asset its dependencies, of a check its asset and its
// additional ones.
func (s *Space) Deps(entity int) []int { panic("skeleton") }

// Checks gives the checks of an asset, sorted by name.
func (s *Space) Checks(asset int) []int { panic("skeleton") }

// IsChild reports whether an entity depends on another: as an asset on a dependency, or as
// a check on its asset or an additional dependency.
func (s *Space) IsChild(of, entity int) bool { panic("skeleton") }

// ExecutionSet gives the entities that always execute with one, itself included, in
// order; nil where it is alone. Checks embedded in an asset belong to its set.
func (s *Space) ExecutionSet(entity int) []int { panic("skeleton") }

// Relation gives how the partitions of one entity relate to another's when mapped up from
// down: by the mapping that down declares for up, or the default one, whether it depends
// on it or not.
func (s *Space) Relation(down, up int) (*Relation, error) { panic("skeleton") }

// SameRun reports whether one run can execute both an entity and one that depends on it
// partition by partition: equal definitions, an identity mapping or one of time windows
// with any offsets, one repository, and neither is only observed or external; the rule
// of `will_be_requested` (Dagster's executable_in_same_run and is_materializable).
func (s *Space) SameRun(down, up int) bool { panic("skeleton") }
