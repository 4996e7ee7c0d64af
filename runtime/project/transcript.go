package project

import (
	"reflect"
	"sort"
	"strings"

	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/parse"
	"auto/lang/source"
)

// transcript is policy text that is written from another form, and remembers where
// each piece of it came from; so that the tree and the findings of the text point
// into the form that the user wrote.
type transcript struct {
	strings.Builder
	pieces []piece
}

// piece says that the text from start was written for a place of the other form.
// Where verbatim is set, the text stands there byte for byte.
type piece struct {
	start    int
	from     source.Span
	verbatim bool
}

// put writes text that stands for a place.
func (t *transcript) put(from source.Span, text string) {
	t.pieces = append(t.pieces, piece{start: t.Len(), from: from, verbatim: from.End-from.Start == len(text) && from.Text() == text})
	t.WriteString(text)
}

// parse reads the text as policy declarations, with all places those of the other
// form.
func (t *transcript) parse(origin *source.File) (*ast.File, diag.List) {
	file, findings := parse.File(source.New(origin.Name, t.String()))
	t.move(reflect.ValueOf(file.Decls))
	for i := range findings {
		t.move(reflect.ValueOf(&findings[i]).Elem())
	}
	return &ast.File{Source: origin, Decls: file.Decls}, findings
}

var spanType = reflect.TypeFor[source.Span]()

// move replaces every span below a value by the place that it was written for.
func (t *transcript) move(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			t.move(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			t.move(v.Index(i))
		}
	case reflect.Struct:
		t.moveStruct(v)
	}
}

func (t *transcript) moveStruct(v reflect.Value) {
	if v.Type() != spanType {
		for i := range v.NumField() {
			t.move(v.Field(i))
		}
		return
	}
	if span := v.Interface().(source.Span); span.IsValid() {
		v.Set(reflect.ValueOf(t.origin(span)))
	}
}

// origin gives the place that a range of the text was written for.
func (t *transcript) origin(span source.Span) source.Span {
	from := t.at(span.Start, span.Start)
	if span.End <= span.Start+1 {
		return from
	}
	return from.Join(t.at(span.End-1, span.End))
}

// at gives the place of the piece that holds the byte at offset; in a verbatim piece
// exactly the bytes from offset to end.
func (t *transcript) at(offset, end int) source.Span {
	i := sort.Search(len(t.pieces), func(i int) bool { return t.pieces[i].start > offset }) - 1
	p := t.pieces[max(i, 0)]
	if p.verbatim {
		return p.from.Sub(offset-p.start, end-offset)
	}
	return p.from
}
