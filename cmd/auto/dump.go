package main

import (
	"fmt"
	"io"
	"reflect"
	"strings"

	"auto/compiler/condition"
	"auto/lang/ast"
	"auto/lang/source"
)

// dump writes a tree of the language a node a line: its type, its words and values, and
// below it what it is made of.
func dump(w io.Writer, n ast.Node) { dumpValue(w, reflect.ValueOf(n), 0) }

var (
	spanType = reflect.TypeFor[source.Span]()
	headType = reflect.TypeFor[ast.Head]()
)

func dumpValue(w io.Writer, v reflect.Value, depth int) {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	if v.Kind() == reflect.Slice {
		for i := range v.Len() {
			dumpValue(w, v.Index(i), depth)
		}
		return
	}
	words, parts := []string{v.Type().Name()}, []reflect.Value{}
	split(v, &words, &parts)
	fmt.Fprintf(w, "%s%s\n", strings.Repeat("  ", depth), strings.Join(words, " "))
	for _, part := range parts {
		dumpValue(w, part, depth+1)
	}
}

// split tells the words and values of a node, which stand on its line, from its parts.
func split(v reflect.Value, words *[]string, parts *[]reflect.Value) {
	for i := range v.NumField() {
		field := v.Field(i)
		switch {
		case field.Type() == spanType:
		case field.Type() == headType:
			*words = append(*words, field.Field(1).String())
		case v.Type().Field(i).Anonymous:
			split(field, words, parts)
		case field.Kind() == reflect.Struct && named(field):
			if name := field.FieldByName("Name").String(); name != "" {
				*words = append(*words, name)
			}
		case field.Kind() == reflect.String:
			*words = append(*words, fmt.Sprintf("%q", field.String()))
		case field.Kind() == reflect.Bool && v.NumField() > 2:
			if field.Bool() {
				*words = append(*words, strings.ToLower(v.Type().Field(i).Name))
			}
		case field.CanInt() || field.Kind() == reflect.Bool:
			*words = append(*words, fmt.Sprint(field.Interface()))
		default:
			*parts = append(*parts, field)
		}
	}
}

// named reports whether a struct is a name with its place.
func named(v reflect.Value) bool { return v.Type() == reflect.TypeFor[ast.Ident]() }

// dumpCondition writes a condition with its functions expanded a node a line: the label,
// and Dagster's name.
func dumpCondition(w io.Writer, n *condition.Node, depth int) {
	fmt.Fprint(w, strings.Repeat("  ", depth), n.Name())
	if n.Label != "" {
		fmt.Fprintf(w, "  %q", n.Label)
	}
	fmt.Fprintln(w)
	for _, child := range n.Children {
		dumpCondition(w, child, depth+1)
	}
}
