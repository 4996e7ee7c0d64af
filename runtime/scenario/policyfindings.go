package scenario

import (
	"errors"
	"slices"

	"auto/compiler"
	"auto/lang/diag"
	"auto/vm/graph"
)

// policyFindings are those about policies at the beginning and after each reload, about
// sensors and selections that ticks and events name, and about conditions beside policies.
func (s *Scenario) policyFindings() diag.List {
	f := follower{Scenario: s, defs: newDefinitions(s)}
	for _, a := range s.Assets {
		f.conditionsBeside(a)
	}
	if s.initial() == nil || f.found.HasErrors() {
		return f.found
	}
	in, found := f.defs.deploy(s.initial(), s.env)
	f.in, f.found = in, append(f.found, found...)
	if found.HasErrors() {
		return f.found
	}
	for _, t := range s.Ticks {
		for _, e := range t.Events {
			f.event(e)
		}
		f.sensors(t)
	}
	return f.found
}

// follower follows what is in force through the events of a scenario.
type follower struct {
	*Scenario
	defs  *definitions
	in    Deployment
	found diag.List
}

// conditionsBeside finds conditions on an asset of a scenario with policies.
func (f *follower) conditionsBeside(a *Asset) {
	for _, c := range append(slices.Clone(a.CheckConditions), a.Condition) {
		if c != nil {
			f.found.Addf(diag.YAMLUnknown, c.Span, "Write it as the `when` of a policy, or leave the policies out.", "A scenario with policies has no conditions on its assets.")
		}
	}
}

// event follows an event that edits assets or policies, or names a selection.
func (f *follower) event(e *Event) {
	switch edit := e.What.(type) {
	case EditCondition:
		f.found.Addf(diag.YAMLUnknown, e.Place, "Write the policies as they are now: `{reload: …}`.", "A scenario with policies has no conditions on its assets.")
	case Reload:
		if edit.Policies != nil {
			f.reload(edit, e)
		}
	case Pause:
		f.found = append(f.found, edit.Selection.unresolved(f.in.Graph)...)
	case Resume:
		f.found = append(f.found, edit.Selection.unresolved(f.in.Graph)...)
	default:
		f.defs.editKnown(e.What)
	}
}

func (f *follower) reload(edit Reload, e *Event) {
	before := len(f.found)
	for _, a := range edit.Assets {
		f.conditionsBeside(a)
	}
	next, found := f.defs.with(edit.Assets).deploy(edit.Policies, f.env)
	switch refused := found.HasErrors() || len(f.found) > before; {
	case edit.Broken && !refused:
		f.found.Addf(diag.YAMLValue, e.Place, "Leave `broken` out.", "Nothing is wrong with these policies.")
	case edit.Broken:
		f.found = f.found[:before]
	case refused:
		f.found = append(f.found, found...)
	default:
		f.found = append(f.found, found...)
		f.in = next
		f.defs.add(edit.Assets)
	}
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

// sensors finds sensors of a tick that the policies do not have.
func (f *follower) sensors(t *Tick) {
	known := []string{compiler.DefaultSensor}
	for _, s := range f.in.Policies.Sensors {
		known = append(known, s.Name)
	}
	for _, name := range t.Sensors {
		if !slices.Contains(known, name) {
			f.found.Addf(diag.YAMLValue, t.SensorAt, nearest(name, known, "Write `sensor "+name+" for …` into the policies."), "No sensor is called `%s`.", name)
		}
	}
}

// errorsOf keeps the findings that stop the work, warningsOf the others.
func errorsOf(list diag.List) diag.List { return ofSeverity(list, diag.Error) }

func warningsOf(list diag.List) diag.List { return ofSeverity(list, diag.Warning) }

func ofSeverity(list diag.List, severity diag.Severity) diag.List {
	return slices.DeleteFunc(slices.Clone(list), func(d diag.Diagnostic) bool { return d.Severity() != severity })
}
