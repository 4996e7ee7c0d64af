package condition

import (
	"maps"
	"slices"

	"auto/internal/spell"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/stdlib"
)

// Scope is the declarations that an expression can use, those of its file and of the
// project.
type Scope interface {
	// Lookup gives the declaration of a name, and false where there is none.
	Lookup(name string) (*Binding, bool)
	// Names are all names that Lookup knows.
	Names() []string
}

// Binding is a let or a def; the other one is nil.
type Binding struct {
	Name ast.Ident
	Let  *ast.Let
	Def  *ast.Def
	// Scope is the one of the file that declares it.
	Scope Scope
	// value is that of a let, once it has been evaluated.
	value *Value
}

// names is a scope of fixed names.
type names map[string]*Binding

// Lookup implements Scope.
func (n names) Lookup(name string) (*Binding, bool) {
	b, ok := n[name]
	return b, ok
}

// Names implements Scope.
func (n names) Names() []string { return slices.Collect(maps.Keys(n)) }

// declared is the scope of an Env: what its Lookup gives, in the same scope.
type declared struct {
	find     func(name string) (ast.Decl, bool)
	bindings names
}

// Lookup implements Scope.
func (d declared) Lookup(name string) (*Binding, bool) {
	if b, ok := d.bindings[name]; ok {
		return b, true
	}
	decl, ok := d.find(name)
	if !ok {
		return nil, false
	}
	b := &Binding{Scope: d}
	switch decl := decl.(type) {
	case *ast.Let:
		b.Name, b.Let = decl.Name, decl
	case *ast.Def:
		b.Name, b.Def = decl.Name, decl
	default:
		return nil, false
	}
	d.bindings[name] = b
	return b, true
}

// Names implements Scope: those that have been used.
func (d declared) Names() []string { return d.bindings.Names() }

// unknown finds a name that stands for nothing.
func (c *Checker) unknown(s Scope, vars map[string]Value, name ast.Ident) {
	known := s.Names()
	for _, e := range stdlib.Table() {
		if e.Kind != stdlib.Method {
			known = append(known, e.Name)
		}
	}
	known = slices.AppendSeq(known, maps.Keys(vars))
	help := "Declare it with `let` or `def`, or export it from the file that does."
	if near, ok := spell.Nearest(name.Name, known); ok {
		help = "Did you mean `" + near + "`?"
	}
	if m, ok := stdlib.FindMethod(name.Name); ok {
		help = "It is a method: write it behind what it is about, as `missing()." + m.Name + "(…)`."
	}
	c.find(diag.UnknownName, name.Span, help, "Nothing is called `%s`.", name.Name)
}
