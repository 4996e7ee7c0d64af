package repl_test

import (
	"testing"

	"auto/compiler/condition"
	"auto/runtime/play"
	"auto/runtime/project"
	"auto/runtime/repl"
	"auto/runtime/scenario"
)

func load(t *testing.T, dir string) *project.Project {
	t.Helper()
	p, found := project.Load(dir, project.Options{Now: start, Getenv: func(name string) (string, bool) { return "sales", name == "GROUP" }})
	if found.HasErrors() {
		t.Fatal(found)
	}
	return p
}

func open(t *testing.T, dir string) (*scenario.Scenario, *repl.Project) {
	t.Helper()
	s, p, err := repl.OpenProject(load(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	return s, p
}

// TestWrittenOut: the conditions of a project's scenario are those of its policies, with
// their names written out.
func TestWrittenOut(t *testing.T) {
	p := load(t, "testdata/project")
	s, _ := open(t, "testdata/project")
	g, conditions, err := scenario.NewSession(s, nil).Graph()
	if err != nil {
		t.Fatal(err)
	}
	nodes, err := play.Conditions(g, conditions)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, policy := range p.Policies.Policies {
		for _, key := range policy.Keys {
			count++
			if got := nodes[key]; got == nil || !same(got, policy.When) {
				t.Errorf("%s: %s", key, conditions[key].Text)
			}
		}
	}
	if count != len(nodes) || count < 5 {
		t.Errorf("%d conditions of policies, %d of the scenario", count, len(nodes))
	}
}

// same reports whether two conditions are equal, labels and arguments included.
func same(a, b *condition.Node) bool {
	if a.Name() != b.Name() || a.Label != b.Label || a.Op != b.Op || len(a.Children) != len(b.Children) {
		return false
	}
	for i := range a.Children {
		if !same(a.Children[i], b.Children[i]) {
			return false
		}
	}
	return true
}

// TestExamples: the projects of the examples can be spoken about, and saved.
func TestExamples(t *testing.T) {
	for _, dir := range []string{"conditions", "quickstart", "s3-snowflake"} {
		s, p := open(t, "../../examples/"+dir)
		c := converse(t, s, p)
		c.say(t, ":tick")
		c.say(t, ":save "+dir+".yaml")
		passes(t, dir, c.saved[dir+".yaml"])
	}
}
