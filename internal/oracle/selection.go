package oracle

import (
	"fmt"
	"slices"
	"strings"

	"auto/lang/ast"
	"auto/vm/graph"
)

// selection is an asset selection as allow and ignore have it.
type selection struct {
	text string
	graph.Selection
	// checks gives the checks that it stands for on a check operator.
	checks func(g *graph.Graph) map[string]bool
}

// orElse joins a selection to an earlier one, nil for none.
func (s *selection) orElse(earlier *selection) *selection {
	if earlier == nil {
		return s
	}
	return s.joined(ast.Or, earlier)
}

func (s *selection) joined(op ast.Operator, o *selection) *selection {
	joined := &selection{text: fmt.Sprintf("(%s %s %s)", s.text, op, o.text)}
	switch op {
	case ast.Or:
		joined.Selection = s.Or(o.Selection)
	case ast.And:
		joined.Selection = s.And(o.Selection)
	default:
		joined.Selection = s.Minus(o.Selection)
	}
	joined.checks = func(g *graph.Graph) map[string]bool {
		a, b := s.checks(g), o.checks(g)
		switch op {
		case ast.Or:
			return setOf(append(sorted(a), sorted(b)...))
		case ast.And:
			return filter(a, func(key string) bool { return b[key] })
		}
		return filter(a, func(key string) bool { return !b[key] })
	}
	return joined
}

// ofAssets is a selection of assets; it stands for all checks of these.
func ofAssets(text string, s graph.Selection) *selection {
	return &selection{text, s, func(g *graph.Graph) map[string]bool {
		return setOf(graph.ChecksFor(s.Resolve(g)...).Resolve(g))
	}}
}

// ofChecks is a selection of checks, which selects no asset.
func ofChecks(text string, s graph.Selection) *selection {
	return &selection{text, graph.Selection{}, func(g *graph.Graph) map[string]bool { return setOf(s.Resolve(g)) }}
}

func buildSelection(e ast.Expr) (*selection, error) {
	switch e := e.(type) {
	case *ast.Paren:
		return buildSelection(e.Inner)
	case *ast.Binary:
		return buildJoined(e)
	case *ast.Call:
		return buildSelectionCall(e)
	case *ast.Method:
		return buildSelectionMethod(e)
	}
	return nil, fmt.Errorf("%T is no selection", e)
}

func buildJoined(e *ast.Binary) (*selection, error) {
	whole, err := buildSelection(e.Operands[0])
	for _, operand := range e.Operands[1:] {
		if err != nil {
			return nil, err
		}
		var s *selection
		if s, err = buildSelection(operand); err == nil {
			whole = whole.joined(e.Op, s)
		}
	}
	return whole, err
}

func buildSelectionCall(e *ast.Call) (*selection, error) {
	name, external := e.Func.Name, false
	var list []string
	for _, a := range e.Args {
		if b, ok := a.Value.(*ast.Bool); ok {
			external = b.Value
			continue
		}
		value, err := text(a.Value)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	written := fmt.Sprintf("%s(%q, %t)", name, list, external)
	switch {
	case name == "all":
		return ofAssets(written, graph.All(external)), nil
	case name == "assets":
		return ofAssets(written, graph.Assets(list...)), nil
	case name == "groups":
		return ofAssets(written, graph.Groups(external, list...)), nil
	case name == "key_prefixes":
		return ofAssets(written, graph.KeyPrefixes(external, list...)), nil
	case name == "tag" && len(list) == 2:
		return ofAssets(written, graph.Tag(external, list[0], list[1])), nil
	case name == "kind" && len(list) == 1:
		return ofAssets(written, graph.Kind(external, list[0])), nil
	case name == "owner" && len(list) == 1:
		return ofAssets(written, graph.Owner(list[0])), nil
	case name == "checks":
		return ofChecks(written, graph.Checks(list...)), nil
	case name == "checks_for_assets":
		return ofChecks(written, graph.ChecksFor(list...)), nil
	case name == "all_checks":
		return ofChecks(written, graph.AllChecks()), nil
	}
	return nil, fmt.Errorf("no selection is %s", written)
}

func buildSelectionMethod(e *ast.Method) (*selection, error) {
	s, err := buildSelection(e.Receiver)
	if err != nil {
		return nil, err
	}
	depth := -1
	for _, a := range e.Args {
		if n, ok := a.Value.(*ast.Int); ok {
			depth = int(n.Value)
		}
	}
	written := fmt.Sprintf("%s.%s(%d)", s.text, e.Func.Name, depth)
	switch e.Func.Name {
	case "upstream":
		return ofAssets(written, s.Upstream(depth)), nil
	case "downstream":
		return ofAssets(written, s.Downstream(depth)), nil
	case "roots":
		return ofAssets(written, s.Roots()), nil
	case "sinks":
		return ofAssets(written, s.Sinks()), nil
	case "materializable":
		return ofAssets(written, s.Materializable()), nil
	}
	return nil, fmt.Errorf("selections have no method %s", e.Func.Name)
}

// compareKeys orders asset keys by their components, as Dagster does.
func compareKeys(a, b string) int {
	return slices.Compare(strings.Split(a, "/"), strings.Split(b, "/"))
}
