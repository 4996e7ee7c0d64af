package web

import (
	"cmp"
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
	// RowsShown and AssetsShown tell which part of them that is.
	RowsShown, AssetsShown window
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
	lines     []params.Line
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

// touched reports whether anything is written in a row.
func (r row) touched() bool {
	return slices.ContainsFunc(r.Cells, func(c cell) bool { return c.Touched })
}

// stray is a stored value that nothing uses.
type stray struct {
	Name, Text, Why string
	// Dropped: it was ticked to be removed.
	Dropped bool
}

// problem is one thing that is wrong, at the field of a name where there is one.
type problem struct {
	named
	Message, Help string
}

// named is a parameter with the address of its field, both "" for none.
type named struct{ Field, Link string }

// namedOf gives the field of a parameter on the page of a job that shows little else.
func namedOf(job string, n params.Name) named {
	if n.Param == "" {
		return named{}
	}
	name := n.String()
	return named{name, jobPath(job, "") + filter{Param: n.Param, Asset: n.Asset}.Query() + "#" + fieldID(name)}
}

func columnName(asset string) string { return cmp.Or(asset, "Shared") }

// newMatrix makes the page of a job of what is stored, and of what was posted, if anything.
func newMatrix(j *params.Job, s params.Stored, f *form, show filter) *matrix {
	m := &matrix{
		Name: j.Name, Version: s.Version, Strict: j.Strict, Filter: show, Assets: j.Assets, Types: addTypes,
		job: j.With(s), stored: s, form: f, problemOf: map[string]string{}, theirs: map[string]*difference{},
	}
	var err error
	m.lines, err = m.job.Matrix(s)
	if f != nil {
		m.Add = f.add
		if m.addsSecret() {
			m.Add.Value = "" // it may be the secret itself
		}
	} else {
		m.problem(err)
	}
	return m
}

// addsSecret reports whether what is added is a secret, by its type or its declaration.
func (m *matrix) addsSecret() bool {
	if m.Add.Type == string(params.Secret) {
		return true
	}
	n, err := params.ParseName(m.Add.name())
	d, declared := m.job.Schema.Of(n)
	return err == nil && declared && d.Type == params.Secret
}

// addTypes are the types of a value that has no declaration yet.
var addTypes = []string{"string", "int", "float", "bool", "list", "map", "secret"}

// problem takes the problems of an error in.
func (m *matrix) problem(err error) {
	var all params.Problems
	collect(&all, err)
	for _, p := range problemsOf(m.Name, all) {
		m.Problems = append(m.Problems, p)
		if p.Field != "" {
			m.problemOf[p.Field] = strings.TrimSpace(m.problemOf[p.Field] + " " + p.Message)
		}
	}
}

// build makes the rows, once problems and conflicts are known.
func (m *matrix) build() *matrix {
	for _, asset := range m.job.Assets {
		if contains(asset, m.Filter.Asset) {
			m.Columns = append(m.Columns, column{asset, asset})
		} else {
			m.Hidden++
		}
	}
	for _, line := range m.lines {
		if r := m.row(line); contains(line.Param, m.Filter.Param) && m.shows(r) {
			m.Rows = append(m.Rows, r)
		} else {
			m.Hidden++
		}
	}
	// The one that has the whole name comes first: a link leads to it.
	if at := slices.IndexFunc(m.Rows, func(r row) bool { return r.Param == m.Filter.Param }); at > 0 {
		whole := m.Rows[at]
		copy(m.Rows[1:], m.Rows[:at])
		m.Rows[0] = whole
	}
	m.part()
	m.link()
	m.strays()
	return m
}

// at gives the address of the part that begins with a row and a column.
func (m *matrix) at(row, column int) string {
	f := m.Filter
	f.Row, f.Column = row, column
	return jobPath(m.Name, "") + f.Query()
}

// link has what is said of fields of this page lead to them.
func (m *matrix) link() {
	here := map[string]bool{}
	for _, r := range m.Rows {
		for _, c := range r.Cells {
			here[c.Name] = c.Name != ""
		}
	}
	to := func(n *named) {
		if here[n.Field] {
			n.Link = "#" + fieldID(n.Field)
		}
	}
	for i := range m.Problems {
		to(&m.Problems[i].named)
	}
	if m.Pending != nil {
		for i := range m.Pending.Missing {
			to(&m.Pending.Missing[i])
		}
	}
}

// part leaves the part of the rows and columns that is shown at once, and those where something
// is written: what others saved meanwhile may have moved them.
func (m *matrix) part() {
	columns := max(columnsAtOnce, cellsAtOnce/max(1, len(m.Rows)))
	f := &m.Filter
	f.Row, f.Column = begin(f.Row, rowsAtOnce, len(m.Rows)), begin(f.Column, columns, len(m.Columns))
	m.RowsShown = part(len(m.Rows), f.Row, rowsAtOnce, func(n int) string { return m.at(n, f.Column) })
	m.AssetsShown = part(len(m.Columns), f.Column, columns, func(n int) string { return m.at(f.Row, n) })
	written := map[int]bool{0: true} // by cell; the shared value comes before the assets
	var rows []row
	for i, r := range m.Rows {
		for at, c := range r.Cells {
			if c.Touched {
				written[at] = true
			}
		}
		if m.RowsShown.has(i) || r.touched() {
			rows = append(rows, r)
		}
	}
	shown := func(at int) bool { return written[at] || m.AssetsShown.has(at-1) }
	m.Columns, m.Rows = some(append([]column{{"", "Shared"}}, m.Columns...), shown), rows
	for i := range m.Rows {
		m.Rows[i].Cells = some(m.Rows[i].Cells, shown)
	}
}

// contains reports whether a text has a part, whatever their case.
func contains(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}

// row gives the row of a parameter, with the columns that are shown.
func (m *matrix) row(line params.Line) row {
	r := row{Param: line.Param}
	for _, of := range slices.Concat([]params.Cell{line.Shared}, line.Assets) {
		if !of.Name.Shared() && !contains(of.Name.Asset, m.Filter.Asset) {
			continue
		}
		if of.Declared {
			r.Type, r.Required = cmp.Or(r.Type, typeName(of.Decl)), r.Required || of.Decl.Required
			r.Description = cmp.Or(r.Description, of.Decl.Description)
		}
		c := cell{}
		if m.editable(line, of) {
			c = m.cellOf(of)
		}
		c.Column = columnName(of.Name.Asset)
		r.Cells = append(r.Cells, c)
	}
	return r
}

func typeName(d params.Decl) string {
	if d.Type == params.Enum {
		return "enum: " + strings.Join(d.Members, ", ")
	}
	return string(d.Type)
}

// shows reports whether the filter shows a row of such cells.
func (m *matrix) shows(r row) bool {
	return m.Filter.Show == "" || r.touched() || slices.ContainsFunc(r.Cells, func(c cell) bool {
		return c.Name != "" && (m.Filter.Show == "set" && (c.On || c.Had) || c.Layer == m.Filter.Show || c.Problem != "")
	})
}

// strays finds stored values that nothing declares or selects.
func (m *matrix) strays() {
	rows, _ := m.job.View(m.stored) // the problems are those of the page
	for _, r := range rows {
		why := map[params.Status]string{params.StatusUndeclared: "not declared", params.StatusStale: "the job does not select the asset"}[r.Status]
		value, stored := m.stored.Values.Get(r.Name)
		if why == "" || !stored {
			continue
		}
		name := r.Name.String()
		dropped := m.form != nil && slices.Contains(m.form.drops, name)
		m.Stray = append(m.Stray, stray{name, shown(r.Masked, value), why, dropped})
	}
}
