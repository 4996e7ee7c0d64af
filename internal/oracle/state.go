package oracle

import (
	"slices"

	"auto/vm/graph"
)

// State is what a tick leaves for the next, by entity. It is plain data.
type State map[string]*Cursor

// Cursor is what is held of the last evaluation of one entity.
type Cursor struct {
	// Since is that evaluation.
	Since Since `json:"since"`
	// Requested is what its own condition asked for, not what was added for an
	// execution set.
	Requested Stored `json:"requested"`
	// Nodes are the states of nodes by Dagster's unique id.
	Nodes map[string]Node `json:"nodes,omitempty"`
}

// Node is the state of one node.
type Node struct {
	// True is what the node was true for, of SINCE.
	True *Stored `json:"true,omitempty"`
	// Operand is what the operand was true for, of NEWLY_TRUE.
	Operand *Stored `json:"operand,omitempty"`
	// CodeVersion is the version that was seen, of code_version_changed.
	CodeVersion string `json:"code_version,omitempty"`
}

// Stored is a subset as it is written down.
type Stored struct {
	// Form is single, windowed, keyed or ranged.
	Form string `json:"form"`
	// Keys are the partitions of the first three, "" where there are none.
	Keys []string `json:"keys,omitempty"`
	// Definition is that of the windows, as it is written.
	Definition *graph.Spec `json:"definition,omitempty"`
	// Ranges and the name of the dynamic definition that they are of.
	Ranges  []Range `json:"ranges,omitempty"`
	Dynamic string  `json:"dynamic,omitempty"`
}

// The names of forms that are stored.
const (
	storedSingle   = "single"
	storedWindowed = "windowed"
	storedKeyed    = "keyed"
	storedRanged   = "ranged"
)

// store writes a subset down; what stands for all partitions is written out
// (convert_to_serializable_subset).
func store(d *definition, s Subset) Stored {
	if s.form == every {
		s = all(d)
	}
	switch s.form {
	case single:
		return Stored{Form: storedSingle, Keys: sorted(s.keys)}
	case windowed:
		spec := d.Spec
		return Stored{Form: storedWindowed, Keys: sorted(s.keys), Definition: &spec}
	case ranged:
		return Stored{Form: storedRanged, Ranges: s.ranges, Dynamic: s.dynamic}
	}
	return Stored{Form: storedKeyed, Keys: sorted(s.keys)}
}

// compress writes keys of a dynamic definition down as ranges
// (_get_maybe_compressed_dynamic_partitions_subset).
func compress(d *definition, s Subset) Stored {
	if d == nil || d.Type != graph.Dynamic || s.form == ranged {
		return store(d, s)
	}
	stored := Stored{Form: storedRanged, Dynamic: d.Partitions.Name}
	follows := false
	for _, key := range d.keys {
		switch last := len(stored.Ranges) - 1; {
		case s.Has(key) && follows:
			stored.Ranges[last].Last = key
		case s.Has(key):
			stored.Ranges = append(stored.Ranges, Range{key, key})
		}
		follows = s.Has(key)
	}
	return stored
}

// restore gives a stored subset back, and false where it does not fit the definition any
// more (is_compatible_with_partitions_def).
func restore(d *definition, stored Stored) (Subset, bool) {
	switch stored.Form {
	case storedSingle:
		return Subset{form: single, keys: setOf(stored.Keys)}, d == nil
	case storedWindowed:
		old, err := graph.NewPartitions(*stored.Definition)
		return Subset{form: windowed, keys: setOf(stored.Keys)}, err == nil && d != nil && old.Same(d.Partitions)
	case storedRanged:
		return restoreRanges(d, stored)
	}
	fits := d != nil && !(d.IsTime() && slices.ContainsFunc(stored.Keys, d.lacks))
	return Subset{form: keyed, keys: setOf(stored.Keys)}, fits
}

// restoreRanges: the ends of all ranges must be there; what lies between them may have
// changed.
func restoreRanges(d *definition, stored Stored) (Subset, bool) {
	if d == nil || d.Type != graph.Dynamic || d.Partitions.Name != stored.Dynamic {
		return Subset{}, false
	}
	keys := map[string]bool{}
	for _, r := range stored.Ranges {
		first, last := slices.Index(d.keys, r.First), slices.Index(d.keys, r.Last)
		if first < 0 || last < 0 {
			return Subset{}, false
		}
		for i := first; i <= last; i++ {
			keys[d.keys[i]] = true
		}
	}
	return Subset{form: ranged, keys: keys, ranges: stored.Ranges, dynamic: stored.Dynamic}, true
}

func (d *definition) lacks(key string) bool { return !slices.Contains(d.keys, key) }

// carried gives the cursors that a tick hands on unseen: those of what is not executed
// here, such as checks and external assets; an executed asset without a condition loses
// its own (AssetDaemonCursor.with_updates).
func (v *view) carried(s State) State {
	kept := State{}
	for entity, cursor := range s {
		if !v.materializable(entity) {
			kept[entity] = cursor
		}
	}
	return kept
}
