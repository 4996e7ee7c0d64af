package compiler

import (
	"auto/internal/spell"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/source"
	"auto/stdlib"
)

// binding is a let or a def.
type binding struct {
	name  ast.Ident
	let   *ast.Let
	def   *ast.Def
	scope *scope
	// value is that of a let, once it has been evaluated.
	value *value
}

// scope is the names of one file.
type scope struct {
	file     *ast.File
	names    map[string]*binding
	order    []*binding
	defaults *ast.Defaults
}

// lookup gives what a name of a file stands for: a let or def of the file, or one that
// another exports.
func (s *scope) lookup(c *checker, name string) (*binding, bool) {
	if b, ok := s.names[name]; ok {
		return b, true
	}
	b, ok := c.exported[name]
	return b, ok
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
		s := &scope{file: file, names: map[string]*binding{}}
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
		c.bind(s, &binding{name: d.Name, let: d, scope: s}, d.Export)
	case *ast.Def:
		c.bind(s, &binding{name: d.Name, def: d, scope: s}, d.Export)
	case *ast.Policy:
		c.unique(blocks["policy"], "policy", d.Name)
	case *ast.Sensor:
		c.unique(blocks["sensor"], "sensor", d.Name)
	case *ast.Files:
		c.unique(blocks["files block"], "files block", d.Name)
	case *ast.Defaults:
		if s.defaults != nil {
			c.taken(d.Place(), s.defaults.Place(), "A file has one `defaults`, and this is the second.", "Write its clauses into the first.")
			return
		}
		s.defaults = d
	}
}

func (c *checker) unique(names map[string]source.Span, what string, name ast.Ident) {
	if first, taken := names[name.Name]; taken {
		c.taken(name.Span, first, "A "+what+" called `"+name.Name+"` exists.", "Give it a name of its own.")
		return
	}
	names[name.Name] = name.Span
}

func (c *checker) taken(at, first source.Span, message, help string) {
	c.findings.Add(diag.Diagnostic{Code: diag.NameTaken, Span: at, Message: message, Help: help, Related: []diag.Related{{Span: first, Message: "The first one is here."}}})
}

// bind declares a let or def, unless its name is taken.
func (c *checker) bind(s *scope, b *binding, export bool) {
	if c.standard(b.name, "") {
		return
	}
	if first, taken := s.names[b.name.Name]; taken {
		c.taken(b.name.Span, first.name.Span, "`"+b.name.Name+"` is declared twice.", "Give it a name of its own.")
		return
	}
	s.names[b.name.Name] = b
	s.order = append(s.order, b)
	if !export {
		return
	}
	if first, taken := c.exported[b.name.Name]; taken {
		c.taken(b.name.Span, first.name.Span, "`"+b.name.Name+"` is exported twice.", "Give it a name of its own, or export one only.")
		return
	}
	c.exported[b.name.Name] = b
}

// standard finds a name that the vocabulary or a field has.
func (c *checker) standard(name ast.Ident, what string) bool {
	_, function := stdlib.Function(name.Name)
	if !function && !stdlib.IsField(name.Name) {
		return false
	}
	kind := "a word of the vocabulary"
	if !function {
		kind = "a field"
	}
	c.find(diag.NameTaken, name.Span, "Give it a name of its own, such as `my_"+name.Name+"`.", "`%s` is %s, and nothing shadows it%s.", name.Name, kind, what)
	return true
}

// checkExports finds names of a file that another file exports.
func (c *checker) checkExports(s *scope) {
	for _, b := range s.order {
		if other, ok := c.exported[b.name.Name]; ok && other != b && other.scope != s {
			c.taken(b.name.Span, other.name.Span, "`"+b.name.Name+"` is exported by another file, and nothing shadows it.", "Give it a name of its own.")
		}
	}
}

// unknown finds a name that stands for nothing.
func (c *checker) unknown(s *scope, vars map[string]value, name ast.Ident) {
	var known []string
	for _, e := range stdlib.Table() {
		if e.Kind != stdlib.Method {
			known = append(known, e.Name)
		}
	}
	for _, b := range s.order {
		known = append(known, b.name.Name)
	}
	for n := range c.exported {
		known = append(known, n)
	}
	for n := range vars {
		known = append(known, n)
	}
	help := "Declare it with `let` or `def`, or export it from the file that does."
	if near, ok := spell.Nearest(name.Name, known); ok {
		help = "Did you mean `" + near + "`?"
	}
	c.find(diag.UnknownName, name.Span, help, "Nothing is called `%s`.", name.Name)
}
