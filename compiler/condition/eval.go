package condition

import (
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/types"
	"auto/stdlib"
)

// expr gives the value of an expression, in a file's scope and, within a def, with the
// values of its parameters.
func (c *Checker) expr(s Scope, vars map[string]Value, e ast.Expr) Value {
	at := e.Place()
	if !c.spend(1, at) {
		return unknownValue(at)
	}
	switch e := e.(type) {
	case *ast.Paren:
		return c.expr(s, vars, e.Inner)
	case *ast.Binary:
		return c.binary(s, vars, e)
	case *ast.Unary:
		return c.not(s, vars, e)
	case *ast.Name:
		return c.name(s, vars, e)
	case *ast.Call:
		return c.call(s, vars, e)
	case *ast.Method:
		return c.method(s, vars, e)
	case *ast.String:
		return Value{Type: types.String, Constant: e.Value, At: at}
	case *ast.Regex:
		return Value{Type: types.Pattern, Constant: e.Value, At: at}
	case *ast.Duration:
		return Value{Type: types.Duration, Constant: e.Value, At: at}
	case *ast.Int:
		return Value{Type: types.Int, Constant: e.Value, At: at}
	case *ast.Bool:
		return Value{Type: types.Bool, Constant: e.Value, At: at}
	case *ast.List:
		return c.list(s, vars, e)
	case *ast.Map:
		return c.mapping(s, vars, e)
	}
	return unknownValue(at)
}

func (c *Checker) list(s Scope, vars map[string]Value, e *ast.List) Value {
	items := make([]any, 0, len(e.Items))
	for _, item := range e.Items {
		items = append(items, c.constant(s, vars, item, "an item of a list"))
	}
	return Value{Type: types.List, Constant: items, At: e.Span}
}

func (c *Checker) mapping(s Scope, vars map[string]Value, e *ast.Map) Value {
	entries := map[string]any{}
	for _, entry := range e.Entries {
		if _, twice := entries[entry.Key.Text]; twice {
			c.find(diag.NameTaken, entry.Key.Span, "Remove one of them.", "The key `%s` is given twice.", entry.Key.Text)
		}
		entries[entry.Key.Text] = c.constant(s, vars, entry.Value, "a value of a map")
	}
	return Value{Type: types.Map, Constant: entries, At: e.Span}
}

// constant gives the constant of an expression that has to be one.
func (c *Checker) constant(s Scope, vars map[string]Value, e ast.Expr, what string) any {
	v := c.expr(s, vars, e)
	if v.Constant == nil && v.Type != types.Any && (v.Type == types.Condition || v.Type == types.Selection || v.Type == types.Checks) {
		c.find(diag.WrongType, v.At, "Write a text, a number, true or false.", "A %s cannot be %s.", v.Type, what)
	}
	return v.Constant
}

func (c *Checker) name(s Scope, vars map[string]Value, e *ast.Name) Value {
	if v, ok := vars[e.Name]; ok {
		v.At = e.Span
		return v
	}
	if b, ok := s.Lookup(e.Name); ok {
		if b.Let != nil {
			v := c.Let(b)
			v.At = e.Span
			return v
		}
		c.find(diag.NotCalled, e.Span, "Write `"+e.Name+"(…)`.", "`%s` is called.", e.Name)
		return unknownValue(e.Span)
	}
	if entry, ok := stdlib.Function(e.Name); ok {
		c.find(diag.NotCalled, e.Span, "Write `"+entry.Usage()+"`.", "`%s` is called.", e.Name)
		return unknownValue(e.Span)
	}
	c.unknown(s, vars, e.Ident)
	return unknownValue(e.Span)
}
