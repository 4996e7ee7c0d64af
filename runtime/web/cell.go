package web

import (
	"cmp"
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
	On, Had bool
	// Touched: what was posted is not what is stored.
	Touched   bool
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

// cellOf gives the cell of a parameter in one place.
func (m *matrix) cellOf(of params.Cell) cell {
	c := cell{Name: of.Name.String(), Type: string(of.Decl.Type), Layer: layerOf(of), Masked: of.Masked}
	c.Shared = !of.Name.Shared() && of.Set() && of.From.Name.Shared()
	for _, given := range slices.Concat([]params.Candidate{of.From}, of.Overrides) {
		if given.Layer != params.None {
			c.Candidates = append(c.Candidates, candidate{given.Layer.String(), given.Name.String(), shown(of.Masked, given.Value)})
		}
	}
	c.Inherited = inherited(of)
	c.Problem = m.problemOf[c.Name]
	m.fill(&c, of)
	m.input(&c, of.Decl)
	return c
}

// shown gives a value for people.
func shown(masked bool, value any) string {
	if masked {
		return concealed
	}
	return text(value)
}

// layerOf gives the badge of a cell.
func layerOf(of params.Cell) string {
	switch {
	case of.Set():
		return of.From.Layer.String()
	case of.Missing:
		return "missing"
	}
	return "unset"
}

// inherited gives what stands where nothing is stored for a name: what an edit of it hides,
// as it was given.
func inherited(of params.Cell) string {
	given, value := of.Set(), of.Value.Value
	if of.Edited {
		given = len(of.Overrides) > 0
		if given {
			value = of.Overrides[0].Value
		}
	}
	switch {
	case !given && (of.Decl.Required || of.Missing):
		return "needs a value"
	case !given:
		return "not set"
	}
	return cmp.Or(shown(of.Masked, value), "empty text")
}

// fill puts into a cell what is stored, and over that what was posted.
func (m *matrix) fill(c *cell, of params.Cell) {
	c.Had, c.On = of.Edited, of.Edited
	if of.Edited && !of.Masked {
		stored, _ := m.stored.Values.Get(of.Name)
		c.Was = text(stored)
		c.Text = c.Was
		if now := text(of.Value.Value); of.Set() && now != c.Text {
			c.Resolved = now
		}
	}
	f, posted := m.fieldOf(of.Name)
	if !posted || !f.touched() {
		return
	}
	c.Touched, c.On, c.Text, c.Resolved = true, f.on, f.text, ""
	if of.Masked || of.Decl.Type == params.Secret {
		c.Text = "" // it may be the secret itself
	}
	c.Theirs = m.theirs[c.Name]
}

// fieldOf gives what was posted about a name, and false where nothing was.
func (m *matrix) fieldOf(n params.Name) (field, bool) {
	if m.form == nil {
		return field{}, false
	}
	f, ok := m.form.fields[n.String()]
	return f, ok
}

// editable reports whether a cell has anything to edit: the asset uses the parameter or
// has a value of its own, or the value is shared by all.
func (m *matrix) editable(line params.Line, of params.Cell) bool {
	if f, posted := m.fieldOf(of.Name); of.Own || posted && f.touched() {
		return true
	}
	if of.Name.Shared() {
		return of.Declared || !slices.ContainsFunc(line.Assets, func(c params.Cell) bool { return c.Declared })
	}
	return of.Used
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
