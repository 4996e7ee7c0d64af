package parse_test

import (
	"reflect"
	"strings"
	"testing"

	"auto/lang/ast"
	"auto/lang/parse"
	"auto/lang/source"
)

// checkSpans holds the places of a whole tree: each lies within its parent's, brothers
// follow each other, names and durations are what they cover, and an expression's own
// text reads as the same expression.
func checkSpans(t testing.TB, f *ast.File) {
	t.Helper()
	whole := source.Span{File: f.Source, End: len(f.Source.Text)}
	for _, c := range f.Comments {
		if c.Span.Text() != c.Text {
			t.Errorf("comment %q covers %q", c.Text, c.Span.Text())
		}
	}
	walk(t, reflect.ValueOf(f.Decls), whole)
}

var placed = reflect.TypeFor[ast.Node]()

// walk checks a value of the tree and what is below it. It gives the end of its place,
// or from where that is unknown.
func walk(t testing.TB, v reflect.Value, outer source.Span) int {
	t.Helper()
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return outer.Start
		}
		if v.Kind() == reflect.Pointer && v.Type().Implements(placed) {
			checkNode(t, v.Interface().(ast.Node))
		}
		return walk(t, v.Elem(), outer)
	case reflect.Slice:
		rest := outer
		for i := range v.Len() {
			rest.Start = walk(t, v.Index(i), rest)
		}
		return rest.Start
	case reflect.Struct:
		return walkStruct(t, v, outer)
	}
	return outer.Start
}

func walkStruct(t testing.TB, v reflect.Value, outer source.Span) int {
	t.Helper()
	node, ok := v.Interface().(ast.Node)
	if !ok || v.Type() == reflect.TypeFor[source.Span]() {
		return outer.Start
	}
	span := node.Place()
	if !span.IsValid() {
		return outer.Start // a name that is not written
	}
	if span.Start < outer.Start || span.End > outer.End || span.Start >= span.End {
		t.Errorf("%T at [%d,%d) %q is not within [%d,%d)", node, span.Start, span.End, span.Text(), outer.Start, outer.End)
		return outer.Start
	}
	if id, ok := node.(ast.Ident); ok && strings.Join(strings.Fields(span.Text()), " ") != id.Name && !strings.Contains(span.Text(), "#") {
		t.Errorf("the name %q covers %q", id.Name, span.Text())
	}
	for i := range v.NumField() {
		walk(t, v.Field(i), span)
	}
	return span.End
}

func checkNode(t testing.TB, n ast.Node) {
	t.Helper()
	switch n := n.(type) {
	case *ast.Duration:
		if n.Span.Text() != n.Text {
			t.Errorf("the duration %q covers %q", n.Text, n.Span.Text())
		}
	case ast.Expr:
		again, found := parse.Expr(source.New("again", n.Place().Text()))
		if len(found) > 0 || expr(again) != expr(n) {
			t.Errorf("%s covers %q, which reads as %s %v", expr(n), n.Place().Text(), expr(again), found)
		}
	}
}
