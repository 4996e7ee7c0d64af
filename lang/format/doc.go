package format

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// doc is text with places at which it may be broken into lines (after Wadler, "A
// prettier printer", and its heirs).
type doc interface{}

type (
	// text stands as it is.
	text string
	// concat is one after the other.
	concat []doc
	// group is on one line where it fits and holds no forced break, else broken at all
	// its own lines.
	group struct{ inner doc }
	// nest is indented deeper where it is broken.
	nest struct{ inner doc }
	// line is a blank, or a line break where its group is broken.
	line struct{}
	// soft is nothing, or a line break where its group is broken.
	soft struct{}
	// hard is a line break always, fresh one unless the line is empty yet.
	hard  struct{}
	fresh struct{}
	// blank is an empty line.
	blank struct{}
	// broken stands only where its group is broken.
	broken string
	// suffix stands at the end of the line that is being written, and breaks its group.
	suffix string
)

const (
	indentWidth = 4
	lineWidth   = 100
)

// forced reports whether a doc holds a break that is not up to its group.
func forced(d doc) bool {
	switch d := d.(type) {
	case concat:
		for _, inner := range d {
			if forced(inner) {
				return true
			}
		}
	case group:
		return forced(d.inner)
	case nest:
		return forced(d.inner)
	case hard, fresh, blank, suffix:
		return true
	}
	return false
}

// command is a doc that is still to be written.
type command struct {
	indent int
	flat   bool
	doc    doc
}

// printer writes docs.
type printer struct {
	out      []byte
	column   int
	start    bool   // nothing but indentation on this line
	indent   int    // of this line, written with its first text
	suffixes string // to be written at the end of this line
	// commented: the last line that was ended ends with a comment.
	commented bool
}

// print gives a doc as lines.
func print(d doc) string {
	p := &printer{start: true}
	stack := []command{{0, false, d}}
	for len(stack) > 0 {
		c := stack[len(stack)-1]
		stack = p.step(c, stack[:len(stack)-1])
	}
	p.newline(0)
	return strings.TrimLeft(string(p.out), "\n")
}

func (p *printer) step(c command, stack []command) []command {
	switch d := c.doc.(type) {
	case nil:
	case text:
		p.write(string(d))
	case concat:
		for i := len(d) - 1; i >= 0; i-- {
			stack = append(stack, command{c.indent, c.flat, d[i]})
		}
	case group:
		flat := c.flat || !forced(d.inner) && p.fits(command{c.indent, true, d.inner}, stack)
		stack = append(stack, command{c.indent, flat, d.inner})
	case nest:
		stack = append(stack, command{c.indent + indentWidth, c.flat, d.inner})
	case broken:
		if !c.flat {
			p.write(string(d))
		}
	case suffix:
		p.suffix(string(d), c.indent)
	default:
		p.lineBreak(c)
	}
	return stack
}

// lineBreak writes the kinds of breaks.
func (p *printer) lineBreak(c command) {
	switch c.doc.(type) {
	case line:
		if c.flat {
			p.write(" ")
			return
		}
		p.newline(c.indent)
	case soft:
		if !c.flat {
			p.newline(c.indent)
		}
	case hard:
		p.newline(c.indent)
	case fresh:
		if p.start {
			p.indent = c.indent
			return
		}
		p.newline(c.indent)
	case blank:
		if !p.start {
			p.newline(c.indent)
		}
		if len(p.out) > 0 && !bytes.HasSuffix(p.out, []byte("\n\n")) {
			p.out = append(p.out, '\n')
		}
	}
}

func (p *printer) write(s string) {
	if s == "" || p.start && s == " " {
		return
	}
	if p.start {
		p.out = append(p.out, strings.Repeat(" ", p.indent)...)
		p.column, p.start = p.indent, false
	}
	p.out = append(p.out, s...)
	p.column += utf8.RuneCountInString(s)
}

// suffix writes a comment that stands behind other text: on a line that is still empty
// it belongs to the end of the one before, unless that ends with a comment itself.
func (p *printer) suffix(s string, indent int) {
	switch {
	case p.suffixes != "" || p.start && (p.commented || len(p.out) == 0):
		p.newline(indent)
		p.write(s)
		p.newline(indent)
		p.commented = true
	case p.start:
		end := len(bytes.TrimRight(p.out, "\n"))
		p.out = slices.Insert(p.out, end, []byte(" "+s)...)
		p.commented = true
	default:
		p.suffixes = " " + s
	}
}

// newline ends the line with its suffix; blanks at its end are taken away.
func (p *printer) newline(indent int) {
	if !p.start {
		line := p.out[bytes.LastIndexByte(p.out, '\n')+1:]
		p.commented = p.suffixes != "" || bytes.HasPrefix(bytes.TrimLeft(line, " "), []byte("#"))
		p.out = append(bytes.TrimRight(p.out, " "), p.suffixes+"\n"...)
	}
	p.suffixes, p.start, p.indent = "", true, indent
}

// fits reports whether a doc, and what follows it up to the next possible break, ends
// before the line does.
func (p *printer) fits(c command, rest []command) bool {
	room := lineWidth - p.column
	if p.start {
		room = lineWidth - p.indent
	}
	stack := []command{c}
	for room >= 0 {
		if len(stack) == 0 {
			if len(rest) == 0 {
				return true
			}
			stack, rest = append(stack, rest[len(rest)-1]), rest[:len(rest)-1]
		}
		c := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		switch d := c.doc.(type) {
		case text:
			room -= utf8.RuneCountInString(string(d))
		case concat:
			for i := len(d) - 1; i >= 0; i-- {
				stack = append(stack, command{c.indent, c.flat, d[i]})
			}
		case group:
			stack = append(stack, command{c.indent, c.flat || !forced(d.inner), d.inner})
		case nest:
			stack = append(stack, command{c.indent, c.flat, d.inner})
		case broken:
			if !c.flat {
				room -= len(d)
			}
		case line:
			if !c.flat {
				return true
			}
			room--
		case soft:
			if !c.flat {
				return true
			}
		case hard, fresh, blank:
			return true
		}
	}
	return false
}
