package graph

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

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
	// AllowNonexistent: upstream windows that are no partitions are left out.
	AllowNonexistent bool
	// Static maps an upstream key to downstream keys.
	Static map[string][]string
	// Keys of a specific mapping.
	Keys []string
	// Dimension of a multi_to_single mapping, on the side that has two.
	Dimension string
	// Dimensions of a multi mapping, by upstream dimension.
	Dimensions map[string]DimensionMapping
}

// DimensionMapping relates one upstream dimension to a downstream one.
type DimensionMapping struct {
	// Dimension is the downstream one.
	Dimension string
	// Mapping is nil for identity.
	Mapping *Mapping
}

// mappingFields are the fields of each type of mapping.
var mappingFields = map[MappingKind][]string{
	MapIdentity: {}, MapAll: {}, MapLast: {}, MapTimeWindow: {"start_offset", "end_offset", "allow_nonexistent_upstream_partitions"},
	MapStatic: {"map"}, MapSpecific: {"keys"}, MapMultiToSingle: {"dimension"}, MapMulti: {"dimensions"},
}

// Check gives a *FieldError where a mapping lacks what its type needs, or has what it
// does not.
func (m *Mapping) Check() error {
	fields, known := mappingFields[m.Kind]
	if !known {
		return fieldError("type", "Write identity, time_window, all, last, static, specific, multi_to_single or multi.", "No mapping is called `%s`.", m.Kind)
	}
	for _, f := range []struct {
		name string
		set  bool
		need string // what to write where the type cannot do without
	}{
		{"start_offset", m.StartOffset != 0, ""}, {"end_offset", m.EndOffset != 0, ""}, {"allow_nonexistent_upstream_partitions", m.AllowNonexistent, ""},
		{"map", len(m.Static) > 0, "map: {up_key: [down_key]}"}, {"keys", len(m.Keys) > 0, "keys: [a]"},
		{"dimension", m.Dimension != "", "dimension: date"}, {"dimensions", len(m.Dimensions) > 0, "dimensions: {date: {dimension: date}}"},
	} {
		switch owned := slices.Contains(fields, f.name); {
		case f.set && !owned:
			return fieldError(f.name, "Remove it.", "A mapping of the type %s has no field `%s`.", m.Kind, f.name)
		case !f.set && owned && f.need != "":
			return fieldError(f.name, "Write `"+f.need+"`.", "A mapping of the type %s needs `%s`.", m.Kind, f.name)
		}
	}
	for _, o := range []struct {
		field string
		value int
	}{{"start_offset", m.StartOffset}, {"end_offset", m.EndOffset}} {
		if o.value < -maxEndOffset || o.value > maxEndOffset {
			return fieldError(o.field, fmt.Sprintf("Write a number from %d to %d.", -maxEndOffset, maxEndOffset), "`%s: %d` is out of range.", o.field, o.value)
		}
	}
	return m.checkDimensions()
}

func (m *Mapping) checkDimensions() error {
	for _, name := range slices.Sorted(maps.Keys(m.Dimensions)) {
		d := m.Dimensions[name]
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

// Fits gives a *FieldError where a mapping does not suit the definitions on its two
// sides, as Dagster refuses it when it evaluates. Where upstream has no partitions any
// mapping will do.
func (m *Mapping) Fits(up, down *Partitions) error {
	if up == nil {
		return nil
	}
	switch m.Kind {
	case MapIdentity:
		return fitIdentity(down)
	case MapTimeWindow:
		return fitTimeWindow(up, down)
	case MapSpecific:
		return m.fitSpecific(up)
	case MapStatic:
		return m.fitStatic(up, down)
	case MapMultiToSingle:
		return m.fitMultiToSingle(up, down)
	case MapMulti:
		return m.fitMulti(up, down)
	}
	return nil
}

func fitIdentity(down *Partitions) error {
	if down == nil {
		return fieldError("type", "Write another mapping, such as `{type: all}`.", "An identity mapping is for partitions on both sides.")
	}
	return nil
}

func fitTimeWindow(up, down *Partitions) error {
	if !up.IsTime() || down == nil || !down.IsTime() {
		return fieldError("type", "Write another mapping, such as `{type: all}`.", "A time_window mapping is for time windows on both sides.")
	}
	if up.zoneName() != down.zoneName() {
		return fieldError("type", "Write the same `timezone` on both sides.", "Time windows of different time zones do not map: `%s` and `%s`.", up.zoneName(), down.zoneName())
	}
	return nil
}

// fitSpecific: keys of time windows have to be readable; they need not exist.
func (m *Mapping) fitSpecific(up *Partitions) error {
	for _, key := range m.Keys {
		if !up.IsTime() {
			break
		}
		if _, ok := up.format.read(key); !ok {
			return fieldError("keys", "Write keys of the upstream partitions.", "`%s` is no key of time windows whose keys are written `%s`.", key, up.format.source)
		}
	}
	return nil
}

func (m *Mapping) fitStatic(up, down *Partitions) error {
	if up.Type != Static || down != nil && down.Type != Static {
		return fieldError("type", "Write another mapping, such as `{type: all}`.", "A static mapping is for static partitions on both sides.")
	}
	for _, key := range slices.Sorted(maps.Keys(m.Static)) {
		if !up.hasKey(key) {
			return fieldError("map", "Write a key of the upstream partitions.", "The upstream partitions have no key `%s`.", key)
		}
		for _, to := range m.Static[key] {
			if down != nil && !down.hasKey(to) {
				return fieldError("map", "Write a key of the downstream partitions.", "The downstream partitions have no key `%s`.", to)
			}
		}
	}
	return nil
}

func (m *Mapping) fitMultiToSingle(up, down *Partitions) error {
	if down == nil || (up.Type == Multi) == (down.Type == Multi) {
		return fieldError("type", "Write another mapping, such as `{type: all}`.", "A multi_to_single mapping is for two dimensions on one side and one on the other.")
	}
	multi, single := sides(up, down)
	dimension := multi.Dimensions[m.Dimension]
	if dimension == nil {
		return unknownDimension("dimension", m.Dimension, multi)
	}
	if !dimension.Same(single) && !(dimension.IsTime() && single.IsTime()) {
		return fieldError("dimension", "Name a dimension with the same definition.", "The dimension `%s` is not what the other side has.", m.Dimension)
	}
	inferred, ok := singleDimension(multi, single)
	switch {
	case !ok:
		return fieldError("dimension", "Write another mapping, such as `{type: all}`.", "Both dimensions fit the other side, so neither is meant.")
	case multi.Dimensions[inferred].Same(single):
		return nil
	}
	return fitTimeWindow(multi.Dimensions[inferred], single)
}

func (m *Mapping) fitMulti(up, down *Partitions) error {
	if down == nil || up.Type != Multi || down.Type != Multi {
		return fieldError("type", "Write another mapping, such as `{type: all}`.", "A multi mapping is for two dimensions on both sides.")
	}
	linked := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(m.Dimensions)) {
		to := m.Dimensions[name]
		from, target := up.Dimensions[name], down.Dimensions[to.Dimension]
		twice := linked[to.Dimension]
		linked[to.Dimension] = true
		switch {
		case twice:
			return fieldError("dimensions", "Link each downstream dimension to one upstream dimension.", "Two upstream dimensions are mapped to the dimension `%s`.", to.Dimension)
		case from == nil:
			return unknownDimension("dimensions", name, up)
		case target == nil:
			return unknownDimension("dimensions", to.Dimension, down)
		case to.Mapping != nil:
			if err := to.Mapping.Fits(from, target); err != nil {
				return err
			}
		}
	}
	return nil
}

func unknownDimension(field, name string, p *Partitions) error {
	return fieldError(field, fmt.Sprintf("Write `%s`.", strings.Join(p.names, "` or `")), "The partitions have no dimension `%s`.", name)
}

// toEarlier reports whether a self-dependency by this mapping leads to earlier windows
// only. Dagster accepts no other.
func (m *Mapping) toEarlier(p *Partitions) bool {
	switch {
	case m == nil || p == nil:
		return false
	case m.Kind == MapTimeWindow:
		return p.IsTime() && m.StartOffset < 0 && m.EndOffset < 0
	case m.Kind == MapMulti && p.Type == Multi:
		for _, name := range p.names {
			if p.Dimensions[name].IsTime() && m.Dimensions[name].Mapping.toEarlier(p.Dimensions[name]) {
				return true
			}
		}
	}
	return false
}

// DefaultMapping gives the mapping of a dependency that names none, the first that
// applies: where either side has no partitions, all; two dimensions against one that
// equals exactly one of them, or that is time as only one of them is, multi_to_single;
// time windows against time windows, time_window; else identity.
func DefaultMapping(up, down *Partitions) Mapping {
	switch {
	case up == nil || down == nil:
		return Mapping{Kind: MapAll}
	case (up.Type == Multi) != (down.Type == Multi):
		if name, ok := singleDimension(sides(up, down)); ok {
			return Mapping{Kind: MapMultiToSingle, Dimension: name}
		}
	case up.IsTime() && down.IsTime():
		return Mapping{Kind: MapTimeWindow}
	}
	return Mapping{Kind: MapIdentity}
}

// sides gives the definition with two dimensions first, of two of which one has them.
func sides(up, down *Partitions) (multi, single *Partitions) {
	if up.Type == Multi {
		return up, down
	}
	return down, up
}

// singleDimension gives the dimension that a definition is related to by default.
func singleDimension(multi, single *Partitions) (string, bool) {
	matching := multi.dimensionsThat(single.Same)
	if len(matching) == 0 && single.IsTime() {
		matching = multi.dimensionsThat((*Partitions).IsTime)
	}
	if len(matching) != 1 {
		return "", false
	}
	return matching[0], true
}

func (p *Partitions) dimensionsThat(ok func(*Partitions) bool) []string {
	return slices.DeleteFunc(slices.Clone(p.names), func(name string) bool { return !ok(p.Dimensions[name]) })
}

// SameRun reports whether one run can execute what has one definition and what depends on
// it partition by partition: equal definitions, with an identity mapping or one of time
// windows with any offsets; nil is the default mapping. This is what definitions add to
// Dagster's executable_in_same_run.
func SameRun(down, up *Partitions, mapping *Mapping) bool {
	if down == nil || !down.Same(up) {
		return down == nil && up == nil
	}
	kind := DefaultMapping(up, down).Kind
	if mapping != nil {
		kind = mapping.Kind
	}
	return kind == MapIdentity || kind == MapTimeWindow
}
