package condition_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"auto/compiler/condition"
	"auto/vm/graph"
)

// evaluated gives the tree that Dagster records for an expanded condition: dependency and
// check operators have a child for each key.
func evaluated(n *condition.Node, key string, g *graph.Graph) recorded {
	r := recorded{name: n.Name(), label: n.Label}
	switch n.Op {
	case condition.AnyDeps, condition.AllDeps:
		for _, dep := range dependencies(g, key) {
			r.children = append(r.children, recorded{name: dep, children: []recorded{evaluated(n.On(dep), dep, g)}})
		}
		return r
	case condition.AnyChecks, condition.AllChecks:
		for _, check := range checksOf(g, key) {
			r.children = append(r.children, recorded{name: check, children: []recorded{evaluated(n.On(check), check, g)}})
		}
		return r
	case condition.Matches:
		key = n.Key
	}
	for _, child := range n.Children {
		r.children = append(r.children, evaluated(child, key, g))
	}
	return r
}

func checksOf(g *graph.Graph, key string) []string {
	a, ok := g.Asset(key)
	if !ok {
		return nil
	}
	var keys []string
	for _, c := range a.Checks {
		keys = append(keys, key+":"+c.Name)
	}
	return keys
}

func dependencies(g *graph.Graph, key string) []string {
	if asset, _, isCheck := strings.Cut(key, ":"); isCheck {
		return []string{asset}
	}
	var keys []string
	if a, ok := g.Asset(key); ok {
		for _, d := range a.Deps {
			keys = append(keys, d.Key)
		}
	}
	slices.Sort(keys)
	return keys
}

func (r recorded) String() string {
	var b strings.Builder
	r.write(&b)
	return b.String()
}

func (r recorded) write(b *strings.Builder) {
	b.WriteString(quote(r.name))
	if r.label != "" {
		b.WriteString("#" + quote(r.label))
	}
	for i, child := range r.children {
		b.WriteString(map[bool]string{true: "(", false: " "}[i == 0])
		child.write(b)
	}
	if len(r.children) > 0 {
		b.WriteString(")")
	}
}

// TestExpand holds the conditions of random graphs, in which any_downstream_conditions
// stands everywhere, against the trees that Dagster evaluated.
func TestExpand(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "downstream.txt"))
	if err != nil {
		t.Fatal(err)
	}
	graphs := strings.Split(string(text), "graph\n")[1:]
	for _, lines := range graphs {
		checkExpansion(t, strings.Split(strings.TrimSuffix(lines, "\n"), "\n"))
	}
	if len(graphs) < 100 {
		t.Errorf("%d graphs", len(graphs))
	}
}

func checkExpansion(t *testing.T, lines []string) {
	var assets []graph.Asset
	texts := map[string]string{}
	trees := map[string]string{}
	for _, line := range lines {
		kind, rest, _ := strings.Cut(line, " ")
		if kind == "tree" {
			key, tree, _ := strings.Cut(rest, " ")
			trees[key] = tree
			continue
		}
		parts := append(strings.SplitN(rest, " ", 4), "", "", "")
		a := graph.Asset{Key: parts[0]}
		for _, dep := range strings.FieldsFunc(parts[1], func(r rune) bool { return r == ',' }) {
			a.Deps = append(a.Deps, graph.Dep{Key: dep})
		}
		for _, check := range strings.FieldsFunc(parts[2], func(r rune) bool { return r == ',' }) {
			a.Checks = append(a.Checks, graph.Check{Name: check})
		}
		assets, texts[a.Key] = append(assets, a), parts[3]
	}
	g, _ := graph.New(assets, nil)
	conditions := map[string]*condition.Node{}
	for key, text := range texts {
		if text != "" {
			conditions[key] = built(t, text)
		}
	}
	for key, want := range trees {
		n := condition.Expand(conditions[key], key, g, func(asset string) *condition.Node { return conditions[asset] })
		if got := evaluated(n, key, g).String(); got != want {
			t.Errorf("%s:\n%s\ngot  %s\nwant %s", key, strings.Join(lines, "\n"), got, want)
		}
	}
}
