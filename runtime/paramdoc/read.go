// Package paramdoc reads the parameters of a job from its YAML, with a place for every
// mistake, and writes them back with comments and order kept.
//
//	params_schema:  {orders.bucket: "string!", rows: int|100, mode: [append, replace]}
//	job_overrides:  {rows: 50}            # also called parameter_values
//	ops_config:     {orders: {bucket: raw}}
//	strict: true                          # also called is_strict
package paramdoc

import (
	"strings"

	"auto/internal/spell"
	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/params"
	"auto/runtime/yamldoc"

	"gopkg.in/yaml.v3"
)

// Fields of a job's mapping.
const (
	schemaField = "params_schema"
	opsField    = "ops_config"
)

var (
	sharedFields = []string{"job_overrides", "parameter_values"}
	strictFields = []string{"strict", "is_strict"}
)

// Draft is what the YAML of a job says about parameters, before it is known what the job
// selects.
type Draft struct {
	// Name is the job's.
	Name   string
	doc    *yamldoc.Map
	at     source.Span
	schema []item
	values []item
	strict bool
	// misspelt: a field is likely to be the schema.
	misspelt bool
}

// item is a name with what is written for it.
type item struct {
	// asset is that of ops_config, "" where key says it.
	asset, key string
	value      any
	keyAt, at  source.Span
}

// text gives the name as people write it.
func (i item) text() string {
	if i.asset == "" {
		return i.key
	}
	return i.asset + "." + i.key
}

// Read reads the fields of a job's mapping; its other fields are the caller's.
func Read(m *yamldoc.Map) *Draft {
	d := &Draft{doc: m, Name: m.Text("name"), at: m.At("name")}
	for _, field := range strictFields {
		d.strict = m.Bool(field) || d.strict
	}
	d.readSchema(m)
	for i, field := range sharedFields {
		if i > 0 && m.Node(field) != nil && m.Node(sharedFields[0]) != nil {
			m.Addf(diag.YAMLTwice, m.KeyAt(field), "Remove one of them.", "`%s` and `%s` are the same field.", sharedFields[0], field)
		}
		d.values = append(d.values, items(m, m.Node(field), field, "")...)
	}
	if n := m.Node(opsField); n != nil {
		ops := m.Map(n, "`"+opsField+"`")
		for _, asset := range ops.Names() {
			d.values = append(d.values, items(ops, ops.Node(asset), asset, asset)...)
		}
	}
	return d
}

// Templates finds what looks like a misspelt template in a value that is written at a place.
func Templates(m *yamldoc.Map, value any, at source.Span) {
	if written, help := params.Misspelt(value); written != "" {
		m.Addf(diag.NoTemplate, at, help, "`%s` stands for no parameter, and is passed on as it is written.", written)
	}
}

// readSchema reads the declarations of either form.
func (d *Draft) readSchema(m *yamldoc.Map) {
	n := m.Node(schemaField)
	if n == nil {
		_, d.misspelt = spell.Nearest(schemaField, m.Names())
		return
	}
	d.schema = items(m, n, schemaField, "")
	fields, _ := m.Value(n).(map[string]any)
	if !params.IsJSONSchema(fields) {
		return
	}
	properties := m.Map(n, "`"+schemaField+"`").Node("properties")
	d.schema = items(m, properties, "properties", "")
	for i := range d.schema {
		d.schema[i].value = property{fields, d.schema[i].key}
	}
}

// property is one of a JSON Schema.
type property struct {
	fields map[string]any
	name   string
}

// items gives the fields of a mapping; one that is null says nothing, but for a schema.
func items(m *yamldoc.Map, n *yaml.Node, field, asset string) []item {
	if n == nil {
		return nil
	}
	var out []item
	of := m.Map(n, "`"+field+"`")
	for _, key := range of.Names() {
		value := of.Node(key)
		if value == nil && field != schemaField {
			continue
		}
		out = append(out, item{asset, key, of.Value(value), of.KeyAt(key), of.At(key)})
	}
	return out
}

// Job gives the job with its parameters: assets are the keys that it selects, known those
// of the project, uses what the config of each asset uses, nil for nothing. What cannot be
// read or does not fit is a finding in the list that the file was opened with, and is left
// out.
func (d *Draft) Job(assets, known []string, uses map[string][]string) *params.Job {
	b := builder{d, &params.Job{Name: d.Name, Assets: assets, Known: known, Uses: uses, Strict: d.strict && !d.misspelt}, map[params.Name]source.Span{}}
	for _, i := range d.schema {
		b.declare(i)
	}
	accept := b.job.Acceptor()
	for _, i := range d.values {
		b.give(i, accept)
	}
	b.check()
	return b.job
}

type builder struct {
	*Draft
	job *params.Job
	at  map[params.Name]source.Span
}

// find adds the finding of a problem, and reports whether there is one.
func (b *builder) find(err error, at source.Span) bool {
	if err == nil {
		return false
	}
	list, ok := err.(params.Problems)
	if p, one := err.(params.Problem); one {
		list, ok = params.Problems{p}, true
	}
	for _, p := range list {
		f := p.At(at)
		b.doc.Addf(f.Code, f.Span, f.Help, "%s", f.Message)
	}
	return ok
}

// declare takes a declaration.
func (b *builder) declare(i item) {
	n, err := b.job.ParseName(i.text())
	if b.find(err, i.keyAt) {
		b.job.Unread = append(b.job.Unread, i.key[strings.LastIndexByte(i.key, '.')+1:])
		return
	}
	decl, err := declOf(i)
	if b.find(params.About(n, err), i.at) {
		b.job.Unread = append(b.job.Unread, n.Param)
		return
	}
	b.job.Schema = append(b.job.Schema, params.Entry{Name: n, Decl: decl})
	b.at[n] = i.keyAt
}

func declOf(i item) (params.Decl, error) {
	if p, ok := i.value.(property); ok {
		return params.Property(p.fields, p.name)
	}
	return params.ReadDecl(i.value)
}

// give takes a value.
func (b *builder) give(i item, accept func(params.Name, any) (any, error)) {
	n, err := b.job.ParseName(i.text())
	if b.find(err, i.keyAt) || b.find(b.job.Declared(n), i.keyAt) {
		return
	}
	value, err := accept(n, i.value)
	if b.find(err, i.at) {
		return
	}
	Templates(b.doc, value, i.at)
	if before, given := b.job.Values.Get(n); given && !params.Same(before, value) {
		b.find(params.Twice(n), i.keyAt)
		return
	}
	b.job.Values.Set(n, value)
	b.at[n] = i.at
}

// check adds what is wrong with the job as a whole.
func (b *builder) check() {
	if !b.job.HasParams() {
		return
	}
	problems, ok := b.job.Check().(params.Problems)
	if !ok {
		return
	}
	for _, p := range problems {
		b.find(p, b.place(p.Name))
	}
}

// place gives where a name is written, its own or the shared one, or the job.
func (b *builder) place(n params.Name) source.Span {
	for _, of := range []params.Name{n, {Param: n.Param}} {
		if at, ok := b.at[of]; ok {
			return at
		}
	}
	return b.Draft.at
}
