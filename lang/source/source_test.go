package source_test

import (
	"testing"

	"auto/lang/source"
)

func TestPositions(t *testing.T) {
	f := source.New("f", "ab\r\né日x\n\nend")
	for _, c := range []struct{ offset, line, column int }{{0, 1, 1}, {2, 1, 3}, {4, 2, 1}, {6, 2, 2}, {9, 2, 3}, {11, 3, 1}, {12, 4, 1}, {15, 4, 4}, {99, 4, 4}, {-1, 1, 1}} {
		p := f.Position(c.offset)
		if p != (source.Position{Line: c.line, Column: c.column}) {
			t.Errorf("%d: %+v, want %d:%d", c.offset, p, c.line, c.column)
		}
		if c.offset >= 0 && c.offset <= 15 && f.Offset(c.line, c.column) != c.offset {
			t.Errorf("%d:%d: offset %d, want %d", c.line, c.column, f.Offset(c.line, c.column), c.offset)
		}
	}
	for n, want := range map[int]string{0: "", 1: "ab", 2: "é日x", 3: "", 4: "end", 5: ""} {
		if got := f.Line(n); got != want {
			t.Errorf("line %d: %q", n, got)
		}
	}
	if f.Lines() != 4 {
		t.Error(f.Lines())
	}
}

func TestSpans(t *testing.T) {
	f := source.New("f", "0123456789")
	a, b := source.Span{File: f, Start: 2, End: 4}, source.Span{File: f, Start: 6, End: 9}
	if got := a.Join(b); got.Start != 2 || got.End != 9 || a.Join(source.Span{}) != a || (source.Span{}).Join(a) != a {
		t.Errorf("%+v", got)
	}
	if got := b.Sub(1, 100); got.Text() != "78" {
		t.Errorf("%q", got.Text())
	}
	if got := b.Sub(9, 1); got.Start != 9 || got.End != 9 {
		t.Errorf("%+v", got)
	}
}
