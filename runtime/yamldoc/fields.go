package yamldoc

import (
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"auto/internal/spell"
	"auto/lang/diag"
	"auto/lang/parse"
	"auto/lang/source"

	"gopkg.in/yaml.v3"
)

// Map is one mapping that is being read: ask for each field that may stand there,
// then Close it, which finds the fields that nobody asked for.
type Map struct {
	*Doc
	what   string
	node   *yaml.Node
	fields map[string]field
	asked  []string
}

type field struct{ key, value *yaml.Node }

// Map opens a mapping that describes what (for sentences: "an asset"). A node that
// is none adds a finding and gives an empty Map. Merge keys (`<<`) are followed.
func (d *Doc) Map(n *yaml.Node, what string) *Map {
	m := &Map{Doc: d, what: what, node: n, fields: map[string]field{}}
	n = d.follow(n)
	switch {
	case n == nil:
	case n.Kind != yaml.MappingNode:
		d.Addf(diag.YAMLKind, d.Span(n), "Write `field: value` lines.", "%s is a mapping, and this is %s.", capital(what), kind(n))
	default:
		m.take(n)
	}
	return m
}

func (m *Map) take(n *yaml.Node) {
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], m.follow(n.Content[i+1])
		if key.Tag == "!!merge" {
			merged = append(merged, value)
			continue
		}
		if old, twice := m.fields[key.Value]; twice {
			m.list.Add(diag.Diagnostic{Code: diag.YAMLTwice, Span: m.Span(key), Help: "Remove one of them.",
				Message: "`" + key.Value + "` is given twice.",
				Related: []diag.Related{{Span: m.Span(old.key), Message: "It was given here first."}}})
			continue
		}
		m.fields[key.Value] = field{key, value}
	}
	for _, n := range merged {
		m.merge(n)
	}
}

func (m *Map) merge(n *yaml.Node) {
	if n == nil || n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if _, own := m.fields[n.Content[i].Value]; !own {
			m.fields[n.Content[i].Value] = field{n.Content[i], m.follow(n.Content[i+1])}
		}
	}
}

// Place gives the place of the whole mapping.
func (m *Map) Place() source.Span { return m.Span(m.node) }

// At gives the place of a field's value, or of the mapping where it is not given.
func (m *Map) At(name string) source.Span {
	if f, ok := m.fields[name]; ok {
		return m.Span(f.value)
	}
	return m.Place()
}

// KeyAt gives the place of a field's name, or of the mapping where it is not given.
func (m *Map) KeyAt(name string) source.Span {
	if f, ok := m.fields[name]; ok {
		return m.Span(f.key)
	}
	return m.Place()
}

// Node gives the value of a field, nil where it is not given or null.
func (m *Map) Node(name string) *yaml.Node {
	m.asked = append(m.asked, name)
	n := m.fields[name].value
	if n != nil && n.Tag == "!!null" {
		return nil
	}
	return n
}

// Require adds a finding where a field is not given, and reports whether it is.
func (m *Map) Require(name, example string) bool {
	if m.Node(name) != nil {
		return true
	}
	if n := m.follow(m.node); n == nil || n.Kind != yaml.MappingNode {
		return false // that it is none has been found
	}
	m.Addf(diag.YAMLMissing, m.Place(), "Write `"+name+": "+example+"`.", "%s needs `%s`.", capital(m.what), name)
	return false
}

// Close adds a finding for each field that was never asked for.
func (m *Map) Close() {
	slices.Sort(m.asked)
	m.asked = slices.Compact(m.asked)
	for _, name := range m.Names() {
		if slices.Contains(m.asked, name) {
			continue
		}
		help := "Remove it; " + m.what + " has " + quoted(m.asked) + "."
		if near, ok := spell.Nearest(name, m.asked); ok {
			help = "Did you mean `" + near + "`?"
		}
		m.Addf(diag.YAMLUnknown, m.Span(m.fields[name].key), help, "%s has no field `%s`.", capital(m.what), name)
	}
}

// Names gives the names of all fields in the order of the text.
func (m *Map) Names() []string {
	names := make([]string, 0, len(m.fields))
	for name := range m.fields {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		x, y := m.fields[a].key, m.fields[b].key
		return (x.Line-y.Line)*1_000_000 + x.Column - y.Column
	})
	return names
}

// Text gives a field's text, "" where it is not given. Numbers and booleans count
// as the text that was written.
func (m *Map) Text(name string) string {
	n := m.Node(name)
	if n == nil || !m.scalar(n, "`"+name+"` is a text") {
		return ""
	}
	return n.Value
}

func (d *Doc) scalar(n *yaml.Node, wants string) bool {
	if n.Kind == yaml.ScalarNode {
		return true
	}
	d.Addf(diag.YAMLKind, d.Span(n), "Write one value on the same line.", "%s, and this is %s.", wants, kind(n))
	return false
}

// Bool gives a field that is true or false, false where it is not given.
func (m *Map) Bool(name string) bool {
	n := m.Node(name)
	if n == nil {
		return false
	}
	if n.Tag != "!!bool" {
		m.Addf(diag.YAMLKind, m.Span(n), "Write `true` or `false`.", "`%s` is true or false, and this is %s.", name, kind(n))
		return false
	}
	return strings.EqualFold(n.Value, "true")
}

// Int gives a field that is a whole number, and whether a right one is given.
func (m *Map) Int(name string) (int, bool) {
	n := m.Node(name)
	if n == nil {
		return 0, false
	}
	value, err := strconv.Atoi(n.Value)
	if n.Tag != "!!int" || err != nil {
		m.Addf(diag.YAMLKind, m.Span(n), "Write digits only.", "`%s` is a whole number, and this is %s.", name, kind(n))
		return 0, false
	}
	return value, true
}

// Duration gives a field such as `1m30s` or `2d`, and whether a right one is
// given.
func (m *Map) Duration(name string) (time.Duration, bool) {
	n := m.Node(name)
	if n == nil {
		return 0, false
	}
	d, err := parse.Duration(n.Value)
	if n.Kind != yaml.ScalarNode || n.Value == "" || err != nil {
		m.Addf(diag.YAMLValue, m.Span(n), "Write such as `30s`, `10m` or `1h30m` (units `w d h m s`).", "`%s` is a duration, and this is %s.", name, kind(n))
		return 0, false
	}
	return d, true
}

// OneOf gives a field that must be one of the words: the first word where it is not
// given, "" where it is none of them.
func (m *Map) OneOf(name string, words ...string) string {
	n := m.Node(name)
	if n == nil {
		return words[0]
	}
	if slices.Contains(words, n.Value) {
		return n.Value
	}
	help := "Write " + quoted(words) + "."
	if near, ok := spell.Nearest(n.Value, words); ok {
		help = "Did you mean `" + near + "`?"
	}
	m.Addf(diag.YAMLValue, m.Span(n), help, "`%s` cannot be %s.", name, kind(n))
	return ""
}

// Items gives the nodes of a list field, none where it is not given.
func (m *Map) Items(name string) []*yaml.Node {
	n := m.Node(name)
	if n == nil {
		return nil
	}
	return m.List(n, "`"+name+"`")
}

// List gives the nodes of a list, with a finding where it is none.
func (d *Doc) List(n *yaml.Node, what string) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		d.Addf(diag.YAMLKind, d.Span(n), "Write `[a, b]`, or one `- item` a line.", "%s is a list, and this is %s.", capital(what), kind(n))
		return nil
	}
	items := make([]*yaml.Node, 0, len(n.Content))
	for _, item := range n.Content {
		if item = d.follow(item); item != nil {
			items = append(items, item)
		}
	}
	return items
}

// Texts gives a list of texts; a single text counts as a list of one.
func (m *Map) Texts(name string) []string {
	n := m.Node(name)
	if n == nil {
		return nil
	}
	if n.Kind == yaml.ScalarNode {
		return []string{n.Value}
	}
	var texts []string
	for _, item := range m.List(n, "`"+name+"`") {
		if m.scalar(item, "each item of `"+name+"` is a text") {
			texts = append(texts, item.Value)
		}
	}
	return texts
}

// TextMap gives a mapping of texts to texts, nil where it is not given.
func (m *Map) TextMap(name string) map[string]string {
	n := m.Node(name)
	if n == nil {
		return nil
	}
	inner, texts := m.Map(n, "`"+name+"`"), map[string]string{}
	for _, key := range inner.Names() {
		texts[key] = inner.Text(key)
	}
	return texts
}

// Value gives any YAML value as JSON knows it: nil, bool, int64, float64, string,
// []any, map[string]any, and json.Number for a whole number that no int64 has.
func (d *Doc) Value(n *yaml.Node) any {
	n = d.follow(n)
	if n == nil {
		return nil
	}
	switch n.Kind {
	case yaml.SequenceNode:
		items := []any{}
		for _, item := range n.Content {
			items = append(items, d.Value(item))
		}
		return items
	case yaml.MappingNode:
		inner, values := d.Map(n, "a value"), map[string]any{}
		for _, key := range inner.Names() {
			values[key] = d.Value(inner.fields[key].value)
		}
		return values
	}
	return scalarValue(n)
}

func scalarValue(n *yaml.Node) any {
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(n.Value, "true")
	case "!!int":
		if value, err := strconv.ParseInt(n.Value, 0, 64); err == nil {
			return value
		}
		if value, ok := largeWhole(n.Value); ok {
			return value
		}
	case "!!float": // a whole number, too, that no uint64 has
		if value, ok := largeWhole(n.Value); ok {
			return value
		}
		if value, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return value
		}
	}
	return n.Value
}

// largeWhole gives a whole number that no int64 has with all its digits, and false for
// any other text.
func largeWhole(text string) (json.Number, bool) {
	i, ok := new(big.Int).SetString(text, 0)
	if !ok || i.IsInt64() {
		return "", false
	}
	return json.Number(i.String()), true
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

func quoted(words []string) string {
	return "`" + strings.Join(words, "`, `") + "`"
}
