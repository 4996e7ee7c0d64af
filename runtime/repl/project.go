package repl

import (
	"fmt"
	"maps"
	"slices"

	"auto/compiler"
	"auto/lang/ast"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/runtime/graphdoc"
	"auto/runtime/project"
	"auto/runtime/scenario"
	"auto/vm/graph"
)

// Project is what expressions may use of a project: what its policy files export, and the
// environment names that it allows.
type Project struct {
	exported scope
	names    []string // those of exported, sorted
	getenv   func(name string) (string, bool)
}

// OpenProject gives the scenario of a project without findings: its assets with the
// conditions of its policies, and no ticks. A scenario has no declarations, so conditions
// are written out where they use some.
func OpenProject(p *project.Project) (*scenario.Scenario, *Project, error) {
	scopes, exported := scopesOf(p.Trees)
	out := &Project{exported: exported.scope, getenv: func(name string) (string, bool) {
		value, ok := p.Env[name]
		return value, ok
	}}
	out.names = slices.Sorted(maps.Keys(exported))
	conditions := map[string]*scenario.Condition{}
	for _, policy := range p.Policies.Policies {
		c, err := out.condition(policy, scopes)
		if err != nil {
			return nil, nil, err
		}
		for _, key := range policy.Keys {
			conditions[key] = c
		}
	}
	s := &scenario.Scenario{}
	for _, key := range p.Graph.Keys() {
		a, _ := p.Graph.Asset(key)
		s.Assets = append(s.Assets, assetOf(*a, conditions))
	}
	return s, out, nil
}

// condition gives the condition of a policy, nil where it has none.
func (p *Project) condition(policy *compiler.Policy, scopes map[*source.File]scope) (*scenario.Condition, error) {
	when := whenOf(policy.Decl)
	if policy.When == nil || when == nil {
		return nil, nil
	}
	w := writer{scope: scopes[policy.Decl.File], getenv: p.getenv}
	src := source.New(policy.Decl.File.Name, w.write(when.Condition).text)
	e, found := parse.Expr(src)
	if err := failed(found); err != nil {
		return nil, fmt.Errorf("the condition of policy `%s` cannot be written out: %w", policy.Name, err)
	}
	return &scenario.Condition{Text: src.Text, Span: whole(src), Expr: e}, nil
}

func whenOf(p *ast.Policy) *ast.When {
	for _, c := range p.Body.Clauses {
		if when, ok := c.(*ast.When); ok {
			return when
		}
	}
	return nil
}

func assetOf(a graph.Asset, conditions map[string]*scenario.Condition) *scenario.Asset {
	out := &scenario.Asset{Asset: &graphdoc.Asset{Asset: a, Definition: definitionOf(a.Partitions)}, Condition: conditions[a.Key]}
	for _, c := range a.Checks {
		out.CheckConditions = append(out.CheckConditions, conditions[a.Key+":"+c.Name])
	}
	return out
}

func definitionOf(p *graph.Partitions) *graphdoc.Definition {
	if p == nil {
		return nil
	}
	out := &graphdoc.Definition{Spec: p.Spec, Partitions: p}
	for name, d := range p.Dimensions {
		if out.Dimensions == nil {
			out.Dimensions = map[string]*graphdoc.Definition{}
		}
		out.Dimensions[name] = definitionOf(d)
	}
	return out
}

// declarations are those of a file or those that are exported, by name.
type declarations map[string]declaration

func (d declarations) scope(name string) (declaration, bool) {
	found, ok := d[name]
	return found, ok
}

// scopesOf gives what each policy file can use, and what they export.
func scopesOf(trees []*ast.File) (map[*source.File]scope, declarations) {
	scopes, exported := map[*source.File]scope{}, declarations{}
	for _, tree := range trees {
		own := declarations{}
		in := func(name string) (declaration, bool) {
			if d, ok := own[name]; ok {
				return d, true
			}
			return exported.scope(name)
		}
		scopes[tree.Source] = in
		for _, d := range tree.Decls {
			own.add(exported, d, in)
		}
	}
	return scopes, exported
}

func (d declarations) add(exported declarations, decl ast.Decl, in scope) {
	var name string
	var export bool
	switch decl := decl.(type) {
	case *ast.Let:
		name, export = decl.Name.Name, decl.Export
	case *ast.Def:
		name, export = decl.Name.Name, decl.Export
	default:
		return
	}
	d[name] = declaration{decl, in}
	if export {
		exported[name] = d[name]
	}
}
