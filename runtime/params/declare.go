package params

import (
	"fmt"
	"slices"
	"strings"

	"auto/internal/spell"
)

// ReadDecl reads a declaration as it stands in `params_schema`: the shorthand, a list of
// the texts of an enum, or a mapping with type, required, default, values and description.
// The error is a [Problem] without a name.
func ReadDecl(value any) (Decl, error) {
	switch v := value.(type) {
	case string:
		return ParseDecl(v)
	case []any:
		d := Decl{Type: Enum, Members: textsOf(v)}
		return d, d.check()
	case map[string]any:
		return readLong(v)
	}
	help := "Write such as `string!`, `int|5`, or a list of the texts of an enum."
	if value != nil { // a number, true or false
		help = fmt.Sprintf("Write its type before the default: `%s|%v`.", Infer(value).Type, value)
	}
	return Decl{}, Problem{Kind: BadType, Message: "This is no declaration of a parameter.", Help: help}
}

// textsOf gives the texts of a list, "" for what is none.
func textsOf(items []any) []string {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i], _ = item.(string)
	}
	return texts
}

// longFields are the fields of a declaration that is a mapping.
var longFields = []string{"type", "required", "default", "values", "description"}

func readLong(fields map[string]any) (d Decl, err error) {
	for _, key := range sortedKeys(fields) {
		if err := d.field(key, fields[key]); err != nil {
			return Decl{}, err
		}
	}
	if d.Members != nil && d.Type == "" {
		d.Type = Enum
	}
	return withDefault(d, fields["default"])
}

// field reads one field of a declaration that is a mapping, but for the default, whose type
// has to be known.
func (d *Decl) field(key string, value any) error {
	ok := true
	switch key {
	case "type":
		var word string
		word, ok = value.(string)
		d.Type = Type(word)
	case "required":
		d.Required, ok = value.(bool)
	case "description":
		d.Description, ok = value.(string)
	case "values":
		var members []any
		members, ok = value.([]any)
		d.Members = textsOf(members)
	case "default":
	default:
		return noField(key)
	}
	if !ok {
		return Problem{Kind: BadType, Message: "`" + key + "` of a declaration cannot be " + shown(value) + ".", Help: "Write such as `{type: enum, values: [a, b], required: true, description: \"what it is\"}`."}
	}
	return nil
}

func noField(key string) error {
	help := "Write `" + strings.Join(longFields, "`, `") + "`."
	if near, ok := spell.Nearest(key, longFields); ok {
		help = "Did you mean `" + near + "`?"
	}
	return Problem{Kind: BadType, Message: "A declaration has no field `" + key + "`.", Help: help}
}

// withDefault gives a declaration with a default that was written as a value.
func withDefault(d Decl, value any) (Decl, error) {
	if value == nil {
		return d, d.check()
	}
	if err := d.check(); err != nil {
		return d, err
	}
	if text, ok := value.(string); ok && d.Type == Secret {
		value = map[string]any{secretKey: text}
	}
	accepted, err := d.Accept(value)
	if err != nil {
		return d, badDefault(err)
	}
	text := textOf(accepted)
	if r, ok := ReferenceOf(accepted); ok {
		text = r.String()
	}
	d.Default = &text
	return d, nil
}

// LongFields gives the fields of a declaration that is a mapping, in the order in which
// they are written.
func LongFields() []string { return slices.Clone(longFields) }

// Long gives the declaration as the mapping that ReadDecl reads.
func (d Decl) Long() map[string]any {
	fields := map[string]any{"type": string(d.Type)}
	if d.Required {
		fields["required"] = true
	}
	if d.Description != "" {
		fields["description"] = d.Description
	}
	if d.Members != nil {
		members := make([]any, len(d.Members))
		for i, m := range d.Members {
			members[i] = m
		}
		fields["values"] = members
	}
	if value, ok := d.DefaultValue(); ok {
		fields["default"] = value
	}
	return fields
}

// IsJSONSchema reports whether the fields of `params_schema` are a JSON Schema, as older
// stores have it: `{type: object, properties: {…}, required: […]}`.
func IsJSONSchema(fields map[string]any) bool {
	_, properties := fields["properties"].(map[string]any)
	return properties && fields["type"] == "object"
}

var jsonTypes = map[string]Type{"string": String, "integer": Int, "number": Float, "boolean": Bool, "array": List, "object": Map}

var jsonFormats = map[string]Type{"date": Date, "duration": Duration, "password": Secret}

// Property reads one property of a JSON Schema. The error is a [Problem] without a name.
func Property(fields map[string]any, name string) (Decl, error) {
	properties, _ := fields["properties"].(map[string]any)
	property, _ := properties[name].(map[string]any)
	word, _ := property["type"].(string)
	format, _ := property["format"].(string)
	required, _ := fields["required"].([]any)
	d := Decl{Type: jsonTypes[word], Required: slices.Contains(textsOf(required), name)}
	d.Description, _ = property["description"].(string)
	if t, ok := jsonFormats[format]; ok && d.Type == String {
		d.Type = t
	}
	if members, ok := property["enum"].([]any); ok {
		d.Type, d.Members = Enum, textsOf(members)
	}
	if d.Type == "" {
		return d, Problem{Kind: BadType, Message: fmt.Sprintf("`%s` is no type of a property that is read here.", word), Help: "Write `string`, `integer`, `number`, `boolean`, `array` or `object`."}
	}
	return withDefault(d, property["default"])
}
