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
// back: the merge key, and lines that begin with a blank one or end in other signs than \n;
// or that lines behind it would change: one that ends in blank lines.
func needsQuotes(text string) bool {
	if text == "<<" {
		return true
	}
	return strings.Contains(text, "\n") && (strings.ContainsRune(" \t\n", rune(text[0])) || strings.HasSuffix(text, "\n\n") || strings.ContainsAny(text, "\r\u0085\u2028\u2029"))
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
