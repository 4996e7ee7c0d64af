package paramdoc

import (
	"slices"

	"auto/runtime/params"

	"gopkg.in/yaml.v3"
)

// jsonTypes are the types of a JSON Schema, with their formats.
var jsonTypes = map[params.Type][2]string{
	params.String: {"string", ""}, params.Int: {"integer", ""}, params.Float: {"number", ""}, params.Bool: {"boolean", ""},
	params.List: {"array", ""}, params.Map: {"object", ""}, params.Enum: {"string", ""},
	params.Date: {"string", "date"}, params.Duration: {"string", "duration"}, params.Secret: {"string", "password"},
}

const (
	propertiesField = "properties"
	requiredField   = "required"
)

// jsonShape gives a JSON Schema as it should be, and false where it cannot say all that is
// declared, or would lose a property: it is written in the short form then. What else it says
// stays.
func jsonShape(n *yaml.Node, s params.Schema) (shape, bool) {
	if n == nil || n.Kind != yaml.MappingNode {
		return shape{}, false
	}
	fields, _ := valueOf(n).(map[string]any)
	if !params.IsJSONSchema(fields) {
		return shape{}, false
	}
	inner := shape{of: schemaField + " ", open: true}
	properties, _ := fields[propertiesField].(map[string]any)
	left := len(properties)
	for _, e := range s {
		if _, has := properties[e.Name.String()]; has {
			left--
		}
		p := property{jsonFields(e), e.Name.String()}
		if d, err := declOf(item{value: p}); err != nil || !d.Equal(e.Decl) {
			return shape{}, false
		}
		inner.entries = append(inner.entries, propertyEntry(e))
	}
	all := entry{
		key: propertiesField,
		same: func(n *yaml.Node) bool {
			return !slices.ContainsFunc(inner.entries, func(e entry) bool { v := fieldOf(n, e.key); return v == nil || !e.same(v) })
		},
		inner: &inner,
	}
	return shape{open: true, entries: append([]entry{all}, requiredEntry(fields[requiredField], s)...)}, left == 0
}

// fromJSON keeps the comments of the properties of a JSON Schema that is written in the short
// form, by their names, and gives them; false for any other field.
func (e *edit) fromJSON(f field, value *yaml.Node) ([]string, bool) {
	fields, _ := valueOf(value).(map[string]any)
	if f.name != schemaField || f.open || value.Kind != yaml.MappingNode || !params.IsJSONSchema(fields) {
		return nil, false
	}
	e.doom(value)
	properties := fieldOf(value, propertiesField)
	if properties == nil || properties.Kind != yaml.MappingNode {
		return nil, true
	}
	var all []string
	for i := 0; i+1 < len(properties.Content); i += 2 {
		key := properties.Content[i]
		own := e.ofField(properties, key, properties.Content[i+1])
		e.gone(f.of+key.Value, remarks{above: own})
		all = append(all, own...)
	}
	return all, true
}

// jsonFields gives a JSON Schema of one declaration.
func jsonFields(e params.Entry) map[string]any {
	name := e.Name.String()
	p := map[string]any{"type": jsonTypes[e.Decl.Type][0]}
	if format := jsonTypes[e.Decl.Type][1]; format != "" {
		p["format"] = format
	}
	for field, value := range e.Decl.Long() {
		switch field {
		case "values":
			p["enum"] = value
		case "description", "default":
			p[field] = value
		}
	}
	required := []any{}
	if e.Decl.Required {
		required = append(required, name)
	}
	return map[string]any{propertiesField: map[string]any{name: p}, requiredField: required}
}

// propertyEntry is one property; whether it is required is said elsewhere.
func propertyEntry(e params.Entry) entry {
	name, decl := e.Name.String(), e.Decl
	decl.Required = false
	return entry{
		key: name,
		same: func(n *yaml.Node) bool {
			fields := map[string]any{propertiesField: map[string]any{name: valueOf(n)}}
			d, err := params.Property(fields, name)
			return err == nil && d.Equal(decl)
		},
		node: func() *yaml.Node {
			n := valueNode(jsonFields(params.Entry{Name: e.Name, Decl: decl})[propertiesField].(map[string]any)[name])
			n.Style = yaml.FlowStyle
			return n
		},
	}
}

// requiredEntry is the list of what is required: what it has in its order, and what is new.
func requiredEntry(before any, s params.Schema) []entry {
	required := map[string]bool{}
	for _, e := range s {
		required[e.Name.String()] = e.Decl.Required
	}
	list, _ := before.([]any)
	want := slices.DeleteFunc(slices.Clone(list), func(name any) bool {
		text, _ := name.(string)
		is, declared := required[text]
		return declared && !is
	})
	for _, e := range s {
		if e.Decl.Required && !slices.Contains(want, any(e.Name.String())) {
			want = append(want, e.Name.String())
		}
	}
	if len(want) == 0 && len(list) == 0 {
		return nil
	}
	return []entry{{
		key:  requiredField,
		same: func(n *yaml.Node) bool { return params.Same(valueOf(n), want) },
		node: func() *yaml.Node { return valueNode(want) },
	}}
}
