package project

import (
	"regexp"
	"strings"

	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/runtime/yamldoc"

	"gopkg.in/yaml.v3"
)

// parseSensors reads files blocks in their YAML form and gives the tree that the
// same blocks have in a policy file (docs/operations.md, File sensors in YAML).
func parseSensors(src *source.File, list *diag.List) *ast.File {
	doc, root := yamldoc.Parse(src, list)
	if root == nil {
		return &ast.File{Source: src}
	}
	m := doc.Map(root, "the sensor file")
	w := &sensorWriter{Doc: doc}
	for _, n := range m.Items("files") {
		w.block(doc.Map(n, "a file sensor"))
	}
	m.Close()
	file, findings := w.parse(src)
	*list = append(*list, findings...)
	return file
}

// sensorWriter writes YAML blocks as policy text.
type sensorWriter struct {
	transcript
	*yamldoc.Doc
}

// phrases are the fields whose value is what stands after the clause's word in a
// policy file; a list stands for several such clauses.
var phrases = []string{"job", "settled", "existing", "redeliver", "take", "limit", "order", "halt", "priority", "retry"}

func (w *sensorWriter) block(m *yamldoc.Map) {
	named, sourced := m.Require("name", "inbound"), m.Require("from", `folder("landing")`)
	if !named || !sourced {
		return
	}
	defer m.Close()
	w.put(m.KeyAt("name"), "files ")
	w.put(m.At("name"), m.Text("name"))
	w.put(m.KeyAt("from"), " from ")
	w.field(m, "from")
	if m.Node("every") != nil {
		w.put(m.KeyAt("every"), " every ")
		w.field(m, "every")
	}
	w.put(m.Place(), " {\n")
	w.clauses(m)
	w.put(m.Place(), "}\n")
}

func (w *sensorWriter) clauses(m *yamldoc.Map) {
	w.keys(m, "always")
	for _, word := range phrases {
		w.phrase(m, word)
	}
	w.pause(m)
	for _, n := range m.Items("match") {
		w.rule(m.Map(n, "a rule"))
	}
	w.otherwise(m)
	if m.Node("run_key") != nil {
		w.put(m.KeyAt("run_key"), "run_key ")
		w.put(m.At("run_key"), parse.Quote(m.Text("run_key"))+"\n")
	}
	w.maps(m)
}

// field writes a field's text as it stands.
func (w *sensorWriter) field(m *yamldoc.Map, name string) {
	w.scalar(m.Node(name))
}

func (w *sensorWriter) scalar(n *yaml.Node) {
	at, verbatim := w.Verbatim(n)
	if !verbatim {
		at = w.Span(n)
	}
	w.put(at, strings.ReplaceAll(n.Value, "\n", " "))
}

func (w *sensorWriter) phrase(m *yamldoc.Map, word string) {
	n := m.Node(word)
	if n == nil {
		return
	}
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
	}
	for _, item := range items {
		w.put(m.KeyAt(word), word+" ")
		switch {
		case item.Kind != yaml.ScalarNode:
			m.Addf(diag.YAMLKind, w.Span(item), "Write what stands after `"+word+"` in a policy file.", "`%s` is a text.", word)
		case word == "job":
			w.put(w.Span(item), parse.Quote(item.Value))
		default:
			w.scalar(item)
		}
		w.put(m.KeyAt(word), "\n")
	}
}

func (w *sensorWriter) keys(m *yamldoc.Map, word string) {
	for i, key := range m.Texts(word) {
		if i == 0 {
			w.put(m.KeyAt(word), word+" ")
		} else {
			w.put(m.At(word), ", ")
		}
		w.put(m.At(word), parse.Quote(key))
	}
	w.put(m.KeyAt(word), "\n")
}

func (w *sensorWriter) pause(m *yamldoc.Map) {
	n := m.Node("pause")
	if n == nil {
		return
	}
	p := m.Map(n, "`pause`")
	defer p.Close()
	if p.Require("until", `"2026-12-01"`) && p.Require("because", `"the reason"`) {
		w.put(m.KeyAt("pause"), "pause until ")
		w.put(p.At("until"), parse.Quote(p.Text("until")))
		w.put(p.KeyAt("because"), " because ")
		w.put(p.At("because"), parse.Quote(p.Text("because"))+"\n")
	}
}

// otherwise writes `ignore` and `error` as they are, and the mapping
// `quarantine: to/` as its clause.
func (w *sensorWriter) otherwise(m *yamldoc.Map) {
	n := m.Node("otherwise")
	if n == nil {
		return
	}
	w.put(m.KeyAt("otherwise"), "otherwise ")
	if n.Kind == yaml.MappingNode {
		q := m.Map(n, "`otherwise`")
		if q.Require("quarantine", "rejected/") {
			w.put(q.At("quarantine"), "quarantine "+parse.Quote(q.Text("quarantine")))
		}
		q.Close()
	} else {
		w.scalar(n)
	}
	w.put(m.KeyAt("otherwise"), "\n")
}

func (w *sensorWriter) rule(m *yamldoc.Map) {
	named, aimed := m.Require("file", `"*.csv"`), m.Require("to", "[asset]")
	if !named || !aimed {
		return
	}
	defer m.Close()
	w.put(m.Place(), "match ")
	if m.Node("name") != nil {
		w.put(m.At("name"), m.Text("name"))
		w.put(m.At("name"), ": ")
	}
	w.pattern(m, "file")
	if m.Node("in") != nil {
		w.put(m.KeyAt("in"), " in ")
		w.pattern(m, "in")
	}
	w.put(m.KeyAt("to"), " -> ")
	w.targets(m)
	w.put(m.Place(), " {\n")
	w.maps(m)
	w.put(m.Place(), "}\n")
}

// pattern writes `/…/` as a regular expression and anything else as a glob.
func (w *sensorWriter) pattern(m *yamldoc.Map, name string) {
	text := m.Text(name)
	if len(text) > 1 && text[0] == '/' && text[len(text)-1] == '/' {
		w.field(m, name)
		return
	}
	w.put(m.At(name), parse.Quote(text))
}

// targetForm cuts a target into its key and its partition.
var targetForm = regexp.MustCompile(`^(?s)(.*?)(\[[^\[\]]*\])?$`)

func (w *sensorWriter) targets(m *yamldoc.Map) {
	n := m.Node("to")
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
	}
	for i, item := range items {
		if i > 0 {
			w.put(w.Span(item), ", ")
		}
		parts := targetForm.FindStringSubmatch(item.Value)
		w.put(w.Span(item), parse.Quote(parts[1])+parts[2])
	}
}

// maps writes the fields tags, params and config.
func (w *sensorWriter) maps(m *yamldoc.Map) {
	for _, word := range []string{"tags", "params"} {
		if n := m.Node(word); n != nil {
			w.put(m.KeyAt(word), word+" ")
			w.value(n)
			w.put(m.KeyAt(word), "\n")
		}
	}
	n := m.Node("config")
	if n == nil {
		return
	}
	config := m.Map(n, "`config`")
	for _, asset := range config.Names() {
		if fields := config.Node(asset); fields != nil {
			w.put(config.KeyAt(asset), "config "+parse.Quote(asset)+" ")
			w.value(fields)
			w.put(config.KeyAt(asset), "\n")
		}
	}
}

// onePlace is a text that is one placeholder alone: it keeps the field's type.
var onePlace = regexp.MustCompile(`^\{([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?)\}$`)

var whole = regexp.MustCompile(`^-?[0-9]+$`)

func (w *sensorWriter) value(n *yaml.Node) {
	at := w.Span(n)
	switch {
	case n.Kind == yaml.MappingNode:
		w.mapping(n)
	case n.Kind == yaml.SequenceNode:
		w.put(at, "[")
		for _, item := range n.Content {
			w.value(item)
			w.put(at, ", ")
		}
		w.put(at, "]")
	case n.Tag == "!!str" && onePlace.MatchString(n.Value):
		w.put(at, onePlace.FindStringSubmatch(n.Value)[1])
	case n.Tag == "!!int" && whole.MatchString(n.Value):
		w.put(at, n.Value)
	case n.Tag == "!!bool":
		w.put(at, strings.ToLower(n.Value))
	case n.Tag == "!!str" || n.Tag == "!!timestamp":
		w.put(at, parse.Quote(n.Value))
	default:
		w.Addf(diag.YAMLKind, at, "Write a whole number, true, false, or a text in quotes.", "%q is no value of a policy.", n.Value)
	}
}

func (w *sensorWriter) mapping(n *yaml.Node) {
	m := w.Map(n, "a value")
	if names := m.Names(); len(names) == 1 && names[0] == "secret" {
		w.put(m.At("secret"), "secret("+parse.Quote(m.Text("secret"))+")")
		return
	}
	w.put(w.Span(n), "{ ")
	for _, name := range m.Names() {
		w.put(m.KeyAt(name), parse.Quote(name)+": ")
		if value := m.Node(name); value != nil {
			w.value(value)
		} else {
			m.Addf(diag.YAMLKind, m.KeyAt(name), "Write a value, or remove the field.", "`%s` has no value.", name)
			w.put(m.KeyAt(name), `""`)
		}
		w.put(w.Span(n), ", ")
	}
	w.put(w.Span(n), "}")
}
