package paramdoc

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/params"
	"auto/runtime/yamldoc"

	"gopkg.in/yaml.v3"
)

// entry is one field of a mapping as it should be.
type entry struct {
	key string
	// same reports whether a node says it already, and node makes one that does.
	same func(n *yaml.Node) bool
	node func() *yaml.Node
	// edit changes a node that is a mapping in its place, nil for none.
	edit func(n *yaml.Node)
}

// put makes a mapping have the entries and no others: those that are the same stay as they
// are written, in their places, and so do keys without a value; new ones follow. It reports
// whether anything changed.
func put(m *yaml.Node, entries []entry) bool {
	gone := takeOut(m, entries)
	changed := len(gone) > 0
	for _, e := range entries {
		at := len(m.Content)
		changed = e.put(m) || changed
		if at < len(m.Content) {
			inherit(m.Content[at], m.Content[at+1], gone)
		}
	}
	if changed {
		unfold(m)
	}
	return changed
}

// takeOut removes what is none of the entries, and gives it by key.
func takeOut(m *yaml.Node, entries []entry) map[string][2]*yaml.Node {
	gone := map[string][2]*yaml.Node{}
	var kept []*yaml.Node
	for i := 0; i+1 < len(m.Content); i += 2 {
		key, value := m.Content[i], m.Content[i+1]
		if value.Tag == "!!null" || slices.ContainsFunc(entries, func(e entry) bool { return e.key == key.Value }) {
			kept = append(kept, key, value)
		} else {
			gone[key.Value] = [2]*yaml.Node{key, value}
		}
	}
	m.Content = kept
	return gone
}

// inherit gives the first prefixed name the comments of the simple one that is gone.
func inherit(key, value *yaml.Node, gone map[string][2]*yaml.Node) {
	simple := key.Value[strings.LastIndexByte(key.Value, '.')+1:]
	old, ok := gone[simple]
	if !ok {
		return
	}
	delete(gone, simple)
	key.HeadComment, key.LineComment, key.FootComment = old[0].HeadComment, old[0].LineComment, old[0].FootComment
	value.HeadComment, value.LineComment = old[1].HeadComment, old[1].LineComment
}

// unfold makes a block of what is written in braces or brackets; a comment behind it stands
// above it then.
func unfold(n *yaml.Node) {
	if n.Style&yaml.FlowStyle == 0 {
		return
	}
	n.Style &^= yaml.FlowStyle
	if n.LineComment != "" {
		n.HeadComment, n.LineComment = strings.TrimPrefix(n.HeadComment+"\n"+n.LineComment, "\n"), ""
	}
}

// put puts one entry, and reports whether that changed anything.
func (e entry) put(m *yaml.Node) bool {
	i := indexOf(m, e.key)
	switch {
	case i < 0:
		m.Content = append(m.Content, textNode(e.key), quotedAs(m, e.node()))
	case e.same(m.Content[i+1]):
		return false
	case e.edit != nil && m.Content[i+1].Kind == yaml.MappingNode:
		e.edit(m.Content[i+1])
	default:
		n := quotedAs(m, e.node())
		n.LineComment = m.Content[i+1].LineComment
		m.Content[i+1] = n
	}
	return true
}

// quotedAs gives a text the quotes that the first value of its mapping has.
func quotedAs(m, n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" && n.Style == 0 && len(m.Content) > 1 {
		n.Style = m.Content[1].Style & (yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle)
	}
	return n
}

// field is a field of the job's mapping as it should be: its entries.
type field struct {
	name    string
	entries []entry
}

// fields gives the fields of a job as they should be.
func (d *document) fields(content Content) []field {
	shared := sharedFields[0]
	if indexOf(d.job, shared) < 0 && indexOf(d.job, sharedFields[1]) >= 0 {
		shared = sharedFields[1]
	}
	return []field{{schemaField, schemaEntries(content.Schema)}, {shared, valueEntries(content.Values.Shared)}, {opsField, opsEntries(content.Values.Assets)}}
}

func schemaEntries(s params.Schema) []entry {
	var entries []entry
	for _, e := range s {
		entries = append(entries, entry{
			key: e.Name.String(),
			same: func(n *yaml.Node) bool {
				d, err := params.ReadDecl(valueOf(n))
				return err == nil && d.Equal(e.Decl)
			},
			node: func() *yaml.Node { return declNode(e.Decl) },
		})
	}
	return entries
}

// declNode writes a declaration as the shortest form that says all of it.
func declNode(d params.Decl) *yaml.Node {
	switch {
	case d.Equal(params.Decl{Type: params.Enum, Members: d.Members}):
		list := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, m := range d.Members {
			list.Content = append(list.Content, textNode(m))
		}
		return list
	case d.Short():
		return textNode(d.String())
	}
	m := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
	fields := d.Long()
	for _, key := range params.LongFields() {
		if value, ok := fields[key]; ok {
			m.Content = append(m.Content, textNode(key), valueNode(value))
		}
	}
	return m
}

func opsEntries(assets map[string]map[string]any) []entry {
	var entries []entry
	for _, asset := range slices.Sorted(maps.Keys(assets)) {
		of := valueEntries(assets[asset])
		entries = append(entries, entry{
			key:  asset,
			same: func(n *yaml.Node) bool { return sameValue(valueOf(n), anyOf(assets[asset])) },
			node: func() *yaml.Node { return valueNode(anyOf(assets[asset])) },
			edit: func(n *yaml.Node) { put(n, of) },
		})
	}
	return entries
}

func anyOf(m map[string]any) any { return m }

func valueEntries(values map[string]any) []entry {
	var entries []entry
	for _, key := range slices.Sorted(maps.Keys(values)) {
		entries = append(entries, entry{
			key:  key,
			same: func(n *yaml.Node) bool { return sameValue(valueOf(n), values[key]) },
			node: func() *yaml.Node { return valueNode(values[key]) },
		})
	}
	return entries
}

// sameValue compares values; two forms of one reference are the same.
func sameValue(a, b any) bool {
	x, first := params.ReferenceOf(a)
	y, second := params.ReferenceOf(b)
	if first && second {
		return x == y
	}
	m, isMap := a.(map[string]any)
	n, areMaps := b.(map[string]any)
	if isMap && areMaps {
		return maps.EqualFunc(m, n, sameValue)
	}
	return params.Same(a, b)
}

// valueNode writes a value.
func valueNode(value any) *yaml.Node {
	switch v := value.(type) {
	case string:
		return textNode(v)
	case json.Number:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: v.String()}
	case []any:
		list := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, item := range v {
			list.Content = append(list.Content, valueNode(item))
		}
		return list
	case map[string]any:
		m := &yaml.Node{Kind: yaml.MappingNode}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			m.Content = append(m.Content, keyNode(key), valueNode(v[key]))
		}
		return m
	}
	var n yaml.Node
	if err := n.Encode(value); err != nil {
		return textNode("") // no value of parameters; what is written is read back and compared
	}
	return &n
}

// textNode writes a text, in quotes where it would be read as something else.
func textNode(text string) *yaml.Node {
	var n yaml.Node
	n.SetString(text)
	if needsQuotes(text) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return &n
}

// needsQuotes reports whether the YAML library writes a text in a way that it does not read
// back: the merge key, and lines that begin with a blank one or end in other signs than \n.
func needsQuotes(text string) bool {
	if text == "<<" {
		return true
	}
	return strings.Contains(text, "\n") && (strings.ContainsRune(" \t\n", rune(text[0])) || strings.ContainsAny(text, "\r\u0085\u2028\u2029"))
}

// keyNode writes a key, which takes one line.
func keyNode(text string) *yaml.Node {
	n := textNode(text)
	if strings.Contains(text, "\n") {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// valueOf gives the value of a node as JSON knows it.
func valueOf(n *yaml.Node) any {
	var list diag.List
	doc, _ := yamldoc.Parse(source.New("value", ""), &list)
	return doc.Value(n)
}
