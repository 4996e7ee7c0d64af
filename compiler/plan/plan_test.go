package plan_test

import (
	"strings"
	"testing"

	"auto/compiler/condition"
	"auto/compiler/plan"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/vm/code"
	"auto/vm/graph"
)

// build makes the tree of a condition on an asset r that depends on b.
func build(t *testing.T, text string) (*condition.Node, *graph.Graph) {
	t.Helper()
	g, problems := graph.New([]graph.Asset{{Key: "b"}, {Key: "r", Deps: []graph.Dep{{Key: "b"}}}}, nil)
	e, found := parse.Expr(source.New("condition", text))
	n, more := condition.Build(e, condition.Env{Graph: g})
	if n == nil {
		t.Fatal(problems, found, more)
	}
	return n, g
}

func compile(t *testing.T, text string) *code.Program {
	t.Helper()
	n, g := build(t, text)
	p, err := plan.Compile(n, g, plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestTables: what is equal has one entry, and what only has an equal name has two.
func TestTables(t *testing.T) {
	for _, test := range []struct {
		text           string
		facts, filters int
	}{
		{`missing() | ~missing()`, 1, 0},
		{`executed_with_tags(tag_keys=["a,b"]) | executed_with_tags(tag_keys=["a", "b"])`, 2, 0},
		{`executed_with_tags(tag_values={"a": "b,c:d"}) | executed_with_tags(tag_values={"a": "b", "c": "d"})`, 2, 0},
		{`any_deps_match(missing()) | all_deps_match(missing())`, 1, 1},
		{`any_deps_match(missing()) | any_deps_match(missing()).ignore(assets("b"))`, 1, 2},
		{`any_deps_match(missing()).allow(assets("b")) | any_deps_match(missing()).ignore(assets("b"))`, 1, 2},
	} {
		p := compile(t, test.text)
		if len(p.Facts) != test.facts || len(p.Filters) != test.filters {
			t.Errorf("%s: %d facts and %d filters", test.text, len(p.Facts), len(p.Filters))
		}
	}
}

// TestTooLarge: a condition that doubles itself is refused, and not written out before.
func TestTooLarge(t *testing.T) {
	n, g := build(t, "missing() | newly_updated()")
	for range 40 {
		n = &condition.Node{Op: condition.And, Children: []*condition.Node{n, n}}
	}
	_, err := plan.Compile(n, g, plan.Options{})
	if err == nil || !strings.Contains(err.Error(), "more than 65534 nodes") {
		t.Errorf("got %v", err)
	}
}
