package paramdoc

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// edit is an edit of a document that is being made.
type edit struct {
	*document
	changes []change
	// doomed are nodes with an anchor that are replaced, or changed inside.
	doomed map[*yaml.Node]bool
	// left is how many nodes may still be written out for aliases.
	left int
	// instead are nodes that stand in the places of others.
	instead map[*yaml.Node]*yaml.Node
	*remains
}

// remains are comments of what an edit takes away.
type remains struct {
	// carried are those of fields, by name, which may stand elsewhere afterwards.
	carried map[string]remarks
	// dropped are all others.
	dropped []string
}

// remarks are the comments of a field: lines above it, and the one behind it.
type remarks struct {
	above  []string
	behind string
}

func (r remarks) all() []string {
	if r.behind == "" {
		return r.above
	}
	return append(slices.Clone(r.above), r.behind)
}

// onto gives the lines of a field with the comments.
func (r remarks) onto(text string) string {
	switch {
	case r.behind == "":
	case strings.Contains(text, "\n"):
		r.above = r.all()
	default:
		text += " " + r.behind
	}
	return strings.Join(append(slices.Clone(r.above), text), "\n")
}

func (d *document) edit(r *remains) *edit {
	return &edit{document: d, doomed: map[*yaml.Node]bool{}, left: maxWritten, instead: map[*yaml.Node]*yaml.Node{}, remains: r}
}

// errPlaces: what changes is not where it seems to be.
var errPlaces = errors.New("its lines are not where they seem to be")

// change puts a text in the place of bytes [start, end).
type change struct {
	start, end int
	text       string
}

func (e *edit) change(start, end int, text string) {
	e.changes = append(e.changes, change{start, end, likeLines(e.Source.Text, text)})
}

// apply gives the text with the changes, of which no two are of the same bytes; what is put
// between bytes goes before what is put in the place of those behind.
func (e *edit) apply() (string, error) {
	slices.SortStableFunc(e.changes, func(a, b change) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end)) })
	var b strings.Builder
	at := 0
	for _, c := range e.changes {
		if c.start < at || c.end < c.start || c.end > len(e.Source.Text) {
			return "", errPlaces
		}
		b.WriteString(e.Source.Text[at:c.start] + c.text)
		at = c.end
	}
	// Without the end of its last line a block scalar would be another text.
	if i := len(e.changes) - 1; i >= 0 && e.changes[i].end == len(e.Source.Text) && !strings.HasSuffix(e.Source.Text, "\n") && endsInBlock(e.changes[i].text) {
		b.WriteString(likeLines(e.Source.Text, "\n"))
	}
	return b.String() + e.Source.Text[at:], nil
}

// gone keeps the comments of a field that goes.
func (e *edit) gone(name string, r remarks) {
	r.above = append(e.carried[name].all(), r.above...)
	e.carried[name] = r
}

// inherit gives the comments of a new field: those that it had elsewhere, or the first with
// an asset those of the simple name that is gone.
func (e *edit) inherit(name string) remarks {
	simple := name[strings.LastIndexByte(name, '.')+1:]
	if strings.HasPrefix(name, schemaField) {
		simple = schemaField + " " + strings.TrimPrefix(simple, schemaField+" ")
	}
	for _, from := range []string{name, simple} {
		if comments, ok := e.carried[from]; ok && (from == name || strings.HasPrefix(name, schemaField)) {
			delete(e.carried, from)
			return comments
		}
	}
	return remarks{}
}

// all gives the comments that need not stand anywhere.
func (r *remains) all() []string {
	out := slices.Clone(r.dropped)
	for _, comments := range r.carried {
		out = append(out, comments.all()...)
	}
	return out
}

// doom notes the anchors of what is replaced.
func (e *edit) doom(n *yaml.Node) {
	if n.Anchor != "" {
		e.doomed[n] = true
	}
	for _, inner := range n.Content {
		e.doom(inner)
	}
}

// made gives a node for an entry.
func (e *edit) made(of entry) *yaml.Node {
	if of.inner != nil {
		return e.shaped(&yaml.Node{Kind: yaml.MappingNode}, *of.inner)
	}
	return of.node()
}

// shaped gives a mapping as it should be, the same one where it is already: fields that say
// what they should stay, in their places; new ones follow.
func (e *edit) shaped(m *yaml.Node, s shape) *yaml.Node {
	out := *m
	out.Content = nil
	changed := false
	for i := 0; i+1 < len(m.Content); i += 2 {
		key, value := m.Content[i], m.Content[i+1]
		fate, entry := s.fate(m, key, value)
		before := value
		switch fate {
		case goes:
			e.gone(s.of+key.Value, remarks{above: ofNodes(key, value)})
			e.doom(value)
			changed = true
			continue
		case opens:
			value = e.shaped(value, *entry.inner)
		case changes:
			e.doom(value)
			value = quotedAs(m, e.made(entry))
			value.HeadComment, value.LineComment = before.HeadComment, before.LineComment
		}
		changed = changed || value != before
		out.Content = append(out.Content, key, value)
	}
	for _, entry := range s.added(m) {
		key := keyNode(entry.key)
		key.HeadComment = joined(e.inherit(s.of + entry.key).all()...)
		out.Content = append(out.Content, key, quotedAs(&out, e.made(entry)))
		changed = true
	}
	if !changed {
		return m
	}
	if m.Anchor != "" {
		e.doomed[m] = true
		out.Anchor = ""
	}
	unfold(&out)
	return &out
}

// unfold makes a block of what is written in braces or brackets; a comment behind it stands
// above it then.
func unfold(n *yaml.Node) {
	if n.Style&yaml.FlowStyle == 0 {
		return
	}
	n.Style &^= yaml.FlowStyle
	n.HeadComment, n.LineComment = joined(n.HeadComment, n.LineComment), ""
}

// joined gives comments, some of which may be none, as one.
func joined(comments ...string) string {
	return strings.Join(slices.DeleteFunc(comments, func(c string) bool { return c == "" }), "\n")
}

// quotedAs gives a text the quotes that the first value of its mapping has.
func quotedAs(m, n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" && n.Style == 0 && len(m.Content) > 1 {
		n.Style = m.Content[1].Style & (yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle)
	}
	return n
}
