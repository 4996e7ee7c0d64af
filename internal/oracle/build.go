package oracle

import (
	"fmt"
	"slices"
	"time"

	"auto/lang/ast"
	"auto/vm/cron"
)

// Build makes the tree of a condition from its expression, which may use the standard
// vocabulary only. It fails where Dagster's constructors do.
func Build(e ast.Expr) (*Condition, error) {
	switch e := e.(type) {
	case *ast.Paren:
		return Build(e.Inner)
	case *ast.Unary:
		c, err := Build(e.Operand)
		if err != nil {
			return nil, err
		}
		return not(c), nil
	case *ast.Binary:
		return buildBinary(e)
	case *ast.Call:
		return buildCall(e)
	case *ast.Method:
		return buildMethod(e)
	}
	return nil, fmt.Errorf("%T is no condition", e)
}

func buildBinary(e *ast.Binary) (*Condition, error) {
	var whole *Condition
	for i, operand := range e.Operands {
		c, err := Build(operand)
		switch {
		case err != nil:
			return nil, err
		case e.Op != ast.And && e.Op != ast.Or:
			return nil, fmt.Errorf("conditions are not joined by %s", e.Op)
		case i == 0:
			whole = c
		case e.Op == ast.And:
			whole = and(whole, c)
		default:
			whole = or(whole, c)
		}
	}
	return whole, nil
}

// arguments gives a call's arguments by name; positional ones take the names in order.
func arguments(args []ast.Arg, names ...string) (map[string]ast.Expr, error) {
	given := map[string]ast.Expr{}
	for i, a := range args {
		name := a.Name.Name
		if name == "" && i < len(names) {
			name = names[i]
		}
		if !slices.Contains(names, name) || given[name] != nil {
			return nil, fmt.Errorf("an argument too many: %q", name)
		}
		given[name] = a.Value
	}
	return given, nil
}

// constants are the conditions without arguments that are more than one node.
var constants = map[string]func() *Condition{
	"in_progress": inProgress, "newly_missing": newlyMissing, "any_deps_updated": anyDepsUpdated, "any_deps_missing": anyDepsMissing,
	"any_deps_in_progress": anyDepsInProgress, "all_deps_blocking_checks_passed": allDepsBlockingChecksPassed,
	"eager": eager, "on_missing": onMissing,
	"any_downstream_conditions": func() *Condition { return operand(opAnyDownstream) },
	"freshness_passed":          func() *Condition { return operand("freshness_passed").labeled("freshness_passed") },
	"freshness_warned":          func() *Condition { return operand("freshness_warned").labeled("freshness_warned") },
	"freshness_failed":          func() *Condition { return operand("freshness_failed").labeled("freshness_failed") },
}

// operands are the conditions without arguments that are one node.
var operands = []string{
	"missing", "run_in_progress", "backfill_in_progress", "execution_failed", "newly_updated", "newly_requested", "will_be_requested",
	"initial_evaluation", "code_version_changed", "data_version_changed", "executed_with_root_target", "check_passed", "check_failed",
}

var operators = map[string]string{"any_deps_match": opAnyDeps, "all_deps_match": opAllDeps, "any_checks_match": opAnyChecks, "all_checks_match": opAllChecks}

func buildCall(e *ast.Call) (*Condition, error) {
	name := e.Func.Name
	switch {
	case constants[name] != nil && len(e.Args) == 0:
		return constants[name](), nil
	case slices.Contains(operands, name) && len(e.Args) == 0:
		return operand(name), nil
	case operators[name] != "":
		return buildOperator(operators[name], e.Args)
	}
	switch name {
	case "cron_tick_passed", "on_cron", "all_deps_updated_since_cron":
		return buildCron(name, e.Args)
	case "in_latest_time_window":
		return buildLatest(e.Args)
	case "asset_matches":
		return buildMatches(e.Args)
	case "executed_with_tags", "any_new_update_has_run_tags", "all_new_updates_have_run_tags":
		return buildTags(name, e.Args)
	}
	return nil, fmt.Errorf("no condition is %s with these arguments", name)
}

func buildOperator(op string, args []ast.Arg) (*Condition, error) {
	given, err := arguments(args, "condition", "blocking_only")
	if err != nil {
		return nil, err
	}
	c, err := Build(given["condition"])
	if err != nil {
		return nil, err
	}
	blocking, _ := given["blocking_only"].(*ast.Bool)
	return &Condition{Op: op, Children: []*Condition{c}, BlockingOnly: blocking != nil && blocking.Value}, nil
}

func buildMatches(args []ast.Arg) (*Condition, error) {
	given, err := arguments(args, "key", "condition")
	if err != nil {
		return nil, err
	}
	key, err := text(given["key"])
	if err != nil {
		return nil, err
	}
	c, err := Build(given["condition"])
	if err != nil {
		return nil, err
	}
	return matches(key, c), nil
}

func buildCron(name string, args []ast.Arg) (*Condition, error) {
	given, err := arguments(args, "cron", "tz")
	if err != nil {
		return nil, err
	}
	tick := &Condition{Op: "cron_tick_passed", Zone: "UTC"}
	if tick.Cron, err = text(given["cron"]); err != nil {
		return nil, err
	}
	if given["tz"] != nil {
		if tick.Zone, err = text(given["tz"]); err != nil {
			return nil, err
		}
	}
	zone, err := time.LoadLocation(tick.Zone)
	if err != nil {
		return nil, err
	}
	if tick.schedule, err = cron.Parse(tick.Cron, zone); err != nil {
		return nil, err
	}
	switch name {
	case "on_cron":
		return onCron(tick), nil
	case "all_deps_updated_since_cron":
		return allDepsUpdatedSinceCron(tick), nil
	}
	return tick, nil
}

func buildLatest(args []ast.Arg) (*Condition, error) {
	given, err := arguments(args, "lookback_delta")
	if err != nil {
		return nil, err
	}
	c := operand("in_latest_time_window")
	if given["lookback_delta"] != nil {
		c.Lookback, err = duration(given["lookback_delta"])
	}
	return c, err
}

func buildTags(name string, args []ast.Arg) (*Condition, error) {
	given, err := arguments(args, "tag_keys", "tag_values")
	if err != nil {
		return nil, err
	}
	c := operand(name)
	if list, ok := given["tag_keys"].(*ast.List); ok {
		if c.TagKeys, err = texts(list.Items); err != nil {
			return nil, err
		}
		slices.Sort(c.TagKeys)
		c.TagKeys = slices.Compact(c.TagKeys)
	}
	if m, ok := given["tag_values"].(*ast.Map); ok {
		c.TagValues = map[string]string{}
		for _, entry := range m.Entries {
			if c.TagValues[entry.Key.Text], err = text(entry.Value); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

func text(e ast.Expr) (string, error) {
	if s, ok := e.(*ast.String); ok {
		return s.Value, nil
	}
	return "", fmt.Errorf("%T is no text", e)
}

func texts(list []ast.Expr) ([]string, error) {
	values := []string{}
	for _, e := range list {
		value, err := text(e)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, nil
}

func duration(e ast.Expr) (time.Duration, error) {
	if d, ok := e.(*ast.Duration); ok {
		return d.Value, nil
	}
	call, ok := e.(*ast.Call)
	if !ok || len(call.Args) != 1 {
		return 0, fmt.Errorf("%T is no duration", e)
	}
	n, ok := call.Args[0].Value.(*ast.Int)
	unit := map[string]time.Duration{"days": 24 * time.Hour, "hours": time.Hour, "minutes": time.Minute}[call.Func.Name]
	if !ok || unit == 0 {
		return 0, fmt.Errorf("%s is no duration", call.Func.Name)
	}
	return time.Duration(n.Value) * unit, nil
}

func buildMethod(e *ast.Method) (*Condition, error) {
	c, err := Build(e.Receiver)
	if err != nil {
		return nil, err
	}
	switch e.Func.Name {
	case "newly_true":
		return newlyTrue(c), nil
	case "since_last_handled":
		return sinceLastHandled(c), nil
	case "with_label":
		return buildLabel(c, e.Args)
	case "since", "without":
		return buildWith(c, e)
	case "replace":
		return buildReplace(c, e.Args)
	case "allow", "ignore":
		return buildNarrowed(c, e)
	}
	return nil, fmt.Errorf("conditions have no method %s", e.Func.Name)
}

func buildLabel(c *Condition, args []ast.Arg) (*Condition, error) {
	given, err := arguments(args, "label")
	if err != nil {
		return nil, err
	}
	label, err := text(given["label"])
	return c.labeled(label), err
}

func buildWith(c *Condition, e *ast.Method) (*Condition, error) {
	given, err := arguments(e.Args, "condition")
	if err != nil {
		return nil, err
	}
	other, err := Build(given["condition"])
	if err != nil {
		return nil, err
	}
	if e.Func.Name == "since" {
		return since(c, other), nil
	}
	return c.without(other)
}

func buildReplace(c *Condition, args []ast.Arg) (*Condition, error) {
	given, err := arguments(args, "old", "new")
	if err != nil {
		return nil, err
	}
	by, err := Build(given["new"])
	if err != nil {
		return nil, err
	}
	if name, err := text(given["old"]); err == nil {
		return c.replaced(func(c *Condition) bool { return c.Name() == name || c.Label != "" && c.Label == name }, by), nil
	}
	old, err := Build(given["old"])
	if err != nil {
		return nil, err
	}
	return c.replaced(old.equalFields, by), nil
}

func buildNarrowed(c *Condition, e *ast.Method) (*Condition, error) {
	given, err := arguments(e.Args, "selection")
	if err != nil {
		return nil, err
	}
	s, err := buildSelection(given["selection"])
	switch {
	case err != nil:
		return nil, err
	case !c.narrowable():
		return nil, fmt.Errorf("%s has no method %s", c.Op, e.Func.Name)
	case e.Func.Name == "allow":
		return c.narrowed(func(c *Condition) { c.Allow = s.orElse(c.Allow) }), nil
	}
	return c.narrowed(func(c *Condition) { c.Ignore = s.orElse(c.Ignore) }), nil
}
