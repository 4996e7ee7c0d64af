package params

import (
	"fmt"
	"slices"
)

// Edit is a change of values: those that are set, and those that are removed, so that what
// a lower layer gives stands again.
type Edit struct {
	Set Values
	// Unset are sorted, each once, and not in Set.
	Unset []Name
}

// Empty reports whether the edit changes nothing.
func (e Edit) Empty() bool { return e.Set.Empty() && len(e.Unset) == 0 }

// Split reads values by the names that people write, `asset.param` or `param`; the nested
// form below [StoredKey] is accepted too. null removes. Where anything is wrong the edit
// is empty and the error is [Problems] with all of it.
func (j *Job) Split(values map[string]any) (Edit, error) {
	s := splitter{job: j, unset: map[Name]bool{}}
	for _, key := range sortedKeys(values) {
		if key != StoredKey {
			n, err := j.ParseName(key)
			s.take(n, err, values[key])
		}
	}
	s.problems.add(eachOp(values[StoredKey], func(n Name, value any) {
		s.take(n, j.checkNested(n), value)
	}))
	if err := s.problems.err(); err != nil {
		return Edit{}, err
	}
	return s.edit(), nil
}

type splitter struct {
	job      *Job
	set      Values
	unset    map[Name]bool
	problems Problems
}

// checkNested finds what is wrong with a name of the nested form, whose asset and parameter
// stand apart: neither takes a part of the other.
func (j *Job) checkNested(n Name) error {
	written := n.Asset + "." + n.Param
	if n.Asset == "" {
		return lacksName(written)
	}
	if err := checkParam(n.Param, written); err != nil {
		return err
	}
	return j.checkAsset(n)
}

// take takes a value of a name, about which err says what is wrong.
func (s *splitter) take(n Name, err error, value any) {
	if s.problems.add(err) {
		return
	}
	before, given := s.set.Get(n)
	if s.unset[n] && value != nil || given && !Same(before, value) {
		s.problems = append(s.problems, Twice(n))
		return
	}
	if value == nil {
		s.unset[n] = true
		return
	}
	s.set.Set(n, value)
}

// Twice is the problem of a name that is given twice, with different values.
func Twice(n Name) Problem {
	return Problem{Kind: Conflict, Subject: n.String(), Name: n, Message: fmt.Sprintf("`%s` is given twice, with different values.", n), Help: "Write it once."}
}

func (s *splitter) edit() Edit {
	e := Edit{Set: s.set}
	for n := range s.unset {
		e.Unset = append(e.Unset, n)
	}
	slices.SortFunc(e.Unset, compareNames)
	return e
}

// Form reads a form that shows values as texts, by the names that people write. A field
// that still has the text that was shown says nothing, so that saving a form pins nothing
// that nobody touched. A blank field inherits: what stored has for it is removed. The
// error is [Problems].
func (j *Job) Form(stored Values, shown, given map[string]string) (Edit, error) {
	values := map[string]any{}
	var problems Problems
	for _, key := range sortedKeys(given) {
		text := given[key]
		if before, ok := shown[key]; ok && before == text {
			continue
		}
		n, err := j.ParseName(key)
		if problems.add(err) {
			continue
		}
		if text == "" {
			if _, ok := stored.Get(n); ok {
				values[key] = nil
			}
			continue
		}
		value, err := j.Parse(n, text)
		if !problems.add(err) {
			values[key] = value
		}
	}
	if err := problems.err(); err != nil {
		return Edit{}, err
	}
	return j.Split(values)
}

// Parse reads a value for a name that was written as text. One that is not declared is
// text. The error is a [Problem].
func (j *Job) Parse(n Name, text string) (any, error) {
	d, ok := j.Schema.Of(n)
	if !ok || HasTemplate(text) && d.Type != Secret {
		return text, nil
	}
	value, err := d.Parse(text)
	return value, About(n, err)
}

// Between gives the edit that makes to of from, as when an earlier version is restored.
func Between(from, to Values) Edit {
	var e Edit
	for _, n := range to.Names() {
		value, _ := to.Get(n)
		if before, ok := from.Get(n); !ok || !Same(before, value) {
			e.Set.Set(n, value)
		}
	}
	for _, n := range from.Names() {
		if _, ok := to.Get(n); !ok {
			e.Unset = append(e.Unset, n)
		}
	}
	return e
}
