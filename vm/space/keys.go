// Package space lays all partitions of all assets and checks into one space of bits, at
// one instant, and relates the partitions of one to those of another.
package space

import (
	"time"

	"auto/vm/bits"
	"auto/vm/graph"
)

// Keys are the partitions that a definition has at an instant, numbered from 0 in its
// order: of time, of declaration, of addition; of two dimensions the first is outermost.
// After them come the undefined ones: keys that the definition does not have (any more)
// but that something known is about. A nil *Keys is that of an asset without partitions:
// one bit, without a key.
type Keys struct{}

// NewKeys lists the partitions of a definition, nil for none, that exist at an instant.
// dynamic gives the keys of a dynamic definition by its name in order of addition;
// undefined are further keys to have room for, in any order; those the definition has
// are left out.
func NewKeys(p *graph.Partitions, at time.Time, dynamic func(name string) []string, undefined []string) *Keys {
	panic("skeleton")
}

// Len gives the number of partitions that the definition has; 1 for nil.
func (k *Keys) Len() int { panic("skeleton") }

// Total is Len and the number of undefined keys.
func (k *Keys) Total() int { panic("skeleton") }

// Key gives the key of a number below Total; "" for nil.
func (k *Keys) Key(i int) string { panic("skeleton") }

// Index gives the number of a key, and false where there is none.
func (k *Keys) Index(key string) (int, bool) { panic("skeleton") }

// Definition is what the keys are of, nil for none.
func (k *Keys) Definition() *graph.Partitions { panic("skeleton") }

// AddLatest puts the partitions into a set that are in the latest time window, or with a
// lookback those whose windows start within it before the end of the latest; all where
// there is no time dimension.
func (k *Keys) AddLatest(set bits.Set, lookback time.Duration) { panic("skeleton") }

// Expand gives the keys of a list as scenarios write them: keys, ranges "A..B" with both
// ends, and "all". A key that the definition does not have stands for itself.
func (k *Keys) Expand(list []string) ([]string, error) { panic("skeleton") }

// Collapse writes the partitions of a set as scenarios do: in order, undefined keys last
// and sorted, more than 20 keys that follow each other as one range "FIRST..LAST".
func (k *Keys) Collapse(set bits.Set) []string { panic("skeleton") }
