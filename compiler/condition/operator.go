package condition

import (
	"fmt"

	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/types"
)

// binary checks operands of one kind joined by an operator.
func (c *Checker) binary(s Scope, vars map[string]Value, e *ast.Binary) Value {
	operands := make([]Value, len(e.Operands))
	for i, operand := range e.Operands {
		operands[i] = c.expr(s, vars, operand)
		c.checkMixed(e, operand, operands[i])
	}
	first := operands[0]
	for _, v := range operands {
		if first.Type == types.Any {
			first = v
		}
	}
	switch first.Type {
	case types.Any:
		return unknownValue(e.Span)
	case types.Selection, types.Checks:
		return c.joinSelections(e, first.Type, operands)
	case types.Condition:
		return c.joinConditions(e, operands)
	}
	c.find(diag.WrongOperator, first.At, "Operators join conditions, or selections.", "`%s` cannot join a %s.", e.Op, first.Type)
	return unknownValue(e.Span)
}

// checkMixed warns where `-` stands beside `&` or `|` without parentheses.
func (c *Checker) checkMixed(e *ast.Binary, operand ast.Expr, v Value) {
	inner, ok := operand.(*ast.Binary)
	if !ok || inner.Op != ast.Minus || v.Type == types.Condition {
		return
	}
	c.find(diag.MixedMinus, inner.Span, "Write `("+inner.Span.Text()+")` if that is meant.", "`-` binds stronger than the `%s` beside it.", e.Op)
}

// joinSelections joins selections from left to right.
func (c *Checker) joinSelections(e *ast.Binary, typ types.Type, operands []Value) Value {
	joined := Value{Type: typ, Scope: types.OnBoth, Selection: operands[0].Selection, At: e.Span}
	for i, v := range operands {
		if !c.sameKind(e, v, typ) || i == 0 {
			continue
		}
		if joined.Selection == nil || v.Selection == nil || !c.spend(len(joined.Selection.parts), e.Span) {
			joined.Selection = nil
			continue
		}
		switch e.Op {
		case ast.Or:
			joined.Selection = combine("or", joined.Selection, v.Selection)
		case ast.And:
			joined.Selection = combine("and", joined.Selection, v.Selection)
		default:
			joined.Selection = minus(joined.Selection, v.Selection)
		}
	}
	return joined
}

// joinConditions makes an AND or OR of conditions that can be asked of one thing.
func (c *Checker) joinConditions(e *ast.Binary, operands []Value) Value {
	if e.Op == ast.Minus {
		c.find(diag.WrongOperator, e.Span, "Write `& ~` for a condition that must not hold.", "`-` is for selections, and these are conditions.")
		return unknownValue(e.Span)
	}
	scope := types.OnBoth
	var nodes []*Node
	for _, v := range operands {
		if !c.sameKind(e, v, types.Condition) {
			continue
		}
		if v.Node != nil {
			nodes = append(nodes, v.Node)
		}
		if scope&v.Scope == 0 {
			c.find(diag.WrongScope, v.At, scopeHelp(scope), "This condition is about %s, and the one before it about %s.", scopeName(v.Scope), scopeName(scope))
			return conditionOf(types.OnBoth, nil, e.Span)
		}
		scope &= v.Scope
	}
	if len(nodes) < len(operands) {
		return conditionOf(scope, nil, e.Span)
	}
	op := And
	if e.Op == ast.Or {
		op = Or
	}
	return c.condition(join(op, nodes...), e.Span)
}

func (c *Checker) sameKind(e *ast.Binary, v Value, typ types.Type) bool {
	if v.Type == typ || v.Type == types.Any {
		return true
	}
	c.find(diag.WrongOperator, v.At, fmt.Sprintf("Write a %s.", typ), "`%s` joins values of one kind: this is a %s beside a %s.", e.Op, v.Type, typ)
	return false
}

// scopeHelp says what to write where a condition has to be about something else.
func scopeHelp(want types.Scope) string {
	if want == types.OnCheck {
		return "Write a condition that can be asked of checks, such as `check_failed()`."
	}
	return "Ask about an asset's checks with `any_checks_match(…)`."
}

// scopeName names what a condition can be evaluated on, for sentences.
func scopeName(s types.Scope) string {
	switch s {
	case types.OnAsset:
		return "assets"
	case types.OnCheck:
		return "checks"
	}
	return "assets and checks"
}

func (c *Checker) not(s Scope, vars map[string]Value, e *ast.Unary) Value {
	v := c.expr(s, vars, e.Operand)
	switch v.Type {
	case types.Condition, types.Any:
		if v.Node != nil {
			return c.condition(&Node{Op: Not, Children: []*Node{v.Node}}, e.Span)
		}
		return conditionOf(v.Scope, nil, e.Span)
	case types.Selection, types.Checks:
		c.find(diag.WrongOperator, e.Span, "Write `all() - …` for all but these.", "`~` is for conditions, and this is a selection.")
	default:
		c.find(diag.WrongOperator, e.Span, "Write a condition behind it.", "`~` is for conditions, and this is a %s.", v.Type)
	}
	return unknownValue(e.Span)
}
