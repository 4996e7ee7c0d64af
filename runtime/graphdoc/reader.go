// Package graphdoc reads assets and partitions definitions from YAML documents into the
// form that vm/graph takes, for project files and scenarios alike.
//
// It tells two kinds of mistakes apart. What is no asset at all (an unknown field, a text
// where a list belongs) is a finding of the document. What is well written and yet not
// accepted (a start that is no date, a mapping that lacks its dimension) is a refusal:
// it belongs to the definition or asset, so that a scenario can state that it is refused.
package graphdoc

import (
	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/yamldoc"
	"auto/vm/graph"

	"gopkg.in/yaml.v3"
)

// Reader reads documents that refer to one set of named partitions definitions. The zero
// Reader has none.
type Reader struct {
	named map[string]*named
}

// named is a definition with a name, which is read when it is first referred to.
type named struct {
	doc   *yamldoc.Doc
	node  *yaml.Node
	state progress
	def   *Definition
}

// progress is how far the reading of a definition is.
type progress int

const (
	unread progress = iota
	reading
	read
)

// NewReader gives a reader that knows definitions by their names already.
func NewReader(definitions []*Definition) Reader {
	r := Reader{named: map[string]*named{}}
	for _, d := range definitions {
		r.named[d.Name] = &named{state: read, def: d}
	}
	return r
}

// Definition is a partitions definition as it is written.
type Definition struct {
	// Name is "" where it is written in place.
	Name string
	At   source.Span
	Spec graph.Spec
	// Dimensions of a multi definition by name; Spec has those that are accepted.
	Dimensions map[string]*Definition
	// Partitions is nil where the definition is refused.
	Partitions *graph.Partitions
	Refused    diag.List
}

// Asset is an asset as it is written.
type Asset struct {
	// Asset has no Partitions where their definition is refused.
	graph.Asset
	// Definition is nil where the asset has no partitions.
	Definition *Definition
	// Refused is what is not accepted about its mappings.
	Refused diag.List
	// At is the place of its key, DepsAt and ChecksAt those of the list items.
	At               source.Span
	DepsAt, ChecksAt []source.Span
	// ConditionNode and CheckConditionNodes have the texts of conditions, nil for none.
	ConditionNode       *yaml.Node
	CheckConditionNodes []*yaml.Node
}

// Place gives where a field of the asset is written (graph.Problem's Field and Index).
func (a *Asset) Place(field string, index int) source.Span {
	switch {
	case field == "deps" && index < len(a.DepsAt):
		return a.DepsAt[index]
	case field == "checks" && index < len(a.ChecksAt):
		return a.ChecksAt[index]
	}
	return a.At
}

// Define names the definitions of a document's `partitions` field, in the order of the
// text. A name that is taken is a finding.
func (r *Reader) Define(m *yamldoc.Map) []string {
	n := m.Node("partitions")
	if n == nil {
		return nil
	}
	if r.named == nil {
		r.named = map[string]*named{}
	}
	all := m.Map(n, "`partitions`")
	var names []string
	for _, name := range all.Names() {
		if _, twice := r.named[name]; twice {
			m.Addf(diag.YAMLTwice, all.KeyAt(name), "Give it a name of its own.", "Partitions called `%s` are defined twice.", name)
			continue
		}
		r.named[name] = &named{doc: m.Doc, node: all.Node(name)}
		all.Require(name, "{type: daily, start: 2026-01-01}")
		names = append(names, name)
	}
	return names
}

// Named gives the definition of a name, and false where there is none or it cannot be
// read.
func (r *Reader) Named(name string) (*Definition, bool) {
	n, ok := r.named[name]
	if !ok {
		return nil, false
	}
	if n.state == unread && n.node != nil {
		n.state = reading
		if d := r.definition(n.doc, n.node); d != nil {
			n.def = d.named(name)
		}
		n.state = read
	}
	return n.def, n.def != nil
}

// named gives the definition under a name; it may be one that has another already.
func (d *Definition) named(name string) *Definition {
	alias := *d
	alias.Name = name
	return &alias
}

// Definition reads a definition: a name, or the definition itself. It gives nil where it
// cannot be read.
func (r *Reader) Definition(doc *yamldoc.Doc, n *yaml.Node) *Definition {
	if n.Kind != yaml.ScalarNode {
		return r.definition(doc, n)
	}
	if d, ok := r.Named(n.Value); ok {
		return d
	}
	switch found, ok := r.named[n.Value]; {
	case !ok:
		doc.Addf(diag.PartitionsForm, doc.Span(n), r.nearest(n.Value), "No partitions are called `%s`.", n.Value)
	case found.state == reading:
		doc.Addf(diag.PartitionsForm, doc.Span(n), "Write its dimensions out.", "The partitions `%s` contain themselves.", n.Value)
	}
	return nil
}
