package condition

import (
	"strings"
	"sync"

	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/source"
	"auto/lang/types"
	"auto/stdlib"
)

// call gives the value of a call.
func (c *Checker) call(s Scope, vars map[string]Value, e *ast.Call) Value {
	if e.Func.Name == "secret" {
		c.find(diag.SecretMisused, e.Span, "Write it as a whole value in `params` or `config`.", "A secret is passed on unread, and cannot stand here.")
		return unknownValue(e.Span)
	}
	if _, ok := vars[e.Func.Name]; ok {
		c.find(diag.WrongType, e.Func.Span, "Write it without parentheses.", "The parameter `%s` is no function.", e.Func.Name)
		return unknownValue(e.Span)
	}
	if b, ok := s.Lookup(e.Func.Name); ok {
		return c.callOwn(s, vars, e, b)
	}
	entry, ok := stdlib.Function(e.Func.Name)
	if !ok {
		c.unknown(s, vars, e.Func)
		for _, a := range e.Args {
			c.expr(s, vars, a.Value)
		}
		return unknownValue(e.Span)
	}
	args := c.arguments(s, vars, entry.Usage(), entry.Params, e.Func.Span, e.Args)
	if def, ok := stdlib.Definition(entry.Name); ok {
		return c.composite(entry, def, args, e.Span)
	}
	return c.standardCall(entry, args, e)
}

// callOwn expands a def of the project.
func (c *Checker) callOwn(s Scope, vars map[string]Value, e *ast.Call, b *Binding) Value {
	if b.Def == nil {
		c.find(diag.WrongType, e.Func.Span, "Write it without parentheses.", "`%s` is a `let`, and no function.", e.Func.Name)
		return unknownValue(e.Span)
	}
	params := make([]types.Param, len(b.Def.Params))
	names := make([]string, len(params))
	for i, p := range b.Def.Params {
		params[i] = types.Param{Name: p.Name.Name, Types: []types.Type{types.Any}}
		if p.Type.Name != "" {
			params[i].Types[0] = types.Type(p.Type.Name)
		}
		if p.Default != nil {
			params[i].Default = p.Default.Place().Text()
		}
		names[i] = p.Name.Name
	}
	args := c.arguments(s, vars, b.Name.Name+"("+strings.Join(names, ", ")+")", params, e.Func.Span, e.Args)
	v := c.expand(b, c.bind(b.Def, b.Scope, args, e.Span), e.Span)
	v.At = e.Span
	return v
}

// bind gives the parameters of a def their values, or their defaults.
func (c *Checker) bind(def *ast.Def, s Scope, args arguments, at source.Span) map[string]Value {
	bound := map[string]Value{}
	for _, p := range def.Params {
		v, given := args.named[p.Name.Name]
		if !given && p.Default != nil {
			v = c.expr(s, nil, p.Default)
		} else if !given {
			v = unknownValue(at)
		}
		bound[p.Name.Name] = v
	}
	return bound
}

// ready has the trees of composites without parameters, by name, once they have been
// expanded; they are the same for all, and trees may share them.
var ready sync.Map

// composite gives the value of a function of the vocabulary that is written in the
// language.
func (c *Checker) composite(entry stdlib.Entry, def *ast.Def, args arguments, at source.Span) Value {
	switch {
	case args.wrong:
		return conditionOf(entry.Scope, nil, at)
	case len(def.Params) > 0:
		return c.expandComposite(entry, def, args, at)
	}
	n, ok := ready.Load(entry.Name)
	if !ok {
		v := (&Checker{}).expandComposite(entry, def, args, def.Span)
		n, _ = ready.LoadOrStore(entry.Name, v.Node)
	}
	return c.condition(n.(*Node), at)
}

// expandComposite expands a composite, and labels it with its call, as Dagster does.
func (c *Checker) expandComposite(entry stdlib.Entry, def *ast.Def, args arguments, at source.Span) Value {
	bound := c.bind(def, names{}, args, at)
	v := c.expand(&Binding{Name: def.Name, Def: def, Scope: names{}}, bound, at)
	if v.Node == nil {
		return conditionOf(entry.Scope, nil, at)
	}
	label := entry.Name
	if len(def.Params) > 0 {
		texts := make([]string, len(def.Params))
		for i, p := range def.Params {
			texts[i], _ = bound[p.Name.Name].Constant.(string)
		}
		label += "(" + strings.Join(texts, ", ") + ")"
	}
	return c.condition(v.Node.WithLabel(label), at)
}

// standardCall gives the value of a call of the vocabulary that is not written in the
// language.
func (c *Checker) standardCall(entry stdlib.Entry, args arguments, e *ast.Call) Value {
	v := Value{Type: entry.Result, Scope: entry.Scope, At: e.Span}
	switch entry.Kind {
	case stdlib.Selector:
		v.Scope = types.OnBoth
		flawed := c.checkKeys(entry.Name, args)
		if args.known() {
			v.Selection = selectionOf(entry.Name, args)
			v.Selection.flawed = flawed
		}
	case stdlib.Operator:
		found := len(c.Findings)
		c.checkInner(entry.Name, args)
		args.wrong = args.wrong || c.Findings[found:].HasErrors()
		return c.built(v, operatorNode(entry.Name, args), args)
	case stdlib.Operand, stdlib.Composite:
		return c.built(v, c.operandNode(entry.Name, args), args)
	case stdlib.Value:
		v.Constant = c.duration(entry.Name, args, e.Span)
	case stdlib.Origin:
		c.find(diag.WrongType, e.Span, "Write it after `from` of a files block.", "A source cannot stand here.")
		return unknownValue(e.Span)
	}
	return v
}

// built gives a value the tree that could be made of its arguments, if any.
func (c *Checker) built(v Value, n *Node, args arguments) Value {
	if n == nil || args.wrong {
		return v
	}
	return c.condition(n, v.At)
}

// checkInner holds the scope of an operator's condition against what it asks about.
func (c *Checker) checkInner(operator string, args arguments) {
	want := types.OnAsset
	if strings.Contains(operator, "checks_match") {
		want = types.OnCheck
	}
	if operator == "asset_matches" {
		c.checkMatched(args.named["key"])
	}
	inner, ok := args.named["condition"]
	if ok && inner.Type == types.Condition && inner.Scope&want == 0 {
		c.find(diag.WrongScope, inner.At, scopeHelp(want), "`%s` asks about %s, and this condition is about %s.", operator, scopeName(want), scopeName(inner.Scope))
	}
}
