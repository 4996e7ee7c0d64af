package scenario

import (
	"errors"
	"slices"

	"auto/compiler"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/vm/graph"
)

// Deployment is what is in force: policies over a graph.
type Deployment struct {
	Graph    *graph.Graph
	Policies *compiler.Policies
	// Env are the values of the environment names that the project allows.
	Env map[string]string
}

// deploy checks policies over the assets as they are now. Blocks of files are left out: a
// scenario has none.
func (d *definitions) deploy(p *Policies, env map[string]string) (Deployment, diag.List) {
	if p.Findings.HasErrors() {
		return Deployment{}, p.Findings
	}
	g, refused := d.build()
	if refused.HasErrors() {
		return Deployment{}, refused
	}
	trees := make([]*ast.File, len(p.Trees))
	for i, tree := range p.Trees {
		trees[i] = withoutFiles(tree)
	}
	policies, found := compiler.Compile(compiler.Input{Files: trees, Graph: g, Env: env})
	return Deployment{Graph: g, Policies: policies, Env: env}, found
}

func withoutFiles(tree *ast.File) *ast.File {
	out := *tree
	out.Decls = slices.DeleteFunc(slices.Clone(tree.Decls), func(d ast.Decl) bool {
		_, ok := d.(*ast.Files)
		return ok
	})
	return &out
}

// initial gives the policies that are in force at the beginning.
func (s *Scenario) initial() *Policies {
	if s.Policies != nil {
		return s.Policies
	}
	return s.own
}

// policyRefusals are the findings about policies at the beginning and after each reload and
// edit, about sensors that ticks name, and about conditions beside policies.
func (s *Scenario) policyRefusals() diag.List {
	var list diag.List
	for _, a := range s.Assets {
		list = append(list, conditionsBeside(a)...)
	}
	if s.initial() == nil || list.HasErrors() {
		return list
	}
	defs := newDefinitions(s)
	in, found := defs.deploy(s.initial(), s.env)
	list = append(list, errorsOf(found)...)
	if list.HasErrors() {
		return list
	}
	for _, t := range s.Ticks {
		for _, e := range t.Events {
			list = append(list, defs.reloaded(e, s, &in)...)
		}
		list = append(list, t.unknownSensors(in.Policies)...)
	}
	return list
}

// conditionsBeside finds conditions on an asset of a scenario with policies.
func conditionsBeside(a *Asset) diag.List {
	var list diag.List
	for _, c := range append(slices.Clone(a.CheckConditions), a.Condition) {
		if c != nil {
			list.Addf(diag.YAMLUnknown, c.Span, "Write it as the `when` of a policy, or leave the policies out.", "A scenario with policies has no conditions on its assets.")
		}
	}
	return list
}

// reloaded follows an event that edits assets or policies.
func (d *definitions) reloaded(e *Event, s *Scenario, in *Deployment) diag.List {
	var list diag.List
	switch edit := e.What.(type) {
	case EditCondition:
		list.Addf(diag.YAMLUnknown, e.Place, "Write the policies as they are now: `{reload: …}`.", "A scenario with policies has no conditions on its assets.")
	case Reload:
		if edit.Policies == nil {
			return nil
		}
		next, found := d.with(edit.Assets).deploy(edit.Policies, s.env)
		for _, a := range edit.Assets {
			found = append(found, conditionsBeside(a)...)
		}
		switch found = errorsOf(found); {
		case edit.Broken && len(found) == 0:
			list.Addf(diag.YAMLValue, e.Place, "Leave `broken` out.", "Nothing is wrong with these policies.")
		case edit.Broken:
		case len(found) > 0:
			list = found
		default:
			*in = next
			d.add(edit.Assets)
		}
	case Pause:
		list = edit.Selection.unresolved(in.Graph)
	case Resume:
		list = edit.Selection.unresolved(in.Graph)
	default:
		d.editKnown(e.What)
	}
	return list
}

// unresolved are the findings about a selection over a graph.
func (c *Condition) unresolved(g *graph.Graph) diag.List {
	keys, err := c.resolve(g)
	var refused *Refused
	if errors.As(err, &refused) {
		return refused.Findings
	}
	var list diag.List
	if len(keys) == 0 {
		list.Addf(diag.SelectsNothing, c.Span, "Write a selection that some asset is in.", "The selection selects nothing.")
	}
	return list
}

// editKnown makes an edit of an asset that there is.
func (d *definitions) editKnown(w What) {
	for _, key := range mentions(w) {
		if d.index[key] == nil {
			return
		}
	}
	d.edit(w)
}

// unknownSensors finds sensors of a tick that the policies do not have.
func (t *Tick) unknownSensors(p *compiler.Policies) diag.List {
	var list diag.List
	known := []string{compiler.DefaultSensor}
	for _, s := range p.Sensors {
		known = append(known, s.Name)
	}
	for _, name := range t.Sensors {
		if !slices.Contains(known, name) {
			list.Addf(diag.YAMLValue, t.SensorAt, nearest(name, known, "Write `sensor "+name+" for …` into the policies."), "No sensor is called `%s`.", name)
		}
	}
	return list
}

// errorsOf keeps the findings that stop the work.
func errorsOf(list diag.List) diag.List {
	return slices.DeleteFunc(slices.Clone(list), func(d diag.Diagnostic) bool { return d.Severity() != diag.Error })
}
