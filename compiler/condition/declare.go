package condition

import (
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

// Let gives the value of a let, evaluating it the first time.
func (c *Checker) Let(b *Binding) Value {
	c.init()
	if b.value != nil {
		return *b.value
	}
	if c.evaluating[b] {
		c.find(diag.Recursion, b.Name.Span, "Write its value without it.", "`%s` is defined by itself.", b.Name.Name)
		return unknownValue(b.Name.Span)
	}
	c.evaluating[b] = true
	v := c.expr(b.Scope, nil, b.Let.Value)
	delete(c.evaluating, b)
	b.value = &v
	return v
}

// Def checks a def's parameters, and its body with values that fit every use.
func (c *Checker) Def(b *Binding) {
	vars := map[string]Value{}
	optional := false
	for _, p := range b.Def.Params {
		c.param(b, p, vars)
		if p.Default == nil && optional {
			c.find(diag.WrongArguments, p.Name.Span, "Write it before those with defaults.", "The parameter `%s` has no default and stands after one that has.", p.Name.Name)
		}
		optional = optional || p.Default != nil
	}
	c.expand(b, vars, b.Name.Span)
}

func (c *Checker) param(b *Binding, p ast.Param, vars map[string]Value) {
	if c.Standard(p.Name, " as a parameter") {
		return
	}
	if other, ok := b.Scope.Lookup(p.Name.Name); ok {
		c.Taken(p.Name.Span, other.Name.Span, "The parameter `"+p.Name.Name+"` has the name of a declaration.", "Give it a name of its own.")
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
		c.Fit(c.expr(b.Scope, nil, p.Default), []types.Type{typ}, "the default of `"+p.Name.Name+"`")
	}
	vars[p.Name.Name] = Value{Type: typ, Scope: types.OnBoth, At: p.Name.Span}
}

// expand gives the value of a def's body with its parameters bound.
func (c *Checker) expand(b *Binding, vars map[string]Value, at source.Span) Value {
	c.init()
	if c.expanding[b.Def] || c.depth > maxExpansion {
		c.find(diag.Recursion, at, "Write it without the call; the language has no recursion.", "`%s` calls itself.", b.Name.Name)
		return unknownValue(at)
	}
	c.expanding[b.Def] = true
	c.depth++
	v := c.expr(b.Scope, vars, b.Def.Body)
	c.depth--
	delete(c.expanding, b.Def)
	return v
}

// Standard finds a name that the vocabulary or a field has. What follows says where it is
// used, such as " as a parameter".
func (c *Checker) Standard(name ast.Ident, where string) bool {
	_, function := stdlib.Function(name.Name)
	if !function && !stdlib.IsField(name.Name) {
		return false
	}
	kind := "a word of the vocabulary"
	if !function {
		kind = "a field"
	}
	c.find(diag.NameTaken, name.Span, "Give it a name of its own, such as `my_"+name.Name+"`.", "`%s` is %s, and nothing shadows it%s.", name.Name, kind, where)
	return true
}

// Taken finds a name that is declared already, at first.
func (c *Checker) Taken(at, first source.Span, message, help string) {
	c.Findings.Add(diag.Diagnostic{Code: diag.NameTaken, Span: at, Message: message, Help: help, Related: []diag.Related{{Span: first, Message: "The first one is here."}}})
}
