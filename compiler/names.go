package compiler

import (
	"maps"
	"slices"

	"auto/compiler/condition"
	"auto/lang/ast"
	"auto/lang/source"
)

// scope is the names of one file.
type scope struct {
	file     *ast.File
	names    map[string]*condition.Binding
	exported map[string]*condition.Binding
	order    []*condition.Binding
	defaults *ast.Defaults
}

// Lookup gives what a name of a file stands for: a let or def of the file, or one that
// another exports.
func (s *scope) Lookup(name string) (*condition.Binding, bool) {
	if b, ok := s.names[name]; ok {
		return b, true
	}
	b, ok := s.exported[name]
	return b, ok
}

// Names implements condition.Scope.
func (s *scope) Names() []string {
	return slices.AppendSeq(slices.Collect(maps.Keys(s.names)), maps.Keys(s.exported))
}

func (s *scope) defaultsBlock() *ast.Block {
	if s.defaults == nil {
		return nil
	}
	return s.defaults.Body
}

// resolve finds all names of all files, and those that are taken twice.
func (c *checker) resolve() {
	blocks := map[string]map[string]source.Span{"policy": {}, "sensor": {}, "files block": {}}
	for _, file := range c.Files {
		s := &scope{file: file, names: map[string]*condition.Binding{}, exported: c.exported}
		c.scopes = append(c.scopes, s)
		for _, decl := range file.Decls {
			c.declare(s, decl, blocks)
		}
	}
	for _, s := range c.scopes {
		c.checkExports(s)
	}
}

func (c *checker) declare(s *scope, decl ast.Decl, blocks map[string]map[string]source.Span) {
	switch d := decl.(type) {
	case *ast.Let:
		c.bind(s, &condition.Binding{Name: d.Name, Let: d, Scope: s}, d.Export)
	case *ast.Def:
		c.bind(s, &condition.Binding{Name: d.Name, Def: d, Scope: s}, d.Export)
	case *ast.Policy:
		c.unique(blocks["policy"], "policy", d.Name)
	case *ast.Sensor:
		c.unique(blocks["sensor"], "sensor", d.Name)
	case *ast.Files:
		c.unique(blocks["files block"], "files block", d.Name)
	case *ast.Defaults:
		if s.defaults != nil {
			c.values.Taken(d.Place(), s.defaults.Place(), "A file has one `defaults`, and this is the second.", "Write its clauses into the first.")
			return
		}
		s.defaults = d
	}
}

func (c *checker) unique(names map[string]source.Span, what string, name ast.Ident) {
	if first, taken := names[name.Name]; taken {
		c.values.Taken(name.Span, first, "A "+what+" called `"+name.Name+"` exists.", "Give it a name of its own.")
		return
	}
	names[name.Name] = name.Span
}

// bind declares a let or def, unless its name is taken.
func (c *checker) bind(s *scope, b *condition.Binding, export bool) {
	if c.values.Standard(b.Name, "") {
		return
	}
	if first, taken := s.names[b.Name.Name]; taken {
		c.values.Taken(b.Name.Span, first.Name.Span, "`"+b.Name.Name+"` is declared twice.", "Give it a name of its own.")
		return
	}
	s.names[b.Name.Name] = b
	s.order = append(s.order, b)
	if !export {
		return
	}
	if first, taken := c.exported[b.Name.Name]; taken {
		c.values.Taken(b.Name.Span, first.Name.Span, "`"+b.Name.Name+"` is exported twice.", "Give it a name of its own, or export one only.")
		return
	}
	c.exported[b.Name.Name] = b
}

// checkExports finds names of a file that another file exports.
func (c *checker) checkExports(s *scope) {
	for _, b := range s.order {
		if other, ok := c.exported[b.Name.Name]; ok && other != b && other.Scope != s {
			c.values.Taken(b.Name.Span, other.Name.Span, "`"+b.Name.Name+"` is exported by another file, and nothing shadows it.", "Give it a name of its own.")
		}
	}
}
