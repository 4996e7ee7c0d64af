package paramdoc

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// behindBlank gives the offset of the first line from one on that is not blank.
func behindBlank(text string, line int) int {
	for line < len(text) {
		end := line + len(text[line:]) - len(strings.TrimLeft(text[line:], " "))
		if next := nextStart(text, end); next > end {
			line = next
			continue
		}
		break
	}
	return line
}

// isComment reports whether a line is a comment in a column (from 0).
func isComment(line string, column int) bool {
	return blanks(line) == column && strings.HasPrefix(line[column:], "#")
}

// nextStart gives where the line behind one that ends at an offset begins.
func nextStart(text string, end int) int {
	rest := text[end:]
	return len(text) - len(strings.TrimPrefix(strings.TrimPrefix(rest, "\r"), "\n"))
}

// commentsIn gives the comments that begin in bytes [start, end).
func (e *edit) commentsIn(start, end int) []comment {
	before := func(c comment, at int) int { return cmp.Compare(c.start, at) }
	first, _ := slices.BinarySearchFunc(e.comments, start, before)
	last, _ := slices.BinarySearchFunc(e.comments, end, before)
	return e.comments[first:last]
}

// lines are lines of a text: bytes [start, end), from a key on, which stands in column.
type lines struct{ start, end, column int }

// linesOf gives the lines of a field.
func (d *document) linesOf(key, value *yaml.Node) lines {
	start := d.Source.Offset(key.Line, key.Column)
	return lines{start, d.Source.Offset(d.lastLine(key, value, key.Column), math.MaxInt32), key.Column}
}

// lastLine gives the last line of a field whose value is in a column or deeper.
func (d *document) lastLine(key, value *yaml.Node, column int) int {
	src, node := d.Source, d.lastNode(value)
	behind := min(d.nextLine(key, value), src.Lines()+1)
	for n := max(key.Line, node.Line) + 1; n < behind; n++ {
		if loneDash(src.Line(n), column) {
			behind = n
		}
	}
	last := d.aboveComments(key.Line, behind, column) - 1
	for last > key.Line && outside(src.Line(last), column) {
		last--
	}
	if d.keeps(node) {
		for last+1 < behind && blanks(src.Line(last+1)) == len(src.Line(last+1)) && src.Offset(last+1, 1) < len(src.Text) {
			last++
		}
	}
	return last
}

// aboveComments gives, of the comments and blank lines before a line, the first comment that
// is outside of a field in a column: deeper ones behind it are no more of the field.
func (d *document) aboveComments(first, behind, column int) int {
	for n := behind - 1; n > first; n-- {
		line := d.Source.Line(n)
		text := strings.TrimLeft(line, " ")
		out := outside(line, column)
		if !out && text[0] != '#' {
			break
		}
		if out && text != "" {
			behind = n
		}
	}
	return behind
}

// keeps reports whether a node is a block scalar that has the blank lines behind it.
func (d *document) keeps(n *yaml.Node) bool {
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
		return false
	}
	_, head := d.headOf(n)
	return strings.Contains(head, "+")
}

// headOf gives where the head of a block scalar is, and what it says: `|` and up to two signs.
func (d *document) headOf(n *yaml.Node) (at int, head string) {
	at = behindProperties(d.Source.Text, d.Source.Offset(n.Line, n.Column))
	head = d.Source.Text[at:]
	return at, head[:min(3, len(head))]
}

// unended gives the change that lets a block scalar which ends a file without a last newline
// be the same text before further lines, and false where it is without one.
func (d *document) unended(n *yaml.Node, end int) (change, bool) {
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 || end < len(d.Source.Text) || strings.HasSuffix(d.Source.Text, "\n") {
		return change{}, false
	}
	at, head := d.headOf(n)
	if keep := strings.IndexByte(head, '+'); keep > 0 {
		return change{at + keep, at + keep + 1, "-"}, true
	}
	return change{at + 1, at + 1, "-"}, !strings.Contains(head, "-")
}

// outside reports whether a line behind a field belongs to what follows: it is blank, the end
// of the document, or a comment that is not indented deeper than the field.
func outside(line string, column int) bool {
	text := strings.TrimLeft(line, " ")
	if end, ok := strings.CutPrefix(line, "..."); ok && strings.Trim(end[:min(1, len(end))], " \t") == "" {
		return true
	}
	return text == "" || text[0] == '#' && len(line)-len(text) < column
}

// loneDash reports whether a line begins an item of a list around a field, and no more.
func loneDash(line string, column int) bool {
	text, dash := strings.CutPrefix(strings.TrimLeft(line, " "), "-")
	text = strings.TrimLeft(text, " \t")
	return dash && blanks(line) < column-1 && (text == "" || text[0] == '#')
}

// lastNode gives the last node of a value.
func (d *document) lastNode(value *yaml.Node) *yaml.Node {
	d.placed()
	return d.nodes[d.behindOf[value]-1]
}

// nextLine gives the line of the first node behind a key and its value.
func (d *document) nextLine(key, value *yaml.Node) int {
	d.placed()
	for _, n := range d.nodes[d.behindOf[value]:] {
		if n.Line > key.Line {
			return n.Line
		}
	}
	return math.MaxInt
}

// placed notes all nodes once.
func (d *document) placed() {
	if d.behindOf == nil {
		d.behindOf = map[*yaml.Node]int{}
		d.place(d.root)
	}
}

// place notes a node and those in it, in the order of the text.
func (d *document) place(n *yaml.Node) {
	d.nodes = append(d.nodes, n)
	for _, inner := range n.Content {
		d.place(inner)
	}
	d.behindOf[n] = len(d.nodes)
}
