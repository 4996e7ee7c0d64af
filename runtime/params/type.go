package params

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"auto/internal/spell"
)

// Type is what a parameter's values are.
type Type string

// The types. The words are those of a declaration.
const (
	String   Type = "string"
	Int      Type = "int"
	Float    Type = "float"
	Bool     Type = "bool"
	List     Type = "list"
	Map      Type = "map"
	Enum     Type = "enum"     // one of certain texts
	Secret   Type = "secret"   // a reference, see Reference
	Duration Type = "duration" // such as 1h30m, as policies write it
	Date     Type = "date"     // such as 2026-01-31
)

var types = []Type{String, Int, Float, Bool, List, Map, Enum, Secret, Duration, Date}

// Decl declares a parameter.
type Decl struct {
	Type Type
	// Required: a run is refused unless the parameter has a value; a default is one.
	Required bool
	// Default is what stands where no layer gives a value, as the text that was written
	// after `|`, nil for none.
	Default *string
	// Members are the texts that an Enum takes.
	Members []string
	// Description is for people.
	Description string
}

// ParseDecl reads the shorthand `type[!][|default]`: `!` stands for required, and
// everything after the first `|` is the default, verbatim, a literal of the type. An enum
// is `enum(a, b)`. The error is a [Problem] without a name.
func ParseDecl(text string) (Decl, error) {
	var d Decl
	head, rest, given := strings.Cut(text, "|")
	if given {
		d.Default = &rest
	}
	head, d.Required = strings.CutSuffix(strings.TrimSpace(head), "!")
	if inner, ok := strings.CutPrefix(head, string(Enum)+"("); ok && strings.HasSuffix(inner, ")") {
		d.Type, d.Members = Enum, membersOf(strings.TrimSuffix(inner, ")"))
	} else {
		d.Type = Type(head)
	}
	return d, d.check()
}

func membersOf(text string) []string {
	members := strings.Split(text, ",")
	for i := range members {
		members[i] = strings.TrimSpace(members[i])
	}
	return members
}

// check finds what is wrong with a declaration.
func (d Decl) check() error {
	if !slices.Contains(types, d.Type) {
		return Problem{Kind: BadType, Message: fmt.Sprintf("`%s` is no type of a parameter.", d.Type), Help: typeHelp(d.Type)}
	}
	if d.Type == Enum && (len(d.Members) == 0 || slices.Contains(d.Members, "")) {
		return Problem{Kind: BadType, Message: "The values of an enum are texts, and there is at least one.", Help: "Write a list of them, such as `[append, replace]`, or `enum(append, replace)!`; a number stands in quotes."}
	}
	if d.Default == nil {
		return nil
	}
	_, err := d.Parse(*d.Default)
	return badDefault(err)
}

// badDefault makes a problem of a default of one of its value.
func badDefault(err error) error {
	p, ok := err.(Problem)
	if !ok {
		return err
	}
	if p.Kind == WrongValue {
		p.Kind = BadType
	}
	p.Message = "The default does not fit: " + lower(p.Message)
	return p
}

func lower(sentence string) string { return strings.ToLower(sentence[:1]) + sentence[1:] }

// foreign are words for types in other languages.
var foreign = map[string]Type{
	"str": String, "text": String, "varchar": String, "integer": Int, "long": Int, "number": Float, "double": Float, "decimal": Float,
	"boolean": Bool, "array": List, "sequence": List, "object": Map, "dict": Map, "mapping": Map, "choice": Enum, "password": Secret, "interval": Duration, "day": Date,
}

func typeHelp(t Type) string {
	if word := strings.ReplaceAll(string(t), "!", ""); word != string(t) && slices.Contains(types, Type(word)) {
		return "Write the `!` directly after the type: `" + word + "!`."
	}
	words := make([]string, len(types))
	for i, known := range types {
		words[i] = string(known)
	}
	if near, ok := spell.Nearest(string(t), words); ok {
		return "Did you mean `" + near + "`?"
	}
	if near, ok := spell.Nearest(string(t), sortedKeys(foreign)); ok {
		return "Did you mean `" + string(foreign[near]) + "`?"
	}
	return "Write `" + strings.Join(words, "`, `") + "`, then `!` for required and `|default`."
}

// DefaultValue gives the default, and false where there is none.
func (d Decl) DefaultValue() (any, bool) {
	if d.Default == nil {
		return nil, false
	}
	value, err := d.Parse(*d.Default)
	return value, err == nil
}

// String gives the shorthand.
func (d Decl) String() string {
	var b strings.Builder
	b.WriteString(string(d.Type))
	if d.Type == Enum {
		b.WriteString("(" + strings.Join(d.Members, ", ") + ")")
	}
	if d.Required {
		b.WriteByte('!')
	}
	if d.Default != nil {
		b.WriteString("|" + *d.Default)
	}
	return b.String()
}

// Short reports whether the shorthand says everything about the declaration.
func (d Decl) Short() bool {
	read, err := ParseDecl(d.String())
	return err == nil && d.Description == "" && slices.Equal(read.Members, d.Members)
}

// Equal reports whether two declarations are the same.
func (d Decl) Equal(e Decl) bool {
	return d.Type == e.Type && d.Required == e.Required && d.Description == e.Description && slices.Equal(d.Members, e.Members) &&
		(d.Default == nil) == (e.Default == nil) && (d.Default == nil || *d.Default == *e.Default)
}

// Infer gives the optional declaration of the type that a value has.
func Infer(value any) Decl {
	if _, ok := ReferenceOf(value); ok {
		return Decl{Type: Secret}
	}
	switch v := Plain(value).(type) {
	case bool:
		return Decl{Type: Bool}
	case int64:
		return Decl{Type: Int}
	case json.Number: // one that is too large for an int64
		if !hasPoint(v.String()) {
			return Decl{Type: Int}
		}
	case string, nil:
		return Decl{Type: String}
	case []any:
		return Decl{Type: List}
	case map[string]any:
		return Decl{Type: Map}
	}
	return Decl{Type: Float}
}
