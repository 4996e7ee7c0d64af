package space

import (
	"auto/vm/bits"
	"auto/vm/graph"
)

// Relation says which partitions of a dependency (up) belong to which of its dependent
// (down). Both directions are Dagster's, and need not be the inverse of each other.
type Relation struct{}

// Relate makes the relation of a dependent to a dependency by a mapping; nil is the
// default one. It fails where Dagster refuses the mapping.
func Relate(down, up *Keys, m *graph.Mapping) (*Relation, error) { panic("skeleton") }

// Up adds to dst, bits of the dependency, the partitions that those in src, bits of the
// dependent, depend on. Sets begin at bit 0 with number 0 of their Keys.
func (r *Relation) Up(dst, src bits.Set) { panic("skeleton") }

// Down adds to dst, bits of the dependent, the partitions that depend on those in src.
func (r *Relation) Down(dst, src bits.Set) { panic("skeleton") }

// IsIdentity reports whether both directions relate each number to itself and nothing
// else, and both sides have as many numbers.
func (r *Relation) IsIdentity() bool { panic("skeleton") }
