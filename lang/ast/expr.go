package ast

import (
	"time"

	"auto/lang/source"
)

// Expr is an expression.
type Expr interface {
	Node
	expr()
}

// Operator joins operands.
type Operator string

// The operators, loosest first.
const (
	Or    Operator = "|"
	And   Operator = "&"
	Minus Operator = "-"
	Not   Operator = "~"
)

type (
	// Binary is two or more operands joined by one operator, left to right, as
	// written: `a | b | c` is one node, `a | (b | c)` two.
	Binary struct {
		source.Span
		Op       Operator
		Operands []Expr
	}
	// Unary is `~x`.
	Unary struct {
		source.Span
		Operand Expr
	}
	// Paren is `(x)`.
	Paren struct {
		source.Span
		Inner Expr
	}
	// Name is a name that is not called.
	Name struct {
		Ident
	}
	// Call is `f(args)`.
	Call struct {
		source.Span
		Func Ident
		Args []Arg
	}
	// Method is `x.f(args)`, or `x.f` where Called is false (as in `env.NAME`).
	Method struct {
		source.Span
		Receiver Expr
		Func     Ident
		Called   bool
		Args     []Arg
	}
	// String is `"…"`; Value has its escapes read.
	String struct {
		source.Span
		Value string
	}
	// Regex is `/…/`; Value has `\/` read as `/`.
	Regex struct {
		source.Span
		Value string
	}
	// Duration is `1h30m`. Value is its length; Text the form as written.
	Duration struct {
		source.Span
		Text  string
		Value time.Duration
	}
	// Int is a whole number, with its sign.
	Int struct {
		source.Span
		Value int64
	}
	// Bool is `true` or `false`.
	Bool struct {
		source.Span
		Value bool
	}
	// List is `[a, b]`.
	List struct {
		source.Span
		Items []Expr
	}
	// Map is `{k: v}`.
	Map struct {
		source.Span
		Entries []Entry
	}
)

// Arg is an argument of a call. Name has no text where it is positional.
type Arg struct {
	source.Span
	Name  Ident
	Value Expr
}

// Entry is one entry of a map. Key is a bare word or a quoted string.
type Entry struct {
	source.Span
	Key   Key
	Value Expr
}

// At gives the span of the bytes of Value from start, length long. Where the
// text was written with escapes, it is the whole string.
func (n *String) At(start, length int) source.Span {
	return inner(n.Span, n.Value, start, length)
}

// At gives the span of the bytes of a quoted key's Text from start, length
// long; of a bare key the same range.
func (n Key) At(start, length int) source.Span {
	if !n.Quoted {
		return n.Span.Sub(start, length)
	}
	return inner(n.Span, n.Text, start, length)
}

func (*Binary) expr()   {}
func (*Unary) expr()    {}
func (*Paren) expr()    {}
func (*Name) expr()     {}
func (*Call) expr()     {}
func (*Method) expr()   {}
func (*String) expr()   {}
func (*Regex) expr()    {}
func (*Duration) expr() {}
func (*Int) expr()      {}
func (*Bool) expr()     {}
func (*List) expr()     {}
func (*Map) expr()      {}
