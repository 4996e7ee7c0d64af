package scenario

import (
	"slices"
	"strings"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/facts"
	"auto/runtime/graphdoc"
	"auto/runtime/yamldoc"

	"gopkg.in/yaml.v3"
)

// ReadEvent reads one event, such as `{materialize: raw/orders, partitions: [a]}`, as it
// would be read in a tick of the scenario. The event is nil where there are errors.
func (s *Scenario) ReadEvent(src *source.File) (*Event, diag.List) {
	r := reader{s: s, backfills: map[string]bool{}}
	for _, t := range s.Ticks {
		for _, e := range t.Events {
			if b, ok := e.What.(Backfill); ok {
				r.backfills[b.ID] = true
			}
		}
	}
	doc, root := r.open(src, "The event is missing.", "Write such as `{materialize: orders}`.")
	if root == nil {
		return nil, r.list
	}
	r.defs = graphdoc.NewReader(s.Partitions)
	e := r.event(doc, root)
	if e != nil && !r.list.HasErrors() {
		r.list = append(r.list, s.unknownKeys(e)...)
	}
	r.list.Sort()
	if r.list.HasErrors() {
		return nil, r.list
	}
	return e, r.list
}

// ReadAsset reads one asset, such as `{key: orders, deps: [raw], condition: eager()}`, as it
// would be read among the assets of the scenario. What is refused of it is a finding, too;
// how it fits together with the others is for Session.Graph to say. The asset is nil where
// there are errors.
func (s *Scenario) ReadAsset(src *source.File) (*Asset, diag.List) {
	r := reader{s: new(Scenario), defs: graphdoc.NewReader(s.Partitions)}
	var a *Asset
	doc, root := r.open(src, "The asset is missing.", "Write such as `{key: orders}`.")
	if root != nil {
		a = r.asset(doc.Map(root, "an asset"))
	}
	if a != nil {
		r.list = append(r.list, a.refusals()...)
	}
	r.list.Sort()
	if r.list.HasErrors() {
		return nil, r.list
	}
	return a, r.list
}

// open reads a text that is one value; an empty one is a finding.
func (r *reader) open(src *source.File, message, help string) (*yamldoc.Doc, *yaml.Node) {
	doc, root := yamldoc.Parse(src, &r.list)
	if root == nil && len(r.list) == 0 {
		r.list.Addf(diag.YAMLMissing, source.Span{File: src}, help, "%s", message)
	}
	return doc, root
}

// eventReaders read the events by the field that names them. One event may have several
// of the fields (a materialization has a run); the first in this order decides.
var eventReaders = []struct {
	field, example string
	read           func(*reader, *yamldoc.Map) What
}{
	{"materialize", "orders", (*reader).materialize},
	{"observe", "orders", (*reader).observe},
	{"check", "orders:not_null", (*reader).check},
	{"backfill", "b1", (*reader).backfill},
	{"code_version", "orders", (*reader).codeVersion},
	{"dynamic", "customers", (*reader).dynamic},
	{"condition", "orders", (*reader).editCondition},
	{"wipe", "orders", (*reader).wipe},
	{"freshness", "orders", (*reader).freshness},
	{"deps", "orders", (*reader).editDeps},
	{"partitions_of", "orders", (*reader).editPartitions},
	{"pause", `groups("sales")`, (*reader).pause},
	{"resume", `groups("sales")`, (*reader).resume},
	{"reload", `"policy p for all() { when eager() }"`, (*reader).reload},
	{"down", "2026-01-02T00:00:00Z", (*reader).down},
	{"run", "r1", (*reader).run},
}

// event reads an event, nil where it does not say what happens.
func (r *reader) event(doc *yamldoc.Doc, n *yaml.Node) *Event {
	m := doc.Map(n, "an event")
	given := m.Names()
	for _, kind := range eventReaders {
		if slices.Contains(given, kind.field) {
			defer m.Close()
			m.Require(kind.field, kind.example)
			e := &Event{What: kind.read(r, m), Place: m.At(kind.field), At: instant(m, "at")}
			if ofDaemon(e.What) {
				r.daemonOnly(doc, e.Place, "This event")
			}
			return e
		}
	}
	if n.Kind == yaml.MappingNode {
		r.unknownEvent(m, given)
	}
	return nil
}

// unknownEvent finds an event of no kind: at the field that is nearest to one.
func (r *reader) unknownEvent(m *yamldoc.Map, given []string) {
	kinds := make([]string, len(eventReaders))
	for i, kind := range eventReaders {
		kinds[i] = kind.field
	}
	for _, name := range given {
		if help := nearest(name, kinds, ""); help != "" {
			r.list.Addf(diag.YAMLUnknown, m.KeyAt(name), help, "No event is called `%s`.", name)
			return
		}
	}
	r.list.Addf(diag.YAMLUnknown, m.Place(), "Write one with `"+strings.Join(kinds, "`, `")+"`.", "The event does not say what happens.")
}

func (r *reader) materialize(m *yamldoc.Map) What {
	run, of := runOfEvent(m)
	return Materialize{Asset: m.Text("materialize"), Partitions: keys(m, "partitions"), Run: run, Of: of, DataVersion: m.Text("data_version")}
}

func (r *reader) observe(m *yamldoc.Map) What {
	return Observe{Asset: m.Text("observe"), Partitions: keys(m, "partitions"), DataVersion: m.Text("data_version")}
}

func (r *reader) run(m *yamldoc.Map) What {
	run, of := runOfEvent(m)
	return RunChange{
		Run: run, Of: of, Assets: m.Texts("assets"), Checks: m.Texts("checks"), Partition: m.Text("partition"), Tags: m.TextMap("tags"),
		Status: status(m, facts.Started, facts.Queued, facts.Success, facts.Failure, facts.Canceled),
	}
}

func (r *reader) check(m *yamldoc.Map) What {
	m.Require("passed", "true")
	run, of := runOfEvent(m)
	return Check{
		Check: m.Text("check"), Run: run, Of: of, Partitions: keys(m, "partitions"),
		Passed: m.Bool("passed"), Warn: m.OneOf("severity", "error", "warn") == "warn",
	}
}

func (r *reader) backfill(m *yamldoc.Map) What {
	b := Backfill{
		ID: m.Text("backfill"), Assets: m.Texts("assets"), Partitions: keys(m, "partitions"),
		Materialized: subsets(m, "materialized"), Failed: subsets(m, "failed"),
		Status: status(m, facts.Started, facts.Canceling, facts.Canceled, facts.Completed, facts.Failed),
	}
	if !r.backfills[b.ID] {
		m.Require("assets", "[orders]")
	}
	r.backfills[b.ID] = true
	return b
}

func (r *reader) codeVersion(m *yamldoc.Map) What {
	return CodeVersion{Asset: m.Text("code_version"), To: m.Text("to")}
}

func (r *reader) editCondition(m *yamldoc.Map) What {
	m.Text("to") // a condition is a text
	return EditCondition{Key: m.Text("condition"), To: condition(m.Doc, m.Node("to"))}
}

func (r *reader) editDeps(m *yamldoc.Map) What {
	return EditDeps{Asset: m.Text("deps"), To: graphdoc.ReadDeps(m, "to")}
}

func (r *reader) editPartitions(m *yamldoc.Map) What {
	e := EditPartitions{Asset: m.Text("partitions_of")}
	if n := m.Node("to"); n != nil {
		e.To = r.defs.Definition(m.Doc, n)
	}
	return e
}

func (r *reader) dynamic(m *yamldoc.Map) What {
	return Dynamic{Name: m.Text("dynamic"), Add: m.Texts("add"), Delete: m.Texts("delete")}
}

func (r *reader) wipe(m *yamldoc.Map) What { return Wipe{Asset: m.Text("wipe")} }

func (r *reader) freshness(m *yamldoc.Map) What {
	m.Require("state", "pass")
	return Freshness{Asset: m.Text("freshness"), State: m.OneOf("state", "pass", "warn", "fail", "unknown", "not_applicable")}
}

// status reads the field `status`; the first one is meant where it is not given.
func status(m *yamldoc.Map, allowed ...facts.Status) facts.Status {
	words := make([]string, len(allowed))
	for i, s := range allowed {
		words[i] = string(s)
	}
	return facts.Status(m.OneOf("status", words...))
}

// keys reads a list of partition keys, nil where it is not given.
func keys(m *yamldoc.Map, field string) []string {
	texts := m.Texts(field)
	if n := m.Node(field); n != nil && n.Kind == yaml.SequenceNode && texts == nil {
		return []string{}
	}
	return texts
}

// subsets reads a mapping of keys to subsets, nil where it is not given.
func subsets(m *yamldoc.Map, field string) map[string]Subset {
	n := m.Node(field)
	if n == nil {
		return nil
	}
	inner, out := m.Map(n, "`"+field+"`"), map[string]Subset{}
	for _, key := range inner.Names() {
		out[key] = subset(inner, key)
	}
	return out
}

// subset reads a field that is true or lists partition keys.
func subset(m *yamldoc.Map, field string) Subset {
	n := m.Node(field)
	if n == nil || n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
		return Subset{Keys: m.Texts(field)}
	}
	if !m.Bool(field) {
		m.Addf(diag.YAMLValue, m.Span(n), "Leave it out.", "`%s` is `true` or a list of partition keys.", field)
	}
	return Subset{True: true}
}
