// Package source holds the texts that findings point into: a file's name and
// content, and spans of bytes that turn into lines and columns when shown.
package source

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// File is one text: a policy file, a project file, or an expression typed at a
// prompt. It is immutable and safe for concurrent use.
type File struct {
	// Name is the path as the user wrote it, or a label such as "<expr>".
	Name string
	// Text is the whole content, as read; it may hold invalid UTF-8.
	Text  string
	lines []int // byte offset of every line's first byte; lines[0] is 0
}

// New gives a file that holds text under the name that findings will show.
func New(name, text string) *File {
	lines := []int{0}
	for i := 0; i < len(text); i++ {
		if text[i] == '\n' {
			lines = append(lines, i+1)
		}
	}
	return &File{Name: name, Text: text, lines: lines}
}

// Position is a place as people count: both numbers begin at 1, and a column
// is one character (Unicode code point), not one byte.
type Position struct {
	Line, Column int
}

// Position gives the line and column of a byte offset. An offset outside the
// text is moved to its nearest end.
func (f *File) Position(offset int) Position {
	offset = min(max(offset, 0), len(f.Text))
	line := f.LineOf(offset) - 1
	return Position{line + 1, utf8.RuneCountInString(f.Text[f.lines[line]:offset]) + 1}
}

// LineOf gives the line (from 1) of a byte offset, as Position does.
func (f *File) LineOf(offset int) int {
	return sort.Search(len(f.lines), func(i int) bool { return f.lines[i] > offset })
}

// Lines is the number of lines; a text that ends with a newline has an empty
// last one.
func (f *File) Lines() int { return len(f.lines) }

// Line gives the text of line n (from 1) without its end of line, "" where
// there is no such line.
func (f *File) Line(n int) string {
	if n < 1 || n > len(f.lines) {
		return ""
	}
	rest := f.Text[f.lines[n-1]:]
	if end := strings.IndexByte(rest, '\n'); end >= 0 {
		rest = rest[:end]
	}
	return strings.TrimSuffix(rest, "\r")
}

// Offset gives the byte offset of a line and column (both from 1, columns in
// characters), the nearest one where the text is shorter.
func (f *File) Offset(line, column int) int {
	if line < 1 {
		return 0
	}
	if line > len(f.lines) {
		return len(f.Text)
	}
	offset, end := f.lines[line-1], f.lines[line-1]+len(f.Line(line))
	for ; column > 1 && offset < end; column-- {
		_, size := utf8.DecodeRuneInString(f.Text[offset:end])
		offset += size
	}
	return offset
}

// Span is the half-open range of bytes [Start, End) of a file. The zero Span
// belongs to no file.
type Span struct {
	File       *File
	Start, End int
}

// Place gives the span itself, so that whatever embeds a span has a place.
func (s Span) Place() Span { return s }

// IsValid reports whether the span belongs to a file.
func (s Span) IsValid() bool { return s.File != nil }

// From gives the position of the span's first character.
func (s Span) From() Position { return s.File.Position(s.Start) }

// To gives the position just after the span's last character.
func (s Span) To() Position { return s.File.Position(s.End) }

// Text gives the bytes that the span covers.
func (s Span) Text() string { return s.File.Text[s.Start:s.End] }

// Join gives the smallest span that covers s and t. An invalid one counts for
// nothing; both must be of one file.
func (s Span) Join(t Span) Span {
	switch {
	case !s.IsValid():
		return t
	case !t.IsValid():
		return s
	}
	return Span{s.File, min(s.Start, t.Start), max(s.End, t.End)}
}

// Sub gives the part of the span from byte offset start, length bytes long,
// cut to the span.
func (s Span) Sub(start, length int) Span {
	from := min(s.Start+max(start, 0), s.End)
	return Span{s.File, from, min(from+max(length, 0), s.End)}
}
