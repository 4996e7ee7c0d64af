package scenario

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"auto/compiler"
	"auto/lang/diag"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/runtime/graphdoc"
	"auto/runtime/yamldoc"

	"gopkg.in/yaml.v3"
)

// inForce reads `project` and `policies`: what a daemon plays.
func (r *reader) inForce(m *yamldoc.Map) {
	if n := m.Node("project"); n != nil {
		r.project(m, m.Text("project"))
	}
	if n := m.Node("policies"); n != nil {
		r.s.Policies = r.policies(m.Doc, n, "policies")
	}
}

// project takes the assets, jobs and policies of a project's folder.
func (r *reader) project(m *yamldoc.Map, dir string) {
	r.s.Project = dir
	if m.Node("assets") != nil {
		m.Addf(diag.YAMLUnknown, m.KeyAt("assets"), "Remove `assets`, or `project`.", "A scenario of a project has the project's assets.")
	}
	if m.Node("partitions") != nil {
		m.Addf(diag.YAMLUnknown, m.KeyAt("partitions"), "Remove `partitions`, or `project`.", "A scenario of a project has the project's partitions.")
	}
	if r.from == nil {
		m.Addf(diag.ProjectFile, m.At("project"), "Write `assets` and `policies`.", "There are no files here that `%s` could be read from.", dir)
		return
	}
	p, found := r.from.Project(dir)
	for _, d := range found {
		if !d.Span.IsValid() {
			d.Span = m.At("project")
		}
		if d.Severity() == diag.Error {
			r.list.Add(d)
		}
	}
	if found.HasErrors() || p.Graph == nil {
		return
	}
	for _, key := range p.Graph.Keys() {
		a, _ := p.Graph.Asset(key)
		r.s.Assets = append(r.s.Assets, &Asset{Asset: &graphdoc.Asset{Asset: *a, At: m.At("project")}, CheckConditions: make([]*Condition, len(a.Checks))})
	}
	for _, name := range p.Graph.Jobs() {
		job, _ := p.Graph.Job(name)
		r.s.jobs = append(r.s.jobs, job)
	}
	r.s.env = p.Env
	r.s.own = &Policies{At: m.At("project"), Trees: p.Trees}
}

// policies reads policies: a text, or a list of the files that have them.
func (r *reader) policies(doc *yamldoc.Doc, n *yaml.Node, field string) *Policies {
	p := &Policies{At: doc.Span(n)}
	var sources []*source.File
	switch n.Kind {
	case yaml.ScalarNode:
		p.Text = n.Value
		sources = []*source.File{inPlace(doc.Source, n)}
	default:
		p.Paths = []string{}
		for _, item := range doc.List(n, "`"+field+"`") {
			p.Paths = append(p.Paths, item.Value)
			if src := r.file(doc, item); src != nil {
				sources = append(sources, src)
			}
		}
	}
	p.Trees, p.Findings = parse.Files(sources)
	return p
}

// file reads a policy file that the scenario names.
func (r *reader) file(doc *yamldoc.Doc, n *yaml.Node) *source.File {
	if n.Kind != yaml.ScalarNode {
		doc.Addf(diag.YAMLKind, doc.Span(n), "Write such as `../policies/sales.auto`.", "A policy file is named by its path.")
		return nil
	}
	if r.from == nil {
		doc.Addf(diag.ProjectFile, doc.Span(n), "Write the policies themselves: `policies: |`.", "There are no files here that `%s` could be read from.", n.Value)
		return nil
	}
	src, err := r.from.Text(n.Value)
	if err != nil {
		doc.Addf(diag.ProjectFile, doc.Span(n), "Make it readable, or correct its name.", "%s", sentence(err))
		return nil
	}
	return src
}

// inPlace gives a text of the file in another language as a file of its own, in which every
// line and, where the text is written line for line, every column is that of the original.
func inPlace(src *source.File, n *yaml.Node) *source.File {
	start := src.Offset(n.Line, n.Column)
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
		return source.New(src.Name, blank(src.Text[:start])+n.Value)
	}
	first := n.Line + 1
	start = src.Offset(first, 1)
	block := literal(src, first)
	if !slices.Equal(trimmed(block), trimmed(n.Value)) {
		block = n.Value // folded, or with an indentation of its own
	}
	return source.New(src.Name, blank(src.Text[:start])+block)
}

// literal gives the lines from one on that are indented as that one or deeper.
func literal(src *source.File, first int) string {
	depth, last := -1, first
	for n := first; n <= src.Lines(); n++ {
		line := src.Line(n)
		indent := len(line) - len(strings.TrimLeft(line, " "))
		if strings.TrimSpace(line) == "" {
			continue
		}
		if depth < 0 {
			depth = indent
		}
		if indent < depth {
			break
		}
		last = n
	}
	if depth < 0 {
		return ""
	}
	return src.Text[src.Offset(first, 1):src.Offset(last, 1)] + src.Line(last) + "\n"
}

// trimmed gives the lines of a text without what indents and ends them.
func trimmed(text string) []string {
	lines := strings.Split(strings.TrimRight(text, " \r\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.Trim(line, " \r")
	}
	return lines
}

// blank gives as many blanks, on as many lines.
func blank(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' {
			return r
		}
		return ' '
	}, text)
}

// daemonOnly finds what needs policies where the scenario has none.
func (r *reader) daemonOnly(doc *yamldoc.Doc, at source.Span, what string) {
	if !r.s.HasPolicies() {
		doc.Addf(diag.YAMLUnknown, at, "Write the conditions as `policies`.", "%s needs a scenario with policies.", what)
	}
}

// parts finds parts of an `expect` block that the scenario cannot have.
func (r *reader) parts(m *yamldoc.Map) {
	given := m.Names()
	for _, name := range daemonParts {
		if slices.Contains(given, name) {
			r.daemonOnly(m.Doc, m.KeyAt(name), "`"+name+"`")
		}
	}
	if r.s.HasPolicies() && slices.Contains(given, "evaluations") {
		m.Addf(diag.YAMLUnknown, m.KeyAt("evaluations"), "Write the condition on the asset, in a scenario without policies.", "Trees are compared where conditions stand on assets.")
	}
}

func (r *reader) pause(m *yamldoc.Map) What {
	m.Require("until", "2026-01-09T00:00:00Z")
	m.Require("reason", "the warehouse is being moved")
	return Pause{Selection: condition(m.Doc, m.Node("pause")), Until: instant(m, "until"), Reason: m.Text("reason")}
}

func (r *reader) resume(m *yamldoc.Map) What {
	e := Resume{Selection: condition(m.Doc, m.Node("resume"))}
	if m.Node("missed") != nil {
		e.Missed = compiler.Missed(m.OneOf("missed", string(compiler.MissedNone), string(compiler.MissedLast), string(compiler.MissedAll)))
	}
	return e
}

func (r *reader) reload(m *yamldoc.Map) What {
	e := Reload{Broken: m.Bool("broken")}
	if n := m.Node("reload"); n != nil { // a finding where it is not given
		e.Policies = r.policies(m.Doc, n, "reload")
	}
	for _, n := range m.Items("assets") {
		if a := r.asset(m.Map(n, "an asset")); a != nil {
			e.Assets = append(e.Assets, a)
		}
	}
	r.s.added = append(r.s.added, e.Assets...)
	return e
}

func (r *reader) down(m *yamldoc.Map) What { return Down{From: instant(m, "down")} }

// ofForm is the form of Ref.Of.
var ofForm = regexp.MustCompile(`^[1-9][0-9]*\.[1-9][0-9]*$`)

// runOfEvent reads the field `run`: the name of a run, or which launched one is meant.
func runOfEvent(m *yamldoc.Map) (string, Ref) {
	n := m.Node("run")
	if n == nil || n.Kind != yaml.MappingNode {
		return m.Text("run"), Ref{}
	}
	inner := m.Map(n, "a launched run")
	defer inner.Close()
	ref := Ref{Of: inner.Text("of"), Launched: inner.Text("launched")}
	switch {
	case (ref.Of == "") == (ref.Launched == ""):
		m.Addf(diag.YAMLMissing, m.Span(n), "Write `{of: 1.2}`, the second request of the first tick, or `{launched: orders}`.", "A launched run is named in one way.")
		return "", Ref{}
	case ref.Of != "" && !ofForm.MatchString(ref.Of):
		m.Addf(diag.YAMLValue, inner.At("of"), "Write such as `1.2`, the second request of the first tick.", "`of` is the number of a tick and of a request.")
		return "", Ref{}
	}
	return "", ref
}

// instant reads a field that is an instant, the zero time where it is not given or none.
func instant(m *yamldoc.Map, field string) time.Time {
	n := m.Node(field)
	if n == nil {
		return time.Time{}
	}
	at, ok := ParseTime(n.Value)
	if !ok {
		m.Addf(diag.YAMLValue, m.Span(n), "Write such as `2026-01-02T00:00:30Z`.", "`%s` is an instant, and this is none.", field)
	}
	return at
}
