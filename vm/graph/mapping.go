package graph

import "fmt"

// MappingKind is the type of a partition mapping.
type MappingKind string

// The types of mappings.
const (
	MapIdentity      MappingKind = "identity"
	MapTimeWindow    MappingKind = "time_window"
	MapAll           MappingKind = "all"
	MapLast          MappingKind = "last"
	MapStatic        MappingKind = "static"
	MapSpecific      MappingKind = "specific"
	MapMultiToSingle MappingKind = "multi_to_single"
	MapMulti         MappingKind = "multi"
)

// Mapping says which upstream partitions a downstream partition depends on. Each type
// has its own fields; the others are empty.
type Mapping struct {
	Kind MappingKind
	// StartOffset and EndOffset move a time window mapping, in downstream windows.
	StartOffset, EndOffset int
	AllowNonexistent       bool
	// Static maps an upstream key to downstream keys.
	Static map[string][]string
	// Keys of a specific mapping.
	Keys []string
	// Dimension of a multi_to_single mapping.
	Dimension string
	// Dimensions of a multi mapping, by upstream dimension.
	Dimensions map[string]DimensionMapping
}

// DimensionMapping relates one upstream dimension to a downstream one.
type DimensionMapping struct {
	Dimension string
	// Mapping is nil for identity.
	Mapping *Mapping
}

// Check gives a *FieldError where a mapping lacks what its type needs.
func (m *Mapping) Check() error {
	switch m.Kind {
	case MapIdentity, MapTimeWindow, MapAll, MapLast:
	case MapStatic:
		if len(m.Static) == 0 {
			return fieldError("map", "Write `map: {up_key: [down_key]}`.", "A static mapping needs a map.")
		}
	case MapSpecific:
		if len(m.Keys) == 0 {
			return fieldError("keys", "Write `keys: [a]`.", "A specific mapping needs keys.")
		}
	case MapMultiToSingle:
		if m.Dimension == "" {
			return fieldError("dimension", "Write `dimension: date`.", "A multi_to_single mapping needs a dimension.")
		}
	case MapMulti:
		return m.checkDimensions()
	default:
		return fieldError("type", "Write identity, time_window, all, last, static, specific, multi_to_single or multi.", "No mapping is called `%s`.", m.Kind)
	}
	return nil
}

func (m *Mapping) checkDimensions() error {
	for name, d := range m.Dimensions {
		if d.Dimension == "" {
			return fieldError("dimensions", fmt.Sprintf("Write `%s: {dimension: %s}`.", name, name), "The dimension `%s` of a multi mapping names no downstream dimension.", name)
		}
		if d.Mapping != nil {
			if err := d.Mapping.Check(); err != nil {
				return err
			}
		}
	}
	return nil
}

// DefaultMapping gives the mapping of a dependency that names none: where either side
// has no partitions, all; two dimensions against one that equals exactly one of them,
// multi_to_single; time windows against time windows, time_window; else identity.
func DefaultMapping(up, down *Partitions) Mapping {
	switch {
	case up == nil || down == nil:
		return Mapping{Kind: MapAll}
	case (up.Type == Multi) != (down.Type == Multi):
		multi, single := up, down
		if down.Type == Multi {
			multi, single = down, up
		}
		if name, ok := onlyEqual(multi, single); ok {
			return Mapping{Kind: MapMultiToSingle, Dimension: name}
		}
	case up.IsTime() && down.IsTime():
		return Mapping{Kind: MapTimeWindow}
	}
	return Mapping{Kind: MapIdentity}
}

// onlyEqual gives the one dimension of a multi definition that equals another
// definition, and false where none or both do.
func onlyEqual(multi, single *Partitions) (string, bool) {
	found, count := "", 0
	for _, name := range multi.names {
		if multi.Dimensions[name].Same(single) {
			found, count = name, count+1
		}
	}
	return found, count == 1
}
