// Package diag is what the toolchain says about a text: findings with a code, a
// place, a sentence that says what is wrong and one that says what to write
// instead; and their forms for people and for machines.
package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"auto/lang/source"
)

// Severity tells whether a finding stops the work.
type Severity int

const (
	// Error: what is written cannot be run.
	Error Severity = iota
	// Warning: what is written runs, but is surely not meant.
	Warning
	// Note: what is written runs as it is meant to, and another form does more.
	Note
)

// String gives "error", "warning" or "note".
func (s Severity) String() string { return [...]string{"error", "warning", "note"}[s] }

// Code names one kind of finding, such as "A010". The catalogue has an entry
// for each; its hundreds digit tells the family: A0 text, A1 names and types,
// A2 files, A3 warnings, A4 the project's YAML files, A5 running,
// A6 notes, A7 parameters.
type Code string

// Diagnostic is one finding.
type Diagnostic struct {
	Code Code
	// Span is what the excerpt underlines; without a file there is no excerpt.
	Span source.Span
	// Message says in one sentence what is wrong, with capital and full stop.
	Message string
	// Help says in one sentence what to write instead.
	Help string
	// Related points at other places that have a part in it.
	Related []Related
}

// Related is a further place of a finding and what it has to do with it.
type Related struct {
	Span    source.Span
	Message string
}

// Severity is that of the finding's code.
func (d Diagnostic) Severity() Severity {
	if len(d.Code) > 1 {
		switch d.Code[1] {
		case '3':
			return Warning
		case '6':
			return Note
		}
	}
	return Error
}

// Error gives the finding on one line: file, line, column, code and sentences.
// It makes a Diagnostic an error.
func (d Diagnostic) Error() string {
	text := fmt.Sprintf("%s: %s %s", d.Severity(), d.Code, d.Message)
	if d.Help != "" {
		text += " " + d.Help
	}
	if !d.Span.IsValid() {
		return text
	}
	p := d.Span.From()
	return fmt.Sprintf("%s:%d:%d: %s", d.Span.File.Name, p.Line, p.Column, text)
}

// List is a set of findings that grows as a text is read.
type List []Diagnostic

// Add puts one finding at the end.
func (l *List) Add(d Diagnostic) { *l = append(*l, d) }

// Addf puts a finding with a formatted message at the end.
func (l *List) Addf(code Code, at source.Span, help, format string, args ...any) {
	l.Add(Diagnostic{Code: code, Span: at, Message: fmt.Sprintf(format, args...), Help: help})
}

// Error gives the findings on one line each. It makes a List an error; an empty one is
// none, see Err.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, d := range l {
		lines[i] = d.Error()
	}
	return strings.Join(lines, "\n")
}

// Err gives the findings as an error where an Error is among them, nil otherwise.
func (l List) Err() error {
	if !l.HasErrors() {
		return nil
	}
	return l
}

// HasErrors reports whether any finding is an Error.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity() == Error })
}

// Sort orders the findings by file name, place, and code; findings without a
// file come last. Findings that are equal in code, place and message stay once. What
// follows from another finding is left out: on a line whose YAML has findings all others,
// and on one whose text has findings those about names, types and meaning.
func (l *List) Sort() {
	slices.SortStableFunc(*l, compare)
	*l = slices.CompactFunc(*l, func(a, b Diagnostic) bool {
		return a.Code == b.Code && a.Span == b.Span && a.Message == b.Message
	})
	first := map[line]int{}
	for _, d := range *l {
		if at, ok := d.line(); ok {
			if depth, seen := first[at]; !seen || d.depth() < depth {
				first[at] = d.depth()
			}
		}
	}
	*l = slices.DeleteFunc(*l, func(d Diagnostic) bool {
		at, ok := d.line()
		return ok && d.depth() > first[at]
	})
}

// line is a line of a file.
type line struct {
	file   *source.File
	number int
}

func (d Diagnostic) line() (line, bool) {
	if !d.Span.IsValid() {
		return line{}, false
	}
	return line{d.Span.File, d.Span.File.LineOf(d.Span.Start)}, true
}

// depth orders the steps of reading: YAML, text, meaning.
func (d Diagnostic) depth() int {
	switch d.Code[1] {
	case '4':
		return 0
	case '0':
		return 1
	}
	return 2
}

func compare(a, b Diagnostic) int {
	if a.Span.IsValid() != b.Span.IsValid() {
		if a.Span.IsValid() {
			return -1
		}
		return 1
	}
	names := 0
	if a.Span.IsValid() {
		names = cmp.Compare(a.Span.File.Name, b.Span.File.Name)
	}
	return cmp.Or(names, cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End), cmp.Compare(a.Code, b.Code))
}
