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
	params map[string]written
}

// written is the text of an expression. One that stands for a name has the operator that
// could be taken apart there, "" for none.
type written struct {
	text string
	op   ast.Operator
}

// operand gives the text where an operator follows, receiver where a method does.
func (w written) operand() string {
	if w.op == ast.Not {
		return w.text
	}
	return w.receiver()
}

func (w written) receiver() string {
	if w.op == "" {
		return w.text
	}
	return "(" + w.text + ")"
}

// opened is what is put in the place of a name.
func opened(e ast.Expr, w written) written {
	switch e := e.(type) {
	case *ast.Binary:
		w.op = e.Op
	case *ast.Unary:
		w.op = ast.Not
	}
	return w
}

// write writes an expression. A circle of declarations is no concern of it: the compiler
// refuses it before.
func (w *writer) write(e ast.Expr) written {
	switch e := e.(type) {
	case *ast.Name:
		return w.name(e)
	case *ast.Call:
		return w.call(e)
	case *ast.Method:
		return written{text: w.method(e)}
	case *ast.Binary:
		return written{text: joined(e.Operands, " "+string(e.Op)+" ", func(o ast.Expr) string { return w.write(o).operand() })}
	case *ast.Unary:
		return written{text: string(ast.Not) + w.write(e.Operand).operand()}
	case *ast.Paren:
		return written{text: "(" + w.write(e.Inner).text + ")"}
	case *ast.List:
		return written{text: "[" + joined(e.Items, ", ", func(item ast.Expr) string { return w.write(item).text }) + "]"}
	case *ast.Map:
		return written{text: "{" + joined(e.Entries, ", ", w.entry) + "}"}
	}
	return written{text: e.Place().Text()} // a constant
}

func joined[T any](items []T, between string, text func(T) string) string {
	parts := make([]string, len(items))
	for i, item := range items {
		parts[i] = text(item)
	}
	return strings.Join(parts, between)
}

func (w *writer) entry(e ast.Entry) string {
	return e.Key.Place().Text() + ": " + w.write(e.Value).text
}

func (w *writer) name(e *ast.Name) written {
	if value, ok := w.params[e.Name]; ok {
		return value
	}
	if d, ok := w.scope(e.Name); ok {
		if let, ok := d.decl.(*ast.Let); ok {
			return w.body(let.Value, d.scope, nil)
		}
	}
	return written{text: e.Name}
}

func (w *writer) call(e *ast.Call) written {
	if d, ok := w.scope(e.Func.Name); ok {
		if def, ok := d.decl.(*ast.Def); ok {
			return w.body(def.Body, d.scope, w.bind(def, d.scope, e.Args))
		}
	}
	return written{text: e.Func.Name + w.args(e.Args)}
}

func (w *writer) method(e *ast.Method) string {
	if name, ok := e.Receiver.(*ast.Name); ok && name.Name == "env" && !e.Called {
		if value, ok := w.getenv(e.Func.Name); ok {
			w.replaced = true
			return parse.Quote(value)
		}
	}
	text := w.write(e.Receiver).receiver() + "." + e.Func.Name
	if e.Called {
		text += w.args(e.Args)
	}
	return text
}

func (w *writer) args(args []ast.Arg) string {
	return "(" + joined(args, ", ", func(a ast.Arg) string {
		text := w.write(a.Value).text
		if a.Name.Name != "" {
			text = a.Name.Name + "=" + text
		}
		return text
	}) + ")"
}

// body writes what a name stands for.
func (w *writer) body(e ast.Expr, in scope, params map[string]written) written {
	w.replaced = true
	inner := writer{scope: in, getenv: w.getenv, params: params}
	return opened(e, inner.write(e))
}

// bind gives what the parameters of a def stand for in a call.
func (w *writer) bind(def *ast.Def, in scope, args []ast.Arg) map[string]written {
	params := map[string]written{}
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
		params[name] = opened(a.Value, w.write(a.Value))
	}
	return params
}
