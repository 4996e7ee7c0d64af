package condition_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"auto/compiler/condition"
	"auto/lang/diag"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/lang/types"
)

// build makes the tree of a text without findings of its grammar.
func build(t testing.TB, text string, env condition.Env) (*condition.Node, diag.List) {
	t.Helper()
	e, found := parse.Expr(source.New("<expr>", text))
	if found.HasErrors() {
		t.Fatalf("%s: %v", text, found)
	}
	return condition.Build(e, env)
}

// built makes the tree of a text that has no errors.
func built(t testing.TB, text string) *condition.Node {
	t.Helper()
	n, found := build(t, text, condition.Env{})
	if n == nil {
		t.Fatalf("%s: %v", text, found)
	}
	return n
}

// recorded is a node of an evaluation of Dagster's.
type recorded struct {
	name, label string
	children    []recorded
}

// reader reads the trees of testdata/recorded.txt: "NAME"#"LABEL"(CHILD CHILD …).
type reader struct {
	t    *testing.T
	text string
}

func (r *reader) quoted() string {
	var s string
	d := json.NewDecoder(strings.NewReader(r.text))
	if err := d.Decode(&s); err != nil {
		r.t.Fatalf("%q: %v", r.text, err)
	}
	r.text = r.text[d.InputOffset():]
	return s
}

func (r *reader) skip(prefix string) bool {
	rest, ok := strings.CutPrefix(r.text, prefix)
	r.text = rest
	return ok
}

func (r *reader) node() recorded {
	n := recorded{name: r.quoted()}
	if r.skip("#") {
		n.label = r.quoted()
	}
	for more := r.skip("("); more; more = r.skip(" ") {
		n.children = append(n.children, r.node())
	}
	if len(n.children) > 0 && !r.skip(")") {
		r.t.Fatalf("no end of children at %q", r.text)
	}
	return n
}

// differs gives the first difference of a tree from a recorded one, "" for none. The
// notation of selections within names is not compared.
func differs(n *condition.Node, want recorded) string {
	name, wantName := n.Name(), want.name
	if strings.Contains(wantName, "selection=") {
		name, wantName = n.BaseName(), wantName[:strings.IndexByte(wantName, '(')]
	}
	if name != wantName || n.Label != want.label {
		return fmt.Sprintf("%s#%s, recorded %s#%s", name, n.Label, wantName, want.label)
	}
	switch n.Op {
	case condition.AnyDownstream:
		return ""
	case condition.AnyDeps, condition.AllDeps, condition.AnyChecks, condition.AllChecks:
		for _, key := range want.children {
			if d := differs(n.On(key.name), key.children[0]); d != "" {
				return d
			}
		}
		return ""
	}
	if len(n.Children) != len(want.children) {
		return fmt.Sprintf("%s has %d children, recorded %d", name, len(n.Children), len(want.children))
	}
	for i, child := range n.Children {
		if d := differs(child, want.children[i]); d != "" {
			return d
		}
	}
	return ""
}

// TestRecorded builds the conditions of all scenarios of the conformance suite, and holds
// them against the trees that Dagster evaluated.
func TestRecorded(t *testing.T) {
	file, err := os.Open(filepath.Join("testdata", "recorded.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 1<<20)
	var n *condition.Node
	texts, trees := 0, 0
	for scanner.Scan() {
		if line, ok := strings.CutPrefix(scanner.Text(), "\t"); ok {
			r := &reader{t, line}
			if d := differs(n, r.node()); d != "" {
				t.Errorf("%s: %s", n.Span.Text(), d)
			}
			trees++
			continue
		}
		on, text, _ := strings.Cut(scanner.Text(), " ")
		var found diag.List
		n, found = build(t, text, condition.Env{On: map[string]types.Scope{"asset": types.OnAsset, "check": types.OnCheck}[on]})
		if n == nil {
			t.Fatalf("%s: %v", text, found)
		}
		texts++
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	if texts < 1200 || trees < 600 {
		t.Errorf("%d texts and %d trees", texts, trees)
	}
}
