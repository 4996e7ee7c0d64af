package web_test

import (
	"testing"

	"auto/runtime/params"
	"auto/runtime/project"
	"auto/runtime/rules"
)

// signingKey is a secret of the project's environment.
const signingKey = "a-key-that-no-page-shows"

// load loads the project of the tests.
func load(t testing.TB) *project.Project {
	t.Helper()
	p, found := project.Load("testdata/shop", project.Options{
		Now: now, NeedEnv: true, Getenv: func(name string) (string, bool) { return signingKey, name == "SHOP_KEY" },
	})
	if len(found) > 0 {
		t.Fatal(found)
	}
	return p
}

// deciders gives what decides for the files blocks of a project.
func deciders(p *project.Project) []*rules.Decider {
	var all []*rules.Decider
	for _, program := range p.Policies.Files {
		all = append(all, &rules.Decider{Program: program, Graph: p.Graph, Params: params.InForce{Jobs: p.Params}})
	}
	return all
}
