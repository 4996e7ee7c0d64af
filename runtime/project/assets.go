package project

import (
	"fmt"
	"strings"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/graphdoc"
	"auto/runtime/paramdoc"
	"auto/runtime/yamldoc"
	"auto/vm/graph"
)

// assets collects what the asset and job files of a project define, with the places
// for findings.
type assets struct {
	list   *diag.List
	reader graphdoc.Reader
	assets []graph.Asset
	jobs   []graph.Job
	// drafts are the parameters of jobs, in the order of jobs.
	drafts []jobDraft
	// named are the files that name each job.
	named map[string][]string
	// placeOf has where an asset or job and its fields are written.
	placeOf map[string]source.Span
}

func newAssets(list *diag.List) *assets {
	return &assets{list: list, named: map[string][]string{}, placeOf: map[string]source.Span{}}
}

// file is a document that has been opened, and its root mapping.
type file struct {
	root *yamldoc.Map
	src  *source.File
}

// readDefinitions reads the named partitions of files; they are known in all of them.
func (a *assets) readDefinitions(files []file) {
	var names []string
	for _, f := range files {
		names = append(names, a.reader.Define(f.root)...)
	}
	for _, name := range names {
		if d, ok := a.reader.Named(name); ok {
			*a.list = append(*a.list, d.Refused...)
		}
	}
}

// readAssets reads the assets of a file.
func (a *assets) readAssets(f file) {
	for _, n := range f.root.Items("assets") {
		a.asset(f.root.Map(n, "an asset"))
	}
}

func (a *assets) asset(m *yamldoc.Map) {
	description, op, config := m.Text("description"), m.Text("op"), config(m)
	read, ok := a.reader.Asset(m)
	if !ok {
		return
	}
	read.Description, read.Op, read.Config = description, op, config
	if d := read.Definition; d != nil && d.Name == "" {
		*a.list = append(*a.list, d.Refused...)
	}
	*a.list = append(*a.list, read.Refused...)
	for i := range read.Deps {
		a.placeOf[placeKey(read.Key, "deps", i)] = read.DepsAt[i]
	}
	for i := range read.Checks {
		a.placeOf[placeKey(read.Key, "checks", i)] = read.ChecksAt[i]
	}
	a.placeOf[placeKey(read.Key, "key", 0)] = read.At
	a.assets = append(a.assets, read.Asset)
}

// Assets reads the assets of one asset file, without looking at what else a project has.
func Assets(src *source.File) ([]graph.Asset, diag.List) {
	var list diag.List
	a := newAssets(&list)
	doc, root := yamldoc.Parse(src, &list)
	if root == nil {
		return nil, list
	}
	f := file{doc.Map(root, "the asset file"), src}
	a.readDefinitions([]file{f})
	a.readAssets(f)
	return a.assets, list
}

// config reads the run config of an asset's op.
func config(m *yamldoc.Map) map[string]any {
	n := m.Node("config")
	if n == nil {
		return nil
	}
	config, _ := m.Value(n).(map[string]any)
	if config == nil {
		m.Addf(diag.YAMLKind, m.Span(n), "Write `config: {field: value}`.", "`config` is a mapping.")
		return nil
	}
	fields := m.Map(n, "`config`")
	for _, name := range fields.Names() {
		paramdoc.Templates(fields, config[name], fields.At(name))
	}
	return config
}

func placeKey(name, field string, index int) string {
	return fmt.Sprintf("%s\x00%s\x00%d", name, field, index)
}

// problems turns what does not fit together into findings at their places.
func (a *assets) problems(problems []graph.Problem) {
	for _, p := range problems {
		at := a.placeOf[placeKey(strings.TrimSpace(p.Asset+p.Job), p.Field, p.Index)]
		if p.Job != "" {
			at = a.placeOf[placeKey("job "+p.Job, p.Field, 0)]
		}
		a.list.Addf(diag.GraphProblem, at, p.Help, "%s", p.Message)
	}
}
