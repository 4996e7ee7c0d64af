package condition

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"auto/internal/spell"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/types"
	"auto/stdlib"
)

// method gives the value of a method, or of `env.NAME`.
func (c *Checker) method(s Scope, vars map[string]Value, e *ast.Method) Value {
	if name, ok := e.Receiver.(*ast.Name); ok && name.Name == "env" && !e.Called {
		return c.env(e)
	}
	receiver := c.expr(s, vars, e.Receiver)
	entry, ok := stdlib.FindMethod(e.Func.Name)
	if !ok || receiver.Type != types.Any && receiver.Type != entry.On && !(receiver.Type == types.Checks && entry.On == types.Selection) {
		c.wrongMethod(receiver, e, ok)
		return unknownValue(e.Span)
	}
	if !e.Called {
		c.find(diag.NotCalled, e.Func.Span, "Write `."+entry.Usage()+"`.", "`%s` is called.", e.Func.Name)
		return unknownValue(e.Span)
	}
	args := c.arguments(s, vars, entry.Usage(), entry.Params, e.Func.Span, e.Args)
	if entry.On == types.Condition {
		return c.conditionMethod(entry, receiver, args, e)
	}
	v := Value{Type: entry.Result, Scope: types.OnBoth, At: e.Span}
	if receiver.Selection != nil {
		v.Selection = spread(entry.Name, receiver.Selection, args)
	}
	return v
}

// conditionMethod gives the value of a method of a condition.
func (c *Checker) conditionMethod(entry stdlib.Entry, receiver Value, args arguments, e *ast.Method) Value {
	v := conditionOf(receiver.Scope, nil, e.Span)
	if args.wrong {
		return v
	}
	if def, ok := stdlib.Definition(entry.Name); ok {
		args.named[def.Params[0].Name.Name] = receiver
		v = c.expand(&Binding{Name: def.Name, Def: def, Scope: names{}}, c.bind(def, names{}, args, e.Span), e.Span)
		v.At = e.Span
		return v
	}
	if n := receiver.Node; n != nil {
		if changed := c.apply(entry.Name, n, args, e); changed != nil {
			return c.condition(changed, e.Span)
		}
		v.Scope = types.OnBoth
	}
	return v
}

// apply gives what a method makes of a condition, nil where an argument is not known or a
// finding has been made.
func (c *Checker) apply(method string, n *Node, args arguments, e *ast.Method) *Node {
	switch method {
	case "since":
		return c.since(n, args.named["reset"])
	case "newly_true":
		return &Node{Op: NewlyTrue, Children: []*Node{n}}
	case "with_label":
		return c.label(n, args.named["label"])
	case "replace":
		return c.replace(n, args.named["old"], args.named["new"])
	case "without":
		return c.without(n, args.named["condition"], e)
	}
	return c.filter(n, method, args.named["selection"], e)
}

func (c *Checker) since(trigger *Node, reset Value) *Node {
	if reset.Node == nil {
		return nil
	}
	if scopeOf(trigger)&scopeOf(reset.Node) == 0 {
		c.find(diag.WrongScope, reset.At, scopeHelp(scopeOf(trigger)), "The reset is about %s, and what it resets about %s.", scopeName(scopeOf(reset.Node)), scopeName(scopeOf(trigger)))
		return nil
	}
	return &Node{Op: Since, Children: []*Node{trigger, reset.Node}}
}

func (c *Checker) label(n *Node, label Value) *Node {
	text, ok := label.Constant.(string)
	if !ok {
		return nil
	}
	if text == "" {
		c.find(diag.BadConstant, label.At, "Write a text.", "The label is empty.")
		return nil
	}
	return n.WithLabel(text)
}

func (c *Checker) replace(n *Node, old, with Value) *Node {
	text, isText := old.Constant.(string)
	if with.Node == nil || old.Node == nil && !isText {
		return nil
	}
	changed, count := n.replace(pattern{old.Node, text}, with.Node)
	c.checkOthers(n, old)
	if count == 0 {
		c.find(diag.TouchesNothing, old.At, touchHelp, "`replace` finds no such part, and replaces nothing.")
		return n
	}
	if wrong, about := misplaced(changed, types.OnBoth); wrong != nil {
		c.find(diag.WrongScope, with.At, scopeHelp(about), "The condition would be asked of %s, and is about %s.", scopeName(about), scopeName(scopeOf(wrong)))
		return nil
	}
	return changed
}

// checkOthers finds that `replace` takes another condition for the one that is written,
// because Dagster compares the arguments of conditions, and not what kind they are.
func (c *Checker) checkOthers(n *Node, old Value) {
	if old.Node == nil {
		return
	}
	var others []*Node
	n.eachReplaced(pattern{node: old.Node}, func(fit *Node) {
		if !fit.Same(old.Node) && !slices.ContainsFunc(others, fit.Same) {
			others = append(others, fit)
		}
	})
	if len(others) > 0 {
		c.find(diag.ReplacesOthers, old.At, "Write its name or label in quotes.", "`replace` compares the arguments of conditions only, as Dagster does, and replaces %s, too.", listed(others))
	}
}

// touchHelp is what to write where a method touches no part of a condition.
const touchHelp = "Remove the call; `auto explain` shows the labels and names of all parts."

// misplaced gives the first part of a tree that cannot be evaluated where it stands, with
// what it would be evaluated on.
func misplaced(n *Node, on types.Scope) (*Node, types.Scope) {
	if scopeOf(n)&on == 0 {
		return n, on
	}
	switch n.Op {
	case AnyDeps, AllDeps, Matches, AnyDownstream, Downstream:
		on = types.OnAsset
	case AnyChecks, AllChecks:
		on = types.OnCheck
	}
	for _, child := range n.Children {
		if wrong, about := misplaced(child, on); wrong != nil {
			return wrong, about
		}
	}
	return nil, on
}

func (c *Checker) without(n *Node, operand Value, e *ast.Method) *Node {
	if operand.Node == nil {
		return nil
	}
	switch {
	case n.Op != And:
		c.find(diag.NotAnOperand, e.Func.Span, "Write the condition without it, or use `replace`.", "`without` takes an operand out of an AND, and this is %s.", described(n))
	case !n.has(operand.Node):
		c.find(diag.NotAnOperand, operand.At, "Write one of them as it is written there, with its label.", "The condition is no operand of this AND, whose operands are %s.", listed(n.Children))
	case len(n.without(operand.Node).Children) < 2:
		c.find(diag.NotAnOperand, operand.At, "Write the operand that is left.", "`without` would leave less than two operands.")
	default:
		return n.without(operand.Node)
	}
	return nil
}

// described names a node for sentences: as it is written where that is short, and else by
// its label or name.
func described(n *Node) string {
	if at, own := written(n, n.Span); own && len(at.Text()) <= 60 && !strings.Contains(at.Text(), "\n") {
		return "`" + at.Text() + "`"
	}
	if n.Label == "" && n.Op == Not {
		return "`~" + strings.Trim(described(n.Children[0]), "`") + "`"
	}
	return "`" + cmp.Or(n.Label, n.Name()) + "`"
}

func listed(nodes []*Node) string {
	parts := make([]string, len(nodes))
	for i, n := range nodes {
		parts[i] = described(n)
	}
	return strings.Join(parts, ", ")
}

// filter applies `allow` or `ignore`.
func (c *Checker) filter(n *Node, method string, selection Value, e *ast.Method) *Node {
	if !n.selectable() {
		c.find(diag.NotSelectable, e.Func.Span, "Write it behind `any_deps_match(…)` and the like.", "`%s` is for conditions about dependencies or checks, and this is %s.", method, described(n))
		return nil
	}
	if selection.Selection == nil {
		return nil
	}
	if s := selection.Selection; c.Graph != nil && !s.flawed && len(s.Resolve(c.Graph)) == 0 {
		c.find(diag.SelectsNothing, selection.At, "Write a selection that some asset or check is in; external assets are in most of them only with `include_external=true`.", "The selection selects nothing.")
	}
	changed, count := n.filter(selection.Selection, method == "ignore")
	if count == 0 {
		c.find(diag.TouchesNothing, e.Func.Span, "Remove the call.", "No part of the condition asks about dependencies or checks that `%s` reaches.", method)
	}
	return changed
}

// wrongMethod finds a method that the receiver does not have.
func (c *Checker) wrongMethod(receiver Value, e *ast.Method, known bool) {
	var names []string
	for _, entry := range stdlib.Table() {
		if entry.Kind == stdlib.Method && (entry.On == receiver.Type || receiver.Type == types.Any) {
			names = append(names, entry.Name)
		}
	}
	help := fmt.Sprintf("A %s has no methods.", receiver.Type)
	if len(names) > 0 {
		help = fmt.Sprintf("A %s has `%s`.", receiver.Type, strings.Join(names, "`, `"))
	}
	if near, ok := spell.Nearest(e.Func.Name, names); ok && !known {
		help = "Did you mean `" + near + "`?"
	}
	c.find(diag.UnknownMethod, e.Func.Span, help, "A %s has no method `%s`.", receiver.Type, e.Func.Name)
}

func (c *Checker) getenv(name string) (string, bool) {
	if c.Getenv == nil {
		return "", false
	}
	return c.Getenv(name)
}

// env gives the value of `env.NAME`.
func (c *Checker) env(e *ast.Method) Value {
	text, ok := c.getenv(e.Func.Name)
	if !ok {
		c.find(diag.EnvNotAllowed, e.Func.Span, "Add it to `env` of the project file.", "The project does not allow the environment name `%s`.", e.Func.Name)
		return unknownValue(e.Span)
	}
	return Value{Type: types.String, Constant: text, At: e.Span}
}
