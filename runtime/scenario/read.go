package scenario

import (
	"path"
	"strings"
	"time"

	"auto/internal/spell"
	"auto/lang/diag"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/runtime/graphdoc"
	"auto/runtime/yamldoc"

	"gopkg.in/yaml.v3"
)

// Read reads a scenario file. The findings are sorted; with errors among them the scenario
// is only good for showing.
//
// What is well written but refused (a condition, a definition, an asset that does not
// exist) is a finding too, unless some tick expects an error: then it is for Run to meet.
//
// Files that it names are not at hand: see ReadFrom.
func Read(src *source.File) (*Scenario, diag.List) { return ReadFrom(src, nil) }

// ReadFrom reads a scenario file as Read does, with the project and the policy files that
// it names.
func ReadFrom(src *source.File, from From) (*Scenario, diag.List) {
	name := strings.TrimSuffix(path.Base(src.Name), path.Ext(src.Name))
	r := reader{s: &Scenario{Name: name, Source: src, from: from}, from: from, backfills: map[string]bool{}}
	doc, root := yamldoc.Parse(src, &r.list)
	switch {
	case root != nil:
		r.read(doc.Map(root, "a scenario"))
	case len(r.list) == 0:
		r.list.Addf(diag.YAMLMissing, source.Span{File: src}, "Write `assets` and `ticks`.", "The file is empty.")
	}
	if !r.s.ExpectsError() {
		r.list = append(r.list, r.s.refusals(!r.list.HasErrors())...)
	}
	r.list.Sort()
	return r.s, r.list
}

// reader reads one file.
type reader struct {
	s         *Scenario
	list      diag.List
	from      From // nil where no files are at hand
	defs      graphdoc.Reader
	backfills map[string]bool // those that were mentioned
}

func (r *reader) read(m *yamldoc.Map) {
	defer m.Close()
	if name := m.Text("name"); name != "" {
		r.s.Name = name
	}
	r.s.About = m.Text("about")
	for _, name := range r.defs.Define(m) {
		if d, ok := r.defs.Named(name); ok {
			r.s.Partitions = append(r.s.Partitions, d)
		}
	}
	r.inForce(m)
	if r.s.Project == "" {
		m.Require("assets", "[{key: orders, condition: eager()}]")
	}
	for _, n := range m.Items("assets") {
		if a := r.asset(m.Map(n, "an asset")); a != nil {
			r.s.Assets = append(r.s.Assets, a)
		}
	}
	m.Require("ticks", "[{at: 2026-01-02T00:00:00Z}]")
	for _, n := range m.Items("ticks") {
		r.s.Ticks = append(r.s.Ticks, r.tick(m.Map(n, "a tick")))
	}
}

// asset reads an asset, nil where it has no key.
func (r *reader) asset(m *yamldoc.Map) *Asset {
	read, ok := r.defs.Asset(m)
	if !ok {
		return nil
	}
	a := &Asset{Asset: read, Condition: condition(m.Doc, read.ConditionNode)}
	for _, n := range read.CheckConditionNodes {
		a.CheckConditions = append(a.CheckConditions, condition(m.Doc, n))
	}
	return a
}

// condition reads the condition in a node, nil for none.
func condition(doc *yamldoc.Doc, n *yaml.Node) *Condition {
	if n == nil || n.Kind != yaml.ScalarNode {
		return nil
	}
	span, verbatim := doc.Verbatim(n)
	if !verbatim {
		span = standIn(doc.Source, n)
	}
	c := &Condition{Text: n.Value, Span: span}
	c.Expr, c.Findings = parse.ExprAt(span)
	return c
}

// standIn gives a place for a text that the file writes in another way: in a file that
// has the text itself from where it begins.
func standIn(src *source.File, n *yaml.Node) source.Span {
	start := src.Offset(n.Line, n.Column)
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		start = src.Offset(n.Line+1, 1)
	}
	return source.Span{File: source.New(src.Name, src.Text[:start]+n.Value), Start: start, End: start + len(n.Value)}
}

func (r *reader) tick(m *yamldoc.Map) *Tick {
	defer m.Close()
	t := &Tick{Place: m.At("at")}
	if m.Require("at", "2026-01-02T00:00:30Z") {
		t.At = instant(m, "at")
	}
	if m.Node("sensor") != nil {
		t.Sensors, t.SensorAt = m.Texts("sensor"), m.At("sensor")
		r.daemonOnly(m.Doc, m.KeyAt("sensor"), "A tick of one sensor")
	}
	for _, n := range m.Items("events") {
		if e := r.event(m.Doc, n); e != nil {
			t.Events = append(t.Events, e)
		}
	}
	if n := m.Node("expect"); n != nil {
		block := m.Map(n, "`expect`")
		t.Expect = expect(block)
		r.parts(block)
	}
	return t
}

// instants are the forms of an instant; without a zone it is UTC.
var instants = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04Z07:00", "2006-01-02T15:04",
	"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999 Z07:00", "2006-01-02 15:04:05.999999999", "2006-01-02 15:04", "2006-01-02",
}

// ParseTime reads an instant as scenarios write it, such as 2026-01-02T00:00:30Z; without
// an offset it is UTC. It gives false for any other text.
func ParseTime(text string) (time.Time, bool) {
	for _, layout := range instants {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

// ExpectsError reports whether the scenario is about something that is refused.
func (s *Scenario) ExpectsError() bool {
	for _, t := range s.Ticks {
		if t.Expect != nil && t.Expect.Error != "" {
			return true
		}
	}
	return false
}

// nearest is the help for a word that is unknown.
func nearest(word string, known []string, otherwise string) string {
	if near, ok := spell.Nearest(word, known); ok {
		return "Did you mean `" + near + "`?"
	}
	return otherwise
}
