package params

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"auto/internal/spell"
	"auto/lang/parse"

	"gopkg.in/yaml.v3"
)

// Accept gives a value as the declaration has it: a whole number for an int, a float64 for
// a float, a reference for a secret. Nothing is made of text: "5" is no int. A text with a
// template is accepted as it is, since what it stands for is known when it is resolved.
// The error is a [Problem] without a name.
func (d Decl) Accept(value any) (any, error) {
	value = Plain(value)
	if text, ok := value.(string); ok && HasTemplate(text) && d.Type != Secret {
		return value, nil
	}
	if accepted, ok := d.accept(value); ok {
		return accepted, nil
	}
	if d.Type == Secret {
		return nil, Problem{Kind: NotReference, Message: "A secret is a reference, never the value itself.", Help: `Write {"$secret": "env:NAME"} or {"$secret": "file:/path"}.`}
	}
	return nil, Problem{Kind: WrongValue, Message: fmt.Sprintf("%s is no %s.", shown(value), d.what()), Help: d.help(value)}
}

func (d Decl) accept(value any) (any, bool) {
	switch d.Type {
	case Secret:
		r, ok := ReferenceOf(value)
		return r.Value(), ok
	case Int:
		return whole(value)
	case Float:
		return real(value)
	case Bool:
		b, ok := value.(bool)
		return b, ok
	case List:
		l, ok := value.([]any)
		return l, ok
	case Map:
		m, ok := value.(map[string]any)
		_, secret := ReferenceOf(value)
		return m, ok && !secret
	}
	text, ok := value.(string)
	return text, ok && d.acceptText(text)
}

func (d Decl) acceptText(text string) bool {
	switch d.Type {
	case Enum:
		return slices.Contains(d.Members, text)
	case Duration:
		_, err := parse.Duration(text)
		return text != "" && err == nil
	case Date:
		_, err := time.Parse(time.DateOnly, text)
		return err == nil
	}
	return true
}

func whole(value any) (any, bool) {
	switch v := value.(type) {
	case int64:
		return v, true
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<63 {
			return int64(v), true
		}
	case json.Number:
		return v, !hasPoint(v.String())
	}
	return nil, false
}

func real(value any) (any, bool) {
	switch v := value.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	}
	return nil, false
}

// Parse reads a value that was written as text: in a default, on a command line, in a
// form. Lists and maps are written as JSON or YAML on one line. The error is a [Problem]
// without a name.
func (d Decl) Parse(text string) (any, error) {
	value, err := d.Accept(d.literal(text))
	if p, ok := err.(Problem); ok && p.Kind == NotReference {
		p.Help = "Write `env:NAME` or `file:/path`, where the run finds it."
		err = p
	}
	return value, err
}

// literal gives the value that a text is a literal of, and the text itself where it is none
// of the type.
func (d Decl) literal(text string) any {
	switch d.Type {
	case Secret:
		return map[string]any{secretKey: text}
	case Int, Float:
		return numberOf(text)
	case Bool:
		if text == "true" || text == "false" {
			return text == "true"
		}
	case List, Map:
		return flowOf(text)
	}
	return text
}

var wholeNumber = regexp.MustCompile(`^-?[1-9][0-9]*$`)

// numberOf gives the number that a text is, and the text itself where it is none. One that
// is whole and too large for an int64 keeps its digits, as one in JSON does.
func numberOf(text string) any {
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		return i
	}
	if wholeNumber.MatchString(text) {
		return json.Number(text)
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil && !math.IsInf(f, 0) && !math.IsNaN(f) {
		return f
	}
	return text
}

// flowOf gives the list or mapping that a text is, and the text itself where it is none.
func flowOf(text string) any {
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(text), &n); err != nil {
		return text
	}
	asWritten(&n)
	var value any
	if err := n.Decode(&value); err != nil {
		return text
	}
	switch value.(type) {
	case []any, map[string]any:
		return jsonTyped(value)
	}
	return text
}

// asWritten makes texts of dates, which are texts in a job's file, too.
func asWritten(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!timestamp" {
		n.Tag = "!!str"
	}
	for _, inner := range n.Content {
		asWritten(inner)
	}
}

// jsonTyped gives a value in the types that JSON has.
func jsonTyped(value any) any {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value) // such as a mapping with a list for a key
	}
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	var typed any
	if err := decoder.Decode(&typed); err != nil {
		return fmt.Sprint(value)
	}
	return Plain(typed)
}

// what names the type in a sentence.
func (d Decl) what() string {
	switch d.Type {
	case Int:
		return "whole number"
	case Float:
		return "number"
	case Bool:
		return "true or false"
	case String:
		return "text"
	case Enum:
		return "value of the enum"
	}
	return string(d.Type)
}

// help says what to write in place of a value.
func (d Decl) help(value any) string {
	text, _ := value.(string)
	if near, ok := spell.Nearest(text, d.Members); ok && d.Type == Enum {
		return "Did you mean `" + near + "`?"
	}
	if _, fits := d.accept(d.literal(text)); fits && text != "" && d.Type != String {
		return "Write `" + text + "` without quotes."
	}
	if _, fits := d.accept(d.literal("[" + text + "]")); fits && text != "" {
		return "Write `[" + text + "]`."
	}
	return "Write " + d.example() + "."
}

// examples are values of types, for sentences.
var examples = map[Type]string{Int: "such as `5`", Float: "such as `2.5`", Bool: "`true` or `false`", List: "such as `[a, b]`", Map: "such as `{a: 1}`", Duration: "such as `1h30m`", Date: "such as `2026-01-31`"}

func (d Decl) example() string {
	switch d.Type {
	case Enum:
		return "one of `" + strings.Join(d.Members, "`, `") + "`"
	case String:
		return "a text in quotes"
	case Bool:
		return examples[Bool]
	}
	return "a value " + examples[d.Type]
}

// maxShown is how much of a value a sentence shows.
const maxShown = 60

// shown gives a value for a sentence.
func shown(value any) string {
	text, err := encode(value)
	if err != nil {
		return "The value"
	}
	if runes := []rune(text); len(runes) > maxShown {
		return "`" + string(runes[:maxShown]) + "…`"
	}
	return "`" + text + "`"
}
