package web

import (
	"slices"
	"strings"

	"auto/runtime/params"
)

// cell is one parameter of one column.
type cell struct {
	// Name is as people write it, "" for a cell that has nothing to edit; Column is the
	// heading of its column.
	Name, Column string
	// Kind says which input it has: "text", "area" for several lines, or "choice".
	Kind string
	// Mode is the keyboard that a phone shows for a text.
	Mode    string
	Choices []string
	// On: the name has a value of its own, which is Text; Had and Was are what is stored.
	On, Had   bool
	Text, Was string
	// Inherited is what stands where nothing is stored, and Resolved what the text comes
	// to where that is something else.
	Inherited, Resolved string
	// Layer is the badge, and Shared whether an asset's value is the shared one.
	Layer  string
	Shared bool
	// Candidates are all values that are given, the one that wins first.
	Candidates []candidate
	Masked     bool
	// Problem is what is wrong with what was written, Theirs what somebody else stored
	// meanwhile.
	Problem string
	Theirs  *difference
	Type    string
}

// candidate is a value that a layer gives.
type candidate struct{ Layer, Name, Text string }

// ID gives the id of the cell's input.
func (c cell) ID() string { return fieldID(c.Name) }

// fieldID gives the id of the input of a name.
func fieldID(name string) string { return "p-" + name }

// cellOf gives the cell of a name.
func (m *matrix) cellOf(n params.Name) cell {
	value := m.value(n)
	if !m.editable(n, value) {
		return cell{}
	}
	c := cell{Name: n.String(), Column: columnName(n.Asset), Type: string(value.Decl.Type), Layer: m.layer(n, value)}
	c.Masked = masked(m.job, n, value)
	c.Shared = !n.Shared() && value.Set() && value.From.Name.Shared()
	for _, given := range slices.Concat([]params.Candidate{value.From}, value.Overrides) {
		if given.Layer != params.None {
			c.Candidates = append(c.Candidates, candidate{given.Layer.String(), given.Name.String(), m.shown(c.Masked, n, given.Value)})
		}
	}
	m.fill(&c, n, value)
	m.input(&c, value.Decl)
	return c
}

// value gives what a name stands for.
func (m *matrix) value(n params.Name) params.Value { return m.valueIn(m.resolved, n) }

func (m *matrix) valueIn(r *params.Resolution, n params.Name) params.Value {
	of := r.Shared
	if !n.Shared() {
		of = r.Assets[n.Asset]
	}
	if v, ok := of[n.Param]; ok {
		return v
	}
	d, declared := m.job.Schema.Of(n)
	return params.Value{Name: n, Decl: d, Declared: declared}
}

// editable reports whether a cell has anything to edit: a declaration that is for an asset
// which uses the parameter, or a value of its own.
func (m *matrix) editable(n params.Name, value params.Value) bool {
	if _, own := m.job.Schema.Find(n); own || value.From.Name == n && value.Set() {
		return true
	}
	if _, stored := m.stored.Values.Get(n); stored || m.form != nil && m.form.fields[n.String()].touched() {
		return true
	}
	if n.Shared() {
		return false
	}
	return m.job.Uses == nil && value.Declared || slices.Contains(m.job.Uses[n.Asset], n.Param)
}

// masked reports whether any value of a name is one that is not shown.
func masked(j *params.Job, n params.Name, value params.Value) bool {
	given := append(slices.Clone(value.Overrides), value.From, params.Candidate{Value: value.Value})
	return slices.ContainsFunc(given, func(c params.Candidate) bool { return j.Hidden(n, c.Value) })
}

// shown gives a value for people, of a cell that is masked or not.
func (m *matrix) shown(masked bool, n params.Name, value any) string {
	if masked {
		if r, ok := params.ReferenceOf(value); ok {
			return r.String()
		}
		return concealed
	}
	return text(value)
}

// layer gives the badge of a cell.
func (m *matrix) layer(n params.Name, value params.Value) string {
	switch {
	case value.Set():
		return value.From.Layer.String()
	case slices.Contains(m.missing, n), !n.Shared() && value.Decl.Required:
		return "missing"
	}
	return "unset"
}

// fill puts into a cell what is stored, and over that what was posted.
func (m *matrix) fill(c *cell, n params.Name, value params.Value) {
	stored, had := m.stored.Values.Get(n)
	c.Had, c.On = had, had
	if had && !c.Masked {
		c.Was = text(stored)
		c.Text = c.Was
		if now := m.shown(false, n, value.Value); value.Set() && now != c.Text {
			c.Resolved = now
		}
	}
	c.Inherited = m.inherited(c, n)
	c.Problem = m.problemOf[c.Name]
	if m.form == nil {
		return
	}
	f, posted := m.form.fields[c.Name]
	if !posted || !f.touched() {
		return
	}
	c.On, c.Text, c.Resolved = f.on, f.text, ""
	if c.Masked || value.Decl.Type == params.Secret {
		c.Text = "" // it may be the secret itself
	}
	c.Theirs = m.theirs[c.Name]
}

// inherited gives what stands where nothing is stored for a name.
func (m *matrix) inherited(c *cell, n params.Name) string {
	value := m.below(n)
	switch {
	case !value.Set() && value.Decl.Required:
		return "needs a value"
	case !value.Set():
		return "not set"
	}
	if shown := m.shown(c.Masked, n, value.Value); shown != "" {
		return shown
	}
	return "empty text"
}

// input chooses the input of a cell.
func (m *matrix) input(c *cell, d params.Decl) {
	c.Kind = "text"
	switch d.Type {
	case params.Bool:
		c.Choices = []string{"true", "false"}
	case params.Enum:
		c.Choices = slices.Clone(d.Members)
	case params.Int:
		c.Mode = "numeric"
	case params.Float:
		c.Mode = "decimal"
	case params.List, params.Map:
		c.Kind = "area"
	}
	if strings.Contains(c.Text, "\n") {
		c.Kind = "area"
	}
	if c.Choices == nil || params.HasTemplate(c.Text) {
		return // a template is written as a text
	}
	c.Kind = "choice"
	if c.Text != "" && !slices.Contains(c.Choices, c.Text) {
		c.Choices = append(c.Choices, c.Text) // stored by an older declaration
	}
}
