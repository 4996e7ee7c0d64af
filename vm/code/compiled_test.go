package code_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"auto/compiler/condition"
	"auto/compiler/plan"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/vm/code"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

// related are the assets and checks of the recorded conditions.
var related = map[string]map[bool][]string{ // true for checks
	"r":     {false: {"b", "raw/z"}, true: {"r:ck"}},
	"b":     {false: {"raw/z"}},
	"raw/z": {true: {"raw/z:k"}},
}

var stateKinds = map[code.StateKind]string{code.SinceState: "since", code.NewlyTrueState: "newly", code.VersionState: "version"}

// visit gives the states of a node and those below it as testdata/identities.txt writes
// them.
func visit(p *code.Program, n uint16, keys []string) (out []string) {
	node := &p.Nodes[n]
	if s := int(node.State) - 1; s >= 0 {
		out = append(out, stateKinds[p.States[s].Kind]+" "+strings.Join(keys, " ")+" "+p.StateID(s, keys))
	}
	for _, child := range node.Children {
		out = append(out, visit(p, child, keys)...)
	}
	if node.Call == 0 {
		return out
	}
	in := p.Blocks[node.Block].Code[node.Call-1]
	inner := uint16(p.Blocks[in.Args[2]].Node)
	for _, key := range called(p, in, keys[len(keys)-1]) {
		out = append(out, visit(p, inner, append(keys[:len(keys):len(keys)], key))...)
	}
	return out
}

// called gives the entities that a call is about.
func called(p *code.Program, in code.Instr, key string) (out []string) {
	if in.Op == code.Match {
		return []string{p.Keys[in.Args[3]]}
	}
	for _, to := range related[key][in.Op == code.AnyChecks || in.Op == code.AllChecks] {
		if allow := p.Filters[in.Args[3]].Allow; allow == nil || strings.Join(allow, "\n") == to {
			out = append(out, to)
		}
	}
	return out
}

// recordings are the states of each condition in testdata/identities.txt.
func recordings(t *testing.T) map[string][]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "identities.txt"))
	if err != nil {
		t.Fatal(err)
	}
	out, text := map[string][]string{}, ""
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if state, ok := strings.CutPrefix(line, "\t"); ok {
			out[text] = append(out[text], state)
		} else if !strings.HasPrefix(line, "#") {
			text = line
		}
	}
	return out
}

// compile gives the program of a condition over assets r, b and raw/z.
func compile(t *testing.T, text string, plain bool) *code.Program {
	t.Helper()
	g, problems := graph.New([]graph.Asset{{Key: "r"}, {Key: "b"}, {Key: "raw/z"}}, nil)
	e, found := parse.Expr(source.New("<expr>", text))
	n, more := condition.Build(e, condition.Env{Graph: g})
	if n == nil {
		t.Fatalf("%s: %v %v %v", text, problems, found, more)
	}
	p, err := plan.Compile(n, g, plan.Options{Plain: plain})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return p
}

// TestCompiledIdentities finds, in compiled conditions, the identities that Dagster stores
// states by, and no others.
func TestCompiledIdentities(t *testing.T) {
	for text, want := range recordings(t) {
		for _, plain := range []bool{true, false} {
			if diff := cmp.Diff(want, visit(compile(t, text, plain), 0, []string{"r"})); diff != "" {
				t.Errorf("%s: %s", text, diff)
			}
		}
	}
}

// TestCompiledForms reads compiled conditions again, from text and from bytes.
func TestCompiledForms(t *testing.T) {
	for text := range recordings(t) {
		p := compile(t, text, false)
		parsed, err := code.Parse(p.Text())
		if err != nil || !parsed.Equal(p) {
			t.Errorf("%s as text: %v", text, err)
		}
		decoded, err := code.Decode(code.Encode(p))
		if err != nil || !decoded.Equal(p) {
			t.Errorf("%s as bytes: %v", text, err)
		}
	}
}

// TestExample holds the example of the documentation to be what its condition becomes.
func TestExample(t *testing.T) {
	want, err := os.ReadFile(filepath.Join("testdata", "example.golden"))
	if err != nil {
		t.Fatal(err)
	}
	const text = `in_latest_time_window() & any_deps_match(newly_updated()).since(newly_requested()).with_label("updated")`
	if diff := cmp.Diff(string(want), compile(t, text, false).Text()); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(code.Markdown(), text) || !strings.Contains(code.Markdown(), string(want)) {
		t.Error("the documentation shows something else")
	}
}
