package paramdoc

import (
	"maps"
	"slices"

	"auto/runtime/params"

	"gopkg.in/yaml.v3"
)

// shape is a mapping as it should be.
type shape struct {
	// of is what the names of its keys begin with, see [edit.carried].
	of      string
	entries []entry
	// open: keys that are none of the entries stay.
	open bool
	// assets: its keys are assets, which say nothing where none of their fields has a value.
	assets bool
}

// entry is one field of a mapping as it should be.
type entry struct {
	key string
	// same reports whether a node says it already, and node makes one that does, nil for a
	// mapping, which is as inner says.
	same  func(n *yaml.Node) bool
	node  func() *yaml.Node
	inner *shape
}

// field is a field of the job's mapping as it should be.
type field struct {
	name string
	shape
	// same: the job says it already, itself or by an alias or a merge key.
	same bool
}

// fields gives the fields of a job as they should be.
func (d *document) fields(content Content) []field {
	shared := sharedFields[0]
	if indexOf(d.job, shared) < 0 && indexOf(d.job, sharedFields[1]) >= 0 {
		shared = sharedFields[1]
	}
	schema, _, err := d.content()
	return []field{
		{schemaField, d.schemaShape(content.Schema), err == nil && sameSet(schema, content.Schema)},
		{shared, shape{entries: valueEntries(content.Values.Shared)}, sameValue(given(d.said(shared)), anyOf(content.Values.Shared))},
		{opsField, shape{entries: opsEntries(content.Values.Assets), assets: true}, sameAssets(d.said(opsField), content.Values.Assets)},
	}
}

// said gives what the job says in a field, nil for nothing.
func (d *document) said(field string) any { return valueOf(d.Map(d.job, "a job").Node(field)) }

// given gives a mapping without the fields that say nothing, and any other value itself.
func given(value any) any {
	if value == nil {
		return map[string]any{}
	}
	fields, ok := value.(map[string]any)
	if !ok {
		return value
	}
	fields = maps.Clone(fields)
	maps.DeleteFunc(fields, func(_ string, v any) bool { return v == nil })
	return fields
}

// sameAssets compares what a file says of assets with their values.
func sameAssets(said any, assets map[string]map[string]any) bool {
	fields, ok := given(said).(map[string]any)
	want := map[string]any{}
	for asset, values := range assets {
		want[asset] = values
	}
	for asset, values := range fields {
		fields[asset] = given(values)
	}
	empty := func(_ string, v any) bool { of, ok := v.(map[string]any); return ok && len(of) == 0 }
	maps.DeleteFunc(fields, empty)
	maps.DeleteFunc(want, empty)
	return ok && sameValue(fields, want)
}

func opsEntries(assets map[string]map[string]any) []entry {
	var entries []entry
	for _, asset := range slices.Sorted(maps.Keys(assets)) {
		if len(assets[asset]) == 0 {
			continue
		}
		entries = append(entries, entry{
			key:   asset,
			same:  func(n *yaml.Node) bool { return sameValue(given(valueOf(n)), anyOf(assets[asset])) },
			inner: &shape{of: asset + ".", entries: valueEntries(assets[asset])},
		})
	}
	return entries
}

func anyOf(m map[string]any) any { return m }

func valueEntries(values map[string]any) []entry {
	var entries []entry
	for _, key := range slices.Sorted(maps.Keys(values)) {
		entries = append(entries, entry{
			key:  key,
			same: func(n *yaml.Node) bool { return sameValue(valueOf(n), values[key]) },
			node: func() *yaml.Node { return valueNode(values[key]) },
		})
	}
	return entries
}

// sameValue compares values; two forms of one reference are the same.
func sameValue(a, b any) bool {
	x, first := params.ReferenceOf(a)
	y, second := params.ReferenceOf(b)
	if first && second {
		return x == y
	}
	m, isMap := a.(map[string]any)
	n, areMaps := b.(map[string]any)
	if isMap && areMaps {
		return maps.EqualFunc(m, n, sameValue)
	}
	return params.Same(a, b)
}

// fate is what becomes of one field of a mapping.
type fate int

const (
	stays fate = iota
	goes
	changes
	opens // its value is a mapping that may change
)

// fate tells what becomes of a field of a mapping, and the entry that it should be.
func (s shape) fate(m, key, value *yaml.Node) (fate, entry) {
	i := slices.IndexFunc(s.entries, func(e entry) bool { return e.key == key.Value })
	switch {
	case key.Tag == "!!merge":
		if s.open || s.covers(m, value) {
			return stays, entry{}
		}
		return goes, entry{}
	case i < 0 && (s.open || s.blank(valueOf(value))):
		return stays, entry{}
	case i < 0 && s.assets && hasBlank(value):
		return opens, entry{inner: &shape{of: key.Value + "."}}
	case i < 0:
		return goes, entry{}
	case s.entries[i].same(value):
		return stays, s.entries[i]
	case s.entries[i].inner != nil && value.Kind == yaml.MappingNode:
		return opens, s.entries[i]
	}
	return changes, s.entries[i]
}

// blank reports whether the value of a field says nothing.
func (s shape) blank(value any) bool {
	fields, ok := given(value).(map[string]any)
	return value == nil || s.assets && ok && len(fields) == 0
}

// hasBlank reports whether a mapping has a field of its own that says nothing.
func hasBlank(m *yaml.Node) bool {
	for i := 1; i < len(m.Content) && m.Kind == yaml.MappingNode; i += 2 {
		if valueOf(m.Content[i]) == nil {
			return true
		}
	}
	return false
}

// covers reports whether all that a merge key gives is of the entries, or hidden by a key of
// the mapping without a value. What is no mapping gives nothing.
func (s shape) covers(m, merged *yaml.Node) bool {
	given, _ := valueOf(merged).(map[string]any)
	ok := true
	for key, value := range given {
		own := indexOf(m, key)
		hidden := own >= 0 && m.Content[own+1].Tag == "!!null"
		ok = ok && (hidden || s.blank(value) || slices.ContainsFunc(s.entries, func(e entry) bool { return e.key == key }))
	}
	return ok
}

// added gives the entries that a mapping has no key for, neither its own nor, of the same
// value, a merged one.
func (s shape) added(m *yaml.Node) []entry {
	merged := map[string]bool{}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if key, value := m.Content[i], m.Content[i+1]; key.Tag == "!!merge" && (s.open || s.covers(m, value)) {
			s.mergedInto(merged, value)
		}
	}
	return slices.DeleteFunc(slices.Clone(s.entries), func(e entry) bool { return indexOf(m, e.key) >= 0 || merged[e.key] })
}

// mergedInto notes the entries that a merge key's value gives as they should be. Of several
// merge keys the first counts.
func (s shape) mergedInto(merged map[string]bool, value *yaml.Node) {
	if value.Kind == yaml.AliasNode {
		value = value.Alias
	}
	for _, e := range s.entries {
		i := indexOf(value, e.key)
		if _, seen := merged[e.key]; i >= 0 && !seen {
			merged[e.key] = e.same(value.Content[i+1])
		}
	}
}

func schemaEntries(s params.Schema) []entry {
	var entries []entry
	for _, e := range s {
		entries = append(entries, entry{
			key: e.Name.String(),
			same: func(n *yaml.Node) bool {
				d, err := params.ReadDecl(valueOf(n))
				return err == nil && d.Equal(e.Decl)
			},
			node: func() *yaml.Node { return declNode(e.Decl) },
		})
	}
	return entries
}

// schemaShape is the schema as it should be, in the form that it has.
func (d *document) schemaShape(s params.Schema) shape {
	if in, ok := jsonShape(fieldOf(d.job, schemaField), s); ok {
		return in
	}
	return shape{of: schemaField + " ", entries: schemaEntries(s)}
}
