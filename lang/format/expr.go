package format

import (
	"strings"

	"auto/lang/ast"
)

func (f *formatter) expr(e ast.Expr) doc {
	switch e := e.(type) {
	case *ast.Binary:
		return f.binary(e)
	case *ast.Unary:
		return concat{f.lead(e.Start), text("~"), f.expr(e.Operand)}
	case *ast.Paren:
		return concat{f.lead(e.Start), text("("), group{nest{concat{f.expr(e.Inner), f.lead(e.End - 1)}}}, text(")")}
	case *ast.Call:
		return concat{f.written(e.Func.Span), f.args(e.Args, e.End-1)}
	case *ast.Method:
		return f.chain(e)
	case *ast.List:
		lead := f.lead(e.Start)
		var items []doc
		for _, item := range e.Items {
			items = append(items, f.expr(item))
		}
		return concat{lead, brackets("[", items, f.lead(e.End-1), "]", soft{})}
	case *ast.Map:
		return concat{f.lead(e.Start), f.mapping(e, soft{})}
	case *ast.Int:
		return f.number(e)
	}
	return f.written(e.Place())
}

// digits gives a number without its sign and what may stand between.
func digits(text string) string { return strings.TrimLeft(text, "- \t\r\n") }

// binary breaks before each of its operators, which are the loosest of the line.
func (f *formatter) binary(e *ast.Binary) doc {
	d := concat{f.expr(e.Operands[0])}
	for _, operand := range e.Operands[1:] {
		d = append(d, line{}, f.lead(operand.Place().Start), text(string(e.Op)+" "), f.expr(operand))
	}
	return group{d}
}

func (f *formatter) args(args []ast.Arg, end int) doc {
	var items []doc
	for _, a := range args {
		if a.Name.Name == "" {
			items = append(items, f.expr(a.Value))
			continue
		}
		items = append(items, concat{f.written(a.Name.Span), text("="), f.expr(a.Value)})
	}
	return brackets("(", items, f.lead(end), ")", soft{})
}

// chain gives methods one after another. Two or more break before each `.`; one alone
// stays and its brackets break.
func (f *formatter) chain(e *ast.Method) doc {
	var methods []*ast.Method
	receiver := ast.Expr(e)
	for {
		m, ok := receiver.(*ast.Method)
		if !ok {
			break
		}
		methods, receiver = append(methods, m), m.Receiver
	}
	head := f.expr(receiver)
	links := concat{}
	for i := len(methods) - 1; i >= 0; i-- {
		if lead := f.lead(methods[i].Func.Start); len(methods) > 1 || forced(lead) {
			links = append(links, soft{}, lead)
		}
		links = append(links, f.method(methods[i]))
	}
	return group{concat{head, nestMany(links, len(methods) > 1 || forced(links))}}
}

// nestMany indents the links of a chain that breaks before its dots.
func nestMany(links doc, many bool) doc {
	if many {
		return nest{links}
	}
	return links
}

func (f *formatter) method(m *ast.Method) doc {
	name := concat{text("."), f.written(m.Func.Span)}
	if !m.Called {
		return name
	}
	return append(name, f.args(m.Args, m.End-1))
}
