package project

import (
	"auto/compiler"
	"auto/lang/diag"
	"auto/lang/parse"
	"auto/runtime/paramdoc"
	"auto/runtime/yamldoc"
	"auto/vm/graph"

	"gopkg.in/yaml.v3"
)

// readJobs reads the jobs of a file.
func (a *assets) readJobs(f file) {
	for _, n := range f.root.Items("jobs") {
		a.job(f.root.Map(n, "a job"), f.src.Name)
	}
}

// job reads a job of a file.
func (a *assets) job(m *yamldoc.Map, file string) {
	named, selects := m.Require("name", "nightly"), m.Require("selection", `groups("sales")`)
	if !named || !selects {
		return
	}
	defer m.Close()
	draft, name := paramdoc.Read(m), m.Text("name")
	a.named[name] = append(a.named[name], file)
	a.placeOf[placeKey("job "+name, "name", 0)] = m.At("name")
	a.placeOf[placeKey("job "+name, "selection", 0)] = m.At("selection")
	if selection, ok := a.selection(m); ok {
		a.jobs = append(a.jobs, graph.Job{Name: name, Selection: selection})
		a.drafts = append(a.drafts, jobDraft{draft, file})
	}
}

// selection reads a selection of the language, or a list of keys.
func (a *assets) selection(m *yamldoc.Map) (graph.Selection, bool) {
	n := m.Node("selection")
	if n.Kind == yaml.SequenceNode {
		return graph.Assets(m.Texts("selection")...), a.defined(m, m.Items("selection"))
	}
	span, verbatim := m.Verbatim(n)
	if n.Kind != yaml.ScalarNode || !verbatim {
		m.Addf(diag.YAMLKind, m.Span(n), "Write a selection such as `groups(\"sales\")` on one line, or a list of keys.", "The selection cannot be read.")
		return graph.Selection{}, false
	}
	expr, found := parse.ExprAt(span)
	*a.list = append(*a.list, found...)
	if expr == nil || found.HasErrors() {
		return graph.Selection{}, false
	}
	known, _ := graph.New(a.assets, nil)
	selection, found := compiler.Selection(expr, known)
	*a.list = append(*a.list, found...)
	return selection, !found.HasErrors()
}

// defined finds keys of a list that no asset has.
func (a *assets) defined(m *yamldoc.Map, items []*yaml.Node) bool {
	known, _ := graph.New(a.assets, nil)
	all := true
	for _, n := range items {
		if _, ok := known.Asset(n.Value); ok {
			continue
		}
		all = false
		help := "Define it in an asset file."
		if near, found := known.Nearest(n.Value); found {
			help = "Did you mean `" + near + "`?"
		}
		m.Addf(diag.UnknownAsset, m.Span(n), help, "No asset is called `%s`.", n.Value)
	}
	return all
}
