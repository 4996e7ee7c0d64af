package repl

import (
	"strings"

	"auto/lang/ast"
	"auto/lang/parse"
)

// scope gives the declaration of a name, and false where there is none.
type scope func(name string) (declaration, bool)

// declaration is a *ast.Let or *ast.Def, with the scope of the file that declares it.
type declaration struct {
	decl  ast.Decl
	scope scope
}

// writer writes expressions on one line with the names of a project replaced by what they
// stand for, so that they can stand in a scenario, which has no declarations.
type writer struct {
	scope  scope
	getenv func(name string) (string, bool)
	// replaced: something was replaced.
	replaced bool
	// params are what the parameters of the def that is written stand for.
	params map[string]string
}

// text writes an expression. A circle of declarations is no concern of it: the compiler
// refuses it before.
func (w *writer) text(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Name:
		return w.name(e)
	case *ast.Call:
		return w.call(e)
	case *ast.Method:
		return w.method(e)
	case *ast.Binary:
		parts := make([]string, len(e.Operands))
		for i, o := range e.Operands {
			parts[i] = w.text(o)
		}
		return strings.Join(parts, " "+string(e.Op)+" ")
	case *ast.Unary:
		return string(ast.Not) + w.text(e.Operand)
	case *ast.Paren:
		return "(" + w.text(e.Inner) + ")"
	case *ast.List:
		parts := make([]string, len(e.Items))
		for i, item := range e.Items {
			parts[i] = w.text(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case *ast.Map:
		return w.mapping(e)
	}
	return e.Place().Text() // a constant
}

func (w *writer) mapping(e *ast.Map) string {
	parts := make([]string, len(e.Entries))
	for i, entry := range e.Entries {
		parts[i] = entry.Key.Place().Text() + ": " + w.text(entry.Value)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func (w *writer) name(e *ast.Name) string {
	if text, ok := w.params[e.Name]; ok {
		return text
	}
	if d, ok := w.scope(e.Name); ok {
		if let, ok := d.decl.(*ast.Let); ok {
			return w.body(let.Value, d.scope, nil)
		}
	}
	return e.Name
}

func (w *writer) call(e *ast.Call) string {
	if d, ok := w.scope(e.Func.Name); ok {
		if def, ok := d.decl.(*ast.Def); ok {
			return w.body(def.Body, d.scope, w.bind(def, d.scope, e.Args))
		}
	}
	return e.Func.Name + w.args(e.Args)
}

func (w *writer) method(e *ast.Method) string {
	if name, ok := e.Receiver.(*ast.Name); ok && name.Name == "env" && !e.Called && w.getenv != nil {
		if value, ok := w.getenv(e.Func.Name); ok {
			w.replaced = true
			return parse.Quote(value)
		}
	}
	text := w.text(e.Receiver) + "." + e.Func.Name
	if e.Called {
		text += w.args(e.Args)
	}
	return text
}

func (w *writer) args(args []ast.Arg) string {
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = w.text(a.Value)
		if a.Name.Name != "" {
			parts[i] = a.Name.Name + "=" + parts[i]
		}
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// body writes what a name stands for, in brackets where an operator could take it apart.
func (w *writer) body(e ast.Expr, in scope, params map[string]string) string {
	inner := writer{scope: in, getenv: w.getenv, params: params}
	w.replaced = true
	return enclosed(e, inner.text(e))
}

func enclosed(e ast.Expr, text string) string {
	switch e.(type) {
	case *ast.Binary, *ast.Unary:
		return "(" + text + ")"
	}
	return text
}

// bind gives what the parameters of a def stand for in a call.
func (w *writer) bind(def *ast.Def, in scope, args []ast.Arg) map[string]string {
	params := map[string]string{}
	for _, p := range def.Params {
		if p.Default != nil {
			params[p.Name.Name] = w.body(p.Default, in, nil)
		}
	}
	position := 0
	for _, a := range args {
		name := a.Name.Name
		if name == "" && position < len(def.Params) {
			name = def.Params[position].Name.Name
			position++
		}
		params[name] = enclosed(a.Value, w.text(a.Value))
	}
	return params
}
