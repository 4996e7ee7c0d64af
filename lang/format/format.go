// Package format writes policy files in the one form that they have (docs/language.md,
// Format). The tree and the comments stay as they are.
package format

import (
	"strings"

	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/parse"
	"auto/lang/source"
)

// Source gives a policy file in its form. A text with findings is given back as it is,
// with them.
func Source(src *source.File) (string, diag.List) {
	file, found := parse.File(src)
	if len(found) > 0 {
		return src.Text, found
	}
	return File(file), nil
}

// File gives a tree, which was read without findings, in its form.
func File(file *ast.File) string {
	f := &formatter{src: file.Source, comments: file.Comments}
	var docs concat
	for i, d := range file.Decls {
		if i > 0 {
			docs = append(docs, f.between(file.Decls[i-1], d))
		}
		docs = append(docs, f.declaration(d), fresh{})
	}
	docs = append(docs, f.rest(len(file.Source.Text)))
	return print(docs)
}

// formatter turns a tree into a doc, and gives each comment its place on the way.
type formatter struct {
	src      *source.File
	comments []ast.Comment // not yet placed
}

// between gives what separates two declarations: an empty line, but for lets that stand
// together.
func (f *formatter) between(last, next ast.Decl) doc {
	_, lastLet := last.(*ast.Let)
	_, nextLet := next.(*ast.Let)
	if lastLet && nextLet && !f.blankBefore(f.leadStart(next.Place().Start)) {
		return fresh{}
	}
	// A comment on the last declaration's line belongs to it.
	return concat{f.trailing(next.Place().Start), blank{}}
}

// leadStart gives where the comments that lead to an offset begin.
func (f *formatter) leadStart(offset int) int {
	for _, c := range f.comments {
		if c.Start < offset && f.ownLine(c) {
			return c.Start
		}
	}
	return offset
}

// ownLine reports whether a comment has its line for itself.
func (f *formatter) ownLine(c ast.Comment) bool {
	before := f.src.Text[:c.Start]
	return strings.TrimLeft(before[strings.LastIndexByte(before, '\n')+1:], " \t\uFEFF") == ""
}

// blankBefore reports whether an empty line stands before the line of an offset.
func (f *formatter) blankBefore(offset int) bool {
	before := f.src.Text[:offset]
	end := strings.LastIndexByte(before, '\n')
	if end < 0 {
		return false
	}
	before = strings.TrimRight(before[:end], " \t\r")
	return strings.HasSuffix(before, "\n") || before == ""
}

// trailing places the comments before an offset that stand behind other text.
func (f *formatter) trailing(offset int) doc {
	var docs concat
	for len(f.comments) > 0 && f.comments[0].Start < offset && !f.ownLine(f.comments[0]) {
		docs = append(docs, suffix(f.comments[0].Text))
		f.comments = f.comments[1:]
	}
	return docs
}

// lead places all comments before an offset: those behind other text at the end of the
// line, the others on lines of their own.
func (f *formatter) lead(offset int) doc { return f.leadWith(offset, false) }

// leadWith is lead; where empty lines are kept, one stays before a comment, and before
// the text at the offset.
func (f *formatter) leadWith(offset int, keepBlank bool) doc {
	docs := concat{f.trailing(offset)}
	placed := false
	for len(f.comments) > 0 && f.comments[0].Start < offset {
		c := f.comments[0]
		if keepBlank && f.blankBefore(c.Start) {
			docs = append(docs, blank{})
		}
		docs = append(docs, fresh{}, text(c.Text), hard{})
		f.comments = f.comments[1:]
		placed = true
	}
	if keepBlank && (placed || len(docs) > 0) && f.blankBefore(offset) {
		docs = append(docs, blank{})
	}
	return docs
}

// rest places what is left before the end of a block or of the file.
func (f *formatter) rest(offset int) doc { return f.leadBlank(offset) }

// leadBlank places comments on lines of their own, with empty lines between them kept.
func (f *formatter) leadBlank(offset int) doc {
	docs := concat{f.trailing(offset)}
	for len(f.comments) > 0 && f.comments[0].Start < offset {
		c := f.comments[0]
		if f.blankBefore(c.Start) {
			docs = append(docs, blank{})
		}
		docs = append(docs, fresh{}, text(c.Text), hard{})
		f.comments = f.comments[1:]
	}
	return docs
}

// written gives a token as it stands in the text, after the comments that lead to it.
func (f *formatter) written(s source.Span) doc {
	return concat{f.lead(s.Start), text(s.Text())}
}

func (f *formatter) declaration(d ast.Decl) doc {
	docs := concat{f.leadWith(d.Place().Start, true)}
	switch d := d.(type) {
	case *ast.Let:
		return append(docs, export(d.Export), text("let "), f.written(d.Name.Span), text(" = "), group{nest{f.expr(d.Value)}})
	case *ast.Def:
		head := concat{export(d.Export), text("def "), f.written(d.Name.Span), f.params(d), text(" =")}
		return append(docs, head, group{nest{concat{line{}, f.expr(d.Body)}}})
	case *ast.Policy:
		return append(docs, f.header("policy", d.Name, "for", d.For), f.block(d.Body))
	case *ast.Sensor:
		docs = append(docs, f.header("sensor", d.Name, "for", d.For), text(" every "), f.written(d.Every.Span))
		if d.Body == nil {
			return docs
		}
		return append(docs, f.block(d.Body))
	case *ast.Files:
		docs = append(docs, f.header("files", d.Name, "from", d.From))
		if d.Every != nil {
			docs = append(docs, text(" every "), f.written(d.Every.Span))
		}
		return append(docs, f.block(d.Body))
	case *ast.Defaults:
		return append(docs, text("defaults"), f.block(d.Body))
	}
	return docs
}

func export(set bool) doc {
	if set {
		return text("export ")
	}
	return nil
}

func (f *formatter) header(word string, name ast.Ident, preposition string, e ast.Expr) doc {
	return concat{text(word + " "), f.written(name.Span), text(" " + preposition + " "), group{nest{f.expr(e)}}}
}

func (f *formatter) params(d *ast.Def) doc {
	var items []doc
	for _, p := range d.Params {
		item := concat{f.written(p.Name.Span)}
		if p.Type.Name != "" {
			item = append(item, text(": "), f.written(p.Type.Span))
		}
		if p.Default != nil {
			item = append(item, text("="), f.expr(p.Default))
		}
		items = append(items, item)
	}
	return brackets("(", items, nil, ")", soft{})
}

// brackets gives entries between brackets: on one line, or each on its own with a comma
// behind. Closing has the comments before the closing bracket.
func brackets(open string, items []doc, closing doc, end string, edge doc) doc {
	if len(items) == 0 && !forced(closing) {
		return text(open + end)
	}
	inner := concat{edge}
	for i, item := range items {
		inner = append(inner, item)
		if i+1 < len(items) {
			inner = append(inner, text(","), line{})
		}
	}
	if len(items) > 0 {
		inner = append(inner, broken(","))
	}
	return group{concat{text(open), nest{append(inner, closing)}, edge, text(end)}}
}

// block gives a block: one clause a line, empty lines between clauses kept.
func (f *formatter) block(b *ast.Block) doc {
	inner := concat{}
	for i, c := range b.Clauses {
		at := c.Place().Start
		if i > 0 && f.blankBefore(f.leadStart(at)) {
			inner = append(inner, f.trailing(at), blank{})
		}
		inner = append(inner, f.trailing(at), fresh{}, f.clauseLead(at, i > 0), f.clause(c))
	}
	inner = append(inner, f.leadBlank(b.End-1))
	if len(b.Clauses) == 0 && !forced(inner) {
		return text(" {}")
	}
	return concat{text(" {"), nest{concat{inner}}, fresh{}, text("}")}
}

// clauseLead places the comments above a clause, with the empty lines between them.
func (f *formatter) clauseLead(offset int, _ bool) doc {
	docs, first := concat{}, true
	for len(f.comments) > 0 && f.comments[0].Start < offset {
		c := f.comments[0]
		if !first && f.blankBefore(c.Start) {
			docs = append(docs, blank{})
		}
		docs = append(docs, fresh{}, text(c.Text), hard{})
		f.comments = f.comments[1:]
		first = false
	}
	if !first && f.blankBefore(offset) {
		docs = append(docs, blank{})
	}
	return docs
}
