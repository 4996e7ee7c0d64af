package paramdoc

import (
	"errors"
	"slices"
	"strings"

	"auto/lang/source"

	"gopkg.in/yaml.v3"
)

// errLines: a job or a field has no lines of its own, so that others would change with it.
var errLines = errors.New("the job is written in braces")

// errEnds: lines do not end as the YAML library counts them, so that no node is where it says.
var errEnds = errors.New("a line of it ends in another sign than a newline")

// splice edits the lines of entries that change alone, so that no other byte of the file
// changes.
func splice(file *source.File, job string, content Content) (string, []string, error) {
	if otherEnds(file.Text) {
		return "", nil, errEnds
	}
	r := remains{carried: map[string]remarks{}}
	for i := range 3 {
		d, err := jobIn(file, job)
		if err != nil {
			return "", nil, err
		}
		if d.job.Style&yaml.FlowStyle != 0 || d.jobs.Style&yaml.FlowStyle != 0 {
			return "", nil, errLines
		}
		e := d.edit(&r)
		if err := e.field(d.fields(content)[i]); err != nil {
			return "", nil, err
		}
		if err := e.settle(); err != nil {
			return "", nil, err
		}
		text, err := e.apply()
		if err != nil {
			return "", nil, err
		}
		file = source.New(file.Name, text)
	}
	return file.Text, r.all(), nil
}

// otherEnds reports whether a text has ends of lines that the YAML library counts and
// [source.File] does not.
func otherEnds(text string) bool {
	return strings.ContainsAny(text, "\u0085\u2028\u2029") || strings.Count(text, "\r") > strings.Count(text, "\r\n")
}

// field edits a field of the job.
func (e *edit) field(f field) error {
	at := indexOf(e.job, f.name)
	if f.same {
		return nil
	}
	if at < 0 {
		if len(f.entries) == 0 {
			return nil
		}
		return e.insert(e.job, textNode(f.name), e.made(entry{inner: &f.shape}), remarks{}, 2)
	}
	key, value := e.job.Content[at], e.job.Content[at+1]
	if e.own(key) < 0 {
		return errLines
	}
	if e.vanishes(f, value) {
		return e.remove(key, value, f.of)
	}
	if own, ok := e.fromJSON(f, value); ok {
		n := e.made(entry{inner: &f.shape})
		return e.replace(key, value, n, lost(own, ofNodes(n)))
	}
	_, err := e.value(key, value, entry{inner: &f.shape}, nil)
	return err
}

// vanishes reports whether nothing of a field of the job stays.
func (e *edit) vanishes(f field, value *yaml.Node) bool {
	return len(f.entries) == 0 && !f.open && (value.Kind != yaml.MappingNode || e.empties(value, f.shape))
}

// remove takes a field out of the job; the first one of an item stays without any.
func (e *edit) remove(key, value *yaml.Node, of string) error {
	e.doom(value)
	l := e.linesOf(key, value)
	e.drop(value, l, of)
	line := e.own(key)
	if strings.TrimSpace(e.Source.Text[line:l.start]) == "" {
		e.change(line, nextStart(e.Source.Text, l.end), "")
		return nil
	}
	e.change(l.start, l.end, key.Value+": {}")
	return nil
}

// drop keeps the comments of a field that goes, those of its own fields by their names.
func (e *edit) drop(value *yaml.Node, l lines, of string) {
	left := textsOf(e.commentsIn(l.start, l.end))
	for i := 0; i+1 < len(value.Content) && value.Kind == yaml.MappingNode; i += 2 {
		key := value.Content[i]
		own := lost(left, lost(left, e.ofField(value, key, value.Content[i+1])))
		e.gone(of+key.Value, remarks{above: own})
		left = lost(left, own)
	}
	e.dropped = append(e.dropped, left...)
}

// ofField gives the comments of one field of a mapping.
func (e *edit) ofField(m, key, value *yaml.Node) []string {
	if !e.lined(m) {
		return ofNodes(key, value)
	}
	return textsOf(e.commentsIn(e.aboveOf(key), e.linesOf(key, value).end))
}

// aboveOf gives the offset of the first line of the comments above a key, that of the key
// where there are none.
func (e *edit) aboveOf(key *yaml.Node) int {
	first := key.Line
	for first > 1 && isComment(e.Source.Line(first-1), key.Column-1) {
		first--
	}
	return e.Source.Offset(first, 1)
}

// value edits the value of a key, and reports whether anything of it changes.
func (e *edit) value(key, value *yaml.Node, to entry, in *yaml.Node) (bool, error) {
	switch {
	case to.inner == nil || value.Kind != yaml.MappingNode:
		e.doom(value)
		n := e.made(to)
		if in != nil {
			n = quotedAs(in, n)
		}
		return true, e.replace(key, value, n, nil)
	case e.empties(value, *to.inner):
		l := e.linesOf(key, value)
		e.doom(value)
		e.drop(value, l, to.inner.of)
		return true, e.replace(key, value, e.made(to), textsOf(e.commentsIn(l.start, l.end)))
	case e.lined(value):
		changed, err := e.fieldsOf(key, value, *to.inner)
		if changed && value.Anchor != "" {
			e.doomed[value] = true
		}
		return changed, err
	}
	before := e.remains.all()
	n := e.shaped(value, *to.inner)
	if n == value {
		return false, nil
	}
	return true, e.replace(key, value, n, lost(e.remains.all(), before))
}

// empties reports whether no field of a mapping stays, and no other comes.
func (e *edit) empties(m *yaml.Node, s shape) bool {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if fate, _ := s.fate(m, m.Content[i], m.Content[i+1]); fate != goes {
			return false
		}
	}
	return len(s.added(m)) == 0
}

// lined reports whether each field of a mapping has lines of its own.
func (e *edit) lined(m *yaml.Node) bool {
	if m.Style&yaml.FlowStyle != 0 {
		return false
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		key := m.Content[i]
		line := e.own(key)
		if line < 0 || strings.TrimSpace(e.Source.Text[line:e.Source.Offset(key.Line, key.Column)]) != "" {
			return false
		}
	}
	return len(m.Content) > 0
}

// own gives the offset of the line that a key begins, perhaps behind the dash of an item, -1
// where something else does.
func (e *edit) own(key *yaml.Node) int {
	line := e.Source.Offset(key.Line, 1)
	if strings.Trim(e.Source.Text[line:e.Source.Offset(key.Line, key.Column)], " -") != "" {
		return -1
	}
	return line
}

// fieldsOf edits the fields of a mapping that have lines of their own, and reports whether
// any changes.
func (e *edit) fieldsOf(of, m *yaml.Node, s shape) (bool, error) {
	changed := false
	var failed error
	for i := 0; i+1 < len(m.Content); i += 2 {
		key, value := m.Content[i], m.Content[i+1]
		fate, entry := s.fate(m, key, value)
		switch fate {
		case stays:
			continue
		case goes:
			e.takeOut(s.of+key.Value, key, value)
			changed = true
			continue
		}
		inner, err := e.value(key, value, entry, m)
		changed, failed = changed || inner, errors.Join(failed, err)
	}
	width := max(m.Content[0].Column-of.Column, 1)
	for _, entry := range s.added(m) {
		changed = true
		failed = errors.Join(failed, e.insert(m, keyNode(entry.key), quotedAs(m, e.made(entry)), e.inherit(s.of+entry.key), width))
	}
	return changed, failed
}

// takeOut removes the lines of a field, with the comments above it.
func (e *edit) takeOut(name string, key, value *yaml.Node) {
	e.doom(value)
	l := e.linesOf(key, value)
	start := e.aboveOf(key)
	all := e.commentsIn(start, l.end)
	r := remarks{above: textsOf(all)}
	if i := len(all) - 1; i >= 0 && e.Source.LineOf(all[i].start) == key.Line {
		r.above, r.behind = r.above[:i], r.above[i]
	}
	e.gone(name, r)
	end := nextStart(e.Source.Text, l.end)
	if e.keeps(e.nodes[e.behindOf[key]-2]) {
		end = behindBlank(e.Source.Text, end) // they would be of the text before
	}
	e.change(start, end, "")
}

// replace writes the value of a key anew. Comments that do not stay where they are, but for
// those that are gone, stand above it: one behind a value that takes one line stays there.
func (e *edit) replace(key, value, n *yaml.Node, gone []string) error {
	n, err := e.settled(n)
	if err != nil {
		return err
	}
	name := *key
	bare(&name)
	l := e.linesOf(key, value)
	all := e.commentsIn(l.start, l.end)
	text, err := e.written(&name, n, value, l)
	if err != nil {
		return err
	}
	keep := lost(textsOf(all), gone)
	now, err := writtenComments(text)
	if err != nil || len(lost(now, keep)) > 0 {
		now = nil
		bare(n)
		if text, err = e.written(&name, n, value, l); err != nil {
			return err
		}
	}
	missing := lost(keep, now)
	if c, ok := e.trailing(all, key); ok && !strings.Contains(text, "\n") && slices.Contains(missing, c.text) {
		text += blankBefore(e.Source.Text, c)
		missing = lost(missing, []string{c.text})
	}
	e.above(key, missing)
	e.change(l.start, l.end, indent(text, l.column))
	return nil
}

// written gives the text of a field alone.
func (e *edit) written(key, n, before *yaml.Node, l lines) (string, error) {
	return encode(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{key, n}}, widthOf(before, l.column))
}

// widthOf gives by how much the fields of a value are indented, 2 where they are not.
func widthOf(value *yaml.Node, column int) int {
	if value.Kind == yaml.MappingNode && value.Style&yaml.FlowStyle == 0 && len(value.Content) > 0 && value.Content[0].Column > column {
		return value.Content[0].Column - column
	}
	return 2
}

// trailing gives the first comment of a field if it is behind its key's line.
func (e *edit) trailing(all []comment, key *yaml.Node) (comment, bool) {
	if len(all) > 0 && e.Source.LineOf(all[0].start) == key.Line {
		return all[0], true
	}
	return comment{}, false
}

// blankBefore gives a comment with the blanks before it.
func blankBefore(text string, c comment) string {
	start := len(strings.TrimRight(text[:c.start], " \t"))
	return text[start:c.start] + c.text
}

// writtenComments gives the comments of a text that has been written.
func writtenComments(text string) ([]string, error) {
	d := &document{}
	err := d.parse(source.New("", text))
	return textsOf(d.comments), err
}

// above writes comments above a key, as deep as its line.
func (e *edit) above(key *yaml.Node, comments []string) {
	line := e.own(key)
	if line < 0 || len(comments) == 0 {
		return
	}
	blank := strings.Repeat(" ", blanks(e.Source.Line(key.Line)))
	e.change(line, line, blank+strings.Join(comments, "\n"+blank)+"\n")
}

// insert writes a field behind the last one of a mapping.
func (e *edit) insert(m, key, n *yaml.Node, comments remarks, width int) error {
	n, err := e.settled(n)
	if err != nil {
		return err
	}
	at := len(m.Content) - 2
	l := e.linesOf(m.Content[at], m.Content[at+1])
	written, err := encode(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{key, n}}, width)
	if err != nil {
		return err
	}
	if c, ok := e.unended(e.lastNode(m), l.end); ok && !within(e.changes, c.start) {
		e.change(c.start, c.end, c.text)
	}
	e.behind(l.end, strings.Repeat(" ", l.column-1)+indent(comments.onto(written), l.column))
	return nil
}

// behind writes lines behind one that ends at an offset, and behind what goes with it.
func (e *edit) behind(end int, text string) {
	if next := nextStart(e.Source.Text, end); next > end {
		for _, c := range e.changes {
			if c.start < next {
				next = max(next, c.end)
			}
		}
		e.change(next, next, text+"\n")
	} else {
		e.change(end, end, "\n"+text)
	}
}

// endsInBlock reports whether lines of fields that have been written, but for the end of the
// last one, end in a block scalar.
func endsInBlock(text string) bool {
	d := &document{}
	if d.parse(source.New("", text)) != nil || d.root == nil {
		return false
	}
	last := d.root
	for len(last.Content) > 0 {
		last = last.Content[len(last.Content)-1]
	}
	return last.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0
}

func encode(n *yaml.Node, width int) (string, error) {
	var b strings.Builder
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(width)
	if err := encoder.Encode(n); err != nil {
		return "", err
	}
	if err := encoder.Close(); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

func indent(text string, column int) string {
	all := strings.Split(text, "\n")
	for i, line := range all[1:] {
		if line != "" {
			all[i+1] = strings.Repeat(" ", column-1) + line
		}
	}
	return strings.Join(all, "\n")
}
