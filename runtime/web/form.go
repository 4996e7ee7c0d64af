package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"auto/runtime/params"
)

// The fields of the form of a job, each followed by a name as people write it. A text has a
// box that says whether it overrides, so that an empty text differs from none; a choice
// has one for none.
const (
	fieldText   = "v:" // what a text field has
	fieldOn     = "o:" // is there where its box is ticked
	fieldChoice = "s:" // what a choice has, "" for none
	fieldWas    = "w:" // the text that was shown; is there where the name had a stored value
	fieldDrop   = "drop"
)

// form is what somebody posted about a job.
type form struct {
	// version is the stored version that the form was made of.
	version int64
	fields  map[string]field
	// drops are stored names that nothing declares or selects any more, to remove.
	drops []string
	add   addition
}

// field is one cell of a form.
type field struct {
	text, was string
	on, had   bool
}

// addition is the row that adds a parameter.
type addition struct{ Asset, Param, Type, Value string }

// given reports whether anything is written into the row.
func (a addition) given() bool { return a.Param != "" || a.Value != "" }

// name gives the name that is added, as people write it.
func (a addition) name() string { return params.Name{Asset: a.Asset, Param: a.Param}.String() }

// touched reports whether a field says something else than was shown.
func (f field) touched() bool { return f.on != f.had || f.on && f.text != f.was }

// readForm reads a posted form. Without a version it is of none, which is never the stored
// one.
func readForm(posted url.Values) form {
	f := form{version: -2, fields: map[string]field{}, drops: posted[fieldDrop]}
	if version, err := strconv.ParseInt(posted.Get("version"), 10, 64); err == nil && version >= 0 {
		f.version = version
	}
	for key := range posted {
		if name, ok := strings.CutPrefix(key, fieldText); ok {
			f.fields[name] = readField(posted, name, fieldText)
		} else if name, ok := strings.CutPrefix(key, fieldChoice); ok {
			f.fields[name] = readField(posted, name, fieldChoice)
		}
	}
	f.add = addition{posted.Get("add.asset"), strings.TrimSpace(posted.Get("add.param")), posted.Get("add.type"), lines(posted.Get("add.value"))}
	return f
}

// readField reads one cell. A text that was written beside an empty box is meant, too.
func readField(posted url.Values, name, kind string) field {
	f := field{text: lines(posted.Get(kind + name)), was: lines(posted.Get(fieldWas + name)), had: posted.Has(fieldWas + name)}
	if kind == fieldChoice {
		f.on = f.text != ""
		return f
	}
	f.on = posted.Has(fieldOn+name) || f.text != "" && f.text != f.was
	return f
}

// edit gives the edit that a form asks for: what nobody touched is not in it. The error is
// [params.Problems].
func (f form) edit(j *params.Job, stored params.Stored) (params.Edit, error) {
	given, empty := map[string]string{}, []string{}
	for name, field := range f.fields {
		switch {
		case !field.touched():
		case field.on && field.text == "":
			empty = append(empty, name)
		case field.on:
			given[name] = field.text
		default:
			given[name] = ""
		}
	}
	var problems params.Problems
	e, err := j.Form(stored.Values, nil, given)
	collect(&problems, err)
	slices.Sort(empty)
	for _, name := range empty {
		collect(&problems, setEmpty(&e, j, name))
	}
	for _, name := range f.drops {
		collect(&problems, drop(&e, name))
	}
	if f.add.given() {
		collect(&problems, f.add.into(&e, j))
	}
	if len(problems) > 0 {
		return params.Edit{}, problems
	}
	return e, nil
}

// collect takes the problems of an error in.
func collect(problems *params.Problems, err error) {
	switch e := err.(type) {
	case params.Problem:
		*problems = append(*problems, e)
	case params.Problems:
		*problems = append(*problems, e...)
	}
}

// setEmpty sets a name to the empty text, which only texts take.
func setEmpty(e *params.Edit, j *params.Job, name string) error {
	n, err := j.ParseName(name)
	if err != nil {
		return err
	}
	value, err := j.Parse(n, "")
	if err == nil {
		e.Set.Set(n, value)
	}
	return err
}

// drop removes a name, of whatever asset.
func drop(e *params.Edit, name string) error {
	n, err := params.ParseName(name)
	if err == nil && !slices.Contains(e.Unset, n) {
		e.Set.Unset(n)
		e.Unset = append(e.Unset, n)
	}
	return err
}

// into puts what is added into an edit. A name that has a declaration takes its type.
func (a addition) into(e *params.Edit, j *params.Job) error {
	n, err := j.ParseName(a.name())
	if err != nil {
		return err
	}
	if _, twice := e.Set.Get(n); twice {
		return params.Twice(n)
	}
	d, declared := j.Schema.Of(n)
	if !declared {
		d = params.Decl{Type: params.Type(a.Type)}
	}
	value, err := d.Parse(a.Value)
	if err == nil {
		e.Set.Set(n, value)
	}
	return params.About(n, err)
}
