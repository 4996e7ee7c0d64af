// Package serdes reads partitions definitions and mappings from Dagster's own serialized
// form (dagster_shared/serdes): JSON objects whose `__class__` is the storage name of a
// class, as its code servers and the metadata of auto_dagster have them.
//
// What cannot be read for sure is a doubt: a sentence, and nothing guessed.
package serdes

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// object is a serialized object.
type object map[string]json.RawMessage

// open takes an object apart; null and what is no object give false.
func open(raw json.RawMessage) (object, bool) {
	var o object
	if err := json.Unmarshal(raw, &o); err != nil || o == nil {
		return nil, false
	}
	return o, true
}

// class gives the storage name of the object's class.
func (o object) class() string {
	name, _ := field[string](o, "__class__")
	return name
}

// field reads a field; a missing one and null are the zero value. It is false where the
// value is of another kind.
func field[T any](o object, name string) (value T, ok bool) {
	raw, there := o[name]
	if !there || string(raw) == "null" {
		return value, true
	}
	err := json.Unmarshal(raw, &value)
	return value, err == nil
}

// texts reads a list of texts, or a set of them, which comes sorted. One text alone is a
// list of one, as Dagster allows in mappings.
func texts(raw json.RawMessage) ([]string, bool) {
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		return list, list != nil
	}
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return []string{one}, true
	}
	o, _ := open(raw)
	for _, kind := range []string{"__set__", "__frozenset__"} {
		if inner, ok := o[kind]; ok && json.Unmarshal(inner, &list) == nil {
			slices.Sort(list)
			return list, true
		}
	}
	return nil, false
}

// unread is the doubt about a class of which a field is not as expected.
func unread(o object) string {
	return fmt.Sprintf("Dagster's `%s` is written in a form that auto does not know.", o.class())
}

// unknown is the doubt about a class.
func unknown(o object, what string) string {
	if o.class() == "" {
		return fmt.Sprintf("What Dagster has as %s cannot be read.", what)
	}
	return fmt.Sprintf("auto does not know `%s`, which Dagster has as %s.", o.class(), what)
}

// within says which dimension a doubt is about.
func within(dimension, doubt string) string {
	return fmt.Sprintf("In the dimension `%s`: %s", dimension, doubt)
}

// join makes one doubt of several.
func join(doubts []string) string { return strings.Join(doubts, " ") }
