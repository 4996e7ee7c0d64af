package paramdoc

import (
	"errors"
	"math"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// errFlow: the job is written in braces, and has no lines of its own to put fields into.
var errFlow = errors.New("the job is written in braces")

// splice edits the lines of each field alone, so that no other byte of the file changes.
func splice(text, job string, content Content) (string, error) {
	for i := range 3 {
		d, err := jobIn(text, job)
		if err != nil {
			return "", err
		}
		if d.job.Style&yaml.FlowStyle != 0 || d.jobs.Style&yaml.FlowStyle != 0 {
			return "", errFlow
		}
		f := d.fields(content)[i]
		if at := indexOf(d.job, f.name); at >= 0 {
			text, err = d.replace(text, at, f)
		} else if len(f.entries) > 0 {
			text, err = d.insert(text, f)
		}
		if err != nil {
			return "", err
		}
	}
	return text, nil
}

// lines are lines of a text: bytes [start, end), from a key on, which stands in column.
type lines struct{ start, end, column int }

// linesOf gives the lines of the field whose key stands at a place of the job's content.
func (d *document) linesOf(at int) lines {
	key, src := d.job.Content[at], d.Source
	next := nextLine(d.root, d.job.Content[at], d.job.Content[at+1])
	last := min(next-1, src.Lines())
	for last > key.Line && outside(src.Line(last), key.Column) {
		last--
	}
	return lines{src.Offset(key.Line, key.Column), src.Offset(last, math.MaxInt32), key.Column}
}

// outside reports whether a line behind a field belongs to what follows: it is blank, or a
// comment that is not indented deeper than the field.
func outside(line string, column int) bool {
	text := strings.TrimLeft(line, " ")
	return text == "" || text[0] == '#' && len(line)-len(text) < column
}

// nextLine gives the line of the first node behind a key and its value.
func nextLine(root, key, value *yaml.Node) int {
	next := math.MaxInt
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		if n == value || n == key {
			return
		}
		if n.Line > key.Line {
			next = min(next, n.Line)
		}
		for _, inner := range n.Content {
			walk(inner)
		}
	}
	walk(root)
	return next
}

// replace edits the lines of a field that the job has.
func (d *document) replace(text string, at int, f field) (string, error) {
	l := d.linesOf(at)
	line := strings.LastIndexByte(text[:l.start], '\n') + 1
	if len(f.entries) == 0 && strings.TrimSpace(text[line:l.start]) == "" {
		return text[:line] + strings.TrimPrefix(text[l.end:], "\n"), nil
	}
	written, err := rewrite(dedent(text[l.start:l.end], l.column), f)
	if err != nil {
		return "", err
	}
	return text[:l.start] + indent(written, l.column) + text[l.end:], nil
}

// insert writes a field behind the last one of the job.
func (d *document) insert(text string, f field) (string, error) {
	l := d.linesOf(len(d.job.Content) - 2)
	written, err := rewrite(f.name+": {}", f)
	if err != nil {
		return "", err
	}
	return text[:l.end] + "\n" + strings.Repeat(" ", l.column-1) + indent(written, l.column) + text[l.end:], nil
}

// rewrite gives the text of a field with its entries as they should be; a text that has
// them stays as it is.
func rewrite(text string, f field) (string, error) {
	var whole yaml.Node
	if err := yaml.Unmarshal([]byte(text), &whole); err != nil {
		return "", err
	}
	if len(whole.Content) != 1 || whole.Content[0].Kind != yaml.MappingNode || len(whole.Content[0].Content) != 2 {
		return "", errors.New("the field cannot be told from what follows it")
	}
	root := whole.Content[0]
	width := widthOf(root)
	if !put(mappingAt(root, 0), f.entries) {
		return text, nil
	}
	return encode(&whole, width)
}

// widthOf gives by how much a field's own fields are indented, 2 where they are not.
func widthOf(root *yaml.Node) int {
	if value := root.Content[1]; len(value.Content) > 0 && value.Content[0].Line > root.Line && value.Content[0].Column > 2 {
		return value.Content[0].Column - 1
	}
	return 2
}

// mappingAt gives the mapping that is the value of a key, a new one in the place of
// anything else.
func mappingAt(m *yaml.Node, at int) *yaml.Node {
	if m.Content[at+1].Kind != yaml.MappingNode {
		m.Content[at+1] = &yaml.Node{Kind: yaml.MappingNode}
	}
	return m.Content[at+1]
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

// dedent takes the indentation of a key in column out of all lines but the first, which
// begins with the key.
func dedent(text string, column int) string {
	all := strings.Split(text, "\n")
	for i, line := range all[1:] {
		blank := len(line) - len(strings.TrimLeft(line, " "))
		all[i+1] = line[min(blank, column-1):]
	}
	return strings.Join(all, "\n")
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

// reencode edits the tree of the whole text and writes it anew: comments and order are
// kept, blank lines are not.
func reencode(text, job string, content Content) (string, error) {
	d, err := jobIn(text, job)
	if err != nil {
		return "", err
	}
	for _, n := range []*yaml.Node{d.root, d.jobs, d.job} {
		unfold(n)
	}
	for _, f := range d.fields(content) {
		at := indexOf(d.job, f.name)
		switch {
		case at < 0 && len(f.entries) > 0:
			d.job.Content = append(d.job.Content, textNode(f.name), &yaml.Node{Kind: yaml.MappingNode})
			at = len(d.job.Content) - 2
		case at >= 0 && len(f.entries) == 0:
			d.job.Content = slices.Delete(d.job.Content, at, at+2)
			continue
		case at < 0:
			continue
		}
		put(mappingAt(d.job, at), f.entries)
	}
	return d.written()
}

// appendJob writes a job without parameters behind the last one of a text.
func appendJob(text string, job New) (string, error) {
	item := map[string]any{"name": job.Name, "selection": job.Selection}
	if job.Selection == "" {
		keys := make([]any, len(job.Keys))
		for i, key := range job.Keys {
			keys[i] = key
		}
		item["selection"] = keys
	}
	d, err := jobIn(text, job.Name)
	if err != nil && !errors.Is(err, ErrNoJob) {
		return "", err
	}
	if d.root == nil {
		d.root = &yaml.Node{Kind: yaml.MappingNode}
	}
	return d.appendItem(text, valueNode(item))
}

// appendItem writes an item behind the last one: as lines of its own where the list has
// lines, and otherwise in the tree.
func (d *document) appendItem(text string, item *yaml.Node) (string, error) {
	if d.jobs == nil && len(d.root.Content) == 0 || d.jobs != nil && d.jobs.Style&yaml.FlowStyle == 0 && len(d.jobs.Content) > 0 {
		return d.appendLines(text, item)
	}
	if d.jobs == nil || d.jobs.Kind != yaml.SequenceNode {
		d.jobs = &yaml.Node{Kind: yaml.SequenceNode}
		if at := indexOf(d.root, "jobs"); at >= 0 {
			d.root.Content[at+1] = d.jobs
		} else {
			d.root.Content = append(d.root.Content, textNode("jobs"), d.jobs)
		}
	}
	unfold(d.root)
	unfold(d.jobs)
	d.jobs.Content = append(d.jobs.Content, item)
	return d.written()
}

func (d *document) appendLines(text string, item *yaml.Node) (string, error) {
	written, err := encode(item, 2)
	if err != nil {
		return "", err
	}
	if d.jobs == nil {
		return withNewline(text) + "jobs:\n  - " + indent(written, 5) + "\n", nil
	}
	column := d.jobs.Column
	at := indexOf(d.root, "jobs")
	last := min(nextLine(d.root, d.root.Content[at], d.jobs)-1, d.Source.Lines())
	for last > d.jobs.Line && outside(d.Source.Line(last), column) {
		last--
	}
	end := d.Source.Offset(last, math.MaxInt32)
	return withNewline(text[:end]) + strings.Repeat(" ", column-1) + "- " + indent(written, column+2) + "\n" + strings.TrimPrefix(text[end:], "\n"), nil
}

func withNewline(text string) string {
	if text == "" || strings.HasSuffix(text, "\n") {
		return text
	}
	return text + "\n"
}
