package compiler

import (
	"fmt"
	"slices"
	"strings"

	"auto/internal/spell"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/source"
	"auto/lang/types"
	"auto/stdlib"
)

// maxExpansion bounds how deep defs expand.
const maxExpansion = 100

// checkBindings checks every let, and every def that can be checked without a use: its
// body with parameters of their written types.
func (c *checker) checkBindings() {
	for _, s := range c.scopes {
		for _, b := range s.order {
			if b.let != nil {
				c.let(b)
				continue
			}
			c.def(b)
		}
	}
}

// let gives the value of a let, evaluating it the first time.
func (c *checker) let(b *binding) value {
	if b.value != nil {
		return *b.value
	}
	if c.evaluating[b] {
		c.find(diag.Recursion, b.name.Span, "Write its value without it.", "`%s` is defined by itself.", b.name.Name)
		return unknownValue(b.name.Span)
	}
	c.evaluating[b] = true
	v := c.expr(b.scope, nil, b.let.Value)
	delete(c.evaluating, b)
	b.value = &v
	return v
}

// def checks a def's parameters, and its body with values that fit every use.
func (c *checker) def(b *binding) {
	vars := map[string]value{}
	optional := false
	for _, p := range b.def.Params {
		c.param(b, p, vars)
		if p.Default == nil && optional {
			c.find(diag.WrongArguments, p.Name.Span, "Write it before those with defaults.", "The parameter `%s` has no default and stands after one that has.", p.Name.Name)
		}
		optional = optional || p.Default != nil
	}
	c.expand(b, vars, b.name.Span)
}

func (c *checker) param(b *binding, p ast.Param, vars map[string]value) {
	if c.standard(p.Name, " as a parameter") {
		return
	}
	if other, ok := b.scope.lookup(c, p.Name.Name); ok {
		c.taken(p.Name.Span, other.name.Span, "The parameter `"+p.Name.Name+"` has the name of a declaration.", "Give it a name of its own.")
	}
	if _, twice := vars[p.Name.Name]; twice {
		c.find(diag.NameTaken, p.Name.Span, "Give it a name of its own.", "The parameter `%s` is declared twice.", p.Name.Name)
	}
	typ := types.Any
	if p.Type.Name != "" {
		if !slices.Contains(types.Writable, p.Type.Name) {
			help := "The types are `" + strings.Join(types.Writable, "`, `") + "`."
			if near, ok := spell.Nearest(p.Type.Name, types.Writable); ok {
				help = "Did you mean `" + near + "`?"
			}
			c.find(diag.UnknownType, p.Type.Span, help, "No type is called `%s`.", p.Type.Name)
		} else {
			typ = types.Type(p.Type.Name)
		}
	}
	if p.Default != nil {
		c.fit(c.expr(b.scope, nil, p.Default), []types.Type{typ}, "the default of `"+p.Name.Name+"`")
	}
	vars[p.Name.Name] = value{typ: typ, scope: types.OnBoth, at: p.Name.Span}
}

// expand gives the value of a def's body with its parameters bound.
func (c *checker) expand(b *binding, vars map[string]value, at source.Span) value {
	if c.expanding[b.def] || c.depth > maxExpansion {
		c.find(diag.Recursion, at, "Write it without the call; the language has no recursion.", "`%s` calls itself.", b.name.Name)
		return unknownValue(at)
	}
	c.expanding[b.def] = true
	c.depth++
	v := c.expr(b.scope, vars, b.def.Body)
	c.depth--
	delete(c.expanding, b.def)
	return v
}

// expr gives the value of an expression, in a file's scope and, within a def, with the
// values of its parameters.
func (c *checker) expr(s *scope, vars map[string]value, e ast.Expr) value {
	at := e.Place()
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
		return value{typ: types.String, constant: e.Value, at: at}
	case *ast.Regex:
		return value{typ: types.Pattern, constant: e.Value, at: at}
	case *ast.Duration:
		return value{typ: types.Duration, constant: e.Value, at: at}
	case *ast.Int:
		return value{typ: types.Int, constant: e.Value, at: at}
	case *ast.Bool:
		return value{typ: types.Bool, constant: e.Value, at: at}
	case *ast.List:
		return c.list(s, vars, e)
	case *ast.Map:
		return c.mapping(s, vars, e)
	}
	return unknownValue(at)
}

func (c *checker) list(s *scope, vars map[string]value, e *ast.List) value {
	items := make([]any, 0, len(e.Items))
	for _, item := range e.Items {
		items = append(items, c.constant(s, vars, item, "an item of a list"))
	}
	return value{typ: types.List, constant: items, at: e.Span}
}

func (c *checker) mapping(s *scope, vars map[string]value, e *ast.Map) value {
	entries := map[string]any{}
	for _, entry := range e.Entries {
		if _, twice := entries[entry.Key.Text]; twice {
			c.find(diag.NameTaken, entry.Key.Span, "Remove one of them.", "The key `%s` is given twice.", entry.Key.Text)
		}
		entries[entry.Key.Text] = c.constant(s, vars, entry.Value, "a value of a map")
	}
	return value{typ: types.Map, constant: entries, at: e.Span}
}

// constant gives the constant of an expression that has to be one.
func (c *checker) constant(s *scope, vars map[string]value, e ast.Expr, what string) any {
	v := c.expr(s, vars, e)
	if v.constant == nil && v.typ != types.Any && (v.typ == types.Condition || v.typ == types.Selection || v.typ == types.Checks) {
		c.find(diag.WrongType, v.at, "Write a text, a number, true or false.", "A %s cannot be %s.", v.typ, what)
	}
	return v.constant
}

func (c *checker) name(s *scope, vars map[string]value, e *ast.Name) value {
	if v, ok := vars[e.Name]; ok {
		v.at = e.Span
		return v
	}
	if b, ok := s.lookup(c, e.Name); ok {
		if b.let != nil {
			v := c.let(b)
			v.at = e.Span
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

// binary checks operands of one kind joined by an operator.
func (c *checker) binary(s *scope, vars map[string]value, e *ast.Binary) value {
	operands := make([]value, len(e.Operands))
	for i, operand := range e.Operands {
		operands[i] = c.expr(s, vars, operand)
		c.checkMixed(e, operand, operands[i])
	}
	first := operands[0]
	for _, v := range operands {
		if first.typ == types.Any {
			first = v
		}
	}
	switch first.typ {
	case types.Any:
		return unknownValue(e.Span)
	case types.Selection, types.Checks:
		return c.joinSelections(e, first.typ, operands)
	case types.Condition:
		return c.joinConditions(e, operands)
	}
	c.find(diag.WrongOperator, first.at, "Operators join conditions, or selections.", "`%s` cannot join a %s.", e.Op, first.typ)
	return unknownValue(e.Span)
}

// checkMixed warns where `-` stands beside `&` or `|` without parentheses.
func (c *checker) checkMixed(e *ast.Binary, operand ast.Expr, v value) {
	inner, ok := operand.(*ast.Binary)
	if !ok || inner.Op != ast.Minus || v.typ == types.Condition {
		return
	}
	c.find(diag.MixedMinus, inner.Span, "Write `("+inner.Span.Text()+")` if that is meant.", "`-` binds stronger than the `%s` beside it.", e.Op)
}

func (c *checker) joinSelections(e *ast.Binary, typ types.Type, operands []value) value {
	joined := value{typ: typ, scope: types.OnBoth, selection: operands[0].selection, at: e.Span}
	for i, v := range operands {
		if !c.sameKind(e, v, typ) || i == 0 {
			continue
		}
		switch e.Op {
		case ast.Or:
			joined.selection = joined.selection.Or(v.selection)
		case ast.And:
			joined.selection = joined.selection.And(v.selection)
		default:
			joined.selection = joined.selection.Minus(v.selection)
		}
	}
	return joined
}

func (c *checker) joinConditions(e *ast.Binary, operands []value) value {
	if e.Op == ast.Minus {
		c.find(diag.WrongOperator, e.Span, "Write `& ~` for a condition that must not hold.", "`-` is for selections, and these are conditions.")
		return unknownValue(e.Span)
	}
	scope := types.OnBoth
	for _, v := range operands {
		if !c.sameKind(e, v, types.Condition) {
			continue
		}
		if scope&v.scope == 0 {
			c.find(diag.WrongScope, v.at, "Ask about an asset's checks with `any_checks_match(…)`.", "This condition is about %s, and the one before it about %s.", scopeName(v.scope), scopeName(scope))
			continue
		}
		scope &= v.scope
	}
	return conditionOf(scope, e.Span)
}

func (c *checker) sameKind(e *ast.Binary, v value, typ types.Type) bool {
	if v.typ == typ || v.typ == types.Any {
		return true
	}
	c.find(diag.WrongOperator, v.at, fmt.Sprintf("Write a %s.", typ), "`%s` joins values of one kind: this is a %s beside a %s.", e.Op, v.typ, typ)
	return false
}

func scopeName(s types.Scope) string {
	switch s {
	case types.OnAsset:
		return "assets"
	case types.OnCheck:
		return "checks"
	}
	return "assets and checks"
}

func (c *checker) not(s *scope, vars map[string]value, e *ast.Unary) value {
	v := c.expr(s, vars, e.Operand)
	switch v.typ {
	case types.Condition, types.Any:
		return conditionOf(v.scope, e.Span)
	case types.Selection, types.Checks:
		c.find(diag.WrongOperator, e.Span, "Write `all() - …` for all but these.", "`~` is for conditions, and this is a selection.")
	default:
		c.find(diag.WrongOperator, e.Span, "Write a condition behind it.", "`~` is for conditions, and this is a %s.", v.typ)
	}
	return unknownValue(e.Span)
}

// fit finds a value of a type that its place does not take.
func (c *checker) fit(v value, want []types.Type, what string) bool {
	if slices.ContainsFunc(want, func(t types.Type) bool { return types.Fits(v.typ, t) }) {
		return true
	}
	names := make([]string, len(want))
	for i, t := range want {
		names[i] = string(t)
	}
	c.find(diag.WrongType, v.at, "Write "+example(want[0])+".", "%s%s takes a %s, and this has the type %s.", strings.ToUpper(what[:1]), what[1:], strings.Join(names, " or "), v.typ)
	return false
}

// example shows a value of a type, for sentences.
func example(t types.Type) string {
	switch t {
	case types.Condition:
		return "a condition such as `eager()`"
	case types.Selection:
		return "a selection such as `groups(\"sales\")`"
	case types.Checks:
		return "checks such as `checks(\"orders:not_null\")`"
	case types.Pattern:
		return "a pattern such as `\"*.csv\"`"
	case types.Duration:
		return "a duration such as `2d`"
	case types.Cron:
		return "a schedule such as `\"0 6 * * *\"`"
	case types.Zone:
		return "a time zone such as `\"Europe/Paris\"`"
	case types.Int:
		return "a whole number"
	case types.Bool:
		return "`true` or `false`"
	case types.List:
		return "a list such as `[\"a\", \"b\"]`"
	case types.Map:
		return "a map such as `{mode: \"full\"}`"
	}
	return "a text in double quotes"
}
