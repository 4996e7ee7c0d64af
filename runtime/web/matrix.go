package web

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"auto/runtime/params"
)

// matrix is the page of one job: a row for each parameter, a column for the shared values
// and one for each asset.
type matrix struct {
	Name    string
	Version int64
	Strict  bool
	Columns []column
	Rows    []row
	// Stray are stored values that nothing declares or selects any more.
	Stray []stray
	// Problems are what is wrong with what was posted, or with the values in force.
	Problems []problem
	// Pending is what saving would change, nil where nothing was posted.
	Pending *pending
	// Newer are edits of others that came between.
	Newer []version
	// Saved: the version was just stored by this person.
	Saved  bool
	Filter filter
	Add    addition
	// Types are what an added parameter can be, Assets those that it can be of.
	Types, Assets []string
	// Hidden counts rows and columns that the filter leaves out.
	Hidden int

	job       *params.Job
	stored    params.Stored
	form      *form
	resolved  *params.Resolution
	missing   []params.Name
	problemOf map[string]string
	theirs    map[string]*difference
}

// column is the heading of a column, its Asset "" for the shared values.
type column struct{ Asset, Label string }

// row is one parameter.
type row struct {
	Param, Type, Description string
	Required                 bool
	Cells                    []cell
}

// stray is a stored value that nothing uses.
type stray struct{ Name, Text, Why string }

// problem is one thing that is wrong, at the field of a name where there is one.
type problem struct{ Field, Message, Help string }

// filter says which rows and columns are shown.
type filter struct {
	Param, Asset, Show string
}

// Query gives the filter as the end of an address, "" for none.
func (f filter) Query() string {
	if !f.Active() {
		return ""
	}
	return "?" + url.Values{"param": {f.Param}, "asset": {f.Asset}, "show": {f.Show}}.Encode()
}

// Active reports whether anything is left out.
func (f filter) Active() bool { return f.Param != "" || f.Asset != "" || f.Show != "" }

func columnName(asset string) string { return cmp.Or(asset, "Shared") }

// newMatrix makes the page of a job of what is stored, and of what was posted, if anything.
func newMatrix(j *params.Job, s params.Stored, f *form, show filter) *matrix {
	m := &matrix{
		Name: j.Name, Version: s.Version, Strict: j.Strict, Filter: show, Assets: j.Assets, Types: addTypes,
		job: j.With(s), stored: s, form: f, problemOf: map[string]string{}, theirs: map[string]*difference{},
	}
	var err error
	m.resolved, err = m.job.Resolve(params.Layers{Operations: s.Values}, nil)
	m.missing = m.resolved.Missing()
	if f != nil {
		m.Add = f.add
		if m.Add.Type == string(params.Secret) {
			m.Add.Value = "" // it may be the secret itself
		}
	} else {
		m.problem(err)
	}
	return m
}

// addTypes are the types of a value that has no declaration yet.
var addTypes = []string{"string", "int", "float", "bool", "list", "map", "secret"}

// below gives what a name stands for where it has no stored value of its own, and other
// stored values stay.
func (m *matrix) below(n params.Name) params.Value {
	if _, had := m.stored.Values.Get(n); !had {
		return m.value(n)
	}
	without := m.stored.Values.Clone()
	without.Unset(n)
	assets := []string{}
	if !n.Shared() {
		assets = append(assets, n.Asset)
	}
	r, _ := m.job.Resolve(params.Layers{Operations: without}, assets) // the problems are those of the page
	return m.valueIn(r, n)
}

// problem takes the problems of an error in.
func (m *matrix) problem(err error) {
	var all params.Problems
	collect(&all, err)
	for _, p := range all {
		field := ""
		if p.Name.Param != "" {
			field = p.Name.String()
			m.problemOf[field] = strings.TrimSpace(m.problemOf[field] + " " + p.Message)
		}
		m.Problems = append(m.Problems, problem{field, p.Message, p.Help})
	}
}

// build makes the rows, once problems and conflicts are known.
func (m *matrix) build() *matrix {
	assets := slices.DeleteFunc(slices.Clone(m.job.Assets), func(a string) bool { return !contains(a, m.Filter.Asset) })
	for _, asset := range append([]string{""}, assets...) {
		m.Columns = append(m.Columns, column{asset, columnName(asset)})
	}
	m.Hidden = len(m.job.Assets) - len(assets)
	for _, param := range m.params() {
		if r, ok := m.row(param); ok {
			m.Rows = append(m.Rows, r)
		} else {
			m.Hidden++
		}
	}
	m.strays()
	return m
}

// contains reports whether a text has a part, whatever their case.
func contains(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}

// params gives the parameters of the job: as they are declared, then what else assets use
// or values name.
func (m *matrix) params() []string {
	names := slices.Concat(m.job.Schema.Names(), m.job.Discover(), m.job.Values.Names())
	for _, n := range m.stored.Values.Names() {
		if n.Shared() || slices.Contains(m.job.Assets, n.Asset) {
			names = append(names, n)
		}
	}
	var params []string
	for _, n := range names {
		if !slices.Contains(params, n.Param) {
			params = append(params, n.Param)
		}
	}
	return params
}

// row gives the row of a parameter, and false where the filter leaves it out.
func (m *matrix) row(param string) (row, bool) {
	r := row{Param: param}
	for _, c := range m.Columns {
		n := params.Name{Asset: c.Asset, Param: param}
		of := m.cellOf(n)
		of.Column = c.Label
		if d, ok := m.job.Schema.Of(n); ok && (r.Type == "" || of.Name != "") {
			r.Type, r.Required = cmp.Or(r.Type, typeName(d)), r.Required || d.Required
			r.Description = cmp.Or(r.Description, d.Description)
		}
		r.Cells = append(r.Cells, of)
	}
	return r, contains(param, m.Filter.Param) && m.shows(r)
}

func typeName(d params.Decl) string {
	if d.Type == params.Enum {
		return "enum: " + strings.Join(d.Members, ", ")
	}
	return string(d.Type)
}

// shows reports whether the filter shows a row of such cells.
func (m *matrix) shows(r row) bool {
	return m.Filter.Show == "" || slices.ContainsFunc(r.Cells, func(c cell) bool {
		return c.Name != "" && (m.Filter.Show == "set" && (c.On || c.Had) || c.Layer == m.Filter.Show || c.Problem != "")
	})
}

// strays finds stored values that nothing declares or selects.
func (m *matrix) strays() {
	rows, _ := m.job.View(m.stored) // the problems are those of the page
	for _, r := range rows {
		why := map[params.Status]string{params.StatusUndeclared: "not declared", params.StatusStale: "the job does not select the asset"}[r.Status]
		if why == "" {
			continue
		}
		value, _ := m.stored.Values.Get(r.Name)
		m.Stray = append(m.Stray, stray{r.Name.String(), m.shown(r.Masked, r.Name, value), why})
	}
}
