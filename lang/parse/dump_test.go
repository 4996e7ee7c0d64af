package parse_test

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"auto/lang/ast"
)

// dump gives a tree as S-expressions: a declaration a paragraph, a clause a line.
func dump(f *ast.File) string {
	var b strings.Builder
	for _, d := range f.Decls {
		b.WriteString(dumpDecl(d) + "\n")
	}
	for _, c := range f.Comments {
		b.WriteString(c.Text + "\n")
	}
	return b.String()
}

func dumpDecl(d ast.Decl) string {
	switch d := d.(type) {
	case *ast.Let:
		return list(export(d.Export)+"let", d.Name.Name, expr(d.Value))
	case *ast.Def:
		var params []string
		for _, p := range d.Params {
			params = append(params, list(p.Name.Name, p.Type.Name, expr(p.Default)))
		}
		return list(export(d.Export)+"def", d.Name.Name, list(params...), expr(d.Body))
	case *ast.Policy:
		return list("policy", d.Name.Name, expr(d.For), block(d.Body, 1))
	case *ast.Sensor:
		return list("sensor", d.Name.Name, expr(d.For), duration(d.Every), block(d.Body, 1))
	case *ast.Files:
		return list("files", d.Name.Name, expr(d.From), duration(d.Every), block(d.Body, 1))
	case *ast.Defaults:
		return list("defaults", block(d.Body, 1))
	}
	return fmt.Sprintf("unknown %T", d)
}

func export(is bool) string {
	if is {
		return "export-"
	}
	return ""
}

func block(b *ast.Block, depth int) string {
	if b == nil {
		return ""
	}
	var out strings.Builder
	if b.Partial {
		out.WriteString("partial")
	}
	for _, c := range b.Clauses {
		out.WriteString("\n" + strings.Repeat("  ", depth) + clause(c, depth))
	}
	return out.String()
}

func clause(c ast.Clause, depth int) string {
	word := strings.ReplaceAll(c.Word(), " ", "-")
	switch c := c.(type) {
	case *ast.When:
		return list(word, expr(c.Condition))
	case *ast.Job:
		return list(word, key(c.Key))
	case *ast.Priority:
		return list(word, expr(c.Number))
	case *ast.Entries:
		return list(word, expr(c.Map))
	case *ast.Config:
		return list(word, key(c.Asset), expr(c.Map))
	case *ast.Rate:
		return list(word, expr(c.Count), duration(c.Per))
	case *ast.Max:
		return list(word, expr(c.Count))
	case *ast.Halt:
		return list(word, expr(c.Count))
	case *ast.Retry:
		return list(word, expr(c.Count), duration(c.After), duration(c.UpTo))
	case *ast.Choice:
		return list(word, "'"+c.Value.Name+"'")
	case *ast.Wait:
		return list(word, duration(c.For))
	case *ast.Pause:
		return list(word, expr(c.Until), expr(c.Because))
	case *ast.RunKey:
		return list(word, expr(c.Template))
	case *ast.Always:
		return list(word, keys(c.Keys))
	case *ast.Match:
		return match(c, depth)
	case *ast.Otherwise:
		return list(word, c.Action.Name, expr(c.To))
	}
	return fmt.Sprintf("unknown %T", c)
}

func match(m *ast.Match, depth int) string {
	parts := []string{"match", m.Name.Name, pattern(m.Pattern), pattern(m.Folder), "->"}
	for _, t := range m.Targets {
		parts = append(parts, target(t))
	}
	return list(append(parts, block(m.Body, depth+1))...)
}

func pattern(p *ast.Pattern) string {
	switch {
	case p == nil:
		return ""
	case p.Regex:
		return "/" + p.Text + "/"
	}
	return strconv.Quote(p.Text)
}

func target(t ast.Target) string {
	if len(t.Parts) == 0 {
		return key(t.Key)
	}
	parts := []string{"part", key(t.Key)}
	for _, p := range t.Parts {
		parts = append(parts, list(p.Dimension.Name, p.Capture.Name, expr(p.As)))
	}
	return list(parts...)
}

func keys(list []ast.Key) string {
	var texts []string
	for _, k := range list {
		texts = append(texts, key(k))
	}
	return strings.Join(texts, " ")
}

func key(k ast.Key) string {
	if k.Quoted {
		return strconv.Quote(k.Text)
	}
	return k.Text
}

func duration(d *ast.Duration) string {
	if d == nil {
		return ""
	}
	return d.Text + "=" + d.Value.String()
}

// dumpExpr gives an expression and a newline, nothing for none.
func dumpExpr(e ast.Expr) string {
	if text := expr(e); text != "" {
		return text + "\n"
	}
	return ""
}

func expr(e ast.Expr) string {
	if e == nil || reflect.ValueOf(e).IsNil() {
		return ""
	}
	switch e := e.(type) {
	case *ast.Binary:
		parts := []string{string(e.Op)}
		for _, o := range e.Operands {
			parts = append(parts, expr(o))
		}
		return list(parts...)
	case *ast.Unary:
		return list("~", expr(e.Operand))
	case *ast.Paren:
		return list("paren", expr(e.Inner))
	case *ast.Name:
		return e.Name
	case *ast.Call:
		return list("call", e.Func.Name, args(e.Args))
	case *ast.Method:
		if !e.Called {
			return list(".", expr(e.Receiver), e.Func.Name)
		}
		return list(".call", expr(e.Receiver), e.Func.Name, args(e.Args))
	case *ast.String:
		return strconv.Quote(e.Value)
	case *ast.Regex:
		return "/" + e.Value + "/"
	case *ast.Duration:
		return duration(e)
	case *ast.Int:
		return strconv.FormatInt(e.Value, 10)
	case *ast.Bool:
		return strconv.FormatBool(e.Value)
	case *ast.List:
		parts := []string{"list"}
		for _, i := range e.Items {
			parts = append(parts, expr(i))
		}
		return list(parts...)
	case *ast.Map:
		parts := []string{"map"}
		for _, entry := range e.Entries {
			parts = append(parts, list(key(entry.Key), expr(entry.Value)))
		}
		return list(parts...)
	}
	return fmt.Sprintf("unknown %T", e)
}

func args(list []ast.Arg) string {
	var texts []string
	for _, a := range list {
		text := expr(a.Value)
		if a.Name.Name != "" {
			text = a.Name.Name + "=" + text
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, " ")
}

// list gives an S-expression of what is not empty.
func list(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		if p == "" {
			continue
		}
		if b.Len() > 0 && !strings.HasPrefix(p, "\n") {
			b.WriteByte(' ')
		}
		b.WriteString(p)
	}
	return "(" + b.String() + ")"
}
