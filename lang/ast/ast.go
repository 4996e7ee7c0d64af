// Package ast is the tree of a policy file, as written: parentheses, order and
// comments are kept, because the shape of a condition is part of its meaning
// and the formatter changes none of it.
package ast

import "auto/lang/source"

// Node is anything in the tree that has a place in the text.
type Node interface {
	// Place gives the range of text that the node was read from.
	Place() source.Span
}

// File is one policy file.
type File struct {
	Source *source.File
	// Decls are the declarations that could be read, in order.
	Decls []Decl
	// Comments are all comments of the text, in order.
	Comments []Comment
}

// Comment is a `#` to the end of its line. Its Text has the `#` and no blanks at
// the end.
type Comment struct {
	source.Span
	Text string
}

// Ident is a name as written.
type Ident struct {
	source.Span
	Name string
}

// Decl is a declaration: *Let, *Def, *Policy, *Sensor, *Files or *Defaults.
type Decl interface {
	Node
	decl()
}

type (
	// Let names a value: `let NAME = expr`.
	Let struct {
		source.Span
		Export bool
		Name   Ident
		Value  Expr
	}

	// Def names a pure function: `def NAME(params) = expr`.
	Def struct {
		source.Span
		Export bool
		Name   Ident
		Params []Param
		Body   Expr
	}

	// Policy says when the selected assets or checks run:
	// `policy NAME for expr { … }`.
	Policy struct {
		source.Span
		Name Ident
		For  Expr
		Body *Block
	}

	// Sensor says which assets are evaluated together and how often:
	// `sensor NAME for expr every D { … }`. Body is nil where there is none.
	Sensor struct {
		source.Span
		Name  Ident
		For   Expr
		Every *Duration
		Body  *Block
	}

	// Files says what the files of a source mean:
	// `files NAME from expr every D { … }`. Every is nil where it is not written.
	Files struct {
		source.Span
		Name  Ident
		From  Expr
		Every *Duration
		Body  *Block
	}

	// Defaults stands for clauses that the blocks of its file do not write.
	Defaults struct {
		source.Span
		Body *Block
	}
)

// Param is a parameter of a def. Type has an empty Name where none is written,
// Default is nil where there is none.
type Param struct {
	source.Span
	Name    Ident
	Type    Ident
	Default Expr
}

func (n *Let) decl()      {}
func (n *Def) decl()      {}
func (n *Policy) decl()   {}
func (n *Sensor) decl()   {}
func (n *Files) decl()    {}
func (n *Defaults) decl() {}

// Key is an asset key or a job's name. Quoted ones may hold any text, and in
// targets they are templates; Text is the value, without quotes and escapes.
type Key struct {
	source.Span
	Text   string
	Quoted bool
}
